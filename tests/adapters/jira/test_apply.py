"""Writing: how many calls an update costs, who is e-mailed, and what never becomes public."""

import json
from datetime import UTC, datetime

import pytest
import responses

from core.errors import ConflictError, FrozenError, GoneError, RefusedError, RetryLaterError
from core.update import Field, Note, TicketRef, TicketUpdate
from tests.adapters.doubles import Lent
from tests.adapters.jira.builders import (
    API,
    DESK,
    DUE,
    ISSUE_ID,
    REF,
    SITE,
    STATE,
    adapter,
    comment,
    issue,
)

ISSUE = f"{API}/issue/{ISSUE_ID}"
META = {STATE: {"allowedValues": [{"id": "1", "value": "running"}]}, DUE: {}, "labels": {}, "summary": {}}
AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
NOTE = (Note("update/1/breach", "Breached."),)
RUNNING = {Field.STATE: "running"}


@pytest.fixture
def jira():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(ISSUE, json=issue())
        mock.get(f"{ISSUE}/editmeta", json={"fields": META})
        mock.get(f"{API}/mypermissions", json={"permissions": {"ADMINISTER_PROJECTS": {"havePermission": True}}})
        mock.put(ISSUE, status=204)
        yield mock


def sent(jira, method, path=""):
    return [call.request for call in jira.calls if call.request.method == method and path in call.request.url]


def update(**more):
    return TicketUpdate(ref=REF, **more)


# -- the edit ----------------------------------------------------------------------------------------------------------


def test_one_write_and_no_read_more_than_once(jira, lent):
    """After a look an edit is one PUT; what can be edited and whom it e-mails is asked for once an hour."""
    mine = adapter(lent)
    mine.fetch(REF)
    for _ in range(3):
        done = mine.apply(update(fields=RUNNING, add_tags=frozenset({"sla_x"}), version="v"))
        assert (done.fields, done.refused) == (RUNNING, {})
    writes = sent(jira, "PUT")
    assert [write.params for write in writes] == [{"returnIssue": "true", "notifyUsers": "false"}] * 3
    assert len(sent(jira, "GET", "editmeta")) == len(sent(jira, "GET", "mypermissions")) == 1
    assert len(sent(jira, "GET", ISSUE_ID + "?")) == 1
    assert json.loads(writes[0].body)["properties"][0]["value"]["fields"] == {"sla_state": "running"}


def test_without_the_right_watchers_are_mailed(jira, lent):
    """`notifyUsers=false` without the right is ignored or refused, so it is left out."""
    jira.replace("GET", f"{API}/mypermissions", json={"permissions": {"ADMINISTER": {"havePermission": False}}})
    adapter(lent).apply(update(fields=RUNNING))
    assert sent(jira, "PUT")[0].params == {"returnIssue": "true"}


def test_nothing_to_say_sends_nothing(jira, lent):
    """An empty update costs nothing, and one that cannot be asked for is refused without a write."""
    mine = adapter(lent)
    assert mine.apply(update(version="v")).version == "v"
    assert len(jira.calls) == 0
    done = mine.apply(update(fields={Field.TIER: 2}))
    assert (done.fields, set(done.refused)) == ({}, {"sla_tier"})
    assert sent(jira, "PUT") == []


def test_a_refused_field_is_left_out_and_the_rest_sent_again(jira, lent):
    """A 400 names the fields at fault: they are dropped, the rest goes once more, and editmeta is asked anew."""
    jira.remove("PUT", ISSUE)
    jira.put(ISSUE, status=400, json={"errorMessages": [], "errors": {DUE: "Field cannot be set."}})
    jira.put(ISSUE, status=204)
    mine = adapter(lent)
    done = mine.apply(update(fields={Field.STATE: "running", Field.NEXT_DUE: AT}))
    assert (done.fields, set(done.refused)) == (RUNNING, {"sla_next_due"})
    assert [set(json.loads(write.body)["fields"]) for write in sent(jira, "PUT")] == [{STATE, DUE}, {STATE}]
    mine.apply(update(fields=RUNNING))
    assert len(sent(jira, "GET", "editmeta")) == 2


def test_a_status_that_is_not_editable_freezes(jira, lent):
    """Where nothing at all can be edited the issue is frozen: known beforehand, or found out by a refusal."""
    jira.replace("GET", f"{ISSUE}/editmeta", json={"fields": {}})
    with pytest.raises(FrozenError):
        adapter(lent).apply(update(fields=RUNNING))
    assert sent(jira, "PUT") == []
    other = Lent()
    jira.replace("GET", f"{ISSUE}/editmeta", json={"fields": META})
    mine = adapter(other)
    mine.apply(update(fields=RUNNING))
    jira.replace("GET", f"{ISSUE}/editmeta", json={"fields": {}})
    jira.replace("PUT", ISSUE, status=400, json={"errors": {STATE: "not editable"}})
    with pytest.raises(FrozenError):
        mine.apply(update(fields=RUNNING))


