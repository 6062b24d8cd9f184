"""The lines the lessons of gateways.md section 13 are tried on, each tagged with its lesson."""

import json
from collections import defaultdict
from pathlib import Path

DAY = "2026-11-10"
PENNIES = 20_000
Lines = dict[str, list[dict]]


def at(minute: int, day: str = DAY) -> str:
    return f"{day}T{minute // 60:02}:{minute % 60:02}:00.000Z"


def litellm(lesson: int, n: int, usage: dict, **fields) -> dict:
    """A LiteLLM spend log; the usage is LiteLLM's, cache included in the prompt."""
    call = f"call-{lesson:02}-{n}"
    metadata = {
        "spend_logs_metadata": {"feature": f"lesson-{lesson:02}"},
        "litellm_call_id": fields.get("litellm_call_id", call),
        "usage_object": usage,
        **fields.pop("metadata", {}),
    }
    row = {
        "request_id": f"resp-{lesson:02}-{n}",
        "litellm_call_id": call,
        "startTime": at(n),
        "endTime": at(n),
        "status": "success",
        "model": "openai/gpt-5.4",
        "model_group": "gpt-main",
        "custom_llm_provider": "openai",
        "team_id": "search",
        "cache_hit": "False",
        "spend": 0.0,
    }
    return row | fields | {"metadata": json.dumps(metadata)}


