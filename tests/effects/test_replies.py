"""The public reply to somebody who is turned back: at most one, whatever the platform answers; on both databases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.errors import ConflictError, FrozenError, RefusedError, RetryLaterError
from core.update import Field
from tests.effects.stage import END_USER, Stage
from webhooks.effects.plan import REPLY_KEY
from webhooks.effects.reply import ANSWERED, NOT_SEEN, NOT_WANTED, SEEN_LATE, UNDER_WAY
from webhooks.policy_files import open_policy
from webhooks.store.memory import EffectKind, EffectState

DONE, INTENDED, PARKED, SKIPPED = EffectState.DONE, EffectState.INTENDED, EffectState.PARKED, EffectState.SKIPPED
LOST = RetryLaterError("desk: POST /reply got no answer (ReadTimeout)", platform="desk")
FAULT = RetryLaterError("desk: POST /reply was answered 502", platform="desk", status=502)
UNREADABLE = RefusedError("desk: the answer has another form", platform="desk", status=201)
REFUSED = RefusedError("desk: POST /reply was refused: no address", platform="desk", status=422)
FROZEN = FrozenError("desk: ticket 1 takes no more updates", platform="desk", status=422)
LIMITED = RetryLaterError("desk: asked to wait", platform="desk", status=429, retry_after=30)
CONFLICT = ConflictError("desk: the ticket changed", platform="desk", status=409)


@pytest.fixture
def make_stage(url: str) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(**connection: Any) -> Stage:
        book = open_policy("vitrium", use_examples=True)
        made.append(Stage(url, book, **{"turn_back": "public", **connection}))
        return made[-1]

    yield make
    for stage in made:
        stage.close()


def reply_state(stage: Stage) -> str | None:
    return stage.states(EffectKind.REPLY).get(REPLY_KEY)


def note(stage: Stage) -> str:
    (told,) = stage.helpdesk.notes
    return told.text


def test_reply_once(make_stage):
    """An end user gets the policy's reply, in public, once; agents get the note that says so, with the other draft."""
    stage = make_stage()
    for minute in range(3):
        stage.happen(f"mon 17:{minute:02}", "mon 17:00", **END_USER)
    (reply,) = stage.helpdesk.replies
    assert reply.text.startswith("Thank you for writing to us.")
    assert stage.noted() == ["turn_back"]
    assert "Sent to the requester in public:\nThank you for writing to us." in note(stage)
    assert "Draft for the customer's contact, not sent:\nOne of your end users" in note(stage)
    assert stage.states() == {"turn_back turn_back": DONE, f"reply {REPLY_KEY}": DONE}
    assert stage.helpdesk.shown["1"].fields[Field.STATE] == "not_covered"
    assert "replied" in [each["action"] for each in stage.store.listings.audit("desk", "1")]


@pytest.mark.parametrize(
    ("created", "events", "fields", "connection", "state", "noted"),
    [
        pytest.param("mon 16:58", ["mon 16:59 reply"], END_USER, {}, None, 0, id="an agent has answered"),
        pytest.param("mon 16:58", ["mon 16:59 is solved"], END_USER, {}, None, 0, id="it is solved"),
        pytest.param("mon 15:59", [], END_USER, {}, SKIPPED, 1, id="it had waited for long when it was first seen"),
        pytest.param("mon 16:58", [], END_USER, {"write": "off"}, None, 0, id="writing is off"),
        pytest.param("mon 16:58", [], END_USER, {"turn_back": "draft"}, None, 1, id="nobody switched it on"),
        pytest.param("mon 16:58", [], {"priority": None}, {}, None, 0, id="a customer is not turned back"),
    ],
)
def test_never(make_stage, created, events, fields, connection, state, noted):
    """Nobody is replied to who was answered, whose ticket is solved or old, or while no admin has switched it on."""
    stage = make_stage(**connection)
    stage.happen("mon 17:00", created, *events, **fields)
    stage.at("mon 19:00")
    assert stage.helpdesk.replies == []
    assert (reply_state(stage), len(stage.noted())) == (state, noted)
    if state is SKIPPED:
        assert f"Draft for the requester, not sent by us ({SEEN_LATE})" in note(stage)


