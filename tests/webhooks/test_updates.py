"""What of an update may be sent: what the admin permits, nothing that was refused, no endless fight."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.base import Written
from core.update import Field, Note, TicketRef, TicketUpdate
from webhooks.engine.rewrites import REPEATS_WITHIN, after_write, set_back, without
from webhooks.engine.updates import Writes, digest, permitted, still_to_do, summary
from webhooks.store.memory import EffectState, LastWrite

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
WHOLE = TicketUpdate(
    TicketRef("desk", "1"),
    version="7",
    fields={Field.STATE: "running", Field.NEXT_DUE: NOW},
    add_tags=frozenset({"b", "a"}),
    remove_tags=frozenset({"c"}),
    priority="P1",
    group="g",
    assignee="u",
    add_followers=frozenset({"f"}),
    notes=(Note("n1", "Our words."),),
)
PARTS = {
    Writes.FIELDS: ["fields"],
    Writes.TAGS: ["add_tags", "remove_tags"],
    Writes.NOTES: ["notes"],
    Writes.PRIORITY: ["priority"],
    Writes.GROUP: ["group"],
    Writes.ASSIGNEE: ["assignee"],
    Writes.FOLLOWERS: ["add_followers"],
}


@pytest.mark.parametrize("what", list(Writes))
def test_permitted(what: Writes):
    """Each permission lets through its own part, and no other."""
    assert list(summary(permitted(WHOLE, {what}))) == PARTS[what]


def test_nothing_permitted():
    """Without any permission nothing is left to send."""
    assert not permitted(WHOLE, set())


def test_summary_holds_no_text():
    """What goes into the audit are names, our values and keys of notes, sorted, and no note's text."""
    assert summary(WHOLE)["fields"] == {"sla_next_due": "2026-11-20T15:00:00+00:00", "sla_state": "running"}
    assert summary(WHOLE)["add_tags"] == ["a", "b"]
    assert "Our words." not in str(summary(WHOLE))


def test_same_update_same_digest():
    """Two updates that ask for the same are the same, whatever version was read."""
    again = TicketUpdate(**{name: getattr(WHOLE, name) for name in TicketUpdate.__slots__} | {"version": "8"})
    assert digest(again) == digest(WHOLE)
    assert digest(permitted(WHOLE, {Writes.FIELDS})) != digest(WHOLE)


@pytest.mark.parametrize(
    ("state", "left"), [(EffectState.DONE, 0), (EffectState.INTENDED, 1), (None, 1)], ids=["done", "intended", "new"]
)
def test_written_notes_are_left_out(state: EffectState | None, left: int):
    """A note that is known to be written is not sent again; one that was only meant is."""
    assert len(still_to_do(WHOLE, LastWrite(), {"n1": state} if state else {}).notes) == left


def test_refused_value():
    """A refused field is left out as long as the same value is wanted."""
    refused = after_write(WHOLE, Written(refused={"sla_state": "read only"}), LastWrite(), NOW)
    assert Field.STATE not in still_to_do(WHOLE, refused, {}).fields
    other = TicketUpdate(WHOLE.ref, fields={Field.STATE: "breached"})
    assert Field.STATE in still_to_do(other, refused, {}).fields
    taken = after_write(other, Written(), refused, NOW)
    assert taken.refused == {}


def sent(update: TicketUpdate, times: int) -> LastWrite:
    last = LastWrite()
    for n in range(times):
        last = after_write(update, Written(), last, NOW + timedelta(minutes=n))
    return last


FIELD = TicketUpdate(WHOLE.ref, fields={Field.STATE: "running"})
OTHER = TicketUpdate(WHOLE.ref, fields={Field.STATE: "breached"})


def test_a_field_is_repaired_once():
    """Somebody who sets a field back sees it repaired; who does so twice keeps it until its value changes."""
    assert not set_back(FIELD, sent(FIELD, 1), NOW)
    twice = sent(FIELD, 2)
    assert set_back(FIELD, twice, NOW + timedelta(days=30)) == FIELD
    assert not set_back(OTHER, twice, NOW)
    changed = after_write(OTHER, Written(), twice, NOW)
    assert not set_back(FIELD, changed, NOW)
    assert set_back(OTHER, changed, NOW) == OTHER


def test_what_the_platform_refused_was_not_set_back():
    """A field that was never taken cannot have been changed by somebody else."""
    last = LastWrite()
    for _ in range(3):
        last = after_write(FIELD, Written(refused={"sla_state": "read only"}), last, NOW)
    assert not set_back(FIELD, last, NOW)


def test_tags_that_are_set_back_are_left_for_an_hour():
    """The same change of tags twice in a row is a fight; another change, or an hour, ends it."""
    tags = TicketUpdate(WHOLE.ref, add_tags=frozenset({"sla_breached"}))
    assert not set_back(tags, sent(tags, 1), NOW)
    twice = sent(tags, 2)
    assert set_back(tags, twice, NOW + timedelta(minutes=4)) == tags
    assert not set_back(TicketUpdate(WHOLE.ref, add_tags=frozenset({"sla_at_risk"})), twice, NOW)
    assert not set_back(tags, twice, NOW + REPEATS_WITHIN + timedelta(minutes=2))


def test_fields_do_not_end_a_fight_over_tags():
    """A write of fields alone between two fights over the same tags is no truce."""
    tags = TicketUpdate(WHOLE.ref, add_tags=frozenset({"sla_breached"}))
    last = after_write(FIELD, Written(), sent(tags, 2), NOW + timedelta(minutes=2))
    assert set_back(tags, last, NOW + timedelta(minutes=3)) == tags


def test_only_what_was_set_back_is_left_out():
    """The rest of an update is sent all the same."""
    assert without(WHOLE, WHOLE).notes == WHOLE.notes
    assert without(WHOLE, FIELD) == replace(WHOLE, fields={Field.NEXT_DUE: NOW})
    assert without(WHOLE, TicketUpdate(WHOLE.ref)) == WHOLE


def test_last_write_round_trip():
    """What is remembered of a write is read back as it was."""
    last = after_write(WHOLE, Written(refused={"sla_state": "read only"}), LastWrite(), NOW)
    assert LastWrite.from_mapping(last.to_mapping()) == last
    assert LastWrite.from_mapping({}) == LastWrite()
