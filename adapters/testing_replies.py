"""The part of the contract that an adapter with public replies must keep: once, found again, nobody's answer."""
# ruff: noqa: S101 (asserts are what a test suite is made of)

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.base import Adapter, Capability, Replying
from core.errors import ConflictError, GoneError, RefusedError
from core.update import Note, Reply, TicketUpdate

if TYPE_CHECKING:
    from adapters.testing import Desk


class RepliesContract:
    """The tests, for :class:`~adapters.testing.AdapterContract`; skipped for an adapter that sends none."""

    detects_conflicts = True

    def test_reply_is_public_verbatim_and_found_again(self, adapter: Adapter, desk: "Desk") -> None:
        """The requester reads a reply once, neither as markup nor as a template; it is found, and nobody's answer."""
        replying, ref = _replying(adapter), desk.open_ticket()
        before, public, private = adapter.fetch(ref), desk.public_texts(ref), desk.private_notes(ref)
        text = "Please ask <b>them</b>; {{ticket.id}} stays as it is."
        assert replying.reply(Reply(ref, "turn_back/reply", text, before.version))
        (said,) = desk.public_texts(ref)[len(public) :]
        assert said.startswith("Please ask <b>them</b>; ")
        assert "{{ticket.id}} stays as it is." in said
        assert desk.private_notes(ref) == private
        after = adapter.fetch(ref, before.observations)
        assert after.shown.reply_keys == {"turn_back/reply"}
        assert after.ticket.events == before.ticket.events

    def test_notes_are_no_replies(self, adapter: Adapter, desk: "Desk") -> None:
        """A note and a reply beside each other are told apart."""
        replying, notes = _replying(adapter), _notes(adapter)
        ref = desk.open_ticket()
        adapter.apply(TicketUpdate(ref=ref, notes=notes))
        snapshot = adapter.fetch(ref)
        assert snapshot.shown.reply_keys == frozenset()
        replying.reply(Reply(ref, "turn_back/reply", "Please ask them.", snapshot.version))
        shown = adapter.fetch(ref, snapshot.observations).shown
        assert shown.reply_keys == {"turn_back/reply"}
        assert {note.key for note in notes} <= shown.note_keys

    def test_stale_reply_is_a_conflict(self, adapter: Adapter, desk: "Desk") -> None:
        """Where an agent has answered since the ticket was read, nothing is sent."""
        replying = _replying(adapter)
        if not self.detects_conflicts:
            pytest.skip("this platform cannot tell that a ticket changed meanwhile")
        ref = desk.open_ticket()
        snapshot = adapter.fetch(ref)
        desk.wait(timedelta(minutes=1))
        desk.reply_as_agent(ref)
        public = desk.public_texts(ref)
        with pytest.raises(ConflictError):
            replying.reply(Reply(ref, "turn_back/reply", "Please ask them.", snapshot.version))
        assert desk.public_texts(ref) == public

    def test_reply_on_a_gone_ticket(self, adapter: Adapter, desk: "Desk") -> None:
        """A reply on a ticket that is gone is an error that proves that nothing was sent."""
        replying, ref = _replying(adapter), desk.open_ticket()
        desk.delete(ref)
        with pytest.raises((GoneError, RefusedError)):
            replying.reply(Reply(ref, "turn_back/reply", "Please ask them."))


def _replying(adapter: Adapter) -> Replying:
    if not isinstance(adapter, Replying):
        pytest.skip("this adapter sends no public replies")
    return adapter


def _notes(adapter: Adapter) -> tuple[Note, ...]:
    return (Note("turn_back", "Not covered."),) if Capability.NOTES in adapter.supports else ()
