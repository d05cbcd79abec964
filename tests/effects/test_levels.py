"""What a level does on the ticket and beyond: each action once, whatever fails; on both databases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.ticket import Metric
from core.update import Field
from tests.core.stories import at
from tests.effects.receiver import Receiver
from tests.effects.smtp import MailSink
from tests.effects.stage import BREACH, END_USER, LADDER, LATER, NIGHT, Stage
from webhooks.effects.breaker import REST_SECONDS
from webhooks.policy_files import open_policy
from webhooks.store.deadlines import Deadline
from webhooks.store.memory import EffectKind, EffectState

DONE, INTENDED, PARKED = EffectState.DONE, EffectState.INTENDED, EffectState.PARKED


@pytest.fixture
def make_stage(url: str) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(**connection: Any) -> Stage:
        made.append(Stage(url, LADDER, **connection))
        return made[-1]

    yield make
    for stage in made:
        stage.close()


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a server that failed be tried again at once: the tests' clock passes in no time."""
    monkeypatch.setattr("webhooks.effects.breaker.REST_SECONDS", 0.0)
    assert REST_SECONDS > 0


def mailing(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "tls": "off", "sender": "sla@example.com", "timeout_seconds": 2}


def test_every_action_once(make_stage, mail: MailSink, receiver: Receiver):
    """A level writes its note, changes people, tag and priority, mails and calls, once, however often we look."""
    manager = {"group": "7", "assignee": "70", "followers": ["71"], "tag": "sla_manager", "priority": "P1"}
    manager |= {"email": ["boss@example.com", "deputy@example.com"], "webhook": "ops"}
    notify = {"mail": mailing(mail.port), "webhooks": {"ops": {"url": receiver.url, "secret": "${SIGNING}"}}}
    stage = make_stage(roles={"manager": manager}, notify=notify)
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    shown = stage.helpdesk.shown["1"]
    assert (shown.group, shown.assignee, shown.followers, shown.priority) == ("7", "70", {"71"}, "P1")
    assert "sla_manager" in shown.tags
    assert stage.noted() == [BREACH]
    (got,) = mail.received
    assert got.to == ("boss@example.com", "deputy@example.com")
    assert got.message["Subject"] == "SLA escalation: ticket 1, first response, step 1"
    assert "https://desk.example.com/1" in got.message.get_content()
    (called,) = receiver.got
    assert called.body["type"] == "sla.escalation.reached"
    data = called.body["data"]
    assert (data["ticket"], data["key"], data["role"]) == ("1", BREACH, "manager")
    assert (data["due_at"], data["reached_at"]) == ("2026-03-02T11:00:00Z", "2026-03-02T11:00:00Z")
    for n in range(2):
        stage.happen(f"mon 11:{n + 2:02}", "mon 09:00")
    assert (stage.noted(), len(mail.received), len(receiver.got)) == ([BREACH], 1, 1)
    assert set(stage.states().values()) == {DONE}
    assert set(stage.states()) == {
        f"{kind} {BREACH}{':ops' if kind == 'webhook' else ''}" for kind in ("escalation", "route", "email", "webhook")
    }


def test_what_people_change_afterwards_stays(make_stage):
    """A group or a tag that somebody changes after the level stays as they want it."""
    stage = make_stage(roles={"manager": {"group": "7", "tag": "sla_manager"}})
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    shown = stage.helpdesk.shown["1"]
    object.__setattr__(shown, "group", "8")
    object.__setattr__(shown, "tags", frozenset())
    stage.happen("mon 11:10", "mon 09:00")
    assert (stage.helpdesk.shown["1"].group, stage.helpdesk.shown["1"].tags) == ("8", frozenset())


