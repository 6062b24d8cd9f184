"""Spend under names of services that nobody registered is found, with its money.

Harm guarded against: a service that anybody may invent, whose spend nobody looks at; and a list of
unknown services that hides a part of their money.
"""


def test_a_service_that_the_catalogue_lacks_is_listed_with_all_its_money(sample_night):
    """Nobody registered the services of the sample's research lab and of its assistant."""
    listed = sample_night.rows(
        "select usage_period, team_id, service_name, attempt_count, cost_usd "
        "from marts.fct_unknown_services order by 1, 2, 3"
    )
    spent = sample_night.rows(
        "select cast(date_trunc('month', usage_date) as date), team_id, service_name, "
        "sum(attempt_count), sum(cost_usd) from marts.fct_spend_daily "
        "where service_name in ('assistant-api', 'lab-svc') "
        "group by 1, 2, 3 order by 1, 2, 3"
    )
    assert listed == spent
    assert len(listed) > 1
