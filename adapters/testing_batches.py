"""The part of the contract that an adapter with batches must keep: the same as one by one, with fewer calls."""
# ruff: noqa: S101 (asserts are what a test suite is made of)

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.base import Adapter, BatchReading, BatchWriting, Capability, Written
from core.errors import ConflictError, FrozenError, GoneError, PlatformError
from core.ticket import Status
from core.update import Field, FieldValue, Note, TicketRef, TicketUpdate, Wanted, difference

if TYPE_CHECKING:
    from adapters.testing import Desk

COUNT = 6
NEVER_WAS = "987654321"


class BatchContract:
    """The tests, for :class:`~adapters.testing.AdapterContract`, which has the fixtures and flags."""

    detects_conflicts = True
    freezes_closed_tickets = True

    # -- reading -----------------------------------------------------------------------------------------------------

    def test_read_together_as_alone(self, adapter: Adapter, desk: "Desk") -> None:
        """A ticket that was read in a batch is the same as read alone, at first sight and at the next look."""
        reader, refs = _reader(adapter), _opened(desk)
        desk.wait(timedelta(minutes=1))
        desk.reply_as_agent(refs[0])
        desk.set_status(refs[1], Status.PENDING)
        desk.set_priority(refs[2], "P1")
        desk.add_note(refs[3])
        desk.wait(timedelta(minutes=1))
        first = {ref: rest(None) for ref, rest in reader.fetch_many(refs).items()}
        assert first, "the batch gave nothing"
        desk.wait(timedelta(minutes=1))
        desk.reply_as_customer(refs[0])
        again = {ref: rest(first[ref].observations) for ref, rest in reader.fetch_many(list(first)).items()}
        for ref, snapshot in again.items():
            alone = adapter.fetch(ref, first[ref].observations)
            assert (snapshot.ticket, snapshot.shown) == (alone.ticket, alone.shown)
            assert (snapshot.version, snapshot.frozen) == (alone.version, alone.frozen)

    def test_reading_together_saves_calls(self, adapter: Adapter, desk: "Desk") -> None:
        """A batch costs fewer reads than the same tickets alone, and no write."""
        reader, refs = _reader(adapter), _opened(desk)
        desk.wait(timedelta(minutes=1))
        for ref in refs:
            desk.set_status(ref, Status.PENDING)
        for ref in refs:
            adapter.fetch(ref)  # people and organizations are known from here on
        desk.reset_calls()
        for ref in refs:
            adapter.fetch(ref)
        alone = desk.calls().reads
        desk.reset_calls()
        begun = reader.fetch_many(refs)
        for rest in begun.values():
            rest(None)
        assert set(begun) == set(refs)
        assert desk.calls().reads < alone
        assert desk.calls().writes == 0

    def test_gone_tickets_spoil_no_batch(self, adapter: Adapter, desk: "Desk") -> None:
        """A deleted ticket, and one that never was, are left out or gone; the others are read."""
        reader, refs = _reader(adapter), _opened(desk)
        for ref in refs:
            desk.set_status(ref, Status.PENDING)
        desk.delete(refs[2])
        gone = {refs[2], TicketRef(refs[2].connection, NEVER_WAS)}
        begun = reader.fetch_many([*refs, *gone])
        for ref in gone & set(begun):
            with pytest.raises(GoneError):
                begun[ref](None)
        assert set(refs) - gone <= set(begun)

    # -- writing -----------------------------------------------------------------------------------------------------

    def test_each_ticket_gets_its_own(self, adapter: Adapter, desk: "Desk", fields: dict[Field, FieldValue]) -> None:
        """Different updates travel together; each is shown afterwards, others' tags stay, and there is no echo."""
        writer, refs = _writer(adapter), _opened(desk)
        for ref in refs:
            desk.add_tag(ref, "vip")
        wishes = {ref: Wanted(fields=fields, tags=frozenset({"sla_x"})) for ref in refs}
        wishes[refs[0]] = Wanted(fields=dict.fromkeys(fields))
        desk.reset_calls()
        came_of = _applied(adapter, writer, _differences(adapter, wishes))
        assert desk.calls().writes < len(refs)
        for ref, update in _differences(adapter, wishes).items():
            assert not update
            assert "vip" in desk.tags(ref)
            assert ref not in came_of or isinstance(came_of[ref], Written)

    def test_one_that_changed_is_a_conflict(self, adapter: Adapter, desk: "Desk") -> None:
        """In the middle of a batch, a ticket that changed since it was read is not overwritten; the others are done."""
        writer, refs = _writer(adapter), _opened(desk)
        if not self.detects_conflicts:
            pytest.skip("this platform cannot tell that a ticket changed meanwhile")
        updates = _differences(adapter, {ref: Wanted(tags=frozenset({"sla_x"})) for ref in refs})
        desk.wait(timedelta(minutes=1))
        desk.add_tag(refs[2], "vip")
        came_of = _applied(adapter, writer, updates)
        assert isinstance(came_of.pop(refs[2]), ConflictError)
        assert desk.tags(refs[2]) == {"vip"}
        assert all(isinstance(each, Written) for each in came_of.values())
        assert all("sla_x" in desk.tags(ref) for ref in came_of)

    def test_one_that_takes_nothing(self, adapter: Adapter, desk: "Desk", fields: dict[Field, FieldValue]) -> None:
        """In the middle of a batch, a closed ticket is frozen and a deleted one gone; the others are done."""
        writer, refs = _writer(adapter), _opened(desk)
        updates = _differences(adapter, {ref: Wanted(fields=fields) for ref in refs})
        desk.wait(timedelta(minutes=1))
        desk.delete(refs[1])
        closed = {refs[3]} if self.freezes_closed_tickets else set()
        for ref in closed:
            desk.set_status(ref, Status.CLOSED)
        came_of = _applied(adapter, writer, updates)
        assert isinstance(came_of.pop(refs[1]), GoneError)
        assert all(isinstance(came_of.pop(ref), FrozenError) for ref in closed)
        assert all(isinstance(each, Written) and dict(each.fields) == fields for each in came_of.values())

    def test_notes_stay_private(self, adapter: Adapter, desk: "Desk", fields: dict[Field, FieldValue]) -> None:
        """A note among other updates is written once, is private, and its key is found again."""
        writer, refs = _writer(adapter), _opened(desk)
        if Capability.NOTES not in adapter.supports:
            pytest.skip("this platform takes no notes")
        note = Note("resolution/1/breach", "Breached.")
        wishes = {ref: Wanted(fields=fields, notes=(note,) if ref == refs[0] else ()) for ref in refs}
        public = desk.public_texts(refs[0])
        came_of = _applied(adapter, writer, _differences(adapter, wishes))
        first = came_of[refs[0]]
        assert isinstance(first, Written)
        assert (first.note_keys, first.public) == ((note.key,), False)
        assert (len(desk.private_notes(refs[0])), desk.public_texts(refs[0])) == (1, public)
        assert note.key in adapter.fetch(refs[0]).shown.note_keys