def test_mail_server_away(make_stage, mail: MailSink):
    """While the mail server is away the ticket gets fields and note; the mail stays, says why, and is sent later."""
    stage = make_stage(roles={"manager": {"email": "boss@example.com"}}, notify={"mail": mailing(mail.port)})
    mail.answers["CONNECT"] += ["421 closed for today"] * 2
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    assert (stage.noted(), stage.helpdesk.shown["1"].fields[Field.STATE]) == ([BREACH], "breached")
    assert stage.states() == {f"escalation {BREACH}": DONE, f"email {BREACH}": INTENDED}
    assert stage.reasons() == ["127.0.0.1 answered 421 closed for today"]
    stage.at("mon 11:03")
    assert stage.states(EffectKind.EMAIL) == {BREACH: INTENDED}
    stage.at("mon 11:10")
    assert stage.states(EffectKind.EMAIL) == {BREACH: DONE}
    assert (len(mail.received), stage.reasons()) == (1, [])


def test_mail_that_is_refused_parks(make_stage, mail: MailSink):
    """A mail that is refused each time parks after its attempts, is listed so, and is sent after a retry by hand."""
    stage = make_stage(roles={"manager": {"email": "boss@example.com"}}, notify={"mail": mailing(mail.port)})
    mail.answers["RCPT"] += ["550 no such user"] * 3
    stage.happen("mon 09:00", "mon 09:00")
    for minute in range(1, 20):
        stage.at(f"mon 11:{minute:02}")
    assert stage.states() == {f"escalation {BREACH}": DONE, f"email {BREACH}": PARKED}
    assert stage.reasons() == ["127.0.0.1 took the mail for no address: 550 no such user"]
    assert (mail.sessions, stage.noted()) == (3, [BREACH])
    assert stage.store.listings.retry_escalations("desk", "1") == 1
    stage.at("mon 11:21")
    assert stage.states(EffectKind.EMAIL) == {BREACH: DONE}
    assert len(mail.received) == 1


def test_one_failing_receiver_keeps_nobody_waiting(make_stage, mail: MailSink, receiver: Receiver):
    """A webhook that fails holds back no mail; both are recorded apart."""
    roles = {"manager": {"email": "boss@example.com", "webhook": "ops"}}
    notify = {"mail": mailing(mail.port), "webhooks": {"ops": {"url": receiver.url, "secret": "${SIGNING}"}}}
    stage = make_stage(roles=roles, notify=notify)
    receiver.answers += [(500, {})]
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    assert stage.states(EffectKind.EMAIL) == {BREACH: DONE}
    assert stage.states(EffectKind.WEBHOOK) == {f"{BREACH}:ops": INTENDED}
    stage.at("mon 11:05")
    assert (len(receiver.got), len(set(receiver.ids)), len(mail.received)) == (2, 1, 1)


def test_deleted_group(make_stage):
    """Where the group is gone the ticket gets its note and fields; the group is tried again later, and then shown."""
    stage = make_stage(roles={"manager": {"group": "9", "followers": ["71"]}})
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    assert (stage.noted(), stage.helpdesk.shown["1"].fields[Field.STATE]) == ([BREACH], "breached")
    assert stage.states() == {f"escalation {BREACH}": DONE, f"route {BREACH}": INTENDED}
    assert stage.reasons() == ["desk: there is no group 9"]
    stage.helpdesk.groups.add("9")
    stage.at("mon 11:10")
    assert stage.helpdesk.shown["1"].group is None
    stage.at("mon 11:20")
    assert (stage.helpdesk.shown["1"].group, stage.helpdesk.shown["1"].followers) == ("9", {"71"})
    assert stage.states(EffectKind.ROUTE) == {BREACH: DONE}
    assert stage.noted() == [BREACH]


def test_group_that_stays_deleted_parks(make_stage):
    """A group that stays away is given up after four attempts, shown, and tried again when a person says so."""
    stage = make_stage(roles={"manager": {"group": "9"}})
    stage.happen("mon 09:00", "mon 09:00")
    for moment in ("mon 11:01", "mon 11:20", "mon 12:30", "mon 17:00", "tue 12:00"):
        stage.at(moment)
    assert stage.states(EffectKind.ROUTE) == {BREACH: PARKED}
    stage.helpdesk.groups.add("9")
    assert stage.store.listings.retry_escalations("desk", "1") == 1
    stage.at("tue 12:01")
    assert stage.helpdesk.shown["1"].group == "9"


