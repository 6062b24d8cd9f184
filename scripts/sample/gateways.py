"""The three gateway formats, written as their sources write them.

Shapes: LiteLLM 1.109 spend logs (metadata is JSON within a string), OTLP/JSON of the
OpenTelemetry collector's file exporter, and a plain envelope. Only the keys that the raw
tables' contracts read, and a few beside them that a loader must ignore.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from scripts.sample import catalog as c
from scripts.sample import traffic as tr
from scripts.sample.text import clock, hex_ids, join, number, pick, stamp, when

ENVIRONMENTS = ("production", "staging")
USER_SALT, WORKSPACE_SALT, VERSION_SALT, TRACE_SALT = 11, 23, 37, 41
N_WORKSPACES, N_USERS = 40, 900
SPANS_PER_LINE = 60


def _key_hash(alias: str) -> str:
    """Hash of a gateway key, as LiteLLM stores it."""
    return hashlib.sha256(f"sample {alias}".encode()).hexdigest()


KEYS = (*(f"key-{team}" for team in c.TEAMS), "key-shared")
ALIAS_TABLE = [a[i % len(a)] for a in c.ALIASES for i in range(c.MAX_ALIASES)]


@dataclass
class Slice:
    """A chunk of attempts, and where it lies."""

    a: tr.Attempts
    day: int
    date: str
    epoch_us: int
    rng: np.random.Generator


def tag_text(a: tr.Attempts) -> pa.Array:
    """Team as somebody typed it: the canonical id or an alias."""
    canonical = pick(c.TEAMS, a.team)
    alias = pick(ALIAS_TABLE, a.team * c.MAX_ALIASES + a.alias % c.MAX_ALIASES)
    return when(a.style == tr.ALIAS, alias, canonical)


def _key_index(a: tr.Attempts) -> np.ndarray:
    """Index in KEYS: a team's own key, or the shared one that nobody owns."""
    own = a.style <= tr.KEY_ONLY
    return np.where(own, a.team, len(c.TEAMS))


def _service(a: tr.Attempts) -> pa.Array:
    """Service that called; service accounts have their own names."""
    names = [*(f[1] for f in c.FEATURES), "nightly-batch", "gateway-healthcheck"]
    index = np.where(a.style == tr.SERVICE_ACCOUNT, len(c.FEATURES), a.feature)
    return pick(names, np.where(a.style == tr.HEALTHCHECK, len(c.FEATURES) + 1, index))


def _feature(a: tr.Attempts) -> pa.Array:
    return pick([f[0] for f in c.FEATURES], a.feature)


def _version(a: tr.Attempts, day: int) -> pa.Array:
    """Prompt version: features move to the next one at their own pace."""
    versions = 1 + (day + a.feature * 7) // 28
    return join(_feature(a), "-v", number(versions))


def _session_text(s: Slice, prefix: str) -> pa.Array:
    return join(prefix + s.date.replace("-", ""), "_", number(s.a.session))


def _user(s: Slice) -> pa.Array:
    return join("usr_", number(tr.mixed(s.a.session * 97 + s.day, USER_SALT) % N_USERS))


def _workspace(s: Slice) -> pa.Array:
    return join("ws_", number(tr.mixed(s.a.session * 97 + s.day, WORKSPACE_SALT) % N_WORKSPACES))


def reported_cost(a: tr.Attempts, prices: np.ndarray) -> np.ndarray:
    """The gateway's own figure, USD, as a float: right but for a few rows; 0 if unknown."""
    unit = np.where(prices < 0, 0, prices)[a.sku] / 1e15
    cost = (a.tokens * unit).sum(axis=1)
    cost = np.where(a.wrong_spend, cost * 1.15, cost)
    return np.where(a.cache_hit, 0.0, cost)


def _is_known(a: tr.Attempts) -> np.ndarray:
    return c.IS_OPENAI[a.model] | c.IS_ANTHROPIC[a.model]


def _optional(mask, text) -> pa.Array:
    return when(mask, text, "")


# ---------------------------------------------------------------- LiteLLM spend logs


