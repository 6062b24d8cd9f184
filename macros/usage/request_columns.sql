{# The shape every gateway's staging model is brought to: (column, type). Described, with units, in
   models/intermediate/requests/int_requests_unioned.yml. Uncached input is what is left of the input. #}
{% macro request_columns() -%}
    {% set quantities = [] %}
    {% for meter in meters() if meter.name != 'uncached_input' %}
        {% do quantities.append(('reported_' ~ meter.quantity, 'bigint')) %}
    {% endfor %}
    {{ return([
        ('source_system', 'varchar'), ('request_id', 'varchar'), ('event_id', 'varchar'),
        ('logical_request_id', 'varchar'), ('trace_id', 'varchar'), ('span_id', 'varchar'),
        ('gateway_call_id', 'varchar'), ('provider_response_id', 'varchar'), ('provider_request_id', 'varchar'),
        ('record_version_at', 'timestamp'), ('is_job_snapshot', 'boolean'),
        ('usage_at', 'timestamp'), ('usage_at_basis', 'varchar'), ('latency_ms', 'bigint'),
        ('provider_name', 'varchar'), ('requested_model', 'varchar'), ('served_model', 'varchar'),
        ('service_tier_name', 'varchar'), ('inference_geo', 'varchar'),
        ('media_size', 'varchar'), ('media_quality', 'varchar'),
        ('reported_input_tokens', 'bigint'), ('reported_cache_write_tokens', 'bigint'),
        ('reported_reasoning_tokens', 'bigint'), ('reported_total_tokens', 'bigint'),
        ('reported_unclassified_tokens', 'bigint'), ('usage_iterations', 'varchar'), ('usage_quality', 'varchar'),
        ('unread_usage', 'varchar'), ('usage_emitter', 'varchar'),
        ('gateway_reported_cost_usd', 'decimal(30, 15)'), ('gateway_guardrail_cost_usd', 'decimal(30, 15)'),
        ('gateway_price_card_version', 'varchar'),
        ('team_tag', 'varchar'), ('gateway_team', 'varchar'), ('gateway_team_id', 'varchar'), ('credential_id', 'varchar'),
        ('credential_name', 'varchar'), ('service_name', 'varchar'), ('service_namespace', 'varchar'),
        ('feature', 'varchar'), ('environment', 'varchar'), ('customer_id', 'varchar'), ('sub_account_id', 'varchar'),
        ('cost_center_tag', 'varchar'), ('user_key', 'varchar'), ('prompt_version', 'varchar'),
        ('request_source', 'varchar'), ('request_tags', 'varchar'),
        ('attempt_number', 'bigint'), ('is_retry', 'boolean'), ('is_fallback', 'boolean'),
        ('fallback_from_model', 'varchar'), ('request_status', 'varchar'),
        ('status_code', 'bigint'), ('stated_attempt_reason', 'varchar'), ('is_answer_used', 'boolean'),
        ('token_convention', 'varchar'),
        ('project_id', 'varchar'), ('product', 'varchar'), ('customer_tier', 'varchar'),
        ('endpoint', 'varchar'), ('agent_name', 'varchar'), ('route', 'varchar'),
        ('step_name', 'varchar'), ('tool_name', 'varchar'),
        ('stated_gateway_name', 'varchar'), ('routing_policy', 'varchar'),
        ('is_gateway_cache_hit', 'boolean'), ('is_uncharged', 'boolean'), ('billing_channel', 'varchar'),
        ('counts_as_request', 'boolean'),
        ('batch_id', 'varchar'), ('source_file', 'varchar'), ('line_number', 'bigint'),
        ('record_number', 'bigint'), ('loaded_at', 'timestamp'),
    ] + quantities) }}
{%- endmacro %}

{# The type of one of its columns. #}
{% macro request_column_type(column) -%}
    {{ return(dict(request_columns())[column]) }}
{%- endmacro %}
