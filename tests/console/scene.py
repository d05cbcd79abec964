"""Two months at a support team of the kind that the program is for: what the pictures in the documentation show.

Three helpdesks with three vendors' policies; most is in time, some is not, one ticket's write was refused.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from adapters.base import Delivery
from core.outages import Outage, OutageKind
from core.update import TicketRef
from tests.console.seed import NOW, World
from webhooks.policy_files import open_policy
from webhooks.store.looks import LookKey, State
from webhooks.store.tables import deliveries, effects, looks

POLICIES = {"zendesk": "glassbeam", "jira": "spirion", "freshdesk": "vitrium"}
URLS = {
    "zendesk": "https://northwind.zendesk.example/agent/tickets/{}",
    "jira": "https://northwind.jira.example/browse/{}",
    "freshdesk": "https://northwind.freshdesk.example/a/tickets/{}",
}
TEAMS = {"1": "First line", "2": "Second line", "3": "Product"}
CONNECTIONS = {
    name: {"platform": name, "policy": policy, "token": "${TOKEN}", "write": write, "teams": TEAMS}
    for (name, policy), write in zip(POLICIES.items(), ("on", "on", "off"), strict=True)
}
BREACHED, PAUSED, PARKED = "35436", "35431", "35429"
HOUR = timedelta(hours=1)
WEEKS, A_WEEK = 8, 21
SLOW = {(6, 3), (4, 2), (4, 9), (3, 5), (2, 16), (1, 4), (1, 11)}  # weeks ago, and which of its tickets
OUTAGES = (
    Outage(
        "upgrade",
        NOW - timedelta(days=16.3),
        OutageKind.SCHEDULED,
        NOW - timedelta(days=16.15),
        announced_at=NOW - timedelta(days=20),
    ),
    Outage("search", NOW - timedelta(days=9.2), OutageKind.UNPLANNED, NOW - timedelta(days=8.85)),
)
KINDS = {
    "zendesk": ("ticket.created", "ticket.comment_added", "ticket.status_changed", "ticket.priority_changed"),
    "jira": ("jira:issue_created", "jira:issue_updated", "comment_created"),
    "freshdesk": ("ticket_created", "ticket_updated"),
}
REFUSED = (
    "zendesk: PUT /api/v2/tickets/{id}.json was answered 403: the credential may not do this; "
    "give it the rights that `sla-sidecar doctor` lists"
)
Story = tuple[str, dict[str, Any]]


def play(world: World) -> None:
    """Let the two months happen in a world that was made with ``CONNECTIONS``."""
    world.policies = {name: open_policy(policy) for name, policy in POLICIES.items()}
    for name, ticket in [*_past(random.Random(11)), *_open()]:
        team = str(sum(map(ord, ticket["id"])) % len(TEAMS) + 1)
        world.look(ticket, name, url=URLS[name].format(ticket["id"]), team=team)
        _mark_looked_at(world, name, ticket["id"])
    with world.store.database.write() as connection:
        connection.execute(sa.update(effects).values(recorded_at=effects.c.reached_at))
    for outage in OUTAGES:
        world.store.outages.enter("jira", outage, "operator")
    _deliver(world)
    _park(world, PARKED)


def _past(chance: random.Random) -> Iterator[Story]:
    """Yield the tickets of the last weeks, answered and solved."""
    for week in range(WEEKS, 0, -1):
        for n in range(A_WEEK):
            created = NOW - timedelta(weeks=week) + timedelta(hours=chance.uniform(0, 150))
            slow = (week, n) in SLOW or chance.random() < 0.03
            number = 35100 + (WEEKS - week) * A_WEEK + n
            yield _ended(number, created, slow, chance)


def _ended(number: int, created: datetime, slow: bool, chance: random.Random) -> Story:
    plan = "Gold" if slow else chance.choices(("Gold", "Silver", "Standard"), (3, 3, 2))[0]
    priority = chance.choices((1, 2, 3), (2, 4, 3))[0]
    answered = chance.uniform(30, 50) if slow else chance.uniform(0.2, 1.8)
    events = [_event(created, answered, "agent_replied")]
    if chance.random() < 0.5:
        events += [
            _event(created, answered, "status_changed", to="pending"),
            _event(created, answered + 5, "status_changed", to="open"),
        ]
    events.append(_event(created, answered + chance.uniform(5.5, 11), "status_changed", to="solved"))
    return _ticket(number, created, plan, priority, events, chance)


def _ticket(number: int, created: datetime, plan: str, priority: int, events: list[Any], chance: Any) -> Story:
    at = {"created_at": created.isoformat(), "events": events}
    desk = chance.choices(("zendesk", "jira", "freshdesk"), (6, 3, 2))[0]
    if desk == "zendesk":
        return desk, {"id": str(number), "priority": f"P{priority}", "organization": {"plan": plan}, **at}
    if desk == "jira":
        return desk, {"id": f"SUP-{number - 34000}", "priority": f"S{priority}", **at}
    facts = {"affected": "many_users" if priority < 3 else "one_user", "request": "bug" if priority < 3 else "question"}
    return desk, {"id": str(number - 26000), "facts": facts, "organization": {"plan": "Standard"}, **at}


def _open() -> Iterator[Story]:
    """Yield what is open today."""
    chance = random.Random(5)
    yield "zendesk", _urgent(BREACHED, 24.7, "Standard")
    yield "zendesk", _urgent(PARKED, 26.5, "Standard")
    yield "zendesk", _urgent("35441", 1.75, "Gold")
    yield "zendesk", {**_urgent("35444", 0.4, "Gold"), "priority": "Critical"}  # an option that nobody has mapped
    yield "jira", {"id": "SUP-1397", "created_at": _at(3.4), "priority": "S1"}
    yield "jira", {"id": "SUP-1391", "created_at": _at(30), "priority": "S2", "events": [_since(29, "agent_replied")]}
    yield "freshdesk", {"id": "9372", "created_at": _at(0.8), "facts": {"inoperable": True}}
    paused = [_since(20, "agent_replied"), _since(20, "status_changed", to="pending")]
    paused += [_since(5, "customer_replied"), _since(5, "status_changed", to="open")]
    paused += [_since(3.5, "agent_replied"), _since(3.5, "status_changed", to="pending")]
    yield "zendesk", {**_urgent(PAUSED, 21.5, "Silver"), "priority": "P2", "events": paused}
    for n in range(22):
        hours, priority = chance.uniform(0.3, 16), chance.choice((2, 3, 3))
        events = [_since(hours * 0.9, "agent_replied")]
        if n % 4 == 0:
            events.append(_since(hours * 0.6, "status_changed", to="pending"))
        plan = chance.choice(("Gold", "Silver", "Standard"))
        yield _ticket(35400 + n, NOW - hours * HOUR, plan, priority, events, chance)


def _urgent(ticket_id: str, hours: float, plan: str) -> dict[str, Any]:
    return {"id": ticket_id, "created_at": _at(hours), "priority": "P1", "organization": {"plan": plan}}


def _deliver(world: World) -> None:
    """Let the last hours' deliveries have come, each about a ticket that is open."""
    chance = random.Random(3)
    names = [(name, ticket["id"]) for name, ticket in _open()]
    for n in range(34, 0, -1):
        name, ticket_id = ("zendesk", PARKED) if n == 6 else chance.choice(names)
        delivery = Delivery(
            id=f"01KB{chance.getrandbits(64):013X}",
            kind=chance.choice(KINDS[name]),
            refs=(TicketRef(name, ticket_id),),
            at=NOW - timedelta(minutes=9.3 * n + 0.1),
            actor=chance.choice(("agent 7", "agent 12", "customer 381", "customer 402")),
        )
        world.store.inbox.accept(name, delivery)
        with world.store.database.write() as connection:
            newest = sa.select(sa.func.max(deliveries.c.id)).scalar_subquery()
            received = {"received_at": NOW - timedelta(minutes=9.3 * n)}
            connection.execute(sa.update(deliveries).where(deliveries.c.id == newest).values(received))
    with world.store.database.write() as connection:
        connection.execute(sa.update(looks).values(seen=looks.c.arrived, look_at=NOW + HOUR, first_asked_at=NOW))


def _mark_looked_at(world: World, name: str, ticket_id: str) -> None:
    with world.store.database.write() as connection:
        detail = {"fields": ["state", "next", "next_due", "plan"], "notes": []}
        world.store.runtime.note(connection, name, ticket_id, "engine", "written", detail)


def _park(world: World, ticket_id: str) -> None:
    key = LookKey.ticket("zendesk", ticket_id)
    values = {"state": State.PARKED.value, "error": REFUSED.format(id=ticket_id), "attempts": 8, "look_at": None}
    with world.store.database.write() as connection:
        mine = (looks.c.connection == key.connection, looks.c.subject == key.subject)
        connection.execute(sa.update(looks).where(*mine).values(failing_since=NOW - 0.9 * HOUR, **values))


def _at(hours: float) -> str:
    return (NOW - hours * HOUR).isoformat()


def _since(hours: float, kind: str, **more: Any) -> dict[str, Any]:
    return {"at": _at(hours), "kind": kind, **more}


def _event(created: datetime, hours: float, kind: str, **more: Any) -> dict[str, Any]:
    return {"at": (created + hours * HOUR).isoformat(), "kind": kind, **more}
