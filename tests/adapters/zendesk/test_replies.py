"""Public replies at the Zendesk stand-in: what is sent, how it is found, and what proves that nothing was."""

import pytest

from adapters.zendesk.writing import reply_body
from core.errors import FrozenError, RetryLaterError
from core.ticket import Status
from core.update import Reply, TicketRef
from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk import comments

KEY = "turn_back/reply"
PUT = {"method": "PUT", "path": r"^/api/v2/tickets/\d+$"}


@pytest.fixture
def adapter(desk):
    return desk.connect()


def test_body():
    """The text is HTML without markup or placeholders; the mark is metadata; a ticket that changed takes nothing."""
    reply = Reply(TicketRef("acme", "5"), KEY, "Ask <them>\n{{ticket.id}}", "2026-11-20T15:00:00Z")
    assert reply_body(reply) == {
        "comment": {"html_body": "Ask &lt;them&gt;<br>\\{{ticket.id}}", "public": True},
        "metadata": {"sla_sidecar": {"v": 1, "keys": [KEY]}},
        "safe_update": True,
        "updated_stamp": "2026-11-20T15:00:00Z",
    }


def test_the_requester_sees_no_mark(desk, adapter):
    """What is there for us alone is not in the text."""
    ref = desk.open_ticket()
    assert adapter.reply(Reply(ref, KEY, "Please ask them."))
    assert desk.public_texts(ref)[-1] == "Please ask them."


@pytest.mark.parametrize("fault", [{"kind": FaultKind.DROP}, {"kind": FaultKind.ANSWER, "status": 502}])
def test_a_reply_whose_answer_was_lost_is_found(desk, adapter, fault):
    """The reply was taken and its answer lost: the next look finds it."""
    ref = desk.open_ticket()
    desk.state.faults.add(ApiFault(**fault, **PUT, after=True))
    with pytest.raises(RetryLaterError):
        adapter.reply(Reply(ref, KEY, "Please ask them."))
    assert adapter.fetch(ref).shown.reply_keys == {KEY}


def test_an_account_that_may_not_write_in_public(desk, adapter, monkeypatch):
    """A light agent's comment comes out private, whatever was asked: that is no reply."""
    honest = comments.to_comment

    def private(store, ticket, given, actor, **more):
        given.public = False
        return honest(store, ticket, given, actor, **more)

    monkeypatch.setattr("sandbox.zendesk.lifecycle.to_comment", private)
    ref = desk.open_ticket()
    assert not adapter.reply(Reply(ref, KEY, "Please ask them."))
    assert adapter.fetch(ref).shown.reply_keys == frozenset()


def test_nobody_can_forge_a_mark(desk, adapter):
    """A marker in a public text is just text, whoever wrote it."""
    ref = desk.open_ticket()
    for person in (desk.customer, desk.agent):
        desk.state.reply(desk.ticket(ref), person, f"[sla-sidecar: {KEY}]")
    assert adapter.fetch(ref).shown.reply_keys == frozenset()


def test_closed_meanwhile(desk, adapter):
    """A closed ticket takes no reply, and says so."""
    ref = desk.open_ticket()
    desk.set_status(ref, Status.CLOSED)
    with pytest.raises(FrozenError):
        adapter.reply(Reply(ref, KEY, "Please ask them."))
