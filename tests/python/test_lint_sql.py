"""Guards against a lint that is quick because it looks less closely than sqlfluff."""

import json
import subprocess
import sys
from pathlib import Path

# a line too long, commas and operators at the wrong end, wrong spaces, wrong indents
BADLY_SET = """\
SELECT a,b ,  c
  , d+
    e as total, case when a=1 then   2
else 3 end AS kind, {long} as long_line
from first_table f join second_table s on f.a=s.a where f.b  = 1
  and f.c>2 union select a,b,c,d,e,f from third_table
"""
SAID = """
import json, sys, sqlfluff
if sys.argv[1] == "less":
    from tests.lint_sql import work_less
    work_less()
said = sqlfluff.lint(sys.stdin.read(), dialect="duckdb")
print(json.dumps([[each["code"], each["start_line_no"], each["start_line_pos"]] for each in said]))
"""


def said(how: str, sql: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", SAID, how],
        input=sql,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout


def test_the_quick_lint_says_what_sqlfluff_says():
    sql = BADLY_SET.format(long="a" * 100)
    plain = said("plain", sql)
    assert {"LT01", "LT02", "LT05", "LT14"} <= {code for code, *_ in json.loads(plain)}
    assert said("less", sql) == plain
