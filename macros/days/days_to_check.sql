{# The days that a night's tests look at. A day keeps its rows until its fingerprint changes (int_day_fingerprints), so
   what passed holds for it until then: after each whole build that passed, `ops.day_checks` has the fingerprints that
   it was of (scripts/operations/unchanged.py). Without them, after any other build, with other code, and where
   everything is asked for, the tests look at all days. #}
{% macro day_checks_table() -%} ops.day_checks {%- endmacro %}

{# A model as SQL names it, not by ref: the test of a seed would wait for the logs. What is built by days or months is
   built after their fingerprints. #}
{% macro fingerprints_table(name) -%}
    {%- set node = graph.nodes['model.' ~ our_name() ~ '.' ~ name] -%}
    {{ adapter.quote(node.schema) }}.{{ adapter.quote(node.alias) }}
{%- endmacro %}

{% macro days_to_check_sql() -%}
    select distinct coalesce(inputs.usage_date, checked.usage_date) as usage_date
    from {{ fingerprints_table('int_day_fingerprints') }} as inputs
    full outer join {{ day_checks_table() }} as checked
        on inputs.usage_date = checked.usage_date and inputs.day_fingerprint = checked.day_fingerprint
    where inputs.usage_date is null or checked.usage_date is null
    order by 1
{%- endmacro %}

{# These days, in order, as text; none where the tests look at all of them. #}
{% macro days_to_check() -%}
    {%- if execute and graph.get('are_days_checked') -%}
        {%- if 'days_to_check' not in graph -%}
            {%- set days = run_query(days_to_check_sql()).columns[0].values() | map('string') | list -%}
            {%- do graph.update({'days_to_check': days}) -%}
        {%- endif -%}
        {{- return(graph['days_to_check']) -}}
    {%- endif -%}
    {{- return(none) -}}
{%- endmacro %}

{# The condition of a test on what is built by days; nothing where it looks at all of them. #}
{% macro where_days_to_check(at=none) -%}
    {%- set days = days_to_check() -%}
    {%- if days is not none -%} {{- where_days_in(days, at) -}} {%- endif -%}
{%- endmacro %}

{# The same for what is put together by months: days, or first days, from the month of the first of these days to that
   of the last. #}
{% macro where_months_to_check(day='usage_date') -%}
    {%- set days = days_to_check() -%}
    {%- if days -%}
    where
        {{ day }} >= {{ month_of(dates(days[:1])) }}
        and {{ day }} < {{ months_after(month_of(dates(days[-1:])), 1) }}
    {%- elif days is not none -%}
    where false
    {%- endif -%}
{%- endmacro %}

{# In place of dbt's own macro, which asks only for the setting `where`: what a generic test on a model reads. A test
   that looks at other rows beside those of its model can fail for a day that did not change. #}
{% macro get_where_subquery(relation) -%}
    {%- set days = where_days_to_check('usage_at' if 'by_instant' in graph.nodes[model.attached_node].tags)
        if is_test_by_day()
        else where_focus_month_is_checked(adapter.quote('BillingPeriodStart')) if is_test_by_focus_month() -%}
    {{ return('(select * from ' ~ relation ~ ' ' ~ days ~ ') as by_day' if days
        else dbt.get_where_subquery(relation)) }}
{%- endmacro %}

{# Models that are built by days, and views of them that say so with the tag `by_day`; those over raw records have
   `by_instant` too, and look for `usage_at`. #}
{% macro is_test_by_day() -%}
    {%- set tested = graph.nodes.get(model.attached_node) if execute -%}
    {%- set is_by_day = tested and ('by_day' in tested.tags or is_built_by_days(tested)) -%}
    {{ return(is_by_day and model.test_metadata.name != 'relationships'
        and is_test_an_error()) }}
{%- endmacro %}

{# A test that only warns looks at all rows. #}
{% macro is_test_an_error() -%}
    {{ return(config.get('severity', 'error') | lower == 'error') }}
{%- endmacro %}