def test_not_while_paused(make_stage):
    """A pause holds the reply back; what an agent answers meanwhile makes it needless."""
    stage = make_stage()
    stage.store.runtime.pause("desk", "admin")
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    assert (stage.helpdesk.replies, reply_state(stage)) == ([], None)
    stage.helpdesk.open("mon 17:00", "mon 17:10 reply", **END_USER)
    stage.store.runtime.resume("desk", "admin")
    stage.store.listings.look_at_all("desk")
    stage.at("mon 17:20")
    assert (stage.helpdesk.replies, reply_state(stage)) == ([], SKIPPED)


def test_after_a_pause(make_stage):
    """Once writing is resumed a reply that nobody has made needless is sent."""
    stage = make_stage()
    stage.store.runtime.pause("desk", "admin")
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    stage.store.runtime.resume("desk", "admin")
    stage.store.listings.look_at_all("desk")
    stage.at("mon 17:20")
    assert (len(stage.helpdesk.replies), reply_state(stage)) == (1, DONE)


def test_not_on_a_frozen_ticket(make_stage):
    """A ticket that takes no writes gets no reply."""
    stage = make_stage()
    stage.helpdesk.frozen = True
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    assert (stage.helpdesk.replies, stage.noted()) == ([], [])


@pytest.mark.parametrize("error", [LOST, FAULT, UNREADABLE], ids=["no answer", "a fault", "an unreadable answer"])
def test_answer_lost(make_stage, error):
    """A reply whose answer was lost is looked for at once; where it stands it is done, and never sent again."""
    stage = make_stage()
    stage.helpdesk.answers += [(error, True)]
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    stage.at("mon 19:00")
    assert (len(stage.helpdesk.replies), reply_state(stage)) == (1, DONE)
    assert "Sent to the requester in public" in note(stage)


def test_answer_lost_and_shown_late(make_stage):
    """While nobody knows whether it was sent nothing is: fields are written, reply and note wait for a second look."""
    stage = make_stage()
    stage.helpdesk.answers += [(LOST, True)]
    stage.helpdesk.lags = True
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    stage.happen("mon 17:02", "mon 17:00", **END_USER)
    assert (len(stage.helpdesk.replies), reply_state(stage), stage.noted()) == (1, INTENDED, [])
    assert stage.helpdesk.shown["1"].fields[Field.STATE] == "not_covered"
    stage.helpdesk.lags = False
    stage.at("mon 17:06")
    assert (len(stage.helpdesk.replies), reply_state(stage), stage.noted()) == (1, DONE, ["turn_back"])


def test_retry_by_hand_while_nobody_knows(make_stage):
    """A person's retry hurries nothing that may have been sent: it is looked for first, and stands there once."""
    stage = make_stage()
    stage.helpdesk.answers += [(LOST, True)]
    stage.helpdesk.lags = True
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    assert stage.store.listings.retry_escalations("desk", "1") == 0
    stage.at("mon 17:01")
    assert (len(stage.helpdesk.replies), reply_state(stage)) == (1, INTENDED)
    stage.helpdesk.lags = False
    stage.at("mon 17:06")
    assert (len(stage.helpdesk.replies), reply_state(stage)) == (1, DONE)


def test_not_taken(make_stage):
    """A reply that is not on the ticket minutes later is sent again."""
    stage = make_stage()
    stage.helpdesk.answers += [(LOST, False)]
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    stage.at("mon 17:04")
    assert (stage.helpdesk.replies, reply_state(stage)) == ([], INTENDED)
    stage.at("mon 17:06")
    assert (len(stage.helpdesk.replies), reply_state(stage), stage.noted()) == (1, DONE, ["turn_back"])


