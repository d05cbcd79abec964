"""What holds for every ticket, whatever happens to it (the invariants of SEMANTICS)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clocks import State
from core.evaluate import evaluate
from core.policy_load import load_policy
from core.ticket import Ticket
from tests.core.test_escalation import LADDERS, TIERED
from tests.core.test_policies import POLICIES, text_of

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTES = st.integers(0, 20 * 24 * 60)
OFFSETS = st.integers(-60, 20 * 24 * 60)
NAMES = st.sampled_from(sorted(POLICIES))
FACTS = {
    "vitrium": [{"affected": "many_users"}, {"inoperable": True}, {"request": "bug", "critical": True}, {}],
    "vidizmo": [{"needs_product_team": True}, {"code_change_required": True, "workaround_possible": False}, {}],
}
PRIORITIES = {"spirion": ["S1", "S2", "S3"], "vidizmo": ["S1", "S4"], "vmoso": ["P1", "P3"], "vitrium": [None]}
KINDS = st.sampled_from(
    [
        {"kind": "agent_replied"},
        {"kind": "customer_replied"},
        {"kind": "note_added"},
        {"kind": "status_changed", "to": "pending"},
        {"kind": "status_changed", "to": "on_hold"},
        {"kind": "status_changed", "to": "open"},
        {"kind": "status_changed", "to": "solved"},
        {"kind": "status_changed", "to": "closed"},
        {"kind": "workaround_provided"},
        {"kind": "workaround_withdrawn"},
        {"kind": "escalation_requested"},
        {"kind": "priority_changed", "to": "P2"},
        {"kind": "priority_changed", "to": "S4"},
        {"kind": "plan_changed", "to": "Gold"},
        {"kind": "fact_changed", "name": "cause", "to": "network"},
        {"kind": "fact_changed", "name": "cause", "to": None},
        {"kind": "fact_changed", "name": "inoperable", "to": True},
        {"kind": "deleted"},
        {"kind": "restored"},
    ]
)


@st.composite
def stories(draw, most=12, kinds=KINDS):
    """A policy's name, a ticket as a mapping with events at distinct instants, and an instant to judge at."""
    name = draw(NAMES)
    created = START + timedelta(minutes=draw(st.integers(0, 3 * 24 * 60)))
    offsets = draw(st.lists(OFFSETS, max_size=most, unique=True))
    events = [
        {"id": f"e{offset}", "at": (created + timedelta(minutes=offset)).isoformat(), **draw(kinds)}
        for offset in offsets
    ]
    ticket = {
        "id": "1",
        "platform": "test",
        "connection": "test",
        "created_at": created.isoformat(),
        "status": "open",
        "priority": draw(st.sampled_from(PRIORITIES.get(name, ["P1", "P2", "P3"]))),
        "facts": draw(st.sampled_from(FACTS.get(name, [{}]))),
        "organization": {
            "plan": draw(st.sampled_from([None, "Standard", "Silver", "Gold"])),
            "timezone": "Asia/Kolkata",
        },
        "events": events,
    }
    return name, ticket, created + timedelta(minutes=draw(MINUTES))


def judge(name, ticket, now):
    return evaluate(Ticket.from_mapping(ticket), POLICIES[name], now)