def test_role_without_a_person(make_stage):
    """A role that names nobody still leaves its note, which says so; result and audit show the problem."""
    stage = make_stage(roles={"manager": {"tag": "sla_manager"}})
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    assert "No person is named for the manager" in stage.helpdesk.notes[0].text
    problem = "the role manager was called and names nobody; name somebody under `roles` of the connection"
    assert problem in stage.store.memories.read("desk", "1")["result"]["problems"]
    written = [each for each in stage.store.listings.audit("desk", "1") if each["action"] == "written"]
    assert written[0]["detail"]["problems"] == [problem]


def test_working_hours(make_stage, mail: MailSink):
    """A level that waits for working hours is reached at night, looked at when the calendar opens, and then told."""
    stage = make_stage(roles={"night_owl": {"email": "owl@example.com"}}, notify={"mail": mailing(mail.port)})
    answered = ("mon 10:00 reply",)
    stage.happen("mon 10:00", "mon 10:00", *answered)
    stage.at("mon 20:01")
    assert stage.states(EffectKind.ESCALATION)[NIGHT] == INTENDED
    assert (NIGHT in stage.noted(), mail.received) == (False, [])
    stage.at("tue 08:59")
    assert mail.received == []
    stage.at("tue 09:00")
    assert NIGHT in stage.noted()
    (got,) = mail.received
    assert "reached Mon 2 Mar 2026 20:00 GMT" in got.message.get_content()
    assert "late" not in got.message.get_content()


def test_late_starts_say_how_late(make_stage, mail: MailSink):
    """What was reached while the process was down takes effect once, in order, and says how late it is."""
    roles = {"manager": {"email": "boss@example.com"}, "director": {"email": "dir@example.com"}}
    stage = make_stage(roles=roles, notify={"mail": mailing(mail.port)})
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 13:05")
    assert stage.noted() == [BREACH, LATER]
    assert "2 h 5 min late" in stage.helpdesk.notes[0].text
    assert "1 h 5 min late" in stage.helpdesk.notes[1].text
    assert [each.to[0] for each in mail.received] == ["boss@example.com", "dir@example.com"]
    assert "2 h 5 min late" in mail.received[0].message.get_content()


def test_in_time_is_not_late(make_stage):
    """Up to a few minutes nobody is told of a delay."""
    stage = make_stage()
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:04")
    assert (stage.noted(), "late" in stage.helpdesk.notes[0].text) == ([BREACH], False)


def test_pause_sends_nothing(make_stage, mail: MailSink):
    """While writing is paused nothing leaves; after resuming it does, once."""
    stage = make_stage(roles={"manager": {"email": "boss@example.com"}}, notify={"mail": mailing(mail.port)})
    stage.happen("mon 09:00", "mon 09:00")
    stage.store.runtime.pause("desk", "admin")
    stage.at("mon 11:01")
    assert (stage.noted(), mail.received) == ([], [])
    stage.store.runtime.resume("desk", "admin")
    stage.store.listings.look_at_all("desk")
    stage.at("mon 11:10")
    assert (stage.noted(), len(mail.received)) == ([BREACH], 1)


def test_pause_between_intent_and_effect(make_stage, mail: MailSink):
    """A pause also holds what was intended before it."""
    stage = make_stage(roles={"manager": {"email": "boss@example.com"}}, notify={"mail": mailing(mail.port)})
    mail.answers["CONNECT"] += ["421 busy"]
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    stage.store.runtime.pause("desk", "admin")
    stage.at("mon 12:30")
    assert mail.received == []
    stage.store.runtime.resume("desk", "admin")
    stage.at("mon 12:40")
    assert len(mail.received) == 1


