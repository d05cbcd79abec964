"""Public replies by the service-desk API: what is sent, and what proves that nothing was."""

import json

import pytest
import responses

from core.errors import RefusedError, RetryLaterError
from core.update import Reply
from tests.adapters.jira.builders import DESK, ISSUE_ID, REF, adapter

PATH = f"{DESK}/request/{ISSUE_ID}/comment"
REPLY = Reply(REF, "turn_back/reply", "Please ask them.")


@pytest.fixture
def jira():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.mark.parametrize("public", [True, False])
def test_one_public_comment(jira, lent, public):
    """The comment is public in so many words, its mark is its last line, and the answer tells whether it is seen."""
    write = jira.post(PATH, status=201, json={"id": "900", "public": public})
    assert adapter(lent).reply(REPLY) is public
    assert write.call_count == 1
    body = json.loads(jira.calls[0].request.body)
    assert body == {"body": "Please ask them.\n\n(sla-sidecar: turn_back/reply)", "public": True}


@pytest.mark.parametrize("status", [403, 404])
def test_where_nobody_could_read_it(jira, lent, status):
    """An issue that is no customer's request is refused with the reason; it is not taken for gone."""
    jira.post(PATH, status=status, json={"errorMessage": "no request"})
    with pytest.raises(RefusedError, match="no customer's request") as caught:
        adapter(lent).reply(REPLY)
    assert caught.value.status == status


def test_a_lost_answer_is_not_sent_again_here(jira, lent):
    """After a fault the reply may be there: it was sent once, and the next look decides."""
    write = jira.post(PATH, status=502)
    with pytest.raises(RetryLaterError):
        adapter(lent).reply(REPLY)
    assert write.call_count == 1


def test_a_quoted_mark_is_no_reply(jira_desk):
    """A mark counts in our own account's comments alone: customers and agents may quote our reply."""
    ref = jira_desk.open_ticket()
    connected = jira_desk.connect()
    for person in (jira_desk.customer, jira_desk.agent):
        jira_desk.state.reply(jira_desk.issue(ref), person, "You said: (sla-sidecar: turn_back/reply)")
    snapshot = connected.fetch(ref)
    assert snapshot.shown.reply_keys == frozenset()
    assert [event.kind.value for event in snapshot.ticket.events] == ["customer_replied", "agent_replied"]
