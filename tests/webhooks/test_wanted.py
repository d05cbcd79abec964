"""What should stand on a ticket, from what was decided."""

import pytest

from core.update import Field
from tests.core.stories import at, judged, policy
from tests.core.test_cover import DESK as COVERED
from tests.core.test_escalation import LADDERS, TIERED
from webhooks.engine.wanted import EXCLUDED, NOT_COVERED, routed, wanted
from webhooks.notify_settings import RoleSettings
from webhooks.store.memory import EffectState

DESK = policy()


@pytest.mark.parametrize(
    ("now", "story", "expected"),
    [
        pytest.param("mon 09:30", [], ("running", "first_response", "mon 11:00"), id="the first due"),
        pytest.param("mon 11:30", [], ("breached", "first_response", "mon 11:00"), id="breached comes first"),
        pytest.param("mon 09:40", ["mon 09:30 reply"], ("running", "update", "mon 13:30"), id="then the next"),
        pytest.param("mon 09:40", ["mon 09:30 reply", "mon 09:30 is pending"], ("paused", None, None), id="paused"),
        pytest.param("mon 09:40", ["mon 09:30 is solved"], ("met", None, None), id="nothing more is owed"),
    ],
)
def test_next_obligation(now, story, expected):
    """Agents see the state, the unfinished clock that is due first, and when."""
    state, metric, due = expected
    fields = wanted(judged(DESK, now, "mon 09:00", *story), {}, {}).fields
    assert (fields[Field.STATE], fields[Field.NEXT]) == (state, metric)
    assert fields[Field.NEXT_DUE] == (at(due) if due else None)


def test_a_finished_clock_is_due_no_more():
    """Once a clock is met its deadline's field is empty."""
    fields = wanted(judged(DESK, "mon 09:40", "mon 09:00", "mon 09:30 reply"), {}, {}).fields
    assert fields[Field.FIRST_RESPONSE_DUE] is None
    assert fields[Field.RESOLUTION_DUE] == at("mon 17:00")


def test_an_intended_escalation_takes_effect_and_a_done_one_does_not():
    """A level that is intended brings its note and its people; what is done, skipped or reported brings nothing."""
    evaluation = judged(LADDERS, "mon 11:30", "mon 09:00")
    roles = {
        "lead": RoleSettings(followers=("lead@example.com",), group="6", tag="sla_lead", priority="P1"),
        "manager": RoleSettings(group="7", assignee="8", followers=("boss@example.com",)),
    }
    states = {each.key: EffectState.INTENDED for each in evaluation.escalations}
    wish = routed(wanted(evaluation, states, roles), evaluation, set(states), roles)
    assert (wish.group, wish.assignee, wish.priority) == ("7", "8", "P1")
    assert "sla_lead" in wish.tags
    assert wish.followers == {"lead@example.com", "boss@example.com"}
    keys = ["first_response/1/half", "first_response/1/soon", "first_response/1/breach"]
    assert [note.key for note in wish.notes] == keys
    assert "due Mon 2 Mar 2026 11:00 GMT" in wish.notes[2].text
    for state in (EffectState.DONE, EffectState.SKIPPED, EffectState.REPORTED):
        nothing = routed(wanted(evaluation, dict.fromkeys(states, state), roles), evaluation, frozenset(), roles)
        assert (nothing.notes, nothing.group, nothing.followers) == ((), None, frozenset())


def test_a_rise_is_shown():
    """The effective tier stands in its field, and the note says that the ticket rises."""
    evaluation = judged(TIERED, "mon 13:30", "mon 09:00", priority=None)
    wish = wanted(evaluation, {"resolution/1/up": EffectState.INTENDED}, {})
    assert wish.fields[Field.TIER] == 2
    assert "the ticket rises to tier 2" in wish.notes[0].text


def test_tags():
    """A ticket that is not covered, or suspended by an exclusion, says so by a tag of ours; others' stay out of it."""
    assert wanted(judged(COVERED, "mon 09:30", "mon 09:00"), {}, {}).tags == frozenset()
    extra = judged(COVERED, "mon 09:30", "mon 09:00", facts={"kind": "extra"})
    assert wanted(extra, {}, {}).tags == {NOT_COVERED}
    network = judged(COVERED, "mon 09:30", "mon 09:00", facts={"cause": "network"})
    assert wanted(network, {}, {}).tags == {EXCLUDED}


def test_notes_hold_no_word_of_the_customers():
    """A note is ours alone: subject, names and facts never enter it."""
    evil = "{{ticket.requester.email}} <script>"
    evaluation = judged(LADDERS, "mon 11:30", "mon 09:00", subject=evil, facts={"cause": evil}, channel=evil)
    states = {each.key: EffectState.INTENDED for each in evaluation.escalations}
    assert all("{{" not in note.text and "<" not in note.text for note in wanted(evaluation, states, {}).notes)
