{# Spend of a period beside that of the period before and of the one a year ago: columns of a select list from `this`,
   `before` and `year_ago`. #}
{% macro spend_compared() -%}
    this.cost_usd,
    before.cost_usd as previous_cost_usd,
    cast(this.cost_usd - before.cost_usd as {{ money_type() }}) as change_usd,
    year_ago.cost_usd as year_ago_cost_usd,
    cast(this.cost_usd - year_ago.cost_usd as {{ money_type() }}) as year_change_usd,
    {{ money_ratio_of('this.cost_usd - year_ago.cost_usd', 'year_ago.cost_usd') }} as year_change_share
{%- endmacro %}
