"""Bad configuration, on every platform: the ticket gets its notes all the same, and nothing fails in silence."""

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.world import World, wait_for
from tests.effects.receiver import SECRET, Receiver
from tests.effects.smtp import MailSink
from webhooks.configuration import Configuration

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
ANY = ["fields", "tags", "notes", "group"]
NOBODY = "the role customer_success_manager was called and names nobody"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one step's role, the first to the last: what cannot be done, and what is said of it."""

    role: str
    people: Mapping[str, Any]
    kind: str
    said: str


FAULTS = (
    Fault("customer_success_manager", {}, "", ""),
    Fault("solutions_manager", {"email": "sol@vendor.example"}, "email", "127.0.0.1 cannot be reached"),
    Fault("vp", {"webhook": "ops"}, "webhook", "the webhook ops cannot be reached"),
    Fault("ceo", {"group": "TEAM"}, "route", "group"),
)


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


def configure(world: World, team: str, mail_port: int, hook: str) -> None:
    """Let the admin say who has which role, and by what they are told."""
    world.side.environment["SIGNING"] = SECRET
    server = {"host": "127.0.0.1", "port": mail_port, "tls": "off", "sender": "sla@vendor.example"}
    hooks = {"ops": {"url": hook, "secret": "${SIGNING}"}}
    people = {fault.role: dict(fault.people) for fault in FAULTS if fault.people}
    people["ceo"]["group"] = team
    part = {"may_write": ANY, "roles": people, "notify": {"mail": server, "webhooks": hooks}}
    file = Configuration(world.path)
    file.data["engine"]["attempts"] = 50  # so many that days pass without a message being parked
    file.merge(file.connection(world.side.platform), part)
    file.save()


def nobody_listens() -> int:
    """Return a port that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


def listed(world: World) -> dict[str, dict[str, Any]]:
    """Return what ``escalations list`` shows of each action beside the notes."""
    lines = world.command("escalations", "list", "--format", "json").stdout.splitlines()
    return {row["kind"]: row for row in map(json.loads, lines) if row["kind"] != "escalation"}


def test_every_fault_is_noted_shown_and_retried(each: World, mail: MailSink, receiver: Receiver):
    """A role without a person, no mail server, no receiver, a deleted group: noted, listed with why, done once mended.

    The ladder's four steps have one of these faults each; what is mended is found by trying again, without a command.
    """
    world, side = each, each.side
    team = side.add_team()
    configure(world, team, nobody_listens(), f"http://127.0.0.1:{nobody_listens()}/sla")
    service = world.start()
    ticket = side.open()
    side.delete_team(team)
    world.settle()
    for number, wait in enumerate((2 * HOUR + MINUTE, DAY, DAY, DAY), start=1):
        world.pass_time(wait)
        assert len(side.notes(ticket)) == number
    assert side.shown(ticket) == "breached"
    assert "No person is named for the customer success manager" in side.notes(ticket)[0]
    assert NOBODY in world.command("explain", side.platform, ticket).stdout
    shown = listed(world)
    for fault in FAULTS[1:]:
        assert shown[fault.kind]["state"] == "intended", fault
        assert fault.said in shown[fault.kind]["reason"], fault

    team = side.add_team()
    configure(world, team, mail.port, receiver.url)
    world.kill(service)
    world.start()
    world.pass_time(HOUR)
    wait_for(lambda: {row["state"] for row in listed(world).values()} == {"done"}, "everything to be done")
    assert side.team_of(ticket) == team
    assert (len(side.notes(ticket)), len(mail.received), len(receiver.got)) == (4, 1, 1)
