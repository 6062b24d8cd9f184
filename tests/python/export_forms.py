"""The forms in which systems hand out their logs and bills, as docs/exports.md lists them.

Each is loaded by test_exports.py. `python -m tests.python.export_forms` writes the page.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.python import test_otlp as spans
from tests.python.test_bill_forms import FILES
from tests.python.test_wrapped_files import DUMP, SYSTEMS, TIME, WRAPPERS, records_of, sheet

BILLS = Path(__file__).parent / "fixtures" / "bills"
ACTIVITY = "openrouter_generations/openrouter_activity_export.composed.csv"
PAGE = Path(__file__).parents[2] / "docs" / "exports.md"
NOTHING = "nothing that is priced"
LEGACY_CUR = (
    "bill/BillingPeriodStartDate,lineItem/LineItemType,lineItem/UsageStartDate,"
    "lineItem/ProductCode,lineItem/UsageType,lineItem/UsageAmount,lineItem/UnblendedCost,"
    "lineItem/CurrencyCode\n"
    "2026-10-01T00:00:00Z,Usage,2026-10-05T00:00:00Z,AmazonBedrock,USE1-NovaPro-input-tokens,"
    "1000,0.8,USD\n"
)
Content = Callable[[], str | bytes]


@dataclass(frozen=True)
class Form:
    """One row of the page, and a file of it."""

    system: str
    table: str
    form: str
    how: str
    lacks: str
    content: Content


def lines(table: str) -> Content:
    return lambda: "".join(json.dumps(record) + "\n" for record in records_of(table))


def wrapped(table: str, wrapper: str) -> Content:
    return lambda: WRAPPERS[wrapper](records_of(table))


def packed(content: Content) -> Content:
    return lambda: gzip.compress(content().encode())


def cells(table: str) -> Content:
    """CSV whose cells hold JSON where the record has objects."""

    def write() -> str:
        records = records_of(table)
        file = io.StringIO()
        writer = csv.DictWriter(file, list(dict.fromkeys(key for r in records for key in r)))
        writer.writeheader()
        for record in records:
            nested = {k: json.dumps(v) for k, v in record.items() if isinstance(v, (dict, list))}
            writer.writerow(record | nested)
        return file.getvalue()

    return write


def dump(table: str) -> Content:
    def write() -> str:
        header, *rows = csv.reader(io.StringIO(cells(table)()))
        body = ["\t".join(cell.replace("\\", "\\\\") or "\\N" for cell in row) for row in rows]
        block = [f"COPY public.t ({', '.join(header)}) FROM stdin;", *body, "\\."]
        return "--\n-- PostgreSQL database dump\n--\n\n" + "\n".join(block) + "\n"

    return write


def several_systems() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for table in ("litellm_spend_logs", "langfuse_observations"):
            archive.writestr(table, lines(table)())
    return file.getvalue()


def in_lower_case(table: str) -> Content:
    """CSV of a query engine that knows no other case, and prints a struct as text."""

    def struct(value: object) -> object:
        if not isinstance(value, dict):
            return value
        return "{" + ", ".join(f"{key.lower()}={struct(v)}" for key, v in value.items()) + "}"

    def write() -> str:
        records = [{key.lower(): struct(v) for key, v in r.items()} for r in records_of(table)]
        file = io.StringIO()
        writer = csv.DictWriter(file, list(dict.fromkeys(key for r in records for key in r)))
        writer.writeheader()
        writer.writerows(records)
        return file.getvalue()

    return write


def search(table: str, header: str) -> Content:
    """A search for logs as CSV: a row for each line, with its time."""

    def write() -> str:
        file = io.StringIO()
        csv.writer(file).writerows([TIME, json.dumps(record)] for record in records_of(table))
        return header + "\n" + file.getvalue()

    return write


def stored(path: str) -> Content:
    return lambda: (BILLS / path).read_bytes()


def told(*rows: tuple[str, str, str, Content], system: str, table: str) -> list[Form]:
    return [Form(system, table, *row) for row in rows]


FORMS = [
    *told(
        (
            "array of `/spend/logs`",
            '`curl -H "Authorization: Bearer $KEY" \'$PROXY/spend/logs?start_date=2026-11-01'
            "&end_date=2026-11-02&summarize=false'`",
            NOTHING,
            wrapped("litellm_spend_logs", "array"),
        ),
        (
            "page of `/spend/logs/v2` or `/spend/logs/ui`",
            "the same call with `page` and `page_size`, one file per page",
            "the metadata of a call, where the proxy leaves it out of the list",
            wrapped("litellm_spend_logs", "page data"),
        ),
        (
            "CSV of the table",
            '`psql -c "\\copy \\"LiteLLM_SpendLogs\\" to NAME.csv csv header"`',
            NOTHING,
            cells("litellm_spend_logs"),
        ),
        (
            "dump of the table",
            "`pg_dump --data-only -t '\"LiteLLM_SpendLogs\"' > spend.dump`, not `-Fc`",
            NOTHING,
            dump("litellm_spend_logs"),
        ),
        (
            "JSON lines",
            '`psql -Atc "select row_to_json(t) from \\"LiteLLM_SpendLogs\\" t" > spend.jsonl`',
            NOTHING,
            lines("litellm_spend_logs"),
        ),
        system="LiteLLM",
        table="litellm_spend_logs",
    ),
    *told(
        (
            "object per call in S3, GCS or Azure",
            "`success_callback: [s3_v2]` (or `gcs_bucket`, `azure_storage`), then copy the bucket",
            "failed calls, unless `failure_callback` names it too",
            lines("litellm_standard_logging"),
        ),
        (
            "batches of the generic API callback",
            "`success_callback: [generic_api]`, a body per line",
            NOTHING,
            wrapped("litellm_standard_logging", "an array a line"),
        ),
        (
            "Datadog's logs API",
            "Logs > Export, or `POST /api/v2/logs/events/search`, a file per page",
            "what the index leaves out after its retention",
            wrapped("litellm_standard_logging", "datadog"),
        ),
        system="LiteLLM, standard logging",
        table="litellm_standard_logging",
    ),
    *told(
        (
            "OTLP JSON lines",
            "collector, `exporters: file: {path: spans.json}`",
            NOTHING,
            lambda: spans.DRESSES["lines"],
        ),
        (
            "OTLP document, gzip",
            "collector, `exporters: awss3: {compression: gzip}`",
            NOTHING,
            lambda: gzip.compress(spans.DRESSES["document"].encode()),
        ),
        (
            "protobuf's JSON: base64 ids, names of enums, snake_case",
            "what `MessageToJson` and `protojson` write",
            NOTHING,
            lambda: spans.DRESSES["snake case, base64"],
        ),
        (
            "OTLP as binary protobuf",
            "collector, `exporters: file: {path: spans.binpb, format: proto}`",
            NOTHING,
            lambda: spans.framed(spans.binary(spans.otlp(**spans.BASE64), spans.TracesData)),
        ),
        (
            "Tempo, API v1 and v2",
            "`curl $TEMPO/api/traces/$ID`, `curl $TEMPO/api/v2/traces/$ID`",
            "traces that nobody asked for by id",
            lambda: spans.DRESSES["tempo v2"],
        ),
        (
            "Jaeger, API",
            "`curl '$JAEGER/api/traces?service=web'`, or JSON of the trace page",
            "nanoseconds: its times are microseconds",
            lambda: spans.DRESSES["jaeger"],
        ),
        (
            "ClickHouse exporter's table, CSV",
            '`clickhouse-client -q "select * from otel_traces format CSVWithNames"`',
            NOTHING,
            lambda: spans.DRESSES["clickhouse.csv"],
        ),
        (
            "ClickHouse exporter's table, Parquet or JSONEachRow",
            "the same with `format Parquet`",
            NOTHING,
            lambda: spans.DRESSES["clickhouse.parquet"],
        ),
        (
            "Jaeger's documents in Elasticsearch",
            "`elasticdump` or a search of `jaeger-span-*`, a document a line",
            "nanoseconds: its times are microseconds",
            lambda: spans.DRESSES["jaeger, elasticsearch"],
        ),
        (
            "Zipkin's JSON",
            "`curl '$ZIPKIN/api/v2/traces?serviceName=web'`, or the collector's `zipkin` exporter",
            "nanoseconds: its times are microseconds",
            lambda: spans.NEARLY["zipkin"][0],
        ),
        (
            "Logfire's table of records, CSV or JSON",
            "`select * from records` in its query API or its page, then Export",
            "rows beyond the query's limit",
            lambda: spans.DRESSES["logfire.csv"],
        ),
        (
            "Phoenix's table of spans, CSV",
            "`get_spans_dataframe().to_csv(...)`; its API of spans as JSON is read too",
            "the name of the service",
            lambda: spans.NEARLY["phoenix.csv"][0],
        ),
        (
            "LangSmith's runs, JSON lines, CSV or Parquet",
            "its bulk export, or `list_runs` with a line for each run",
            "the name of the service",
            lambda: spans.NEARLY["langsmith lines"][0],
        ),
        (
            "log events of OpenTelemetry itself",
            "`gen_ai.client.inference.operation.details`, collector with the file exporter "
            "for logs",
            "the length of the call",
            lambda: json.dumps(spans.OWN_EVENT),
        ),
        (
            "what Python's console exporter prints",
            "`ConsoleSpanExporter`, its output in a file",
            "nothing that is priced, while nothing else prints between the spans",
            lambda: f"{json.dumps(spans.PRINTED, indent=4)}\n" * 2,
        ),
        (
            "Claude Code's log events",
            "`OTEL_LOGS_EXPORTER=otlp`, collector with the file exporter for logs",
            "the parent: a call has no trace of its own",
            lambda: json.dumps(
                spans.logs("claude_code.api_request", spans.EVENTS["claude_code.api_request"][0])
            ),
        ),
        (
            "Codex's log events",
            "`[otel]` in `config.toml`, collector with the file exporter for logs",
            "the parent: a call has no trace of its own",
            lambda: json.dumps(spans.logs("codex.sse_event", spans.EVENTS["codex.sse_event"][0])),
        ),
        (
            "Gemini CLI's log events",
            "`telemetry` with an OTLP endpoint in `settings.json`, collector with the file "
            "exporter for logs",
            "the parent: a call has no trace of its own",
            lambda: json.dumps(
                spans.logs("gemini_cli.api_response", spans.EVENTS["gemini_cli.api_response"][0])
            ),
        ),
        system="OpenTelemetry",
        table="otel_genai_spans",
    ),
    *told(
        (
            "page of the public API",
            "`curl -u $PUBLIC:$SECRET '$HOST/api/public/observations?type=GENERATION&page=1'`",
            NOTHING,
            wrapped("langfuse_observations", "page data"),
        ),
        (
            "CSV of the page",
            "Tracing > Observations > Export > CSV",
            "columns that are not shown on the page",
            cells("langfuse_observations"),
        ),
        (
            "JSON lines of the blob export",
            "Project settings > Integrations > Blob storage, folder `observations`",
            NOTHING,
            packed(lines("langfuse_observations")),
        ),
        system="Langfuse",
        table="langfuse_observations",
    ),
    *told(
        (
            "page of the query API",
            "`POST /v1/request/query-clickhouse`, a file per page",
            NOTHING,
            wrapped("helicone_requests", "page data"),
        ),
        (
            "JSON lines of the command line",
            "`npx @helicone/export --format jsonl`",
            NOTHING,
            lines("helicone_requests"),
        ),
        (
            "CSV of the command line",
            "`npx @helicone/export --format csv`",
            "the cache: its tokens are priced as input",
            cells("helicone_requests"),
        ),
        system="Helicone",
        table="helicone_requests",
    ),
    *told(
        (
            "objects in S3",
            "`aws s3 sync s3://$BUCKET/AWSLogs ...`",
            NOTHING,
            packed(lines("bedrock_invocations")),
        ),
        (
            "CloudWatch, export to S3",
            "`aws logs create-export-task`",
            NOTHING,
            packed(wrapped("bedrock_invocations", "cloudwatch export")),
        ),
        (
            "CloudWatch, subscription through Firehose",
            "subscription filter to Firehose to S3",
            NOTHING,
            packed(wrapped("bedrock_invocations", "cloudwatch subscription")),
        ),
        (
            "CloudWatch, events",
            "`aws logs filter-log-events --log-group-name ...`",
            NOTHING,
            wrapped("bedrock_invocations", "cloudwatch events"),
        ),
        (
            "CloudWatch Logs Insights, CSV",
            "query `fields @timestamp, @message`, then Export results > CSV",
            "rows beyond the query's limit",
            search("bedrock_invocations", "@timestamp,@message"),
        ),
        (
            "Athena's table of the log, CSV",
            "`select * from bedrock_logs`, then Download results; its names are in lower case",
            "the two lifetimes of a cache write, where the bodies are left out",
            in_lower_case("bedrock_invocations"),
        ),
        system="Amazon Bedrock",
        table="bedrock_invocations",
    ),
    *told(
        (
            "page of the API",
            "`GET /accounts/{id}/ai-gateway/gateways/{id}/logs`, a file per page",
            "cached tokens; Logpush has no tokens at all",
            wrapped("cloudflare_ai_gateway_logs", "page result"),
        ),
        system="Cloudflare AI Gateway",
        table="cloudflare_ai_gateway_logs",
    ),
    *told(
        (
            "JSON lines of an export",
            "Logs > Exports, or the Log Exports API",
            "cached tokens, unless the field `response` is chosen",
            lines("portkey_logs"),
        ),
        (
            "CSV of the page",
            "Logs > Export as CSV",
            "cached tokens, unless the column `response` is shown",
            cells("portkey_logs"),
        ),
        system="Portkey",
        table="portkey_logs",
    ),
    *told(
        (
            "generations of the API",
            "`GET /api/v1/generation?id=...`, an object per call",
            NOTHING,
            lines("openrouter_generations"),
        ),
        (
            "activity as CSV",
            "Activity > Export",
            "fields of a generation that the page does not show",
            lambda: (BILLS.parent / "gateways" / ACTIVITY).read_bytes(),
        ),
        system="OpenRouter",
        table="openrouter_generations",
    ),
    *told(
        (
            "lines of the file log",
            "plugin `file-log` beside `ai-proxy`",
            "cached tokens, where the version logs none",
            lines("kong_ai_logs"),
        ),
        (
            "batches of the HTTP log",
            "plugin `http-log`, a body per line",
            "cached tokens, where the version logs none",
            wrapped("kong_ai_logs", "an array a line"),
        ),
        system="Kong",
        table="kong_ai_logs",
    ),
    *told(
        (
            "log of a container (Docker)",
            "`/var/lib/docker/containers/*/*-json.log`",
            "cached tokens, unless the access log names them",
            wrapped("envoy_ai_gateway_logs", "docker"),
        ),
        (
            "log of a pod (CRI)",
            "`/var/log/pods/*/*/*.log`, or `kubectl logs`",
            "cached tokens, unless the access log names them",
            wrapped("envoy_ai_gateway_logs", "cri"),
        ),
        (
            "Loki, query",
            "`logcli query -o jsonl`, or `GET /loki/api/v1/query_range`",
            "cached tokens, unless the access log names them",
            wrapped("envoy_ai_gateway_logs", "loki"),
        ),
        (
            "search of Splunk, Datadog, Grafana or Azure Monitor, CSV",
            "the search's Export > CSV, with the column of the whole line",
            "cached tokens, unless the access log names them",
            search("envoy_ai_gateway_logs", "_time,_raw"),
        ),
        system="Envoy AI Gateway",
        table="envoy_ai_gateway_logs",
    ),
    *told(
        (
            "access log in JSON",
            "`log_format` with `escape=json` ([add-a-gateway.md](add-a-gateway.md))",
            "what the format does not name",
            lines("nginx_access_logs"),
        ),
        system="nginx",
        table="nginx_access_logs",
    ),
    *told(
        (
            "JSON lines",
            "written by a program of yours ([your-own-logs.md](your-own-logs.md))",
            "what the program leaves out",
            lambda: (
                '{"id": "r1", "timestamp": "2026-11-03T10:00:00Z", "team": "growth", '
                '"provider": "openai", "model": "gpt-4o", "input_tokens": 9, "output_tokens": 7}\n'
            ),
        ),
        (
            "workbook of Excel",
            "save as .xlsx; its first sheet counts",
            "digits beyond the fifteenth, which Excel drops",
            sheet,
        ),
        (
            "dump of a table of your own",
            "`pg_dump --data-only -t calls > calls.dump`",
            "columns of other names",
            lambda: DUMP,
        ),
        system="the plain envelope",
        table="envelope_events",
    ),
    Form(
        "OpenAI costs",
        "openai_costs",
        "page of the API",
        "`GET /v1/organization/costs?bucket_width=1d`, an admin key",
        "tokens, keys and models of a call",
        stored("openai_costs/openai_costs.json"),
    ),
    Form(
        "OpenAI usage",
        "openai_usage",
        "page of the API",
        "`GET /v1/organization/usage/completions?group_by=model`, an admin key",
        "money",
        stored("openai_usage/openai_usage_completions.json"),
    ),
    Form(
        "Anthropic costs",
        "anthropic_cost_report",
        "page of the API",
        "`GET /v1/organizations/cost_report?group_by[]=description`, an admin key",
        "priority tier, which is billed apart",
        stored("anthropic_cost_report/anthropic_cost_report.json"),
    ),
    Form(
        "Anthropic usage",
        "anthropic_usage_report",
        "page of the API",
        "`GET /v1/organizations/usage_report/messages?group_by[]=model`, an admin key",
        "money",
        stored("anthropic_usage_report/anthropic_usage_report.json"),
    ),
    Form(
        "OpenAI costs",
        "openai_costs",
        "CSV of the dashboard",
        "Usage > Export > Costs, as an owner of the organization",
        "tokens, keys and models of a call",
        lambda: FILES["openai_costs/account=dashboard/20261106.csv"],
    ),
    Form(
        "OpenAI usage",
        "openai_usage",
        "CSV of the dashboard",
        "Usage > Export > Completions",
        "money",
        lambda: FILES["openai_usage/account=dashboard/20261106.csv"],
    ),
    Form(
        "Anthropic costs",
        "anthropic_cost_report",
        "CSV of the Console",
        "Cost > Export",
        "quantities, so volume and price cannot be told apart",
        lambda: FILES["anthropic_cost_report/account=console/20261106.csv"],
    ),
    Form(
        "Anthropic usage",
        "anthropic_usage_report",
        "CSV of the Console",
        "Usage > Export",
        "money",
        lambda: FILES["anthropic_usage_report/account=console/20261106.csv"],
    ),
    Form(
        "AWS",
        "aws_cur2",
        "CUR 2.0 as CSV or Parquet",
        "Billing > Data Exports > Standard export, daily or hourly",
        "days before the export was made; callers (`line_item_iam_principal`) and tags appear "
        "up to 24 hours after they are switched on, and never for days before",
        stored("aws_cur2/aws_cur2_bedrock.csv"),
    ),
    Form(
        "AWS",
        "aws_cur2",
        "legacy CUR, CSV or Parquet",
        "Billing > Cost and Usage Reports, then copy the bucket",
        "the caller of a line, which CUR 2.0 has",
        lambda: LEGACY_CUR,
    ),
    Form(
        "Azure",
        "azure_costs",
        "cost details as CSV",
        "Cost Management > Exports > Actual cost",
        "tokens of a call",
        stored("azure_costs/azure_cost.csv"),
    ),
    Form(
        "Google Cloud",
        "gcp_billing",
        "detailed billing export as JSON",
        "`bq extract` or `bq query --format=json` on the export's table",
        "days before the export was made",
        stored("gcp_billing/gcp_billing.json"),
    ),
    Form(
        "Google Cloud",
        "gcp_billing",
        "CSV of the console",
        "Billing > Cost table > Download CSV, grouped by SKU and day",
        "labels, and hours",
        lambda: FILES["gcp_billing/account=console/20261106.csv"],
    ),
    Form(
        "any provider, FOCUS",
        "focus_costs",
        "FOCUS 1.2 to 1.4 as CSV or Parquet",
        "the provider's FOCUS export",
        "what the provider leaves null",
        stored("focus_costs/2026-12-02/focus_1_2.parquet"),
    ),
    Form(
        "any provider, invoice",
        "generic_invoice_lines",
        "lines of an invoice as CSV",
        "typed from the invoice, a row per line "
        "([your-own-logs.md](your-own-logs.md#lines-of-an-invoice))",
        "days: a line covers its period",
        stored("generic_invoice_lines/2026-12-05/generic_invoice_lines.csv"),
    ),
]
HEAD = "\n".join(
    [
        "# Exports",
        "",
        "What you have in the hand, which folder it goes into (or `inbox`, which finds it by its "
        "fields), how to get it, and what it lacks. Each row is a file that "
        "`tests/python/test_exports.py` loads; the page is written by "
        "`.venv/bin/python -m tests.python.export_forms`.",
        "",
        "Every form may be compressed (gzip, zstd, lz4, bzip2, xz) or in a zip or tar archive, in "
        "UTF-8, UTF-16 or UTF-32, with LF, CRLF or CR at the ends of its lines. A CSV file may "
        "have commas, semicolons, tabs or bars. What may be around records is in "
        "[your-own-logs.md](your-own-logs.md#what-may-be-around-records).",
        "",
        "| system | folder | form | how to get it | what it lacks |",
        "|---|---|---|---|---|",
        "",
    ]
)


@dataclass(frozen=True)
class Refused:
    """A form that is not read: a file of it, what is said, and what to do instead."""

    what: str
    instead: str
    table: str
    content: str | bytes
    says: str


def spend_of_a_day() -> str:
    return json.dumps([{"startTime": "2026-11-16", "spend": 1.5, "users": {}, "models": {}}])


REFUSED = [
    Refused(
        "LiteLLM's daily summary",
        "ask `/spend/logs` with `summarize=false`",
        "litellm_spend_logs",
        spend_of_a_day(),
        "ask /spend/logs with summarize=false",
    ),
    Refused(
        "OTLP metrics",
        "export traces, or the logs of Claude Code, Codex or Gemini CLI",
        "otel_genai_spans",
        '{"resourceMetrics": []}',
        "OTLP metrics have sums and no calls; export traces",
    ),
    Refused(
        "`pg_dump -Fc`",
        "write it as text: `pg_restore -f spend.dump`",
        "litellm_spend_logs",
        b"PGDMP\x01\x0f",
        "write it as text: pg_restore",
    ),
    Refused(
        "Cloudflare's Logpush",
        "it has no time and no tokens; take the API's logs",
        "cloudflare_ai_gateway_logs",
        '{"Cached": false, "RateLimited": false, "ResponseBody": {}}',
        "a line of Logpush, which has no time and no tokens; take the logs of the API",
    ),
    Refused(
        "sums over calls, such as LiteLLM's daily tables",
        "export the calls one by one; a provider's own sums go into its folder",
        "envelope_events",
        '{"created_at": "2026-11-16T09:15:00Z", "model": "m", "api_requests": 9}',
        "a sum over calls, for it counts requests",
    ),
    Refused(
        "usage views of Snowflake Cortex",
        "load Snowflake's bill as lines of an invoice",
        "envelope_events",
        '{"USAGE_TIME": "2026-11-16T09:15:00Z", "TOKENS": 9, "TOKEN_CREDITS": 0.01}',
        "which bills credits",
    ),
    Refused(
        "Azure OpenAI's diagnostic log",
        "it has no tokens; log the calls in a gateway, or load the bill",
        "envelope_events",
        '{"time": "2026-11-16T09:15:00Z", "category": "RequestResponse", "operationName": "C"}',
        "which has no tokens",
    ),
    Refused(
        "tables of New API, Azure API Management, Databricks and Vertex AI",
        "write each row as an event of the plain envelope; which column is what is said",
        "envelope_events",
        '{"event_time": "2026-11-16T09:15:00Z", "destination_model": "m", "input_tokens": 9}',
        "event_time as timestamp, destination_model as model",
    ),
    Refused(
        "Langfuse's traces and scores",
        "export the observations",
        "langfuse_observations",
        '{"id": "t", "timestamp": "2026-11-16T09:15:00Z", "name": "chat"}',
        "export the observations",
    ),
    Refused(
        "output and manifest of a Bedrock batch job",
        "they have no time; the cost is on the bill",
        "bedrock_invocations",
        '{"recordId": "r", "modelInput": {}, "modelOutput": {}}',
        "which has no time: its cost is on the bill",
    ),
    Refused(
        "pieces of a streamed answer",
        "ask for its usage: `stream_options: include_usage`",
        "envelope_events",
        '{"id": "c", "object": "chat.completion.chunk", "created": 1794906000, "model": "m"}',
        "stream_options: include_usage",
    ),
    Refused(
        "PDF, pictures, databases, Avro, Arrow, ORC, Word, OpenDocument",
        "the form that the same tool writes and that is read",
        "envelope_events",
        "%PDF-1.7\n",
        "a PDF; ask for the figures as CSV or JSON",
    ),
    Refused(
        "an archive with files of several systems",
        "unpack it into `inbox`",
        "inbox",
        several_systems(),
        "unpack it",
    ),
    Refused(
        "an answer of an API that says no",
        "see what it says, and ask again",
        "envelope_events",
        '{"error": {"message": "no such key"}}',
        "see what it says, and ask again",
    ),
]
TAIL = "\n".join(
    [
        "",
        "Refused, with what to do instead:",
        "",
        "| what | what is said |",
        "|---|---|",
        *(f"| {each.what} | {each.instead} |" for each in REFUSED),
        "",
    ]
)


def page() -> str:
    """The page as it has to be."""
    rows = [
        f"| {form.system} | `{form.table}` | {form.form} | {form.how} | {form.lacks} |"
        for form in FORMS
    ]
    return HEAD + "\n".join(rows) + "\n" + TAIL


if __name__ == "__main__":
    assert set(SYSTEMS) <= {form.table for form in FORMS}
    PAGE.write_text(page())