def test_all_fields_refused_is_no_error(jira, lent):
    """When every field is refused but the issue is editable, the refusals are the answer."""
    jira.replace("PUT", ISSUE, status=400, json={"errors": {STATE: "no"}})
    done = adapter(lent).apply(update(fields=RUNNING))
    assert (done.fields, set(done.refused), len(sent(jira, "PUT"))) == ({}, {"sla_state"}, 1)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"errorMessages": ["no"], "errors": {}}, RefusedError),
        (403, {"errorMessages": ["no"]}, RefusedError),
        (404, {"errorMessages": ["gone"]}, GoneError),
        (409, {"errorMessages": ["busy"]}, ConflictError),
        (429, None, RetryLaterError),
        (503, None, RetryLaterError),
    ],
)
def test_other_answers(jira, lent, status, body, error):
    """Each refusal is the error that says what to do next; a write is never sent twice."""
    jira.replace("PUT", ISSUE, status=status, json=body)
    with pytest.raises(error):
        adapter(lent).apply(update(fields=RUNNING))
    assert len(sent(jira, "PUT")) == 1


def test_too_many_writes_on_one_issue_wait(jira, lent):
    """A rule of the site's that sets our fields back is not fought: the 21st write in ten minutes waits."""
    mine = adapter(lent)
    for _ in range(20):
        mine.apply(update(fields=RUNNING))
        lent.time.sleep(1)
    with pytest.raises(RetryLaterError, match="budget"):
        mine.apply(update(fields=RUNNING))


def test_data_center_answers_204(jira, lent):
    """A Data Center takes `name` for a person, and its 204 means that all was taken."""
    old = f"{SITE}/rest/api/2"
    jira.get(f"{old}/issue/{ISSUE_ID}", json=issue())
    jira.get(f"{old}/issue/{ISSUE_ID}/editmeta", json={"fields": META | {"assignee": {}}})
    jira.get(f"{old}/mypermissions", json={"permissions": {}})
    jira.put(f"{old}/issue/{ISSUE_ID}", status=204)
    mine = adapter(lent, deployment="data_center", email=None)
    done = mine.apply(update(fields=RUNNING, assignee="andy"))
    (write,) = sent(jira, "PUT")
    assert (done.fields, write.params) == (RUNNING, {})
    assert json.loads(write.body)["fields"]["assignee"] == {"name": "andy"}


# -- notes -------------------------------------------------------------------------------------------------------------

BY_DESK = f"{DESK}/request/{ISSUE_ID}/comment"
BY_PLATFORM = f"{ISSUE}/comment"


def test_a_note_is_one_internal_comment_by_the_service_desk(jira, lent):
    """The service-desk API is told in so many words that the comment is internal; the marker is its last line."""
    jira.post(BY_DESK, status=201, json={"id": "900", "public": False})
    notes = (*NOTE, Note("update/1/csm", "Tell the manager."))
    done = adapter(lent).apply(update(notes=notes))
    assert (done.note_keys, done.refused, done.public) == (("update/1/breach", "update/1/csm"), {}, False)
    (write,) = sent(jira, "POST")
    text = "Breached.\n\nTell the manager.\n\n(sla-sidecar: update/1/breach update/1/csm)"
    assert json.loads(write.body) == {"body": text, "public": False}
    assert sent(jira, "PUT") == []


@pytest.mark.parametrize("status", [403, 404])
def test_where_the_issue_is_no_request(jira, lent, status):
    """The platform's comment carries the property that makes it internal, and is proven internal by the answer."""
    jira.post(BY_DESK, status=status, json={"errorMessage": "no request"})
    jira.post(BY_PLATFORM, status=201, json=comment(5, "us", public=False))
    done = adapter(lent).apply(update(notes=NOTE))
    assert (done.note_keys, done.public) == (("update/1/breach",), False)
    body = json.loads(sent(jira, "POST")[1].body)
    assert body["properties"] == [{"key": "sd.public.comment", "value": {"internal": True}}]
    lines = [paragraph["content"][0]["text"] for paragraph in body["body"]["content"]]
    assert lines == ["Breached.", "(sla-sidecar: update/1/breach)"]


def test_an_issue_that_shows_no_request_type_costs_one_request(jira, lent):
    """Where the request type is read along, an issue without one is not even asked of the service desk."""
    jira.replace("GET", ISSUE, json=issue(customfield_30000=None))
    jira.post(BY_PLATFORM, status=201, json=comment(5, "us", public=False))
    done = adapter(lent, request_type_field="customfield_30000").apply(update(notes=NOTE))
    assert (done.note_keys, len(sent(jira, "POST"))) == (("update/1/breach",), 1)


