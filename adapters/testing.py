"""The contract that every adapter must keep, as tests: also a third party's plug-in, in its own test suite.

Subclass :class:`AdapterContract`, and give it two fixtures: ``adapter`` and ``desk``, the platform (or a stand-in) seen
from the other side, with the few verbs of :class:`Desk`. What a platform cannot do is said by ``supports`` or by a flag
of the class, and the test is skipped with that reason.
"""
# ruff: noqa: S101 (asserts are what a test suite is made of)

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from adapters.base import Adapter, Capability, SetUpPlan, Severity, WebhookRequest
from adapters.testing_batches import BatchContract
from adapters.testing_replies import RepliesContract
from core.errors import ConflictError, FrozenError, GoneError, PayloadError, SignatureError
from core.ticket import Event, Kind, Status
from core.update import Field, FieldValue, Note, TicketRef, TicketUpdate, Wanted, difference


@dataclass(frozen=True, slots=True)
class Calls:
    """How many requests the platform got since :meth:`Desk.reset_calls`; asking for a token is none of them."""

    reads: int
    writes: int


class Desk(Protocol):
    """The platform as its users see it. Everything happens at its clock's time, which only ``wait`` moves."""

    def open_ticket(self, *, by_agent: bool = False, priority: str | None = None) -> TicketRef:
        """Open a ticket for a customer, by themselves or by an agent; ``priority`` is the policy's."""

    def reply_as_customer(self, ref: TicketRef) -> None:
        """Let the requester answer."""

    def reply_as_agent(self, ref: TicketRef) -> None:
        """Let an agent answer publicly."""

    def add_note(self, ref: TicketRef) -> None:
        """Let an agent write an internal note."""

    def set_status(self, ref: TicketRef, status: Status) -> None:
        """Let an agent change the status."""

    def set_priority(self, ref: TicketRef, priority: str) -> None:
        """Let an agent change the priority (the policy's)."""

    def add_tag(self, ref: TicketRef, tag: str) -> None:
        """Let an agent add a tag."""

    def delete(self, ref: TicketRef) -> None:
        """Let an admin delete the ticket."""

    def tags(self, ref: TicketRef) -> set[str]:
        """Return the ticket's tags."""

    def private_notes(self, ref: TicketRef) -> list[str]:
        """Return the texts that agents alone see, oldest first."""

    def public_texts(self, ref: TicketRef) -> list[str]:
        """Return the texts that the customer sees, oldest first."""

    def delivery(self, ref: TicketRef) -> WebhookRequest:
        """Return a delivery about a ticket, signed now, as the platform sends it."""

    def other_delivery(self, body: bytes | None = None) -> WebhookRequest:
        """Return a signed delivery with this body; without one, of a kind that moves no clock."""

    def wait(self, span: timedelta) -> None:
        """Let time pass."""

    def reset_calls(self) -> None:
        """Begin to count requests anew."""

    def calls(self) -> Calls:
        """Return the requests since then."""


