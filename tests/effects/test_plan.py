"""What a ticket has reached, in which words, and for whom: pure rules, by hand."""

import json
from datetime import timedelta

import pytest

from core.update import TicketRef
from tests.core.stories import at, judged, policy
from tests.core.test_escalation import TIERED
from tests.effects.stage import BREACH, LADDER, LATER, NIGHT
from webhooks.effects.due import due
from webhooks.effects.messages import Hook, Mail, stable_id
from webhooks.effects.plan import Reached, reached, turning_back, without_person
from webhooks.effects.steps import steps
from webhooks.effects.words import late, mail_text, note_text, turn_back_text
from webhooks.notify_settings import RoleSettings
from webhooks.policy_files import open_policy
from webhooks.store.memory import Effect, EffectKind, EffectState

VITRIUM = open_policy("vitrium", use_examples=True)
EARLY, NOW, SOON = at("mon 08:00"), at("mon 12:00"), at("mon 13:00")


@pytest.mark.parametrize(
    ("created", "tells_at"),
    [
        pytest.param("mon 09:00", "tue 09:00", id="at night: when the calendar opens"),
        pytest.param("fri 09:00", "mon2 09:00", id="before a weekend: on Monday"),
        pytest.param("mon 05:00", "mon 15:00", id="in working hours: at once"),
        pytest.param("sun 23:00", "mon2 09:00", id="at the opening instant itself: at once"),
    ],
)
def test_working_hours(created: str, tells_at: str):
    """A level is reached when it is reached; it waits to be told until its clock's calendar is open."""
    evaluation = judged(LADDER, "fri2 10:00", created, f"{created} reply")
    (night,) = [each for each in steps(evaluation) if each.key == NIGHT]
    assert night.escalation.reached_at == at(created) + timedelta(hours=10)
    assert night.effect_at == at(tells_at)


def test_a_note_is_about_its_own_cycle():
    """A level of an earlier cycle names that cycle's target and deadline, and that it was met since."""
    evaluation = judged(
        policy("""
escalations:
  - {metric: update, clause: "3.3", levels: [{key: quiet, at: breach, role: lead}]}
"""),
        "mon 16:00",
        "mon 09:00",
        "mon 14:00 reply",
    )
    (step,) = steps(evaluation)
    text = note_text(step, at("mon 16:00"), reaches_somebody=True)
    assert "due Mon 2 Mar 2026 13:00 GMT" in text
    assert "met Mon 2 Mar 2026 14:00 GMT" in text


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, ""), (5, ""), (6, "6 min late"), (125, "2 h 5 min late"), (60 * 26, "26 h late")],
)
def test_late(minutes: int, said: str):
    """What takes effect well after its time says so; a few minutes are nobody's business."""
    assert late(NOW, NOW + timedelta(minutes=minutes, seconds=0 if minutes == 5 else 20)) == said


def test_actions_of_a_level():
    """A level brings one action of each kind that its role names, under keys that stay when people change."""
    roles = {"manager": RoleSettings(group="7", email=("a@example.com", "b@example.com"), webhook=("ops", "bi"))}
    first, second = reached(judged(LADDER, "mon 12:30", "mon 09:00"), roles)
    assert [(each.kind, each.key) for each in first.actions] == [
        (EffectKind.ROUTE, BREACH),
        (EffectKind.EMAIL, BREACH),
        (EffectKind.WEBHOOK, f"{BREACH}:ops"),
        (EffectKind.WEBHOOK, f"{BREACH}:bi"),
    ]
    assert (second.key, second.actions) == (LATER, ())


def test_roles_without_a_person():
    """Whoever is called and reaches nobody is a problem; a tag alone reaches nobody."""
    evaluation = judged(LADDER, "mon 12:30", "mon 09:00")
    named = {"manager": RoleSettings(tag="x"), "director": RoleSettings(email=("d@example.com",))}
    assert [problem.split()[2] for problem in without_person(evaluation, named)] == ["manager"]
    assert [problem.split()[2] for problem in without_person(evaluation, {})] == ["director", "manager"]


def test_messages_hold_no_word_of_the_customers():
    """What leaves the platform is ours alone: subject, names and facts never enter it; what is stored comes back."""
    evil = "{{ticket.title}} <script>"
    requester = {"id": "1", "name": evil, "email": "someone@customer.example"}
    organization = {"name": evil, "plan": evil}
    story = {"subject": evil, "facts": {"cause": evil}, "channel": evil, "requester": requester}
    evaluation = judged(LADDER, "mon 11:30", "mon 09:00", organization=organization, **story)
    roles = {"manager": RoleSettings(email=("m@example.com",), webhook=("ops",))}
    mail, hook = (each.detail for each in reached(evaluation, roles)[0].actions)
    for stored in (mail, hook):
        text = json.dumps(stored)
        assert not any(word in text for word in ("{{", "<", "customer.example"))
    assert Mail.from_mapping(mail).to_mapping() == mail
    assert Hook.from_mapping(hook).to_mapping() == hook


