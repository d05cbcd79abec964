"""Whatever the platform answers, reading a ticket ends in a ticket or in one of our errors."""

import copy
import json
import re

import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PlatformError
from core.ticket import Ticket
from tests.adapters.freshdesk.builders import AGENT, HOST, REF, REQUESTER, URL, adapter, said, stamp, ticket

WHOLE = {
    "ticket": ticket(
        30,
        status=4,
        company_id=3,
        tags=["a"],
        priority=4,
        responder_id=AGENT,
        custom_fields={"cf_x": "x", "cf_w": True, "cf_due": "2026-11-21 21:00 UTC (+00:00)"},
        stats={"status_updated_at": 30, "resolved_at": 30, "agent_responded_at": 20, "first_responded_at": 10},
        company={"id": 3, "name": "Acme"},
    ),
    "rows": [
        said(10, AGENT),
        said(15, REQUESTER, incoming=True),
        said(20, AGENT, private=True, text="[sla-sidecar: k]"),
    ],
    "agents": [{"id": AGENT, "contact": {"email": "a@x.example"}}],
    "contact": {"id": REQUESTER, "company_id": 3, "tags": ["t"], "custom_fields": {"plan": "Gold"}},
    "company": {"id": 3, "name": "Acme", "account_tier": "Premium", "custom_fields": {}, "updated_at": stamp(1)},
}
MORE = {
    "facts": {"affected": {"field": "cf_x"}, "n": {"field": "cf_x", "kind": "number"}},
    "plan": [{"from": "company_field", "key": "account_tier"}, {"from": "contact_tags", "values": {"t": "T"}}],
    "workaround_field": "cf_w",
    "fields": {"sla_resolution_due": {"text": "cf_due"}},
}
ODD = st.sampled_from([None, True, 0, -1, 10**30, 1.5, "", "x", "0", [], [None], {}, {"id": None}, "9" * 5000])


def places(value, path=()):
    """Yield the path of every value inside a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def spoilt(whole, path, value):
    """Return a copy in which the value at a path is another one."""
    whole = copy.deepcopy(whole)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return whole


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(places(WHOLE))[1:]), ODD)
def test_any_answer(path, value):
    """One odd value anywhere: a canonical ticket, the same again at the next look, or an error of the platform."""
    given_ = spoilt(WHOLE, path, value)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/conversations", body=json.dumps(given_["rows"]))
        mock.get(URL, body=json.dumps(given_["ticket"]))
        mock.get(f"{HOST}/agents", body=json.dumps(given_["agents"]))
        mock.get(f"{HOST}/contacts/{REQUESTER}", body=json.dumps(given_["contact"]))
        mock.get(f"{HOST}/companies/3", body=json.dumps(given_["company"]))
        mock.get(url=re.compile(f"{HOST}/.*"), status=404)
        one = adapter(**MORE)
        try:
            first = one.fetch(REF)
            again = one.fetch(REF, json.loads(json.dumps(dict(first.observations))))
        except PlatformError:
            return
    assert Ticket.from_mapping(first.ticket.to_mapping()).id == first.ticket.id
    assert again.ticket == first.ticket
