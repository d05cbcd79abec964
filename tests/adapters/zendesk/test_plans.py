"""Where a customer's plan stands, and from when on it counts."""

from datetime import timedelta

import pytest

from adapters.zendesk.people import Sightings
from core.ticket import Organization
from tests.adapters.zendesk.builders import (
    AGENT,
    RULE,
    START,
    audit,
    canonical,
    change,
    created,
    kinds,
    minutes,
    opening,
    settings,
    ticket,
    user,
)

ACME = {
    "id": 3,
    "name": "Acme",
    "tags": ["big"],
    "organization_fields": {"support_plan": "plan_gold", "tz": "America/Chicago", "country": "us"},
}
OTHER = {"id": 4, "name": "Other", "organization_fields": {"support_plan": None}}
BY_FIELD = {
    "from": "organization_field",
    "key": "support_plan",
    "values": {"plan_gold": "Gold", "plan_silver": "Silver"},
}


def test_organization_with_its_plan_and_place():
    """The plan and the zone come from organization fields, which are kept by key."""
    conf = settings(plan=[BY_FIELD], organization={"timezone": "tz", "country": "country"})
    got = canonical([opening(created("organization_id", "3"))], ticket(organization_id=3), conf, organizations=[ACME])
    assert got.organization == Organization("3", "Acme", "Gold", "America/Chicago", "US")


@pytest.mark.parametrize(
    ("sources", "plan"),
    [
        ([BY_FIELD], "Gold"),
        ([{"from": "organization_tags", "values": {"big": "Enterprise"}}, BY_FIELD], "Enterprise"),
        ([{"from": "organization_tags", "values": {"small": "Basic"}}, BY_FIELD], "Gold"),
        ([{"from": "ticket_field", "key": 60}, BY_FIELD], "Trial"),
        ([{"from": "ticket_tags", "values": {"plan_x": "X"}}, BY_FIELD], "X"),
        ([{"from": "requester_field", "key": "plan"}], "Personal"),
        ([{"from": "requester_tags", "values": {"vip": "VIP"}}], "VIP"),
        ([{"from": "requester_field", "key": "absent"}], None),
        ([], None),
    ],
)
def test_where_the_plan_stands(sources, plan):
    """The first place, in the admin's order, that names a plan counts."""
    body = ticket(organization_id=3, custom_fields=[{"id": 60, "value": "Trial"}], tags=["plan_x"])
    person = user(7, tags=["vip"], user_fields={"plan": "Personal"})
    got = canonical([opening()], body, settings(plan=sources), users=[person], organizations=[ACME])
    assert got.organization.plan == plan


def test_another_organization_brings_its_plan():
    """The plan belongs to whom the ticket belongs to, from the instant of the change."""
    audits = [opening(created("organization_id", "3")), audit(10, AGENT, change("organization_id", "3", "4"))]
    got = canonical(audits, ticket(organization_id=4), settings(plan=[BY_FIELD]), organizations=[ACME, OTHER])
    assert (got.organization.plan, kinds(got)) == ("Gold", [(10, "organization_changed")])
    assert (got.events[0].to.id, got.events[0].to.plan) == ("4", None)


def test_a_plan_that_was_seen_to_change_did_not_hold_before():
    """Zendesk keeps no history of an organization's plan: a change counts from the instant at which it was seen."""
    conf, sightings = settings(plan=[BY_FIELD]), Sightings()
    audits, body = [opening(created("organization_id", "3"))], ticket(organization_id=3)
    silver = {**ACME, "organization_fields": {"support_plan": "plan_silver"}}
    canonical(audits, body, conf, organizations=[silver], sightings=sightings, now=START + timedelta(minutes=30))
    sightings = Sightings.from_mapping(sightings.to_mapping())
    got = canonical(audits, body, conf, organizations=[ACME], sightings=sightings, now=START + timedelta(minutes=50))
    assert got.organization.plan == "Silver"
    assert [(minutes(e.at), e.kind.value, e.from_, e.to, e.observed) for e in got.events] == [
        (50, "plan_changed", "Silver", "Gold", True)
    ]


def test_plan_from_a_ticket_field_has_an_exact_history():
    """A plan that a trigger writes into a ticket field changes at the audit's instant, and is not merely observed."""
    conf = settings(plan=[{"from": "ticket_field", "key": 60}])
    got = canonical([opening(created(60, "Silver")), audit(10, AGENT, change(60, "Silver", "Gold", RULE))], conf=conf)
    assert [(minutes(e.at), e.from_, e.to, e.observed) for e in got.events] == [(10, "Silver", "Gold", False)]
