"""Whatever the platform answers, reading a ticket ends in a ticket or in one of our errors."""

import copy
import json

import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PlatformError
from core.ticket import Ticket
from tests.adapters.zendesk.builders import (
    AGENT,
    REQUESTER,
    audit,
    change,
    comment,
    created,
    opening,
    ticket,
    user,
)
from tests.adapters.zendesk.test_reading import HOST, REF, adapter

BODY = {
    "ticket": ticket(custom_fields=[{"id": 41, "value": "x"}], tags=["a"], priority="high", organization_id=3),
    "users": [user(REQUESTER, tags=["t"]), user(AGENT)],
    "organizations": [{"id": 3, "name": "Acme", "organization_fields": {"support_plan": "gold"}}],
}
AUDITS = {
    "audits": [
        opening(created("priority", "high"), created("tags", ["a"]), created(41, "x")),
        audit(10, AGENT, comment(AGENT), change("status", "new", "open"), custom={"sla_sidecar": {"keys": ["k"]}}),
        audit(20, REQUESTER, comment(REQUESTER), change("organization_id", "3", "4"), flags=[11]),
    ],
    "meta": {"has_more": False, "after_cursor": "c"},
}
MORE = {
    "facts": {"affected": {"field": 41}},
    "plan": [{"from": "organization_field", "key": "support_plan"}, {"from": "requester_tags", "values": {"t": "T"}}],
    "workaround_field": 42,
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
    if not path:
        return value
    whole = copy.deepcopy(whole)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return whole


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(places({"body": BODY, "audits": AUDITS}))[1:]), ODD)
def test_any_answer(path, value):
    """One odd value anywhere: a canonical ticket, or an error of the platform, and nothing else."""
    given_ = spoilt({"body": BODY, "audits": AUDITS}, path, value)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{HOST}/tickets/5158", body=json.dumps(given_["body"]))
        mock.get(f"{HOST}/tickets/5158/audits", body=json.dumps(given_["audits"]))
        mock.get(f"{HOST}/users/show_many", json={"users": []})
        mock.get(f"{HOST}/organizations/show_many", json={"organizations": []})
        try:
            snapshot = adapter(**MORE).fetch(REF)
        except PlatformError:
            return
    assert Ticket.from_mapping(snapshot.ticket.to_mapping()).id == snapshot.ticket.id
    json.dumps(dict(snapshot.observations))
