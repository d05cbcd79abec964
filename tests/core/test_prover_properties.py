"""What the prover claims of policies drawn at random is true of tickets drawn at random."""

from datetime import UTC, date, datetime, timedelta

import yaml
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.evaluate import evaluate
from core.policy import strongest
from core.policy_load import load_policy
from core.prover import FindingKind, prove
from core.ticket import Metric, Ticket
from tests.core.proofs import shows

ON = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
METRICS = ["first_response", "next_response", "update", "resolution"]
DURATIONS = ["2 business hours", "24 clock hours", "1 business day", "3 business days", "1 week", "none"]
LEVELS = ["50%", "1 business hour before due", "2 business hours after start", "breach", "4 clock hours after breach"]
CALENDARS = {
    "office": {"timezone": "America/New_York", "hours": {"mon-fri": "09:00-17:00"}, "holidays": [{"country": "US"}]},
    "always": {"timezone": "UTC", "open": "24x7"},
    "listed": {"timezone": "Europe/Berlin", "hours": {"mon-sat": "08:00-12:00"}, "holidays": ["2026-11-28"]},
}
FACTS = {"kind": ["bug", "question", "wish"], "down": "boolean", "seats": "number", "bought": "boolean"}
CONDITIONS = {
    "kind": st.lists(st.sampled_from(FACTS["kind"]), min_size=1, max_size=2, unique=True),
    "down": st.booleans(),
    "seats": st.integers(1, 2),
    "plan": st.sampled_from(["Basic", "Pro"]),
    "priority": st.sampled_from(["P1", "P2"]),
    "channel": st.sampled_from(["web", "phone"]),
    "requester": st.sampled_from(["customer", "end_customer"]),
}
SELECTORS = {"plan": ["Basic", "Pro"], "priority": ["P1", "P2"], "tier": [1, 2, 3], "add_on": ["bought"]}


@st.composite
def whens(draw):
    names = draw(st.lists(st.sampled_from(sorted(CONDITIONS)), min_size=1, max_size=2, unique=True))
    return {name: draw(CONDITIONS[name]) for name in names}


@st.composite
def targets(draw):
    """Draw targets without ties: those of one metric either ask the same things for different values, or nothing."""
    found = []
    for metric in draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=2, unique=True)):
        asked = draw(st.lists(st.sampled_from(sorted(SELECTORS)), max_size=2, unique=True))
        each = st.tuples(*(st.sampled_from(SELECTORS[name]) for name in asked))
        for values in draw(st.lists(each, min_size=1, max_size=4, unique=True)):
            found.append({"metric": metric, **dict(zip(asked, values, strict=True))})
        if asked and draw(st.booleans()):
            found.append({"metric": metric})
    return [{**each, "within": draw(st.sampled_from(DURATIONS)), "clause": "c"} for each in found]


@st.composite
def ladders(draw, number):
    levels = [
        {
            "key": f"step_{number}_{n}",
            "at": draw(st.sampled_from(LEVELS)),
            "raise_tier": draw(st.sampled_from([None, 3])),
        }
        for n in range(draw(st.integers(1, 2)))
    ]
    asked = draw(st.sampled_from([{}, {"tier": 1}, {"tier": 2}, {"plan": "Pro"}, {"priority": "P1"}]))
    return {"metric": draw(st.sampled_from(METRICS)), **asked, "levels": levels, "clause": "c"}


@st.composite
def policies(draw):
    """Draw a policy that loads; what a loader refuses is no business of the prover."""
    written = {
        "policy": "drawn",
        "title": "Drawn",
        "source": "chance",
        "calendars": CALENDARS,
        "default_calendar": draw(st.sampled_from(sorted(CALENDARS))),
        "default_plan": "Basic",
        "plans": {"Basic": {"channels": draw(st.sampled_from([None, ["web"]]))}, "Pro": {"calendar": "always"}},
        "priorities": {"scale": ["P1", "P2"]},
        "facts": FACTS,
        "add_ons": {"bought": {"about": "x", "clause": "c"}},
        "tiers": [
            {"tier": 2, "when": {"down": True}, "clause": "c"},
            {"tier": 3, "when": {"kind": "wish"}, "clause": "c"},
            *(
                {"tier": draw(st.integers(1, 3)), "when": draw(whens()), "clause": "c"}
                for _ in range(draw(st.integers(0, 2)))
            ),
        ],
        "default_tier": 1,
        "targets": draw(targets()),
        "cover": [
            {"name": f"cover_{n}", "when": draw(whens()), "because": "x", "clause": "c"}
            for n in range(draw(st.integers(0, 2)))
        ],
        "exclusions": [
            {
                "name": f"exclusion_{n}",
                "when": draw(whens()),
                "cancels": draw(st.lists(st.sampled_from(METRICS), max_size=2, unique=True)),
                "because": "x",
                "clause": "c",
            }
            for n in range(draw(st.integers(0, 2)))
        ],
        "escalations": [draw(ladders(n)) for n in range(draw(st.integers(0, 2)))],
    }
    try:
        return load_policy(yaml.safe_dump(written, sort_keys=False))
    except ConfigError:
        reject()