def test_shadow_mode_tells_nobody(make_stage, mail: MailSink):
    """With ``write: off`` a level is reported; nothing leaves, not even later."""
    roles = {"manager": {"email": "boss@example.com"}}
    stage = make_stage(write="off", roles=roles, notify={"mail": mailing(mail.port)})
    stage.happen("mon 09:00", "mon 09:00")
    stage.at("mon 11:01")
    assert stage.states() == {f"escalation {BREACH}": EffectState.REPORTED}
    assert mail.received == []


def test_before_first_sight(make_stage, mail: MailSink):
    """What was reached before the ticket was first seen is skipped and mails nobody."""
    stage = make_stage(roles={"manager": {"email": "boss@example.com"}}, notify={"mail": mailing(mail.port)})
    stage.happen("mon 11:30", "mon 09:00")
    assert stage.states() == {f"escalation {BREACH}": EffectState.SKIPPED}
    assert (stage.noted(), mail.received) == ([], [])


def resolution_due(stage: Stage) -> Any:
    return stage.helpdesk.shown["1"].fields[Field.RESOLUTION_DUE]


def test_manual_deadline(make_stage):
    """A deadline set by hand is in force from the next look until it expires, whoever else changes the ticket."""
    stage = make_stage()
    stage.happen("mon 09:00", "mon 09:00", "mon 09:00 reply")
    assert resolution_due(stage) == at("mon 17:00")
    stage.store.deadlines.add("desk", "1", Deadline(Metric.RESOLUTION, "eve", at("tue 15:00"), at("tue 09:00"), "why"))
    stage.at("mon 09:30")
    assert resolution_due(stage) == at("tue 15:00")
    result = stage.store.memories.read("desk", "1")["result"]
    (clock,) = [each for each in result["clocks"] if each["metric"] == "resolution"]
    assert (clock["manual"]["by"], clock["manual"]["reason"]) == ("eve", "why")
    assert clock["manual"]["derived_due_at"] == "2026-03-02T17:00:00Z"
    stage.at("tue 09:01")
    assert resolution_due(stage) == at("mon 17:00")
    audited = [each for each in stage.store.listings.audit("desk", "1") if each["action"] == "deadline set"]
    assert [(each["actor"], each["detail"]["metric"]) for each in audited] == [("eve", "resolution")]


def test_manual_deadline_withdrawn(make_stage):
    """A deadline that is withdrawn leaves the derived one, and both entries stand in the record."""
    stage = make_stage()
    stage.happen("mon 09:00", "mon 09:00", "mon 09:00 reply")
    stage.store.deadlines.add("desk", "1", Deadline(Metric.RESOLUTION, "eve", at("tue 15:00")))
    stage.at("mon 09:10")
    stage.store.deadlines.add("desk", "1", Deadline(Metric.RESOLUTION, "eve"))
    stage.at("mon 09:20")
    assert resolution_due(stage) == at("mon 17:00")
    with stage.store.database.read() as connection:
        assert len(stage.store.memories.recall(connection, "desk", "1").deadlines) == 2
    assert stage.store.retention.forget_ticket("desk", "1")
    with stage.store.database.read() as connection:
        assert stage.store.memories.recall(connection, "desk", "1").deadlines == ()


def test_turned_back_once(url: str):
    """An end user of a customer's is turned back by one private draft, however often the ticket is looked at."""
    stage = Stage(url, open_policy("vitrium", use_examples=True))
    try:
        for minute in range(3):
            stage.happen(f"mon 17:{minute:02}", "mon 17:00", **END_USER)
        assert (stage.noted(), stage.helpdesk.replies) == (["turn_back"], [])
        assert "Draft for the requester, not sent" in stage.helpdesk.notes[0].text
        assert stage.states() == {"turn_back turn_back": DONE}
        assert "sla_not_covered" in stage.helpdesk.shown["1"].tags
    finally:
        stage.close()