SONNET = {"model": "anthropic/claude-sonnet-4-5", "custom_llm_provider": "anthropic"}
NOVA = "us.amazon.nova-2-lite-v1:0"
# Portkey writes the publisher in front of a model of Vertex AI.
NAMED_BY_PORTKEY = (
    ("vertex-ai", "google.gemini-2.5-flash"),
    ("vertex-ai", "anthropic.claude-sonnet-4-5@20250929"),
    ("vertex-ai", "meta.llama-3.3-70b-instruct-maas"),
    ("bedrock", "anthropic.claude-3-haiku-20240307-v1:0"),
)
# A model without a word of a place, and the region in which Bedrock's log says it was called.
PLACED_IN_THE_LOG = (
    ("amazon.nova-lite-v1:0", "us-west-2"),
    ("amazon.nova-lite-v1:0", "ap-southeast-2"),
    ("amazon.nova-lite-v1:0", "eu-west-1"),
    ("arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0", "eu-west-1"),
    ("us.amazon.nova-lite-v1:0", "us-east-1"),
    ("anthropic.claude-3-haiku-20240307-v1:0", "eu-central-1"),
    ("anthropic.claude-3-haiku-20240307-v1:0", "us-gov-west-1"),
)
# What a log calls the provider, and the model: resellers, a proxy, known words, none, a framework.
STATED = (
    ("github_copilot", "github_copilot/gpt-5.4"),
    ("custom-myproxy", "gpt-5.4"),
    ("azure-openai-eastus", "openai/gpt-5.4"),
    ("heroku", "claude-no-such-model"),
    ("azure-ai", "gpt-5.4"),
    ("microsoft.foundry", "gpt-5.4"),
    ("gcp-vertex", "gemini-2.5-flash"),
    ("unspecified", "gpt-5.4"),
    (None, "gpt-5.4"),
    ("strands-agents", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("openrouter", "openai/gpt-5.4-20260305"),
)
PLAIN = {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500}


def payload(lesson: int, n: int, usage: dict, **fields) -> dict:
    row = litellm(lesson, n, usage, **fields)
    row["id"] = row.pop("request_id")
    row["metadata"] = json.loads(row["metadata"])
    row["response_cost"] = row.pop("spend")
    row["cache_hit"] = row["cache_hit"] == "True"
    return row | {key: usage[key] for key in PLAIN if key in usage}


def langfuse(lesson: int, n: int, usage: dict, **fields) -> dict:
    metadata = {"feature": f"lesson-{lesson:02}", "team": "search", **fields.pop("metadata", {})}
    return {
        "id": f"obs-{lesson:02}-{n}",
        "trace_id": f"trace-{lesson:02}",
        "type": "GENERATION",
        "start_time": at(n)[:-1].replace("T", " "),
        "end_time": at(n)[:-1].replace("T", " "),
        "updated_at": at(n)[:-1].replace("T", " "),
        "provided_model_name": "claude-sonnet-4-5",
        "level": "DEFAULT",
        "usage_details": usage,
        "metadata": metadata,
    } | fields


def nginx(lesson: int, n: int, **fields) -> dict:
    return {
        "ts": at(n),
        "request_id": f"ngx-{lesson:02}-{n}",
        "status": 200,
        "request_time": "0.000",
        "x_owner_team": "search",
        "x_owner_feature": f"lesson-{lesson:02}",
        "llm_provider": "openai",
        "llm_model": "gpt-5.4",
        "llm_input_tokens": "",
        "llm_output_tokens": "",
    } | fields


def portkey(lesson: int, n: int, response: dict, **fields) -> dict:
    return {
        "id": f"pk-{lesson:02}-{n}",
        "trace_id": f"pk-{lesson:02}-{n}",
        "created_at": at(n),
        "response": response,
        "is_success": 1,
        "ai_org": "openai",
        "ai_model": "gpt-5.4",
        "metadata": {"team": "search", "feature": f"lesson-{lesson:02}"},
    } | fields


def bedrock(lesson: int, n: int, model: str, body: dict | None = None, **fields) -> dict:
    return {
        "timestamp": at(n),
        "requestId": f"br-{lesson:02}-{n}",
        "modelId": model,
        "input": {"inputTokenCount": 1200},
        "output": {"outputTokenCount": 300, "outputBodyJson": body or {}},
        "requestMetadata": {"team": "search", "feature": f"lesson-{lesson:02}"},
    } | fields


def prompt(read: int = 0, write: int = 0, fresh: int = 0, output: int = 0, **more) -> dict:
    """A usage object of LiteLLM."""
    total = read + write + fresh
    return {
        "prompt_tokens": total,
        "completion_tokens": output,
        "total_tokens": total + output,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": write,
        **more,
    }


def writes(five_minutes: int, one_hour: int) -> dict:
    split = {"ephemeral_5m_input_tokens": five_minutes, "ephemeral_1h_input_tokens": one_hour}
    return {"prompt_tokens_details": {"cache_creation_token_details": split}}


def iterations() -> list[dict]:
    none = {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0, "cache_creation": None}
    pieces = [
        ("message", {"model": "claude-sonnet-4-5"}, 1000, 20),
        ("compaction", {}, 2500, 300),
        ("fallback_message", {"model": "claude-opus-4-8"}, 1000, 500),
    ]
    return [
        {"type": kind, **model, "input_tokens": given, "output_tokens": made, **none}
        for kind, model, given, made in pieces
    ]


def cost_lines() -> Lines:
    """Lessons about what a token is and what it costs."""
    big = prompt(18000, 3000, 500, 640, **writes(1000, 2000))
    late = {"cached_tokens": 0}
    opus = {"model": "anthropic/claude-opus-4-8", "custom_llm_provider": "anthropic"}
    pieces = prompt(fresh=1000, output=500, iterations=iterations())
    gemini = {"model": "gemini/gemini-2.5-pro", "custom_llm_provider": "gemini"}
    azure = {"custom_llm_provider": "azure"}
    flex = {"service_tier": "flex"}
    return {
        "litellm_spend_logs": [
            litellm(1, 1, big, **SONNET),
            litellm(2, 1, prompt(18000, 0, 500, 640, prompt_tokens_details=late), **SONNET),
            litellm(2, 2, prompt(18000, 0, 500, 640), **SONNET),
            litellm(3, 1, prompt(120000, 0, 130000, 1093), **gemini),
            litellm(5, 1, prompt(100, 0, 100, 10, **flex), model="azure/gpt-5.4", **azure),
            litellm(7, 1, prompt()),
            litellm(12, 1, pieces, **opus),
            litellm(13, 1, prompt(fresh=199_999, output=100), **SONNET),
            litellm(13, 2, prompt(fresh=200_000, output=100), **SONNET),
            litellm(13, 3, prompt(fresh=200_001, output=100), **SONNET),
            litellm(13, 4, prompt(read=60_000, fresh=150_000, output=100), **SONNET),
            litellm(14, 1, prompt(0, 3000, 0, 0, **writes(1000, 2000)), **SONNET),
            litellm(18, 1, PLAIN | flex),
            litellm(18, 2, PLAIN | {"service_tier": "default"}),
            litellm(18, 3, PLAIN | {"service_tier": "warp"}),
            litellm(19, 1, PLAIN, model="azure/search-prod-deployment", **azure),
            litellm(19, 2, PLAIN, model="azure/nobody-knows", **azure),
            litellm(
                21,
                1,
                PLAIN
                | {"completion_tokens": 1093, "total_tokens": 2293}
                | {"completion_tokens_details": {"reasoning_tokens": 989}},
                **gemini,
            ),
            litellm(24, 1, PLAIN, startTime=at(1, "2026-11-08")),
            litellm(24, 2, PLAIN, startTime=at(1, "2026-11-20")),
            *(
                litellm(31, n, PLAIN, model=model, custom_llm_provider=provider)
                for n, (provider, model) in enumerate(STATED)
            ),
            litellm(29, 1, PLAIN, startTime=at(1, "2026-11-09"), team_id="support"),
            *(
                litellm(
                    23,
                    n % 1400,
                    prompt(read=1),
                    request_id=f"penny-{n}",
                    model="openai/gpt-5.4-mini",
                    litellm_call_id=f"penny-{n}",
                )
                for n in range(PENNIES)
            ),
        ],
        "bedrock_invocations": [
            bedrock(
                20,
                1,
                "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/lesson20",
            ),
            bedrock(
                20, 2, "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/other"
            ),
            bedrock(20, 3, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            bedrock(20, 4, "global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            bedrock(32, 1, NOVA, {"service_tier": "flex"}),
            bedrock(32, 2, NOVA, {"usage": {"service_tier": "priority"}}),
            bedrock(32, 3, NOVA, {"performanceConfig": {"latency": "optimized"}}),
            bedrock(32, 4, NOVA, {"performanceConfig": {"latency": "standard"}}),
            bedrock(
                32,
                5,
                NOVA,
                input={"inputTokenCount": 1200, "inputBodyJson": {"serviceTier": {"type": "flex"}}},
            ),
            *(
                bedrock(34, n, model, region=region)
                for n, (model, region) in enumerate(PLACED_IN_THE_LOG, 1)
            ),
        ],
        "nginx_access_logs": [
            nginx(7, 2),
            nginx(
                21,
                2,
                llm_provider="gemini",
                llm_model="gemini-2.5-pro",
                llm_input_tokens="1200",
                llm_output_tokens="104",
                llm_reasoning_tokens="989",
            ),
        ],
        "langfuse_observations": [
            langfuse(
                4, 1, {"input": 21500, "output": 640, "input_cached_tokens": 18000, "total": 22140}
            ),
        ],
    }


def _charged_without_tokens(zero: dict) -> list[dict]:
    """An image, a second of sound, a tool, a stream without usage, a search nobody counted."""
    cohere = {"model": "cohere/rerank-v3.5", "custom_llm_provider": "cohere"}
    calls = (
        {"call_type": "aimage_generation", "model": "dall-e-3", "spend": 0.08},
        {"call_type": "atranscription", "model": "whisper-1", "spend": 0.006},
        {"call_type": "call_mcp_tool", "model": "MCP: web_search", "spend": 0.01},
        {"call_type": "acompletion", "spend": 2e-05},
        {"call_type": "arerank", "spend": 0.0, **cohere},
        {"call_type": "acompletion", "spend": 0.03, "status": "failure"},
    )
    return [litellm(33, n, zero, **call) for n, call in enumerate(calls, 1)]


def count_lines() -> Lines:
    """Lessons about which records are a request, and which are one too many."""
    zero = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    one_call = {"litellm_call_id": "call-08"}
    failed = {**one_call, "status": "failure"}
    same = {"litellm_call_id": "call-09", "startTime": at(9)}
    batch = {
        "model": "anthropic/claude-sonnet-4-5",
        "custom_llm_provider": "anthropic",
        "request_id": "batch_16_batch_cost",
        "call_type": "aretrieve_batch",
    }
    used = prompt(1000, 0, 2000, 500)
    shared = {"litellm_call_id": "call-28", "request_id": "resp-28", "startTime": at(28)}
    completed = {
        "prompt_tokens": 1200,
        "completion_tokens": 300,
        "total_tokens": 1500,
        "prompt_tokens_details": {"cached_tokens": 1024},
    }
    return {
        "litellm_spend_logs": [
            litellm(9, 1, PLAIN, **same),
            *_charged_without_tokens(zero),
            litellm(9, 2, PLAIN, **same),
            litellm(10, 1, PLAIN, request_id="reused", litellm_call_id="call-10-a"),
            litellm(10, 2, PLAIN, request_id="reused", litellm_call_id="call-10-b"),
            litellm(10, 3, PLAIN, request_id="None", litellm_call_id=None),
            litellm(10, 4, PLAIN, request_id=None, litellm_call_id=None),
            litellm(11, 1, PLAIN, model_group="gpt-main",
                    metadata={"original_model_group": "sonnet", "attempted_fallbacks": 1}),
            litellm(15, 1, PLAIN, startTime="2026-11-30T23:59:59.900Z"),
            litellm(15, 2, PLAIN, startTime="2026-12-01T00:00:00.000Z"),
            *(litellm(16, n, used, startTime=at(n, day), litellm_call_id=f"poll-{n}", **batch)
              for n, day in enumerate(("2026-11-11", "2026-11-10", "2026-11-12"))),
            # under the batch's own id, as without managed batches
            *(litellm(16, n, used, startTime=at(n), litellm_call_id=f"ask-{n}",
                      **batch | {"request_id": "batch_16"}) for n in (1, 2)),
            litellm(17, 1, PLAIN, request_tags=["a", "b", "User-Agent: X", "c", "d"]),
            litellm(26, 1, PLAIN, team_id="team-deleted"),
            litellm(26, 2, PLAIN, team_id="support"),
            litellm(27, 1, PLAIN, request_id="resp-27_cache_hit1794700800.1", cache_hit="True"),
            litellm(28, 1, PLAIN, **shared),
        ],
        "litellm_standard_logging": [
            payload(8, 1, zero, **failed, request_id="a1"),
            payload(8, 2, zero, **failed, request_id="a2"),
            payload(8, 3, PLAIN, **one_call),
            payload(28, 2, PLAIN, **shared),
        ],
        "langfuse_observations": [
            langfuse(28, 28, {"input": 1200, "output": 300, "total": 1500},
                     provided_model_name="gpt-5.4", metadata={"response_id": "resp-28"}),
        ],
        "nginx_access_logs": [nginx(6, 1, status=499), nginx(6, 2)],
        "portkey_logs": [
            portkey(25, 1, {}, ai_org="anthropic", ai_model="claude-sonnet-4-5", req_units=500,
                    res_units=640, total_units=22140),
            portkey(30, 1, {"usage": completed}),
            portkey(30, 2, {"type": "response.completed", "response": {"usage": completed}}),
            portkey(30, 3, {"usage": {"input_tokens": 1200, "output_tokens": 300,
                                      "input_tokens_details": {"cached_tokens": 1024}}}),
            *(portkey(35, n, {"usage": PLAIN}, ai_org=provider, ai_model=model)
              for n, (provider, model) in enumerate(NAMED_BY_PORTKEY, 1)),
        ],
    }  # fmt: skip


def write_landing(landing: Path) -> None:
    """One file of lessons beside the fixtures of every raw table."""
    lines: Lines = defaultdict(list)
    for part in (cost_lines(), count_lines()):
        for table, rows in part.items():
            lines[table] += rows
    for table, rows in lines.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (landing / table / "lessons.jsonl").write_text(text, encoding="utf-8")