@given(stories(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(story, random):
    """Late and repeated events give the same result as once and in order."""
    name, ticket, now = story
    events = ticket["events"] + random.sample(ticket["events"], len(ticket["events"]) // 2)
    random.shuffle(events)
    assert judge(name, ticket | {"events": events}, now).to_mapping() == judge(name, ticket, now).to_mapping()


@given(stories(), MINUTES)
def test_later_never_unbreaches(story, later):
    """Without new events a breach stays, and a running clock keeps its due instant."""
    name, ticket, now = story
    ticket["events"] = [each for each in ticket["events"] if datetime.fromisoformat(each["at"]) <= now]
    first, second = judge(name, ticket, now), judge(name, ticket, now + timedelta(minutes=later))
    raised = first.standing.case.tier != second.standing.case.tier
    after = {(each.metric, each.cycle.number): each for each in second.clocks}
    for clock in first.clocks:
        then = after[clock.metric, clock.cycle.number]
        if clock.state is State.BREACHED and not raised:
            assert then.state is State.BREACHED
        if clock.state in (State.RUNNING, State.BREACHED) and not raised:
            assert then.due_at == clock.due_at
        if clock.is_finished:
            assert (then.state, then.due_at) == (clock.state, clock.due_at)


@given(stories())
def test_nothing_changes_before_the_next_wake(story):
    """Up to ``next_wake_at`` the ticket's state, verdicts and escalations stay as they are."""
    name, ticket, now = story
    ticket["events"] = [each for each in ticket["events"] if datetime.fromisoformat(each["at"]) <= now]
    first = judge(name, ticket, now)
    wake = first.next_wake_at
    assert wake is None or wake > now
    before = now + timedelta(days=400) if wake is None else wake - timedelta(microseconds=1)
    second = judge(name, ticket, before)
    assert (second.state, [c.state for c in second.clocks]) == (first.state, [c.state for c in first.clocks])
    assert [each.key for each in second.escalations] == [each.key for each in first.escalations]


@given(stories())
def test_escalations_lie_within_their_clocks(story):
    """A level is reached no earlier than its clock starts and no later than it ends."""
    name, ticket, now = story
    evaluation = judge(name, ticket, now)
    clocks = {f"{each.metric}/{each.cycle.number}": each for each in evaluation.clocks}
    for each in evaluation.escalations:
        clock = clocks[each.key.rpartition("/")[0]]
        assert clock.cycle.started_at <= each.reached_at <= (clock.until or now)


@pytest.mark.parametrize("policy", [LADDERS, TIERED], ids=["ladders", "tiers"])
@given(st.data())
def test_ladders_are_climbed_in_time(policy, data):
    """What was reached stays reached as time goes on, at the same instants."""
    _, ticket, now = data.draw(stories())
    ticket |= {"priority": "P1", "facts": {}, "organization": None}
    ticket["events"] = [each for each in ticket["events"] if datetime.fromisoformat(each["at"]) <= now]
    read = Ticket.from_mapping(ticket)
    first = {each.key: each.reached_at for each in evaluate(read, policy, now).escalations}
    later = {each.key: each.reached_at for each in evaluate(read, policy, now + timedelta(days=3)).escalations}
    assert first.items() <= later.items()


@given(stories(kinds=st.sampled_from([{"kind": "note_added"}, {"kind": "customer_replied"}])), MINUTES, MINUTES)
def test_a_pause_never_brings_a_deadline_forward(story, begin, lasts):
    """A further pause moves a deadline later or leaves it."""
    name, ticket, _ = story
    created = datetime.fromisoformat(ticket["created_at"])
    span = [
        {"at": (created + timedelta(minutes=begin)).isoformat(), "kind": "status_changed", "to": "pending"},
        {"at": (created + timedelta(minutes=begin + lasts + 1)).isoformat(), "kind": "status_changed", "to": "open"},
    ]
    now = created + timedelta(minutes=begin + lasts + 2)
    without, paused = judge(name, ticket, now), judge(name, ticket | {"events": ticket["events"] + span}, now)
    for metric, clock in without.current.items():
        moved = paused.current[metric]
        assert (clock.due_at is None) == (moved.due_at is None)
        if clock.due_at is not None:
            assert moved.due_at >= clock.due_at


HOLIDAY = text_of("glassbeam").replace(
    "holidays: [{country: US}]", 'holidays: [{country: US}, "2026-03-04", "2026-03-11"]'
)
WITH_HOLIDAYS = load_policy(HOLIDAY)


@given(stories())
def test_a_holiday_never_brings_a_deadline_forward(story):
    """A further holiday moves a deadline later or leaves it, where nothing pauses."""
    _, ticket, now = story
    ticket |= {"priority": "P1", "organization": {"plan": "Standard"}}
    ticket["events"] = [each for each in ticket["events"] if each["kind"] in ("agent_replied", "customer_replied")]
    read = Ticket.from_mapping(ticket)
    plain = evaluate(read, POLICIES["glassbeam"], now)
    for clock, later in zip(plain.clocks, evaluate(read, WITH_HOLIDAYS, now).clocks, strict=True):
        if clock.due_at is not None:
            assert later.due_at is not None
            assert later.due_at >= clock.due_at


@given(stories())
@settings(max_examples=50)
def test_the_same_input_gives_the_same_bytes(story):
    """Evaluating again gives the same result, byte for byte, and a ticket survives its own JSON."""
    name, ticket, now = story
    first = json.dumps(judge(name, ticket, now).to_mapping())
    again = json.dumps(judge(name, json.loads(json.dumps(Ticket.from_mapping(ticket).to_mapping())), now).to_mapping())
    assert again == first
