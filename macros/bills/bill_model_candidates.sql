{# The known models that names on bills may mean, with the span of time of each and a rank: the name as it stands
   goes before the name without its maker, that before the name without its date, and each before what is known
   without its edition. Of one rank there may be several models: then none is meant.

   names: rows of provider and model_name #}
{% macro bill_model_candidates(names) -%}
    select
        forms.provider,
        forms.model_name,
        known.model,
        known.valid_from,
        known.valid_to,
        min(10 * forms.form_rank + known.name_rank) as match_rank
    from (
        {%- set plain = folded_model('model_name') %}
        {%- set bare = without_maker('folded_name') %}
        {%- set undated = "regexp_replace(" ~ bare
            ~ ", '[.]?20[0-9][0-9][.]?[01][0-9][.]?[0-3][0-9](v[0-9][.0-9]*)?$', '')" %}
        {%- for form in ['folded_name', bare, undated] %}
        select
            provider,
            model_name,
            {{ form }} as form,
            {{ loop.index }} as form_rank
        from (
            select
                provider,
                model_name,
                {# Azure leaves out whose model it is: "5.4 inp glbl" #}
                case when provider = 'azure' and regexp_replace({{ plain }}, '^[0-9]', '') != {{ plain }} then 'gpt' else '' end
                || {{ plain }} as folded_name
            from {{ names }}
        ) as folded_{{ loop.index }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as forms
    inner join {{ ref('int_folded_model_names') }} as known
        on forms.provider = known.provider and forms.form = known.folded_name
    group by 1, 2, 3, 4, 5
{%- endmacro %}
