-- Harm: a meter that is new in the list and has no row in focus_meters has no unit in FOCUS files.
with meters as (

    {% for meter in meters() %}
    select '{{ meter.name }}' as meter
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select meters.meter
from meters
left join {{ ref('focus_meters') }} as named
    on meters.meter = named.meter
where named.meter is null
