"""Whatever the platform answers, reading a ticket ends in a ticket or in one of our errors."""

import copy
import json

import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PlatformError
from core.ticket import Ticket
from core.update import Field, Note, TicketUpdate
from tests.adapters.doubles import Lent
from tests.adapters.jira.builders import (
    AFFECTED,
    ANDY,
    API,
    CARLA,
    DESK,
    DUE,
    ISSUE_ID,
    ORGANIZATIONS,
    REF,
    STATE,
    WORKAROUND,
    adapter,
    comment,
    history,
    issue,
    item,
    moved,
    status,
    user,
)

CHANGES = (
    moved("1", "3"),
    item("labels", None, None, "a", "a b"),
    item(ORGANIZATIONS, "[4]", "[3]", "Globex", "Acme"),
    item("priority", "2", "1", "High", "Highest"),
    item(AFFECTED, "1", "2", "x", "y"),
    item(WORKAROUND, None, "[1]", None, "Yes"),
    item("reporter", ANDY, CARLA, "Andy", "Carla"),
)
BODY = {
    "issue": issue(
        [history(10, ANDY, *CHANGES)],
        [comment(5, ANDY, public=False, text="(sla-sidecar: a/1/b)"), comment(6, CARLA, visibility=None)],
        properties={"request.channel.type": {"value": "portal"}, "sla-sidecar": {"v": 1, "fields": {}}},
        status=status("3"),
        priority={"id": "1", "name": "Highest"},
        labels=["a", "b"],
        **{
            ORGANIZATIONS: [{"id": "3", "name": "Acme"}],
            STATE: {"id": "1", "value": "running"},
            DUE: "2026-11-21T10:00:00.000+0000",
            AFFECTED: {"id": "2", "value": "y"},
            WORKAROUND: [{"id": "1", "value": "Yes"}],
        },
    ),
    "agents": [user(ANDY)],
    "statuses": [status("1")],
    "property": {"value": {"plan": "Gold", "timezone": "UTC"}},
    "organization": {"id": "4", "name": "Globex"},
}
MORE = {
    "facts": {"affected": {"field": AFFECTED, "kind": "number"}},
    "plan": [{"from": "organization_property"}, {"from": "labels", "values": {"b": "Silver"}}],
    "workaround_field": WORKAROUND,
    "support": {"groups": ["x"]},
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


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(places(BODY))[1:]), ODD)
def test_any_answer(path, value):
    """One odd value anywhere: a canonical ticket, or an error of the platform, and nothing else."""
    answers = spoilt(BODY, path, value)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{API}/issue/{ISSUE_ID}", body=json.dumps(answers["issue"]))
        mock.get(f"{API}/issue/{ISSUE_ID}/changelog", status=404, json={"errorMessages": []})
        mock.get(f"{API}/issue/{ISSUE_ID}/comment", status=404, json={"errorMessages": []})
        mock.get(f"{API}/user/permission/search", body=json.dumps(answers["agents"]))
        mock.get(f"{API}/user/groups", body=json.dumps(answers["agents"]))
        mock.get(f"{API}/status", body=json.dumps(answers["statuses"]))
        for id_ in (3, 4):
            mock.get(f"{DESK}/organization/{id_}/property/sla-sidecar", body=json.dumps(answers["property"]))
            mock.get(f"{DESK}/organization/{id_}", body=json.dumps(answers["organization"]))
        try:
            snapshot = adapter(Lent(), **MORE).fetch(REF)
        except PlatformError:
            return
    assert Ticket.from_mapping(snapshot.ticket.to_mapping()).id == snapshot.ticket.id
    again = json.loads(json.dumps(dict(snapshot.observations)))
    assert again == dict(snapshot.observations)


WRITES = {
    "issue": BODY["issue"],
    "permissions": {"permissions": {"ADMINISTER": {"havePermission": True}}},
    "meta": {
        "fields": {
            STATE: {"allowedValues": [{"id": "1", "value": "running"}]},
            DUE: {"schema": {}},
            "labels": {},
            "assignee": {},
            "priority": {"allowedValues": [{"id": "1", "name": "Highest"}]},
        }
    },
    "edited": {"fields": {STATE: {"id": "1", "value": "running"}, DUE: None, "labels": ["sla_x"], "updated": "v2"}},
    "noted": {"id": "900", "public": False},
}
UPDATE = TicketUpdate(
    ref=REF,
    fields={Field.STATE: "running", Field.NEXT_DUE: None},
    add_tags=frozenset({"sla_x"}),
    priority="P1",
    assignee=ANDY,
    notes=(Note("a/1/b", "Late."),),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(places(WRITES))[1:]), ODD)
def test_any_answer_to_a_write(path, value):
    """One odd value anywhere in the answers of an update: what was taken, or an error of the platform."""
    answers = spoilt(WRITES, path, value)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{API}/issue/{ISSUE_ID}", body=json.dumps(answers["issue"]))
        mock.get(f"{API}/issue/{ISSUE_ID}/editmeta", body=json.dumps(answers["meta"]))
        mock.get(f"{API}/mypermissions", body=json.dumps(answers["permissions"]))
        mock.put(f"{API}/issue/{ISSUE_ID}", body=json.dumps(answers["edited"]))
        mock.post(f"{DESK}/request/{ISSUE_ID}/comment", body=json.dumps(answers["noted"]))
        mock.delete(f"{API}/issue/{ISSUE_ID}/comment/900", status=204)
        try:
            done = adapter(Lent()).apply(UPDATE)
        except PlatformError:
            return
    assert set(done.fields) <= set(UPDATE.fields)
    assert set(done.note_keys) <= {"a/1/b"}
    json.dumps(dict(done.refused))
