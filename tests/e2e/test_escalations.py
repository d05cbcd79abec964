"""The vendors' ladders, whole: real mails, real webhooks, and the fields and notes that agents see."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.sides import Zendesk
from tests.e2e.world import World, wait_for
from tests.effects.receiver import SECRET, Receiver
from tests.effects.smtp import MailSink
from webhooks.configuration import Configuration
from webhooks.demo.times import PACIFIC
from webhooks.policy_files import open_policy

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANY = ["fields", "tags", "notes", "priority", "group", "assignee", "followers"]


@pytest.fixture
def mail() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


class Ladder:
    """A world whose clocks, the helpdesk's and the service's, stand together and are moved."""

    def __init__(self, world: World) -> None:
        self.world, self.side = world, world.side

    def connect(self, policy: str, **part: Any) -> None:
        """Let the admin choose another policy and name the people, then start the service."""
        self.side.environment["SIGNING"] = SECRET
        file = Configuration(self.world.path)
        file.merge(file.connection("zendesk"), {"may_write": ANY, **part})
        file.save()
        done = self.world.command("connect", "zendesk", "--policy", policy)
        assert done.returncode == 0, done.stderr
        self.world.start()

    def pass_time(self, by: timedelta) -> None:
        """Move both clocks, and wait until what is due by then is done."""
        self.world.pass_time(by)

    def monday(self) -> None:
        """Move to the next Monday at 9 in the morning, Pacific time."""
        now = self.side.state.clock().astimezone(PACIFIC)
        day = (now + (7 - now.weekday()) * DAY).date()
        self.pass_time(datetime(day.year, day.month, day.day, 9, tzinfo=PACIFIC) - now)

    def open(self, priority: str) -> str:
        """Let the customer open a ticket."""
        ticket = str(self.side.state.open_ticket(self.side.customer, "It broke", priority=priority).id)
        self.world.settle()
        return ticket

    def tick(self, ticket: str, title: str, value: bool) -> None:
        """Let the agent tick or clear a box."""
        (field,) = [each for each in self.side.state.custom_ticket_fields() if each.title == title]
        self.side.state.set_field(self.side.ticket(ticket), field, value, self.side.agent)
        self.world.settle()

    def steps(self, ticket: str) -> list[str]:
        """Return the first line of each level's note, less what they have in common."""
        lines = [line for note in self.side.notes(ticket) for line in note.replace("<br>", "\n").splitlines()]
        return [line.partition(": ")[2] for line in lines if line.startswith("SLA escalation, step")]


@pytest.fixture
def ladder(tmp_path) -> Iterator[Ladder]:
    world = World(tmp_path, Zendesk())
    yield Ladder(world)
    world.close()


def mailing(sink: MailSink) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": sink.port, "tls": "off", "sender": "sla@vendor.example"}


def test_glassbeam_climbs_to_the_ceo(ladder, mail, receiver):
    """Unanswered past 2 hours: the customer success manager, and each business day one step more, up to the CEO."""
    group = ladder.side.state.add_group("Solutions", ladder.side.agent)
    boss = ladder.side.state.add_agent("Vera Vice")
    roles = {
        "customer_success_manager": {"email": "csm@vendor.example", "tag": "sla_csm"},
        "solutions_manager": {"group": str(group.id)},
        "vp": {"followers": [str(boss.id)]},
        "ceo": {"email": "ceo@vendor.example", "webhook": "ops"},
    }
    hooks = {"ops": {"url": receiver.url, "secret": "${SIGNING}"}}
    ladder.connect("glassbeam", roles=roles, notify={"mail": mailing(mail), "webhooks": hooks})
    ticket = ladder.open("urgent")
    ladder.pass_time(2 * HOUR + timedelta(minutes=1))
    assert ladder.side.shown(ticket) == "breached"
    assert ladder.steps(ticket) == ["customer success manager"]
    assert "sla_csm" in ladder.side.ticket(ticket).tags
    wait_for(lambda: [each.to for each in mail.received] == [("csm@vendor.example",)], "the mail to the manager")
    ladder.pass_time(DAY)
    assert ladder.side.ticket(ticket).group_id == group.id
    ladder.pass_time(DAY)
    assert boss.id in ladder.side.ticket(ticket).follower_ids
    ladder.pass_time(DAY)
    wait_for(lambda: receiver.got and len(mail.received) == 2, "the mail and the webhook about the CEO's step")
    assert ladder.steps(ticket) == ["customer success manager", "solutions manager", "vp", "ceo"]
    assert [each.body["data"]["role"] for each in receiver.got] == ["ceo"]
    ladder.pass_time(7 * DAY)
    assert (len(ladder.steps(ticket)), len(mail.received), len(receiver.got)) == (4, 2, 1)
    assert ladder.world.parked() == []


def test_an_answer_stops_the_ladder(ladder, mail):
    """An answer before the deadline reaches no step; nobody hears of anything."""
    ladder.connect(
        "glassbeam", roles={"customer_success_manager": {"email": "c@v.example"}}, notify={"mail": mailing(mail)}
    )
    ticket = ladder.open("urgent")
    ladder.side.reply(ticket)
    ladder.pass_time(DAY)
    assert (ladder.steps(ticket), mail.received) == ([], [])


