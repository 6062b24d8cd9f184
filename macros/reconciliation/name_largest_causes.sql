{# Says on the console what a failing test only counts; nothing when there is nothing to say. #}
{% macro name_largest_causes(query) -%}
    {%- if execute and flags.WHICH in ['build', 'test'] -%}
        {%- set words = [] -%}
        {%- for cause in run_query(query).rows -%}
            {%- do words.append(
                cause['provider'] ~ ' ' ~ cause['reason_code'] ~ ' ' ~ '{:,.2f}'.format(cause['variance_usd'])
                ~ ' USD (' ~ cause['line_count'] ~ ' lines, ' ~ cause['first_date'] ~ ' to ' ~ cause['last_date'] ~ ')'
            ) -%}
        {%- endfor -%}
        {%- if words -%}
            {%- do exceptions.warn('Settled and above tolerance, undecided: ' ~ words | join('; ')) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
