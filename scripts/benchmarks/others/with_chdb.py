"""ClickHouse (chdb) over the files, with a price in float for each model, as trackers keep one.

Takes a third argument: a CSV of model, and USD per token of input, cache read, cache write and
output.
"""

from __future__ import annotations

import json
import sys
import time

import chdb
from lines import said

_ASK = """
with
    toInt64OrNull(cached_input_tokens) as read,
    toInt64OrNull(cache_write_tokens) as written
select
    team_id, substring(timestamp, 1, 10) as day, count() as priced,
    sum(
        (toInt64OrNull(input_tokens) - read - written) * input_usd
        + read * cache_read_usd + written * cache_write_usd
        + toInt64OrNull(output_tokens) * output_usd
    ) as usd
from file(
    '{files}', JSONEachRow,
    'team_id String, timestamp String, model_actual String, input_tokens Nullable(String),
     cached_input_tokens Nullable(String), cache_write_tokens Nullable(String),
     output_tokens Nullable(String)'
) as record
inner join file(
    '{prices}', CSV,
    'model String, input_usd Float64, cache_read_usd Float64, cache_write_usd Float64,
     output_usd Float64'
) as price on record.model_actual = price.model
group by 1, 2
settings max_threads = {threads}, input_format_allow_errors_ratio = 0.1,
    input_format_json_read_numbers_as_strings = 1
"""


def main() -> None:
    """Ask once and print what came of it."""
    folder, threads, prices = sys.argv[1:]
    start = time.perf_counter()
    answer = chdb.query(
        _ASK.format(files=f"{folder}/*.gz", prices=prices, threads=threads), "JSONCompact"
    )
    rows = json.loads(str(answer))["data"]
    seconds = time.perf_counter() - start
    found = {(team, day): usd or 0 for team, day, _, usd in rows}
    said(seconds, sum(int(row[2]) for row in rows), found)


if __name__ == "__main__":
    main()
