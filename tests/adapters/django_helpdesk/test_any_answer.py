"""Whatever the site answers, reading ends in a ticket or in one of our errors; so does a delivery."""

import copy
import json

import pytest
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.django_helpdesk import ADAPTER
from adapters.services import Services
from core.errors import ConfigError, PayloadError, PlatformError
from core.ticket import Ticket
from core.update import TicketRef
from tests.adapters.django_helpdesk import builders
from tests.adapters.django_helpdesk.builders import AGENT, follow_up, opening, ticket
from tests.adapters.django_helpdesk.test_deliveries import request

REF = TicketRef("desk", "7")
URL = "https://desk.test/api/tickets/7/"
CONF = {
    "facts": {"affected": {"field": "affected"}, "users": {"field": "users", "kind": "number"}},
    "plan": [{"field": "support_plan"}],
    "workaround_field": "workaround",
    "tags_field": "tags",
    "fields": {"sla_state": "sla_state", "sla_next_due": "sla_next_due"},
}
BODY = ticket(
    opening(),
    follow_up(2, 5, user=AGENT, comment="We look", new_status=2),
    follow_up(3, 6, user=AGENT, title="Ticket placed on hold", comment=None),
    status=2,
    on_hold=True,
    due_date="2026-11-24T13:30:00Z",
    custom_affected="one_user",
    custom_users="3",
    custom_support_plan="Gold",
    custom_workaround=False,
    custom_tags="a,b",
    custom_sla_state="running",
    custom_sla_next_due="2026-11-24 13:30+00:00",
)
ODD = st.sampled_from(
    [None, True, 0, -1, 10**30, 1.5, "", "x", "0", [], [None], {}, {"id": None}, "9" * 5000, "1." * 9]
)


def adapter():
    return ADAPTER.create("desk", builders.settings(**CONF), {"token": "x"}, Services(sleep=lambda seconds: None))


def places(value, path=()):
    """Yield the path of every value inside a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def spoilt(whole, path, value):
    """Return a copy in which the value at a path is another one."""
    if not path:
        return value
    whole = copy.deepcopy(whole)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return whole


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(places(BODY))), ODD)
def test_any_answer(path, value):
    """One odd value anywhere: a canonical ticket, or an error of the platform, and nothing else; a look later too."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(URL, json=BODY)
        first = adapter().fetch(REF)
        mock.replace("GET", URL, body=json.dumps(spoilt(BODY, path, value)))
        for kept in (None, json.loads(json.dumps(first.observations))):
            try:
                snapshot = adapter().fetch(REF, kept)
            except PlatformError:
                continue
            assert Ticket.from_mapping(snapshot.ticket.to_mapping()).id == snapshot.ticket.id
            json.dumps(dict(snapshot.observations), allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(places({"ticket": BODY, "queue_slug": "s", "followup_id": 2}))), ODD)
def test_any_delivery(path, value):
    """One odd value anywhere: a delivery, or a refusal that names the field."""
    body = spoilt({"ticket": BODY, "queue_slug": "s", "followup_id": 2}, path, value)
    try:
        delivery = adapter().read(request(body))
    except PayloadError:
        return
    assert delivery is None or delivery.refs[0].ticket_id.isdigit()


@settings(max_examples=100, deadline=None)
@given(st.recursive(ODD, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=5))
def test_any_observations(kept):
    """Whatever was kept by another version, the ticket is read."""
    with responses.RequestsMock() as mock:
        mock.get(URL, json=BODY)
        mapping = kept if isinstance(kept, dict) else {"created_at": kept, "values": kept}
        assert adapter().fetch(REF, mapping).ticket.id == "7"


@pytest.mark.parametrize("cursor", ["", "after:1", "open1:7", "open1:7.xyz", "open1:7.0123abcd,", "open2:", "9" * 99])
def test_no_cursor_of_ours(cursor):
    """A cursor of another adapter is refused, with what to do."""
    with pytest.raises(ConfigError, match="backfill desk"):
        list(adapter().changed_since(cursor))