def test_never_taken(make_stage):
    """After three attempts without an answer an agent is told, with the draft; a person may have it tried again."""
    stage = make_stage()
    stage.helpdesk.answers += [(LOST, False)] * 3
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    for moment in ("mon 17:10", "mon 17:30"):
        stage.at(moment)
    assert (stage.helpdesk.answers, reply_state(stage), stage.noted()) == ([], INTENDED, [])
    stage.at("mon 18:40")
    assert (stage.helpdesk.replies, reply_state(stage)) == ([], PARKED)
    assert f"Draft for the requester, not sent by us ({LOST}; it is not on the ticket)" in note(stage)
    assert stage.store.listings.retry_escalations("desk", "1") == 1
    stage.at("mon 18:41")
    assert (len(stage.helpdesk.replies), reply_state(stage), stage.noted()) == (1, DONE, ["turn_back"])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(REFUSED, str(REFUSED), id="refused"),
        pytest.param(FROZEN, str(FROZEN), id="frozen"),
        pytest.param(False, NOT_SEEN, id="not seen by the requester"),
    ],
)
def test_refused(make_stage, answer, reason):
    """A reply that is refused is not tried again by itself: the note has the draft and says why, and it is listed."""
    stage = make_stage()
    stage.helpdesk.answers += [(answer, False)]
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    stage.at("mon 22:00")
    assert (stage.helpdesk.replies, reply_state(stage), stage.reasons()) == ([], PARKED, [reason])
    assert f"Draft for the requester, not sent by us ({reason}):\nThank you" in note(stage)


def test_retry_by_hand_after_an_answer(make_stage):
    """Tried again by hand after an agent has answered, a parked reply is given up."""
    stage = make_stage()
    stage.helpdesk.answers += [(REFUSED, False)]
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    stage.helpdesk.open("mon 17:00", "mon 17:10 reply", **END_USER)
    assert stage.store.listings.retry_escalations("desk", "1") == 1
    stage.at("mon 17:20")
    assert (stage.helpdesk.replies, reply_state(stage), stage.reasons()) == ([], SKIPPED, [ANSWERED])


def test_agent_is_quicker(make_stage):
    """Where the platform tells that the ticket changed, all is decided again: an agent's answer prevents the reply."""
    stage = make_stage()
    stage.helpdesk.answers += [(CONFLICT, False)]
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    assert (stage.helpdesk.replies, reply_state(stage), stage.reasons()) == ([], SKIPPED, [ANSWERED])


@pytest.mark.parametrize(
    ("events", "fields", "reason"),
    [
        pytest.param(["mon 17:02 reply"], END_USER, ANSWERED, id="an agent answers"),
        pytest.param(["mon 17:02 is solved"], END_USER, ANSWERED, id="it is solved"),
        pytest.param([], {"priority": None}, NOT_WANTED, id="the requester is a customer after all"),
    ],
)
def test_needless_meanwhile(make_stage, events, fields, reason):
    """What happens while an attempt may be under way counts at the next one."""
    stage = make_stage()
    stage.helpdesk.answers += [(LOST, False)]
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    stage.happen("mon 17:03", "mon 17:00", *events, **fields)
    stage.at("mon 17:30")
    assert (stage.helpdesk.replies, reply_state(stage), stage.reasons()) == ([], SKIPPED, [reason])


def test_rate_limit_is_no_attempt(make_stage):
    """A rate limit sent nothing: the whole look is done again when the platform says, without counting an attempt."""
    stage = make_stage()
    stage.helpdesk.answers += [(LIMITED, False)] * 5
    stage.happen("mon 17:00", "mon 17:00", **END_USER)
    assert (reply_state(stage), stage.noted()) == (INTENDED, [])
    assert UNDER_WAY not in stage.reasons()
    for minute in range(1, 8):
        stage.at(f"mon 17:{minute:02}")
    assert (len(stage.helpdesk.replies), reply_state(stage), stage.noted()) == (1, DONE, ["turn_back"])
