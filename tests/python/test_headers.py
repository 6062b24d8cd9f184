"""Columns and figures of a CSV file as people's tools write them.

Harm guarded against: a column that is not found is null in every row, and a figure with a decimal
comma is a thousand times itself, or nothing.
"""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

AWS = (
    "identity_line_item_id,line_item_usage_start_date,line_item_unblended_cost,"
    "line_item_usage_amount"
)
RAW = "select unblended_cost, usage_amount from raw.aws_cur2"


@pytest.mark.parametrize(
    "header",
    [
        AWS,
        AWS.upper(),
        "identity/LineItemId,lineItem/UsageStartDate,lineItem/UnblendedCost,lineItem/UsageAmount",
        '"Identity Line Item ID","Line Item Usage Start Date",Kosten (line_item_unblended_cost),'
        "LINE-ITEM-USAGE-AMOUNT",
    ],
)
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_case_blanks_and_marks_of_a_header_do_not_matter(landing, header, mark):
    row = "a,2026-11-02,2.50,1000"
    landing.put("aws_cur2/a.csv", f"{header}\r\n{row}\r\n".replace(",", mark))
    assert landing.load() == 0
    assert landing.rows(RAW) == [("2.50", "1000")]


def test_so_it_is_with_parquet(landing):
    names = ["LineItem/UsageStartDate", "lineItem/UnblendedCost", "lineItem/UsageAmount"]
    path = landing.put("aws_cur2/a.parquet", "")
    pq.write_table(pa.table(dict(zip(names, [["2026-11-02"], ["2.5"], ["1"]], strict=True))), path)
    assert landing.load() == 0
    assert landing.rows(RAW) == [("2.5", "1")]


@pytest.mark.parametrize(
    ("figures", "read"),
    [
        (["2,5;1.000,5"], [("2.5", "1000.5")]),
        (["2,5;1.000"], [("2.5", "1000")]),
        # no figure has a decimal comma: a point is a point
        (["2.5;1.000"], [("2.5", "1.000")]),
        # or no figure says what it is: it may part thousands, and the row is refused
        (["1;1.234"], []),
        (["-1.234.567,25;0"], [("-1234567.25", "0")]),
    ],
)
def test_a_decimal_comma_is_read_where_the_file_has_no_decimal_point(landing, figures, read):
    rows = "".join(f"a;2026-11-02;{each}\n" for each in figures)
    landing.put("aws_cur2/a.csv", AWS.replace(",", ";") + "\n" + rows)
    assert landing.load() == 0
    assert landing.rows(RAW) == read


def test_commas_and_points_in_one_file_are_read_where_they_can_only_be_one(landing):
    rows = "a;2026-11-02;2,5;1\nb;2026-11-02;3.25;1\nc;2026-11-02;1,234;1\nd;2026-11-02;1.234;1\n"
    landing.put("aws_cur2/a.csv", AWS.replace(",", ";") + "\n" + rows)
    assert landing.load() == 0
    assert landing.rows(RAW) == [("2.5", "1"), ("3.25", "1")]
    assert [row[0] for row in landing.rejects()] == [3, 4]


@pytest.mark.parametrize(
    ("table", "header", "says"),
    [
        ("aws_cur2", "line_item_usage_start_date", "no column for unblended_cost: none of"),
        ("azure_costs", "Date,MeterName,Quantity", "no column for cost: none of"),
        ("focus_costs", "ChargePeriodStart,ServiceName", "no column for effective_cost or billed"),
        ("generic_invoice_lines", "invoice_id,description", "no column for amount: none of"),
        ("generic_invoice_lines", "description,amount", "no column for invoice_id: none of"),
    ],
)
def test_a_bill_without_the_column_of_its_money_is_refused_by_name(
    landing, capsys, table, header, says
):
    landing.put(f"{table}/a.csv", f"{header}\n" + ",".join("1" for _ in header.split(",")) + "\n")
    assert landing.load() == 1
    assert says in capsys.readouterr().err
    assert landing.rows(f"select count(*) from raw.{table}") == [(0,)]