@st.composite
def tickets(draw):
    """Draw a ticket with any facts, also ones that no rule names, and a short life."""
    facts = st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from([*FACTS["kind"], "other"]),
            "down": st.booleans(),
            "seats": st.integers(0, 3),
            "bought": st.booleans(),
        },
    )
    events = [
        {"at": (NOON + timedelta(hours=hours)).isoformat(), **event}
        for hours, event in draw(
            st.lists(
                st.tuples(
                    st.integers(1, 300),
                    st.sampled_from(
                        [
                            {"kind": "agent_replied"},
                            {"kind": "customer_replied"},
                            {"kind": "fact_changed", "name": "down", "to": True},
                            {"kind": "plan_changed", "to": "Pro"},
                            {"kind": "priority_changed", "to": "P2"},
                        ]
                    ),
                ),
                max_size=3,
            )
        )
    ]
    return Ticket.from_mapping(
        {
            "id": "1",
            "platform": "zendesk",
            "connection": "acme",
            "created_at": NOON.isoformat(),
            "status": "new",
            "priority": draw(st.sampled_from([None, "P1", "P2", "high"])),
            "channel": draw(st.sampled_from([None, "web", "phone", "carrier_pigeon"])),
            "facts": draw(facts),
            "requester": {"role": draw(st.sampled_from(["customer", "end_customer", "agent"]))},
            "organization": {"plan": draw(st.sampled_from([None, "Basic", "Pro", "Lost"]))},
            "events": events,
        }
    )


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(policies())
def test_every_example_shows_its_claim(policy):
    """The ticket of each finding, evaluated, is one of which the claim is true."""
    for finding in prove(policy, on=ON):
        shows(finding, policy)


@QUICK
@given(policies(), st.lists(tickets(), min_size=5, max_size=5))
def test_no_ticket_refutes_the_prover(policy, drawn):
    """What is said never to happen happens to no ticket; where nothing is said to be missing, nothing is."""
    findings = prove(policy, on=ON)
    said = {kind: {each.path for each in findings if each.kind is kind} for kind in FindingKind}
    for ticket in drawn:
        seen = evaluate(ticket, policy, NOON + timedelta(days=30))
        judging = {each.target.number for each in seen.clocks if each.cancelled_at is None}
        assert not said[FindingKind.UNREACHABLE_TARGET] & {f"targets[{number}]" for number in judging}
        facts = seen.standing.facts
        dead = said[FindingKind.SHADOWED_RULE] | said[FindingKind.RULE_NEVER_HOLDS]
        first = next((n for n, rule in enumerate(policy.tier_rules) if rule.when.holds(facts)), None)
        assert f"tiers[{first}]" not in dead
        if seen.refusal is not None and seen.refusal.name.startswith("cover_"):
            assert f"cover[{seen.refusal.name.removeprefix('cover_')}]" not in dead
        climbed = {each.metric for each in seen.clocks}
        for path in said[FindingKind.LADDER_WITHOUT_CLOCK]:
            ladder = policy.ladders[int(path.removeprefix("escalations[").removesuffix("]"))]
            keys = {level.key for level in ladder.levels}
            assert not keys & {each.level.key for each in seen.escalations}, climbed


@QUICK
@given(policies(), st.lists(tickets(), min_size=5, max_size=5))
def test_no_hole_is_overlooked(policy, drawn):
    """A new, covered ticket of known priority has one strongest target for each metric, unless the prover named it."""
    findings = prove(policy, on=ON)
    holes = [each.message for each in findings if each.kind is FindingKind.NO_TARGET]
    for ticket in drawn:
        seen = evaluate(ticket, policy, NOON)
        if seen.refusal is not None or seen.standing.case.priority is None:
            continue
        for metric in policy.metrics:
            if seen.suspension.spans[metric]:
                continue
            best = strongest(policy.targets, metric, seen.standing.case)
            assert len(best) == 1 or any(f"for the {metric.replace('_', ' ')} of" in hole for hole in holes)
            assert (metric in seen.current) == bool(best) or metric is Metric.NEXT_RESPONSE