def _reader(adapter: Adapter) -> BatchReading:
    if not isinstance(adapter, BatchReading) or not adapter.most_read:
        pytest.skip("this platform reads tickets one by one")
    return adapter


def _writer(adapter: Adapter) -> BatchWriting:
    if not isinstance(adapter, BatchWriting) or not adapter.most_written:
        pytest.skip("this platform writes tickets one by one")
    return adapter


def _opened(desk: "Desk") -> list[TicketRef]:
    return [desk.open_ticket(priority="P2") for _ in range(COUNT)]


def _differences(adapter: Adapter, wishes: dict[TicketRef, Wanted]) -> dict[TicketRef, TicketUpdate]:
    found = {}
    for ref, wanted in wishes.items():
        snapshot = adapter.fetch(ref)
        found[ref] = difference(ref, wanted, snapshot.shown, snapshot.version)
    return found


def _applied(
    adapter: Adapter, writer: BatchWriting, updates: dict[TicketRef, TicketUpdate]
) -> dict[TicketRef, Written | PlatformError]:
    """Apply what says anything as a command does: together, and alone what the batch leaves out."""
    said: Sequence[TicketUpdate] = [update for update in updates.values() if update]
    came_of = dict(writer.apply_many(said))
    for update in said:
        if update.ref not in came_of:
            try:
                came_of[update.ref] = adapter.apply(update)
            except PlatformError as err:
                came_of[update.ref] = err
    return came_of
