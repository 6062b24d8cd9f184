{# True on a text that is the name of a sum over lines, as at the foot of an invoice, and nothing else. #}
{% macro says_total(text) -%}
    coalesce(
            regexp_replace(
                lower(trim({{ text }})),
                '^((grand |invoice |sub-?|net |gross )?total|(total )?(amount|balance)( due)?|'
                || 'gesamt(summe|betrag)?|(zwischen|rechnungs)?summe|rechnungsbetrag)'
                || '( (cost|costs|amount|due|charges|payable))?'
                || '( [(]?(in |incl[.a-z]* |excl[.a-z]* )?(usd|eur|gbp|vat|tax|gst|mwst)[.]?[)]?)*[ :]*$',
                ''
            ) = '',
            false
        )
{%- endmacro %}
