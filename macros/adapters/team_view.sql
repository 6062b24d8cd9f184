{# After a mart is made: what a team lead may see of it. Every mart with a column team_id has a view of
   the same name in schema `team`, with the rows of the reader's own teams only (docs/access.md). #}
{% macro team_view() -%}
    {{ return(adapter.dispatch('team_view', 'ai_cost')()) }}
{%- endmacro %}

{# Other engines have no logins to tell apart. #}
{% macro default__team_view() -%}
{%- endmacro %}

{# In the transaction of the mart, so that neither is ever seen without the other. The view is rebuilt,
   because a replaced one could not lose a column. The barrier keeps a reader's own functions from seeing
   rows before the filter; the inner select is run once, not for each row. #}
{% macro postgres__team_view() -%}
    {%- if execute and 'team_id' in model.columns and adapter.check_schema_exists(this.database, 'team') %}
    drop view if exists team.{{ this.identifier }} cascade;
    create view team.{{ this.identifier }} with (security_barrier) as
    select * from {{ this }} where team_id = any ((select team.my_teams())::text[])
    {%- endif %}
{%- endmacro %}