def test_a_line_without_an_amount_is_rejected_and_the_others_stay(landing):
    lines = "a,2026-11-02,,5\nb,2026-11-02,1.5,5\n"
    landing.put("aws_cur2/a.csv", f"{AWS}\n{lines}")
    assert landing.load() == 0
    assert landing.rows(RAW) == [("1.5", "5")]
    assert [row[2] for row in landing.rejects()] == ["no amount (unblended_cost)"]


@pytest.mark.parametrize("header", ["request_id", "Request ID", "request-id"])
def test_a_column_has_one_meaning(landing, header):
    """Two declared names may differ by a mark alone; each file means one of them."""
    landing.put("envelope_events/a.csv", f"{header},timestamp,model\nr1,2026-11-02,m\n")
    path = landing.put("envelope_events/a.parquet", "")
    pq.write_table(pa.table({header: ["r1"], "timestamp": ["2026-11-02"], "model": ["m"]}), path)
    assert landing.load() == 0
    ids = landing.rows("select request_id, provider_request_id from raw.envelope_events")
    expected = (None, "r1") if header == "request-id" else ("r1", None)
    assert ids == [expected] * 2


def tagged(extension: str) -> dict[str, dict]:
    """The columns of one tagged line of a bill of AWS, by the form it comes in."""
    line = {"line_item_usage_start_date": "2026-11-02", "line_item_unblended_cost": "2.5"}
    resource = {"user_team": "Payments", "user_cost_center": "CC 12", "aws_created_by": "Jane"}
    every = {
        "resourceTags/team": "Payments",
        "accountTag/team": "Platform",
        "iamPrincipal/team": "Caller",
        "costCategory/Cost Center": "CC 12",
    }
    if extension == "csv":
        return {
            "CUR 2.0": line | {"resource_tags": json.dumps(resource)},
            "CUR 2.0, both": line
            | {"resource_tags": json.dumps(resource), "tags": json.dumps(every)},
            "legacy": line
            | {
                "resourceTags/user:Team": "Payments",
                "resourceTags/user:Cost-Center": "CC 12",
                "resourceTags/user:Empty": "",
                "resourceTags/aws:createdBy": "Jane",
            },
            "keys as columns": line
            | {"resource_tags.user_team": "Payments", "resource_tags_user_cost_center": "CC 12"},
        }
    return {
        "CUR 2.0": line | {"resource_tags": list(resource.items())},
        "CUR 2.0, both": line
        | {"resource_tags": list(resource.items()), "tags": list(every.items())},
        "legacy": line
        | {
            "resource_tags_user_team": "Payments",
            "resource_tags_user_cost_center": "CC 12",
            "resource_tags_aws_created_by": "Jane",
        },
        "struct": line | {"resource_tags": resource},
    }


@pytest.mark.parametrize("extension", ["csv", "parquet"])
def test_tags_of_a_bill_are_read_in_each_form(landing, extension):
    """Harm: the tags that say whose a line is are columns that nobody can list beforehand."""
    kinds = pa.map_(pa.string(), pa.string())
    for form, columns in tagged(extension).items():
        path = landing.put(f"aws_cur2/{form}.{extension}", "")
        if extension == "csv":
            with path.open("w", newline="") as file:
                csv.writer(file).writerows([columns, columns.values()])
            continue
        arrays = {
            name: pa.array([value], kinds if isinstance(value, list) else None)
            for name, value in columns.items()
        }
        pq.write_table(pa.table(arrays), path)
    assert landing.load() == 0
    found = dict(landing.rows("select source_file, tags from raw.aws_cur2"))
    both = "team:Caller\ncost_center:CC 12\nteam:Payments\nteam:Payments\nteam:Platform"
    assert {name.split("/")[1].rsplit(".", 1)[0]: tags for name, tags in found.items()} == {
        form: "cost_center:CC 12\nteam:Payments" for form in tagged(extension)
    } | {"CUR 2.0, both": both + "\ncost_center:CC 12"}
