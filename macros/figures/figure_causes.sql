{# Why a figure moved, from what its day is made of (int_figure_days) and the steps of the ledger (int_figure_steps). Of
   two changes at once each part has its own cause: price before owner, and what came late last, as the ledger takes
   them (docs/decisions/0057-figures-are-kept-as-movements.md). What is left over when none of these changed is the
   rest's: how usage is read, the logs, the price; and `unexplained` where nothing that a day is made of is another. #}
{% macro figure_parts() -%}
    {{ return({
        'price': {'usd': 're_rated_usd - posted_usd', 'attempts': 're_rated_attempts', 'unpriced': 're_rated_unpriced'},
        'owner': {'usd': 're_attributed_usd - re_rated_usd',
            'attempts': 're_attributed_attempts - re_rated_attempts',
            'unpriced': 're_attributed_unpriced - re_rated_unpriced'},
        'late': {'usd': 'posted_usd + difference_usd - re_attributed_usd',
            'attempts': 'difference_attempts - re_attributed_attempts',
            'unpriced': 'difference_unpriced - re_attributed_unpriced'},
    }) }}
{%- endmacro %}

{# The cause of one of those parts. #}
{% macro figure_cause(part) -%}
    case
            when is_first then 'first_published'
            {% if part == 'price' -%}
            -- an owner's key may be of an account with prices of its own
            when is_price_changed or is_owner_changed and not (is_data_changed or is_reading_changed or is_code_changed)
                then 'price'
            {% elif part == 'owner' -%}
            when is_owner_changed then 'owner'
            {% elif part == 'late' -%}
            when is_data_changed then {{ data_cause() }}
            {% endif -%}
            when is_reading_changed or is_code_changed then 'correction'
            when is_data_changed then {{ data_cause() }}
            when is_price_changed and not is_owner_changed then 'price'
            else 'unexplained'
        end
{%- endmacro %}

{% macro data_cause() -%}
    case when not is_late_known and period_new_attempts < 0 then 'withdrawal' else 'late_data' end
{%- endmacro %}
