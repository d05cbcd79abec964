"""Public replies at the Freshdesk stand-in: what is sent, how it is found, and whom the native clocks take for us."""

import pytest

from core.errors import RefusedError, RetryLaterError
from core.update import Reply
from sandbox.common.faults import ApiFault, FaultKind

KEY = "turn_back/reply"
REPLIES = {"method": "POST", "path": r"/reply$"}


@pytest.fixture
def adapter(desk):
    return desk.connect()


def test_one_reply(desk, adapter):
    """The reply is mailed to the requester; its text is HTML without markup, its mark the last line."""
    ref = desk.open_ticket()
    desk.reset_calls()
    assert adapter.reply(Reply(ref, KEY, "Ask <them>\n{{ticket.id}}"))
    assert desk.calls().writes == 1
    said = desk.ticket(ref).conversations[-1]
    assert said.to_emails == [desk.customer.email]
    assert said.body == f"<div>Ask &lt;them&gt;<br>{{&#123;ticket.id}}}}<br><br>[sla-sidecar: {KEY}]</div>"


def test_freshdesks_statistics_are_explained_by_it(desk, adapter):
    """Freshdesk counts our reply as a first response; at a first look the conversation tells that it is ours."""
    ref = desk.open_ticket()
    adapter.reply(Reply(ref, KEY, "Please ask them."))
    assert desk.ticket(ref).stats.first_responded_at is not None
    snapshot = adapter.fetch(ref)
    assert (snapshot.shown.reply_keys, snapshot.ticket.events) == ({KEY}, ())


@pytest.mark.parametrize("fault", [{"kind": FaultKind.DROP}, {"kind": FaultKind.ANSWER, "status": 502}])
def test_a_reply_whose_answer_was_lost_is_found(desk, adapter, fault):
    """The reply was taken and its answer lost: it was sent once, and the next look finds it."""
    ref = desk.open_ticket()
    desk.state.faults.add(ApiFault(**fault, **REPLIES, after=True))
    with pytest.raises(RetryLaterError):
        adapter.reply(Reply(ref, KEY, "Please ask them."))
    assert adapter.fetch(ref).shown.reply_keys == {KEY}
    assert len(desk.public_texts(ref)) == 1


def test_refused(desk, adapter):
    """A ticket whose requester has no address, say, is refused with the field's name."""
    ref = desk.open_ticket()
    body = {"errors": [{"field": "to_emails", "code": "missing_field"}]}
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, **REPLIES, status=400, body=body))
    with pytest.raises(RefusedError, match="to_emails: missing_field"):
        adapter.reply(Reply(ref, KEY, "Please ask them."))


def test_a_quoted_mark_is_no_reply(desk, adapter):
    """A mark counts in our own agent's replies alone: customers and agents may quote ours."""
    ref = desk.open_ticket()
    for person in (desk.customer, desk.agent):
        desk.state.reply(desk.ticket(ref), person, f"You said: [sla-sidecar: {KEY}]")
    snapshot = adapter.fetch(ref)
    assert snapshot.shown.reply_keys == frozenset()
    assert [event.kind.value for event in snapshot.ticket.events] == ["customer_replied", "agent_replied"]
