{# A model's changed days, for the hooks of spark__incremental_by_day(); no rows when there are none. #}
{% macro spark_changed_days() -%}
    {{ return(run_query(changed_days_sql()).columns[0].values() | map('string') | list) }}
{%- endmacro %}

{# Before the build: forgets what the changed days were built from, so that a run that is killed builds
   them again. The file this writes also marks the time for spark_drop_emptied_days(). #}
{% macro spark_forget_changed_days() -%}
    {%- if execute and is_incremental() -%}
    insert overwrite {{ built_days_table() }} partition (model_name)
    select
        built.usage_date,
        case when changed.usage_date is null then built.day_fingerprint end as day_fingerprint,
        built.built_at,
        built.model_name
    from {{ built_days_table() }} as built
    left join ({{ changed_days_sql() }}) as changed
        on built.usage_date = changed.usage_date
    where built.model_name = '{{ this.name }}'
    {%- endif -%}
{%- endmacro %}

{# After the build: a changed day that came back without rows was not overwritten, and its files are older
   than the mark. Both times are the storage's own. #}
{% macro spark_drop_emptied_days() -%}
    {%- if execute and is_incremental() -%}
        {%- set emptied = run_query(
            'select usage_date from ' ~ this ~ ' where usage_date in (' ~ changed_days_sql() ~ ') group by 1 '
            'having max(_metadata.file_modification_time) < (select max(_metadata.file_modification_time) from '
            ~ built_days_table() ~ " where model_name = '" ~ this.name ~ "')"
        ).columns[0].values() | map('string') | list -%}
        {%- if emptied -%}
    alter table {{ this }} drop partition (usage_date = date '{{
        emptied | join("'), partition (usage_date = date '") }}')
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Last: remembers what the changed days are built from now. #}
{% macro spark_remember_changed_days() -%}
    {%- if execute -%}
    insert overwrite {{ built_days_table() }} partition (model_name)
    with changed as (

        select
            inputs.usage_date,
            inputs.day_fingerprint,
            {{ utc_now() }} as built_at,
            '{{ this.name }}' as model_name
        from {{ ref('int_day_fingerprints') }} as inputs
        where inputs.usage_date in ({{ changed_days_sql() }})

    )

    select * from changed
    union all
    select built.usage_date, built.day_fingerprint, built.built_at, built.model_name
    from {{ built_days_table() }} as built
    left anti join changed
        on built.usage_date = changed.usage_date
    where built.model_name = '{{ this.name }}'
    {%- endif -%}
{%- endmacro %}