def test_stable_ids():
    """One message has one id for ever; another ticket, level, kind or connection has another."""
    effect = Effect(EffectKind.EMAIL, BREACH, EffectState.INTENDED)
    ids = [
        stable_id(TicketRef("a", "1"), effect),
        stable_id(TicketRef("a", "2"), effect),
        stable_id(TicketRef("b", "1"), effect),
        stable_id(TicketRef("a", "1"), Effect(EffectKind.EMAIL, LATER, EffectState.INTENDED)),
        stable_id(TicketRef("a", "1"), Effect(EffectKind.WEBHOOK, BREACH, EffectState.INTENDED)),
    ]
    assert len(set(ids)) == len(ids)
    again = Effect(EffectKind.EMAIL, BREACH, EffectState.DONE, NOW, attempts=3, reason="x", detail={"text": "other"})
    assert stable_id(TicketRef("a", "1"), again) == ids[0]


def test_a_rise_is_told():
    """A level that raises the tier says so."""
    evaluation = judged(TIERED, "mon 13:30", "mon 09:00", priority=None)
    (step,) = steps(evaluation)
    assert "the ticket rises to tier 2" in mail_text(step, evaluation)


END_CUSTOMER = {"requester": {"id": "9", "role": "end_customer"}, "priority": None, "facts": {}}


@pytest.mark.parametrize(
    ("events", "fields", "expected"),
    [
        pytest.param([], END_CUSTOMER, [False], id="an end customer is turned back"),
        pytest.param(["mon 09:10 reply"], END_CUSTOMER, [True], id="not one whom somebody has answered"),
        pytest.param(["mon 09:10 is solved"], END_CUSTOMER, [True], id="nor on a solved ticket"),
        pytest.param([], {"priority": None}, [], id="a customer is not"),
        pytest.param(
            [],
            {"priority": None, "facts": {"request": "custom_development"}},
            [],
            id="what is not covered for another reason has no reply of the policy's",
        ),
    ],
)
def test_turning_back(events: list[str], fields: dict[str, object], expected: list[bool]):
    """Vitrium's end users are turned back to the customer who sent the content, once, unless it is too late."""
    evaluation = judged(VITRIUM, "mon 10:00", "mon 09:00", *events, **fields)
    found = [each for each in reached(evaluation, {}) if each.kind is EffectKind.TURN_BACK]
    assert [each.too_late for each in found] == expected
    if found:
        assert found[0].key == "turn_back"


def test_turn_back_drafts():
    """The private note holds a draft for the requester and one for the customer's contact; neither is sent."""
    rule = turning_back(judged(VITRIUM, "mon 10:00", "mon 09:00", **END_CUSTOMER))
    assert rule is not None
    text = turn_back_text(rule)
    assert "Draft for the requester, not sent:\nThank you for writing to us." in text
    assert "Draft for the customer's contact, not sent:\nOne of your end users" in text
    assert "2. Definitions, End User Support" in text


LEVEL = Reached(
    EffectKind.ESCALATION, "m/1/a", NOW, NOW, actions=(Effect(EffectKind.ROUTE, "m/1/a", EffectState.INTENDED, NOW),)
)
RECORDED = Effect(EffectKind.ESCALATION, "m/1/a", EffectState.INTENDED, NOW, NOW)
FAILED = Effect(EffectKind.ROUTE, "m/1/a", EffectState.INTENDED, NOW, SOON, 1, "gone")


@pytest.mark.parametrize(
    ("effects", "notes", "now", "new", "levels", "routes", "routed", "next_at"),
    [
        pytest.param([], [], NOW, ["intended"], 1, 1, 0, None, id="reached now: note and people"),
        pytest.param([RECORDED], [], NOW, [], 1, 1, 0, None, id="intended before a crash: the same again"),
        pytest.param([RECORDED], ["m/1/a"], NOW, [], 1, 0, 1, None, id="its note stands: so does what came with it"),
        pytest.param([RECORDED, FAILED], ["m/1/a"], NOW, [], 1, 0, 0, SOON, id="people failed: tried at its time"),
        pytest.param([RECORDED, FAILED], ["m/1/a"], SOON, [], 1, 1, 0, None, id="and then tried again"),
    ],
)
def test_due(effects, notes, now, new, levels, routes, routed, next_at):
    """A level acts from its instant on until its note stands; what failed of it is tried at a time of its own."""
    got = due([LEVEL], effects, frozenset(notes), now, EARLY, writes=True)
    assert [each.state for each in got.new] == new
    assert (len(got.levels), len(got.routes), len(got.routed), got.next_at) == (levels, routes, routed, next_at)
    assert len(got.actions) == (FAILED not in effects), "recorded anew, it would lose its reason"


@pytest.mark.parametrize(
    ("reached_at", "effect_at", "first_asked_at", "writes", "state", "acts"),
    [
        pytest.param(NOW, NOW, EARLY, True, "intended", True, id="reached"),
        pytest.param(NOW, SOON, EARLY, True, "intended", False, id="waits for working hours"),
        pytest.param(EARLY, SOON, NOW, True, "skipped", False, id="before first sight, though told later"),
        pytest.param(NOW, NOW, EARLY, False, "reported", False, id="while writing is off"),
    ],
)
def test_what_becomes_of_a_level(reached_at, effect_at, first_asked_at, writes, state, acts):
    """Whether a level has an effect follows from when it was reached, when from its effect's instant."""
    level = Reached(EffectKind.ESCALATION, "m/1/a", reached_at, effect_at)
    got = due([level], [], frozenset(), NOW, first_asked_at, writes=writes)
    assert [each.state for each in got.new] == [state]
    assert bool(got.levels) is acts
    assert got.next_at == (effect_at if state == "intended" and not acts else None)