class AdapterContract(BatchContract, RepliesContract):
    """The tests. Override ``adapter`` and ``desk``; override ``fields`` and ``plan`` where the defaults do not fit."""

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """The platform. To be overridden."""
        raise NotImplementedError("override the fixture `desk`")

    @pytest.fixture
    def adapter(self, desk: Desk) -> Adapter:
        """The adapter, connected to ``desk`` and set up on it. To be overridden."""
        raise NotImplementedError("override the fixture `adapter`")

    @pytest.fixture
    def fields(self, desk: Desk) -> dict[Field, FieldValue]:
        """Return values for some of the fields that the adapter is set up to show."""
        raise NotImplementedError("override the fixture `fields`")

    @pytest.fixture
    def plan(self) -> SetUpPlan:
        """Return what ``set_up`` is asked for. To be overridden."""
        raise NotImplementedError("override the fixture `plan`")

    # -- webhooks ----------------------------------------------------------------------------------------------------

    def test_is_an_adapter(self, adapter: Adapter) -> None:
        """An adapter has the whole protocol."""
        assert isinstance(adapter, Adapter)

    def test_signed_delivery_names_its_ticket(self, adapter: Adapter, desk: Desk) -> None:
        """A delivery that the platform signed is accepted and says which ticket to look at."""
        ref = desk.open_ticket()
        request = desk.delivery(ref)
        adapter.verify(request)
        delivery = adapter.read(request)
        assert delivery is not None
        assert ref in delivery.refs
        assert delivery.id

    def test_same_delivery_same_id(self, adapter: Adapter, desk: Desk) -> None:
        """A repeated delivery has the same id; that of another ticket has another."""
        first, second = desk.delivery(desk.open_ticket()), desk.delivery(desk.open_ticket())
        ids = [delivery.id for request in (first, first, second) if (delivery := adapter.read(request))]
        assert len(ids) == 3
        assert ids[0] == ids[1] != ids[2]

    def test_changed_body_is_turned_away(self, adapter: Adapter, desk: Desk) -> None:
        """One changed byte of the body, and the signature does not hold."""
        request = desk.delivery(desk.open_ticket())
        with pytest.raises(SignatureError):
            adapter.verify(replace(request, body=request.body + b" "))

    def test_unsigned_delivery_is_turned_away(self, adapter: Adapter, desk: Desk) -> None:
        """Without its headers a delivery proves nothing."""
        with pytest.raises(SignatureError):
            adapter.verify(replace(desk.delivery(desk.open_ticket()), headers={}))

    def test_other_kinds_mean_nothing(self, adapter: Adapter, desk: Desk) -> None:
        """A kind that moves no clock is no error and no delivery."""
        request = desk.other_delivery()
        adapter.verify(request)
        assert adapter.read(request) is None

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe", b"[" * 5000])
    def test_unreadable_body_is_a_payload_error(self, adapter: Adapter, desk: Desk, body: bytes) -> None:
        """Whatever comes, it is a PayloadError or means nothing; never another exception."""
        with contextlib.suppress(PayloadError):
            assert adapter.read(desk.other_delivery(body)) is None

    # -- reading -----------------------------------------------------------------------------------------------------

    def test_history(self, adapter: Adapter, desk: Desk) -> None:
        """Replies, notes, statuses and priorities are events, in order, with the instants at which they happened."""
        ref = desk.open_ticket(priority="P2")
        created = adapter.fetch(ref).ticket
        desk.wait(timedelta(minutes=10))
        desk.add_note(ref)
        desk.wait(timedelta(minutes=10))
        desk.reply_as_agent(ref)
        desk.wait(timedelta(minutes=10))
        desk.reply_as_customer(ref)
        desk.wait(timedelta(minutes=10))
        desk.set_priority(ref, "P1")
        ticket = adapter.fetch(ref).ticket
        assert ticket.created_at == created.created_at
        assert ticket.priority == "P2"
        replies = [event for event in ticket.events if event.kind in (Kind.AGENT_REPLIED, Kind.CUSTOMER_REPLIED)]
        assert [event.kind for event in replies] == [Kind.AGENT_REPLIED, Kind.CUSTOMER_REPLIED]
        assert _minutes(created.created_at, replies) == [20, 30]
        notes = [event for event in ticket.events if event.kind is Kind.NOTE_ADDED]
        assert _minutes(created.created_at, notes) == [10]
        changes = [event for event in ticket.events if event.kind is Kind.PRIORITY_CHANGED]
        assert [(event.from_, event.to) for event in changes] == [("P2", "P1")]
        assert _minutes(created.created_at, changes) == [40]

    def test_statuses(self, adapter: Adapter, desk: Desk) -> None:
        """Status categories come as ours, and reopening is a change back."""
        ref = desk.open_ticket()
        statuses = [Status.OPEN, Status.PENDING, Status.OPEN, Status.SOLVED, Status.OPEN]
        for status in statuses:
            desk.wait(timedelta(minutes=5))
            desk.set_status(ref, status)
        ticket = adapter.fetch(ref).ticket
        seen = [event.to for event in ticket.events if event.kind is Kind.STATUS_CHANGED]
        assert seen[-4:] == [status.value for status in statuses[1:]]

    def test_opening_is_no_reply(self, adapter: Adapter, desk: Desk) -> None:
        """The description is nobody's reply; a ticket that an agent opened for a customer says so."""
        by_customer = adapter.fetch(desk.open_ticket()).ticket
        by_agent = adapter.fetch(desk.open_ticket(by_agent=True)).ticket
        assert (by_customer.opened_by, by_agent.opened_by) == (None, "agent")
        for ticket in (by_customer, by_agent):
            assert not {event.kind for event in ticket.events} & {Kind.AGENT_REPLIED, Kind.CUSTOMER_REPLIED}

    def test_looking_again_changes_nothing(self, adapter: Adapter, desk: Desk) -> None:
        """With the last look's observations handed back, the same ticket comes out the same."""
        ref = desk.open_ticket()
        desk.wait(timedelta(minutes=1))
        desk.reply_as_agent(ref)
        first = adapter.fetch(ref)
        second = adapter.fetch(ref, first.observations)
        assert (second.ticket, second.shown) == (first.ticket, first.shown)

    def test_a_look_is_two_reads(self, adapter: Adapter, desk: Desk) -> None:
        """A look costs at most two reads, and no write."""
        ref = desk.open_ticket()
        first = adapter.fetch(ref)
        desk.wait(timedelta(minutes=1))
        desk.reply_as_customer(ref)
        desk.reset_calls()
        adapter.fetch(ref, first.observations)
        assert desk.calls().reads <= 2
        assert desk.calls().writes == 0

    def test_gone(self, adapter: Adapter, desk: Desk) -> None:
        """A deleted ticket, and one that never was, are gone."""
        ref = desk.open_ticket()
        desk.delete(ref)
        with pytest.raises(GoneError):
            adapter.fetch(ref)
        with pytest.raises(GoneError):
            adapter.fetch(TicketRef(ref.connection, "987654321"))

    # -- writing -----------------------------------------------------------------------------------------------------

    def test_fields_are_shown_and_echo_is_silent(
        self, adapter: Adapter, desk: Desk, fields: dict[Field, FieldValue]
    ) -> None:
        """What is written is shown; deciding again then gives an empty update, which sends nothing."""
        ref = desk.open_ticket()
        wanted = Wanted(fields=fields)
        snapshot = adapter.fetch(ref)
        written = adapter.apply(difference(ref, wanted, snapshot.shown, snapshot.version))
        assert (dict(written.fields), dict(written.refused)) == (fields, {})
        again = adapter.fetch(ref, snapshot.observations)
        assert {name: again.shown.fields[name] for name in fields} == fields
        rest = difference(ref, wanted, again.shown, again.version)
        assert not rest
        desk.reset_calls()
        adapter.apply(rest)
        assert desk.calls().writes == 0

    def test_fields_are_cleared(self, adapter: Adapter, desk: Desk, fields: dict[Field, FieldValue]) -> None:
        """None takes a value away again."""
        ref = desk.open_ticket()
        adapter.apply(TicketUpdate(ref=ref, fields=fields))
        adapter.apply(TicketUpdate(ref=ref, fields=dict.fromkeys(fields)))
        assert {adapter.fetch(ref).shown.fields[name] for name in fields} == {None}

    def test_our_writing_is_no_event(self, adapter: Adapter, desk: Desk, fields: dict[Field, FieldValue]) -> None:
        """Our own fields and notes are nobody's reply, note or change."""
        ref = desk.open_ticket()
        before = adapter.fetch(ref)
        notes = self._notes(adapter, Note("resolution/1/breach", "Breached."))
        adapter.apply(TicketUpdate(ref=ref, fields=fields, notes=notes))
        assert adapter.fetch(ref, before.observations).ticket.events == before.ticket.events

    def test_note_is_private_verbatim_and_found_again(self, adapter: Adapter, desk: Desk) -> None:
        """A note is seen by agents alone, is not read as a template, and its key is found, so it is never repeated."""
        notes = self._notes(adapter, Note("first_response/1/csm", "Due < now; {{ticket.id}} stays as it is."))
        if not notes:
            pytest.skip("this platform takes no notes")
        ref = desk.open_ticket()
        before = desk.public_texts(ref)
        written = adapter.apply(TicketUpdate(ref=ref, notes=notes))
        assert (written.note_keys, written.public) == (("first_response/1/csm",), False)
        assert desk.public_texts(ref) == before
        assert "{{ticket.id}} stays as it is." in desk.private_notes(ref)[-1]
        snapshot = adapter.fetch(ref)
        assert "first_response/1/csm" in snapshot.shown.note_keys
        assert not difference(ref, Wanted(notes=notes), snapshot.shown)

    def test_others_tags_stay(self, adapter: Adapter, desk: Desk) -> None:
        """Adding and removing our tags leaves everybody else's."""
        self._require(adapter, Capability.TAGS)
        ref = desk.open_ticket()
        desk.add_tag(ref, "vip")
        snapshot = adapter.fetch(ref)
        adapter.apply(TicketUpdate(ref=ref, version=snapshot.version, add_tags=frozenset({"sla_breached", "sla_x"})))
        desk.wait(timedelta(minutes=1))
        desk.add_tag(ref, "night")
        snapshot = adapter.fetch(ref)
        adapter.apply(TicketUpdate(ref=ref, version=snapshot.version, remove_tags=frozenset({"sla_x"})))
        assert {"vip", "night", "sla_breached"} <= desk.tags(ref)
        assert "sla_x" not in desk.tags(ref)

    def test_an_update_is_one_write(self, adapter: Adapter, desk: Desk, fields: dict[Field, FieldValue]) -> None:
        """Fields, tags and, where the platform can, the note travel in one request."""
        ref = desk.open_ticket()
        snapshot = adapter.fetch(ref)
        together = Capability.NOTE_IN_UPDATE in adapter.supports
        tags = frozenset({"sla_breached"}) if Capability.TAGS in adapter.supports else frozenset()
        notes = (Note("update/1/breach", "Breached."),) if together else ()
        desk.reset_calls()
        adapter.apply(TicketUpdate(ref=ref, version=snapshot.version, fields=fields, add_tags=tags, notes=notes))
        assert desk.calls().writes == 1

    def test_stale_write_is_a_conflict(self, adapter: Adapter, desk: Desk) -> None:
        """A ticket that changed since it was read is not overwritten."""
        if not self.detects_conflicts:
            pytest.skip("this platform cannot tell that a ticket changed meanwhile")
        self._require(adapter, Capability.TAGS)
        ref = desk.open_ticket()
        snapshot = adapter.fetch(ref)
        desk.wait(timedelta(minutes=1))
        desk.add_tag(ref, "vip")
        with pytest.raises(ConflictError):
            adapter.apply(TicketUpdate(ref=ref, version=snapshot.version, add_tags=frozenset({"sla_breached"})))
        assert "vip" in desk.tags(ref)

    def test_closed_is_frozen(self, adapter: Adapter, desk: Desk, fields: dict[Field, FieldValue]) -> None:
        """A closed ticket can be read, says that it takes no writes, and a write says so too."""
        if not self.freezes_closed_tickets:
            pytest.skip("this platform writes on closed tickets too")
        ref = desk.open_ticket()
        desk.set_status(ref, Status.CLOSED)
        assert adapter.fetch(ref).frozen
        with pytest.raises(FrozenError):
            adapter.apply(TicketUpdate(ref=ref, fields=fields))

    def test_writing_on_a_gone_ticket(self, adapter: Adapter, desk: Desk, fields: dict[Field, FieldValue]) -> None:
        """A ticket that is gone by the time of the write is gone, not refused."""
        ref = desk.open_ticket()
        desk.delete(ref)
        with pytest.raises(GoneError):
            adapter.apply(TicketUpdate(ref=ref, fields=fields))

    # -- feed, set-up, check -----------------------------------------------------------------------------------------

    def test_feed(self, adapter: Adapter, desk: Desk) -> None:
        """Without a cursor every open ticket comes; going on from the last cursor brings what changed since."""
        first, second = desk.open_ticket(), desk.open_ticket()
        desk.wait(timedelta(minutes=15))
        seen = list(adapter.changed_since(None))
        assert {first, second} <= {change.ref for change in seen}
        desk.reply_as_customer(second)
        desk.wait(timedelta(minutes=15))
        later = list(adapter.changed_since(seen[-1].cursor))
        assert second in {change.ref for change in later}
        assert not list(adapter.changed_since(later[-1].cursor))

    def test_set_up_is_safe_to_repeat(self, adapter: Adapter, desk: Desk, plan: SetUpPlan) -> None:
        """A second run finds everything; a dry run writes nothing."""
        adapter.set_up(plan)
        again = adapter.set_up(plan)
        assert {step.action for step in again.steps} <= {"found", "skip"}
        desk.reset_calls()
        adapter.set_up(replace(plan, dry_run=True))
        adapter.set_up(replace(plan, dry_run=True, remove=True, delete_fields=True))
        assert desk.calls().writes == 0

    def test_doctor_finds_no_fault(self, adapter: Adapter) -> None:
        """A connection that was just set up is in order."""
        faults = [finding for finding in adapter.check() if finding.severity is Severity.FAULT]
        assert faults == []

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _notes(self, adapter: Adapter, note: Note) -> tuple[Note, ...]:
        return (note,) if Capability.NOTES in adapter.supports else ()

    def _require(self, adapter: Adapter, capability: Capability) -> None:
        if capability not in adapter.supports:
            pytest.skip(f"this platform has no {capability.value}")


def _minutes(since: datetime, events: list[Event]) -> list[int]:
    """Return how many minutes after ``since`` each event happened."""
    return [round((event.at - since).total_seconds() / 60) for event in events]
