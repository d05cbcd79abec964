"""What an admin writes: mistakes are named with what to write instead."""

import pytest
from pydantic import ValidationError

from adapters.freshdesk import ADAPTER
from adapters.freshdesk.rails_zones import _RAILS, iana_zone
from adapters.freshdesk.settings import FreshdeskSettings
from core.ticket import Status
from core.zones import is_zone

GOOD = {"domain": "acme"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "domain"),
        ({"domain": "acme.freshdesk.com"}, "domain"),
        ({"base_url": "https://acme.freshservice.com"}, "Freshservice"),
        ({"base_url": "http://acme.freshdesk.com"}, "https"),
        ({**GOOD, "timezone": "Eastern Time"}, "time zone"),
        ({**GOOD, "priorities": {"critical": "P1"}}, "critical"),
        ({**GOOD, "plan": [{"from": "company_field"}]}, "key"),
        ({**GOOD, "plan": [{"from": "ticket_tags"}]}, "values"),
        ({**GOOD, "fields": {"sla_state": {"dropdown": "cf_x"}}}, "choices"),
        ({**GOOD, "fields": {"sla_next_due": {"date": "cf_x"}}}, "text"),
        ({**GOOD, "native_due": "test"}, "native_due_ticket"),
        ({**GOOD, "statuses": {"Waiting": "pending"}}, "statuses"),
        ({**GOOD, "subdomain": "acme"}, "subdomain"),
    ],
)
def test_mistakes(settings, words):
    """Each is refused, naming what is wrong."""
    with pytest.raises(ValidationError, match=words):
        FreshdeskSettings.model_validate(settings)


def test_as_yaml_gives_it():
    """Ids of statuses may be numbers or text; addresses lose their last slash."""
    settings = FreshdeskSettings.model_validate({**GOOD, "statuses": {9: "pending", "10": "on_hold"}})
    assert (settings.category(9), settings.category(10), settings.category(11)) == (
        Status.PENDING,
        Status.ON_HOLD,
        Status.OPEN,
    )
    assert settings.url == "https://acme.freshdesk.com"
    assert FreshdeskSettings(base_url="http://127.0.0.1:8000/").url == "http://127.0.0.1:8000"


def test_required_secrets():
    """``connect`` asks for the API key, and makes the webhook key itself."""
    assert ADAPTER.required_secrets({}) == {"api_key"}
    assert ADAPTER.required_secrets({}) < set(ADAPTER.secrets)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("Chennai", "Asia/Kolkata"),
        ("Europe/Vienna", "Europe/Vienna"),
        ("Atlantis", None),
        (None, None),
    ],
)
def test_zones(name, zone):
    """Freshdesk's names become IANA's; an unknown one is none."""
    assert iana_zone(name) == zone


def test_every_zone_exists():
    """The table names only zones that the pinned data has."""
    assert [zone for zone in _RAILS.values() if not is_zone(zone)] == []
