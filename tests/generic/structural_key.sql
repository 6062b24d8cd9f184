{# unique_combination for a view over all of history. A night that tested it would read every raw row
   again, and what could break it is a change of the model, not new data: so the tag keeps it out of the
   night, and `make test` and a plain `dbt build` run it. The marts' own keys are tested every night. #}
{% test structural_key(model, columns) %}

{{ config(tags=['structure']) }}
{{ test_unique_combination(model, columns) }}

{% endtest %}
