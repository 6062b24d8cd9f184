{# After a mart is made: what a team lead may see of it. Every mart with a column team_id has a view of
   the same name in schema `team`, with the rows of the reader's own teams only (docs/access.md). #}
{% macro team_view() -%}
    {{ return(adapter.dispatch('team_view', 'ai_cost')()) }}
{%- endmacro %}

{# Other engines have no logins to tell apart. #}
{% macro default__team_view() -%}
{%- endmacro %}

{# In the transaction of the mart, so that neither is ever seen without the other. Both are rebuilt,
   because a replaced view could not lose a column. The rows come from a function and not from the mart:
   the plan of the mart, which `explain` would show, tells how many rows other teams have, and its
   statistics how many fit a condition of the reader's. A reader's own functions see no row of others. #}
{% macro postgres__team_view() -%}
    {%- if execute and 'team_id' in model.columns and adapter.check_schema_exists(this.database, 'team') %}
    drop function if exists team.{{ this.identifier }}() cascade;
    create function team.{{ this.identifier }}() returns setof {{ this.include(database=false) }}
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    begin
        return query select * from {{ this.include(database=false) }} where team_id = any (team.my_teams());
    end $$;
    drop view if exists team.{{ this.identifier }} cascade;
    create view team.{{ this.identifier }} as select * from team.{{ this.identifier }}()
    {%- endif %}
{%- endmacro %}