@pytest.mark.parametrize("status", [403, 404])
def test_a_customers_request_gets_no_note_by_the_platform(jira, lent, status):
    """On a request the customer would see a comment that is not internal: only the service-desk API may try."""
    jira.replace("GET", ISSUE, json=issue(customfield_30000={"requestType": {"id": "88", "name": "Get help"}}))
    jira.post(BY_DESK, status=status, json={"errorMessage": "not an agent"})
    done = adapter(lent, request_type_field="customfield_30000").apply(update(notes=NOTE))
    assert (done.note_keys, len(sent(jira, "POST"))) == ((), 1)
    assert "agent" in done.refused["note"]


@pytest.mark.parametrize("public", [True, None])
def test_a_comment_that_is_not_proven_internal_is_withdrawn(jira, lent, public):
    """A note that came out public, or does not say, is deleted at once, and it is an alarm."""
    jira.post(BY_DESK, status=404, json={"errorMessage": "no request"})
    jira.post(BY_PLATFORM, status=201, json=comment(5, "us", public=public, id_=900))
    jira.delete(f"{BY_PLATFORM}/900", status=204)
    done = adapter(lent).apply(update(notes=NOTE))
    assert (done.note_keys, done.public, set(done.refused)) == ((), True, {"note"})
    assert len(sent(jira, "DELETE")) == 1


def test_a_public_note_that_cannot_be_deleted_is_still_an_alarm(jira, lent, caplog):
    """Whether or not the deletion works, the alarm is raised."""
    jira.post(BY_DESK, status=201, json={"id": "900", "public": True})
    jira.delete(f"{BY_PLATFORM}/900", status=403, json={"errorMessages": ["no"]})
    assert adapter(lent).apply(update(notes=NOTE)).public
    assert "delete it by hand" in caplog.text


def test_outside_a_service_desk_no_note_is_written(jira, lent):
    """Where a comment cannot be internal none is written, by any way."""
    jira.replace("GET", ISSUE, json=issue(project={"id": "1", "key": "SUP", "projectTypeKey": "software"}))
    done = adapter(lent).apply(update(notes=NOTE))
    assert (done.note_keys, set(done.refused), sent(jira, "POST")) == ((), {"note"}, [])


def test_data_center_has_no_second_way(jira, lent):
    """A Data Center does not say whether a platform comment is public, so none is tried."""
    jira.get(f"{SITE}/rest/api/2/issue/{ISSUE_ID}", json=issue())
    jira.post(BY_DESK, status=404, json={"errorMessage": "no request"})
    done = adapter(lent, deployment="data_center", email=None).apply(update(notes=NOTE))
    assert (done.note_keys, set(done.refused), len(sent(jira, "POST"))) == ((), {"note"}, 1)


def test_a_note_whose_answer_was_lost_is_not_sent_again_here(jira, lent):
    """After a time-out the comment may be there: the next look finds it by its marker, so nothing is repeated now."""
    jira.post(BY_DESK, status=502)
    with pytest.raises(RetryLaterError):
        adapter(lent).apply(update(notes=NOTE))
    assert len(sent(jira, "POST")) == 1


def test_an_issue_that_takes_no_more_comments_still_shows_its_deadlines(jira, lent):
    """A full issue (413) refuses the note alone: the fields are written, and no second way is tried."""
    jira.post(BY_DESK, status=413, json={"errorMessage": "limit"})
    done = adapter(lent).apply(update(fields=RUNNING, notes=NOTE))
    assert (done.fields, done.note_keys, set(done.refused)) == (RUNNING, (), {"note"})
    assert len(sent(jira, "POST")) == 1


def test_a_note_that_our_account_may_not_write(jira, lent):
    """A credential that is refused is an error, not a note less."""
    jira.post(BY_DESK, status=401, json={"errorMessage": "no"})
    with pytest.raises(RefusedError):
        adapter(lent).apply(update(notes=NOTE))


def test_a_note_on_a_deleted_issue(jira, lent):
    """Both ways answer 404 for a deleted issue: it is gone."""
    mine = adapter(lent)
    mine.fetch(REF)
    jira.post(BY_DESK, status=404, json={"errorMessage": "no"})
    jira.post(BY_PLATFORM, status=404, json={"errorMessages": ["no"]})
    with pytest.raises(GoneError):
        mine.apply(update(notes=NOTE))


def test_ids_never_leave_the_path(lent):
    """An update for something that is no issue id goes nowhere."""
    with pytest.raises(GoneError):
        adapter(lent).apply(TicketUpdate(ref=TicketRef("acme", "1/../2"), fields=RUNNING))