def test_what_was_reached_while_the_service_was_down(ladder, mail):
    """A service that comes back does what was reached meanwhile, once, in order, and says how late it is."""
    roles = {role: {"email": f"{role}@v.example"} for role in ("customer_success_manager", "solutions_manager")}
    ladder.connect("glassbeam", roles=roles, notify={"mail": mailing(mail)})
    ticket = ladder.open("urgent")
    ladder.world.kill(ladder.world.processes[-1])
    ladder.side.state.clock.advance(2 * HOUR + DAY + HOUR)
    ladder.world.store.clock.set_offset(ladder.side.state.clock() - datetime.now(UTC))
    ladder.world.start()
    ladder.world.settle()
    assert ladder.steps(ticket) == ["customer success manager", "solutions manager"]
    wait_for(lambda: len(mail.received) == 2, "both mails")
    assert [each.to[0].partition("@")[0] for each in mail.received] == ["customer_success_manager", "solutions_manager"]
    assert "25 h" in mail.received[0].message.get_content()
    assert "late" in mail.received[1].message.get_content()


def test_vmoso_automatic_for_p1(ladder):
    """An unresolved emergency reaches the manager after two business hours and the directors after three."""
    priorities = {"priorities": {"urgent": "P1", "high": "P2", "normal": "P3", "low": "P4"}}
    ladder.connect("vmoso", settings=priorities)
    ladder.monday()
    urgent, normal = ladder.open("urgent"), ladder.open("normal")
    ladder.pass_time(2 * HOUR + timedelta(minutes=1))
    assert ladder.steps(urgent) == ["customer support manager"]
    ladder.pass_time(HOUR)
    assert ladder.steps(urgent) == ["customer support manager", "directors"]
    assert ladder.steps(normal) == []


def test_vmoso_on_request_for_the_others(ladder):
    """A normal ticket climbs one step with each request; a request while the last is worked on counts once."""
    priorities = {"priorities": {"urgent": "P1", "high": "P2", "normal": "P3", "low": "P4"}}
    ladder.connect("vmoso", settings=priorities)
    ladder.monday()
    ticket = ladder.open("normal")
    for wait, expected in (
        (timedelta(minutes=5), ["customer support manager"]),
        (timedelta(minutes=5), ["customer support manager"]),
        (2 * HOUR, ["customer support manager", "directors"]),
    ):
        ladder.pass_time(wait)
        ladder.tick(ticket, "SLA: escalate", True)
        ladder.tick(ticket, "SLA: escalate", False)
        assert ladder.steps(ticket) == expected


def test_vidizmo_rises_a_tier(ladder):
    """A tier-1 case whose resolution target passes rises to tier 2, which its field shows, for the ticket's life."""
    figures = dict(open_policy("vidizmo", use_examples=True).form.example_parameters)
    figures |= {"resolution_standard_s4": "4 business hours", "support_holidays": []}
    settings = {"priorities": {"urgent": "S1", "high": "S2", "normal": "S3", "low": "S4"}}
    ladder.connect("vidizmo", settings=settings, parameters=figures)
    ladder.monday()
    ticket = ladder.open("low")
    assert ladder.side.values(ticket)["SLA tier"] == "sla_tier_1"
    ladder.pass_time(4 * HOUR + timedelta(minutes=1))
    assert ladder.steps(ticket) == ["second tier"]
    assert "the ticket rises to tier 2" in ladder.side.notes(ticket)[0]
    assert ladder.side.values(ticket)["SLA tier"] == "sla_tier_2"
    ladder.side.reply(ticket)
    ladder.pass_time(DAY)
    assert ladder.side.values(ticket)["SLA tier"] == "sla_tier_2"


def test_failures_are_shown_and_mended_by_command(ladder, mail):
    """A deleted group and a refused mail leave the note and the fields; both are listed, and done after a retry."""
    roles = {"customer_success_manager": {"group": "424242", "email": "csm@vendor.example"}}
    mail.answers["RCPT"] += ["550 no such user"] * 3
    ladder.connect("glassbeam", roles=roles, notify={"mail": mailing(mail)})
    ticket = ladder.open("urgent")
    ladder.pass_time(2 * HOUR + timedelta(minutes=1))
    assert (ladder.side.shown(ticket), ladder.steps(ticket)) == ("breached", ["customer success manager"])
    wait_for(lambda: ladder.world.parked(), "the mail to be parked")
    listed = ladder.world.command("escalations", "list", "--format", "json").stdout
    assert "550 no such user" in listed
    assert '"kind": "route"' in listed
    file = Configuration(ladder.world.path)
    file.connection("zendesk")["roles"]["customer_success_manager"]["group"] = str(
        ladder.side.state.add_group("Success", ladder.side.agent).id
    )
    file.save()
    ladder.world.kill(ladder.world.processes[-1])
    ladder.world.start()
    assert ladder.world.command("escalations", "retry", "zendesk", ticket).returncode == 0
    wait_for(lambda: mail.received, "the mail after the retry")
    wait_for(lambda: ladder.side.ticket(ticket).group_id is not None, "the group after the retry")
    assert ladder.world.command("escalations", "retry", "zendesk", ticket).returncode == 1
