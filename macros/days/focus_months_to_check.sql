{% macro month_checks_table() -%} ops.month_checks {%- endmacro %}

{# The months of FOCUS that a night's tests look at, as text; none where they look at all of them. They can move without
   their days (int_focus_periods): those that no whole build that passed has had as they are. #}
{% macro focus_months_to_check() -%}
    {%- if execute and graph.get('are_days_checked') -%}
        {%- if 'focus_months_to_check' not in graph -%}
            {%- set moved = run_query(
                'select months.period_start_date from ' ~ fingerprints_table('int_focus_periods')
                ~ ' as months left join '
                ~ month_checks_table() ~ ' as checked on months.period_start_date = checked.period_start_date'
                ~ ' and months.period_fingerprint = checked.period_fingerprint'
                ~ ' where checked.period_start_date is null order by 1'
            ).columns[0].values() | map('string') | list -%}
            {%- do graph.update({'focus_months_to_check': moved}) -%}
        {%- endif -%}
        {{- return(graph['focus_months_to_check']) -}}
    {%- endif -%}
    {{- return(none) -}}
{%- endmacro %}

{% macro where_focus_months_to_check(start) -%}
    {#- so that a test of views waits for the months -#}
    {%- set inputs = ref('int_focus_periods') -%}
    {{- where_focus_month_is_checked(start) -}}
{%- endmacro %}

{% macro where_focus_month_is_checked(start) -%}
    {%- set months = focus_months_to_check() -%}
    {%- if months is not none %}
    where {{ start ~ ' in (' ~ dates(months) ~ ')' if months else 'false' }}
    {%- endif -%}
{%- endmacro %}

{# Reports of FOCUS whose months are asked for with the tag `by_focus_month`, of what a row says by itself. That a key
   is there once is asked of all months. #}
{% macro is_test_by_focus_month() -%}
    {%- set tested = graph.nodes.get(model.attached_node) if execute -%}
    {{ return(tested and 'by_focus_month' in tested.tags and model.test_metadata.name == 'not_null'
        and is_test_an_error()) }}
{%- endmacro %}
