{# Stacks models into one shape. A column that a model does not have becomes a typed null, so a model
   names only what its source really has.

   models: names of models
   columns: pairs of name and type

   Of a model with a column is_model_call only the rows where it is true are taken. #}
{% macro union_models(models, columns) -%}
    {%- for model in models %}
        {%- set known = described_columns(model, columns | map('first') | list) %}
select
        {%- for name, data_type in columns %}
    {% if name in known %}{{ name }}{% else %}cast(null as {{ raw_type(data_type) }}) as {{ name }}{% endif %}
            {{- ',' if not loop.last }}
        {%- endfor %}
from {{ ref(model) }}
        {#- a model that says which of its rows count -#}
        {%- if 'is_model_call' in known %}
where is_model_call
        {%- endif %}
        {{- '\nunion all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
