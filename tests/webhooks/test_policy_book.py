"""Several policies for one connection, chosen by what a ticket is about."""

from pathlib import Path

import pytest

from core.errors import ConfigError
from core.facts import when
from tests.core.stories import at, policy, short, ticket
from webhooks.links import books_of
from webhooks.policy_book import PolicyBook
from webhooks.settings import Settings, read_settings

SLOW = policy(
    base="""
policy: slow
title: Slow
source: the tests
calendars: {office: {timezone: Europe/London, hours: {mon-fri: "09:00-17:00"}}}
default_calendar: office
priorities: {scale: [P1]}
facts: {brand: text}
targets: [{metric: first_response, within: 6 business hours, clause: "1"}]
"""
)
FILE = """\
connections:
  acme:
    platform: zendesk
    policy: glassbeam
    token: ${TOKEN}
    settings: {subdomain: acme, client_id: sla}
    policies:
      - {when: {brand: [north, south]}, policy: POLICY, parameters: PARAMETERS}
"""


def read(policy: str, parameters: str = "{}", choice: str = "{brand: [north, south]}") -> Settings:
    text = FILE.replace("POLICY", policy).replace("PARAMETERS", parameters).replace("{brand: [north, south]}", choice)
    return read_settings(text, "sidecar.yaml", Path(), {"TOKEN": "a-token-of-24-characters"})


def test_first_match_wins():
    """The first choice whose facts all match holds; where none does, the connection's own policy."""
    book = books_of(read("vmoso"))["acme"]
    assert [each.name for each in book.policies] == ["glassbeam", "vmoso"]
    for facts, name in (({"brand": "north"}, "vmoso"), ({"brand": "west"}, "glassbeam"), ({}, "glassbeam")):
        assert book.policy_for(ticket("mon 09:00", facts=facts), at("mon 10:00")).name == name


@pytest.mark.parametrize(
    ("facts", "events", "due"),
    [
        pytest.param({}, [], "mon 11:00", id="the default"),
        pytest.param({"brand": "north"}, [], "mon 15:00", id="the other"),
        pytest.param({}, ["mon 09:30 fact brand=north"], "mon 15:00", id="moved to the other"),
        pytest.param({"brand": "north"}, ["mon 09:30 fact brand=west"], "mon 11:00", id="moved back"),
        pytest.param({}, ["mon 10:30 fact brand=north"], "mon 11:00", id="not moved yet"),
    ],
)
def test_another_policy_is_another_target(facts, events, due):
    """A ticket that comes under another policy is due as though that one had held since its clock started."""
    book = PolicyBook(policy(), ((when({"brand": "north"}), SLOW),))
    (clock,) = [
        each
        for each in book.evaluate(ticket("mon 09:00", *events, facts=facts), at("mon 10:00")).clocks
        if each.metric == "first_response"
    ]
    assert short(clock.due_at) == due


@pytest.mark.parametrize(
    ("policy", "parameters", "fault"),
    [
        ("nobody", "{}", "connections.acme.policies[0].policy: 'nobody' is neither a bundled policy"),
        ("vmoso", "{zone: UTC}", "connections.acme.policies[0].policy: zone: is not a parameter of this policy"),
    ],
)
def test_faults(policy, parameters, fault):
    """A choice that cannot be loaded is told with its place in the connection."""
    with pytest.raises(ConfigError) as caught:
        books_of(read(policy, parameters))
    assert any(fault in str(each) for each in caught.value.faults)


@pytest.mark.parametrize("choice", ["{}", "north", "{brand: {a: b}}"])
def test_a_choice_says_when(choice):
    """A choice without facts, or with what is no fact, is refused when the file is read."""
    with pytest.raises(ConfigError, match=r"connections\.acme\.policies"):
        read("vmoso", choice=choice)