def litellm(s: Slice, prices: np.ndarray) -> pa.Array:
    """One spend log row a line: LiteLLM_SpendLogs, about 1 KB."""
    a, q = s.a, '\\"'
    n = len(a)
    call = hex_ids(s.rng, n, 16)
    call = _share_with_head(a, call)
    suffix = when(a.head, "-attempt-0", "")
    hits = join("_cache_hit", number((s.epoch_us + a.t) // 1_000_000), ".5")
    batch = _optional(a.tier == tr.BATCH, "_batch_cost")
    response = join(pick(["chatcmpl-", "msg_"], c.IS_ANTHROPIC[a.model].astype(int)), call)
    request_id = when(
        a.head,
        join(call, suffix),
        join(response, when(a.cache_hit, hits, batch)),
    )
    key = _key_index(a)
    start = s.epoch_us + a.t
    end = start + a.ms * 1000
    model = pick([m.name for m in c.MODELS], a.model)
    provider = pick([m.provider for m in c.MODELS], a.model)
    has_team = np.isin(a.style, (tr.CANONICAL, tr.ALIAS, tr.GATEWAY_TEAM))
    team = when(has_team, pick(c.TEAMS, a.team), "")
    total_in = a.tokens[:, :4].sum(axis=1)
    total = total_in + a.tokens[:, 4]
    return join(
        '{"request_id":"', request_id, '","call_type":"acompletion","api_key":"',
        pick([_key_hash(k) for k in KEYS], key), '","spend":',
        number(reported_cost(a, prices)),
        ',"total_tokens":', number(total), ',"prompt_tokens":', number(total_in),
        ',"completion_tokens":', number(a.tokens[:, 4]),
        ',"startTime":"', stamp(start), '+00:00","endTime":"', stamp(end),
        '+00:00","model":"', join(provider, "/", model), '","model_group":"', model,
        '","custom_llm_provider":"', provider, '","user":"', _user(s), '","team_id":"', team,
        '","end_user":"","cache_hit":"', when(a.cache_hit, "True", "None"),
        '","request_tags":"[\\"User-Agent: AsyncOpenAI\\"]","session_id":"',
        _session_text(s, "trc_l"), '","request_duration_ms":', number(a.ms),
        ',"status":"', when(a.failed, "failure", "success"),
        '","litellm_call_id":"', call, suffix,
        '","messages":"{}","response":"{}","metadata":"',
        _litellm_metadata(s, team, has_team, key, q), '"}\n',
    )  # fmt: skip


def _share_with_head(a: tr.Attempts, ids: pa.Array) -> pa.Array:
    """Give an earlier attempt the id of the attempt that follows it."""
    index = np.arange(len(a))
    index[a.head] += 1
    return ids.take(pa.array(index))


def _litellm_metadata(s: Slice, team, has_team, key, q: str) -> pa.Array:
    """Metadata object, already escaped: it stands inside a JSON string."""
    a = s.a
    original = pick([m.name for m in c.MODELS], a.first_model)
    fallback = a.tail & (a.first_model != a.model)
    team_json = when(has_team, join(q, team, q), "null")
    title = when(has_team, join(q, pick(c.TEAM_TITLES, a.team), q), "null")
    return join(
        f"{{{q}user_api_key_alias{q}: {q}", pick(KEYS, key),
        f"{q}, {q}user_api_key_team_id{q}: ", team_json,
        f", {q}user_api_key_team_alias{q}: ", title,
        f", {q}spend_logs_metadata{q}: ", _litellm_tags(s, q),
        f", {q}status{q}: ", when(a.failed, f"{q}failure{q}", "null"),
        f", {q}attempted_retries{q}: ", when(a.tail, "1", "0"),
        f", {q}max_retries{q}: 2, {q}attempted_fallbacks{q}: ", when(fallback, "1", "0"),
        f", {q}original_model_group{q}: {q}", original,
        f"{q}, {q}billed_retry_attempt{q}: ", when(a.head, "true", "false"),
        f", {q}used_client_oauth_token{q}: false, {q}usage_object{q}: ",
        when(a.metered, _litellm_usage(a, q), "null"), "}",
    )  # fmt: skip


def _litellm_tags(s: Slice, q: str) -> pa.Array:
    """The application's own tags; null on calls that nobody tagged."""
    a = s.a
    tagged = np.isin(a.style, (tr.CANONICAL, tr.ALIAS))
    tags = join(
        "{", _optional(tagged, join(f"{q}team{q}: {q}", tag_text(a), f"{q}, ")),
        f"{q}feature{q}: {q}", _feature(a),
        f"{q}, {q}environment{q}: {q}", pick(ENVIRONMENTS, a.env),
        f"{q}, {q}service.name{q}: {q}", _service(a),
        f"{q}, {q}prompt_version{q}: {q}", _version(a, s.day),
        f"{q}, {q}workspace_id{q}: {q}", _workspace(s), f"{q}}}",
    )  # fmt: skip
    return when(a.style == tr.NOBODY, "null", tags)


def _litellm_usage(a: tr.Attempts, q: str) -> pa.Array:
    """usage_object: input includes cache reads and writes for every provider."""
    k = a.tokens
    total_in = k[:, :4].sum(axis=1)
    anthropic = c.IS_ANTHROPIC[a.model]
    writes = k[:, 2] + k[:, 3]
    tier = pick(["null", f"{q}batch{q}", f"{q}flex{q}"], a.tier)
    tier = when(anthropic & (a.tier == tr.STANDARD), f"{q}standard{q}", tier)
    written = join(
        f", {q}cache_creation_tokens{q}: ", number(writes),
        f", {q}cache_creation_token_details{q}: {{{q}ephemeral_5m_input_tokens{q}: ",
        number(k[:, 2]), f", {q}ephemeral_1h_input_tokens{q}: ", number(k[:, 3]), "}",
    )  # fmt: skip
    flat = join(
        f", {q}cache_creation_input_tokens{q}: ", number(writes),
        f", {q}cache_read_input_tokens{q}: ", number(k[:, 1]),
        f", {q}inference_geo{q}: {q}", pick(c.GEOS, a.geo), q,
    )  # fmt: skip
    search = join(f", {q}server_tool_use{q}: {{{q}web_search_requests{q}: ", number(k[:, 5]), "}")
    return join(
        f"{{{q}prompt_tokens{q}: ", number(total_in),
        f", {q}completion_tokens{q}: ", number(k[:, 4]),
        f", {q}total_tokens{q}: ", number(total_in + k[:, 4]),
        f", {q}prompt_tokens_details{q}: {{{q}cached_tokens{q}: ", number(k[:, 1]),
        _optional(anthropic, written),
        f"}}, {q}completion_tokens_details{q}: {{{q}reasoning_tokens{q}: ",
        number(a.reasoning), "}", _optional(anthropic, flat),
        _optional(k[:, 5] > 0, search), f", {q}service_tier{q}: ", tier, "}",
    )  # fmt: skip


# ---------------------------------------------------------------- OpenTelemetry

CHILD_SCOPE = '{"name":"@opentelemetry/instrumentation-openai","version":"0.21.0"}'
PARENT_SCOPE = '{"name":"assistant-api"}'
RESOURCE = (
    '{"resourceSpans":[{"resource":{"attributes":['
    '{"key":"service.namespace","value":{"stringValue":"customer-eng"}},'
    '{"key":"deployment.environment.name","value":{"stringValue":"production"}},'
    '{"key":"service.name","value":{"stringValue":"assistant-api"}}],'
    '"droppedAttributesCount":0},"scopeSpans":[{"scope":'
)


def _text_attr(key: str, value) -> pa.Array:
    return join(f'{{"key":"{key}","value":{{"stringValue":"', value, '"}}')


def _int_attr(key: str, values, quoted: bool) -> pa.Array:
    mark = '"' if quoted else ""
    return join(f'{{"key":"{key}","value":{{"intValue":{mark}', number(values), mark + "}}")


@dataclass
class Spans:
    """Rendered spans, not yet in lines: of model calls, and of their parents."""

    children: pa.Array
    parents: pa.Array  # one an attempt; only those of has_parent are written
    has_parent: np.ndarray  # an earlier attempt shares the parent of the next one
    is_wrapper: np.ndarray  # parents that repeat their child's usage
    late_parent: np.ndarray


def otel(s: Slice, prices: np.ndarray) -> Spans:
    """Child spans with gen_ai.* usage, parents with the owner's tags."""
    a, n = s.a, len(s.a)
    trace = _share_with_head(a, hex_ids(s.rng, n, 16))
    parent = _share_with_head(a, hex_ids(s.rng, n, 8))
    span = hex_ids(s.rng, n, 8)
    # A sixteenth of the parents is an agent span that repeats its child's usage, by convention.
    wrapper = ~a.head & (s.rng.random(n) < 0.06)
    quoted = s.day % 2 == 0  # OTLP says ints are strings; released SDKs also write numbers
    start = (s.epoch_us + a.t) * 1000
    ids = join('{"traceId":"', trace, '","spanId":"')
    children = join(
        ids, span, '","parentSpanId":"', parent, '","name":"chat ',
        pick([m.name for m in c.MODELS], a.model), '","kind":3',
        _span_times(start, a.ms), ',"attributes":[', _child_attributes(s, quoted),
        '],"status":', when(a.failed, '{"code":2}', '{"code":0}'), "}",
    )  # fmt: skip
    feature = _feature(a)
    wraps = join(
        _text_attr("gen_ai.operation.name", "invoke_agent"),
        ",", _model_attributes(a, quoted),
    )  # fmt: skip
    tags = _parent_attributes(s)
    parents = join(
        ids, parent, '","name":"', when(wrapper, join("invoke_agent ", feature),
        join("POST /", feature)), '","kind":1', _span_times(start - 400_000, a.ms + 1),
        ',"attributes":[', when(wrapper, join(wraps, ",", tags), tags),
        '],"status":{"code":0}}',
    )  # fmt: skip
    return Spans(children, parents, ~a.head, wrapper, s.rng.random(n) < 0.03)


def _span_times(start_ns: np.ndarray, ms: np.ndarray) -> pa.Array:
    return join(
        ',"startTimeUnixNano":"', number(start_ns), '","endTimeUnixNano":"',
        number(start_ns + ms * 1_000_000), '"',
    )  # fmt: skip


def _model_attributes(a: tr.Attempts, quoted: bool) -> pa.Array:
    """Provider, model and usage; a call without usage has none of the usage keys."""
    k = a.tokens
    usage = join(
        ",", _int_attr("gen_ai.usage.input_tokens", k[:, :4].sum(axis=1), quoted),
        ",", _int_attr("gen_ai.usage.output_tokens", k[:, 4], quoted),
        _optional(k[:, 1] > 0,
                  join(",", _int_attr("gen_ai.usage.cache_read.input_tokens", k[:, 1], quoted))),
        _optional(k[:, 2] > 0,
                  join(",", _int_attr("gen_ai.usage.cache_write.input_tokens", k[:, 2], quoted))),
    )  # fmt: skip
    return join(
        _text_attr("gen_ai.provider.name", pick([m.provider for m in c.MODELS], a.model)), ",",
        _text_attr("gen_ai.request.model", pick([m.name for m in c.MODELS], a.first_model)),
        _optional(a.metered, usage),
    )  # fmt: skip


def _child_attributes(s: Slice, quoted: bool) -> pa.Array:
    """Attributes of a model call's span."""
    a = s.a
    response = join(
        ",", _text_attr("gen_ai.response.model", pick([m.snapshot for m in c.MODELS], a.model)),
        ",", _text_attr("gen_ai.response.id", join("chatcmpl-", hex_ids(s.rng, len(a), 12))),
    )  # fmt: skip
    error = join(",", _text_attr("error.type", pick(["429", "529"], a.alias % 2)))
    tier_name = pick(["default", "batch", "flex"], a.tier)
    tier = when(
        c.IS_OPENAI[a.model],
        join(",", _text_attr("openai.response.service_tier", tier_name)),
        when(
            c.IS_ANTHROPIC[a.model],
            join(",", _text_attr("gen_ai.response.service_tier", pick(c.TIERS, a.tier))),
            "",
        ),
    )
    credential = np.isin(a.style, (tr.CANONICAL, tr.KEY_ONLY))
    return join(
        _text_attr("gen_ai.operation.name", "chat"), ",", _model_attributes(a, quoted),
        _optional(a.metered, join(response, tier)), _optional(a.failed, error),
        ",", _text_attr("gen_ai.conversation.id", _session_text(s, "conv_")),
        _optional(credential, join(",", _text_attr("gen_ai.credential.id",
                                                   pick(KEYS, _key_index(a))))),
        _optional(a.style == tr.GATEWAY_TEAM,
                  join(",", _text_attr("litellm.team.id", pick(c.TEAMS, a.team)))),
    )  # fmt: skip


def _parent_attributes(s: Slice) -> pa.Array:
    """Owner tags of the application."""
    a = s.a
    tagged = np.isin(a.style, (tr.CANONICAL, tr.ALIAS))
    return join(
        _optional(tagged, join(_text_attr("app.team", tag_text(a)), ",")),
        _optional(a.style != tr.NOBODY, join(
            _text_attr("app.service", _service(a)), ",",
            _text_attr("app.feature", _feature(a)), ",",
            _text_attr("app.prompt_version", _version(a, s.day)), ",",
            _text_attr("app.workspace_id", _workspace(s)), ",",
            _text_attr("enduser.id", _user(s)), ",",
        )),
        _text_attr("app.request_id", join("req_", hex_ids(s.rng, len(a), 10))), ",",
        _text_attr("app.environment", pick(ENVIRONMENTS, a.env)),
    )  # fmt: skip


def span_lines(spans: pa.Array, scope: str) -> tuple[pa.Array, int]:
    """Spans packed into export batches, SPANS_PER_LINE a line; the array, and its lines."""
    n = len(spans)
    place = np.arange(n) % SPANS_PER_LINE
    last = place == SPANS_PER_LINE - 1
    if n:
        last[-1] = True
    head = RESOURCE + scope + ',"spans":['
    text = join(when(place == 0, head, ","), spans, when(last, "]}]}]}\n", ""))
    return text, int(last.sum())


# ---------------------------------------------------------------- envelope


def envelope(s: Slice, prices: np.ndarray) -> pa.Array:
    """One plain JSON record an attempt, about 600 bytes."""
    a, k, n = s.a, s.a.tokens, len(s.a)
    request = _share_with_head(a, hex_ids(s.rng, n, 10))
    tagged = np.isin(a.style, (tr.CANONICAL, tr.ALIAS))
    team = when(
        a.style == tr.GATEWAY_TEAM,
        join(',"team_id":"', pick(c.TEAMS, a.team), '"'),
        _optional(tagged, join(',"team":"', tag_text(a), '"')),
    )
    owner = join(
        ',"service_name":"', _service(a), '","feature":"', _feature(a),
        '","workspace_id":"', _workspace(s), '","prompt_version":"', _version(a, s.day), '"',
    )  # fmt: skip
    usage = join(
        ',"input_tokens":', number(k[:, :4].sum(axis=1)),
        ',"cached_input_tokens":', number(k[:, 1]),
        ',"cache_write_tokens":', number(k[:, 2]),
        ',"output_tokens":', number(k[:, 4]),
        ',"reasoning_tokens":', number(a.reasoning),
    )  # fmt: skip
    empty = ',"input_tokens":null,"output_tokens":null'
    names = [m.name for m in c.MODELS]
    fallback = a.tail & (a.first_model != a.model)
    cost = when(_is_known(a) & a.metered, number(reported_cost(a, prices)), "null")
    return join(
        '{"request_id":"req_', request, '","trace_id":"', _session_text(s, "trc_e"),
        f'","timestamp":"{s.date}T', clock(a.t), 'Z"', team,
        _optional(a.style != tr.NOBODY, owner),
        ',"environment":"', pick(ENVIRONMENTS, a.env),
        '","provider":"', pick([m.provider for m in c.MODELS], a.model),
        '","model_requested":"', pick(names, a.first_model),
        '","model_actual":"', pick([m.snapshot for m in c.MODELS], a.model), '"',
        when(a.metered, usage, empty),
        ',"service_tier":"', pick(c.TIERS, a.tier), '"',
        _optional(c.IS_ANTHROPIC[a.model],
                  join(',"inference_geo":"', pick(c.GEOS, a.geo), '"')),
        ',"retry_count":', when(a.tail, "1", "0"), ',"fallback_from":',
        when(fallback, join('"', pick(names, a.first_model), '"'), "null"),
        ',"cache_hit":', when(a.cache_hit, "true", "false"),
        ',"latency_ms":', number(a.ms), ',"end_user_id":"', _user(s),
        '","credential_id":"', pick(KEYS, _key_index(a)),
        '","request_source":"', when(a.tier == tr.BATCH, "batch", "api"),
        '","status":"', when(a.failed, "error", "ok"),
        '","price_card_version":"list-2026-11-21","usd_estimate":', cost, "}\n",
    )  # fmt: skip
