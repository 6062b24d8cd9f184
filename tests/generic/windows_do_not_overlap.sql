{# Fails with every two rows of one key whose spans [valid_from, valid_to) overlap, or that are empty: a
   fact joined by date would meet both and be counted twice. #}
{% test windows_do_not_overlap(model, key, from_column='valid_from', to_column='valid_to') %}

with ordered as (

    select
        {{ key | join(', ') }},
        {{ from_column }} as starts_at,
        {{ to_column }} as ends_at,
        lead({{ from_column }}) over (
            partition by {{ key | join(', ') }} order by {{ from_column }}, {{ to_column }}
        ) as next_starts_at
    from {{ model }}

)

select * from ordered
where starts_at >= ends_at or next_starts_at < ends_at

{% endtest %}
