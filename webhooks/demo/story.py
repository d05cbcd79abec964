"""The demo's stories: what people do at the support desk, on every helpdesk; the deadlines come from the service."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from webhooks.demo.desks import Desk

Happening = Callable[[Desk], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens on a desk so long after the story's beginning, and the words that announce it."""

    after: timedelta
    says: str
    happens: Happening


def _nothing(_desk: Desk) -> None:
    """Let time alone do its work."""


def two_days() -> Iterator[Scene]:
    """Yield the story in order."""
    yield Scene(
        timedelta(minutes=5),
        "Northwind (Gold, 24x7) reports an outage, P1: an answer within 2 hours, an update every 4",
        lambda desk: desk.open("outage", "Gold", "No data since this morning", "No device has sent since 8:10.", "P1"),
    )
    yield Scene(
        timedelta(minutes=20),
        "Birch & Sons (Standard, office hours) has the same trouble, P1: an answer within 1 business day",
        lambda desk: desk.open("dashboard", "Standard", "Dashboard shows nothing", "All dashboards are empty.", "P1"),
    )
    yield Scene(
        timedelta(minutes=30),
        "Cedar Labs (Silver, seven days) asks for help, P2: an answer within 1 business day",
        lambda desk: desk.open("report", "Silver", "Report has wrong totals", "Since Friday they do not add up.", "P2"),
    )
    yield Scene(
        timedelta(minutes=50),
        "Ada answers Northwind and waits for their logs: first response met, the rest stands still while pending",
        lambda desk: desk.answer("outage", "We are on it. Please send us the collector's log.", "pending"),
    )
    yield Scene(
        timedelta(hours=3),
        "Northwind sends the logs: the clocks go on, moved by the time they stood still",
        lambda desk: desk.write_back("outage", "Here they are."),
    )
    yield Scene(
        timedelta(hours=5),
        "Ada finds a way around and ticks 'workaround': the resolution is met",
        lambda desk: desk.tick_workaround("outage"),
    )
    yield Scene(
        timedelta(hours=6),
        "Ada answers Cedar Labs and solves it",
        lambda desk: desk.answer("report", "A filter was set twice; it is corrected.", "solved"),
    )
    yield Scene(
        timedelta(hours=7),
        "Northwind is content, and Ada solves the ticket: nothing more is owed",
        lambda desk: desk.answer("outage", "Glad to hear it. The cause is fixed in the next release.", "solved"),
    )
    yield Scene(
        timedelta(days=1, hours=-1),
        "Tuesday morning: nobody has answered Birch & Sons; the ticket is at risk",
        _nothing,
    )
    yield Scene(
        timedelta(days=1, hours=1),
        "Two hours later it is breached, and the ladder begins with the customer success manager",
        _nothing,
    )


def week() -> Iterator[Scene]:
    """Yield what people do in a week, in order; warnings, breaches and the ladder are the service's to tell."""
    yield Scene(
        timedelta(minutes=5),
        "Northwind (Gold) reports an outage, P1",
        lambda desk: desk.open("outage", "Gold", "No data since this morning", "No device has sent data.", "P1"),
    )
    yield Scene(
        timedelta(minutes=20),
        "Birch & Sons (Standard) has the same trouble, P1; nobody sees it until Friday",
        lambda desk: desk.open("dashboard", "Standard", "Dashboard shows nothing", "All dashboards are empty.", "P1"),
    )
    yield Scene(
        timedelta(minutes=30),
        "Cedar Labs (Silver) asks for help, P2",
        lambda desk: desk.open("report", "Silver", "Report has wrong totals", "Totals do not add up.", "P2"),
    )
    yield Scene(
        timedelta(minutes=50),
        "Ada answers Northwind and waits for their logs",
        lambda desk: desk.answer("outage", "We are on it. Please send us the collector's log.", "pending"),
    )
    yield Scene(
        timedelta(hours=3), "Northwind sends the logs", lambda desk: desk.write_back("outage", "Here they are.")
    )
    yield Scene(timedelta(hours=5), "Ada ticks 'workaround' for Northwind", lambda desk: desk.tick_workaround("outage"))
    yield Scene(
        timedelta(hours=6),
        "Ada answers Cedar Labs; an update is due within a business day, and she forgets it",
        lambda desk: desk.answer("report", "We can see it here, too."),
    )
    yield Scene(
        timedelta(hours=7),
        "Ada solves Northwind's ticket",
        lambda desk: desk.answer("outage", "The cause is fixed in the next release.", "solved"),
    )
    yield Scene(
        timedelta(days=1, hours=14),
        "Tuesday night: Northwind has another outage, P1; Gold is 24x7",
        lambda desk: desk.open("night", "Gold", "Collectors are down", "All five of them.", "P1"),
    )
    yield Scene(
        timedelta(days=1, hours=16, minutes=40),
        "The night shift answers, 40 minutes late",
        lambda desk: desk.answer("night", "We are on it."),
    )
    yield Scene(
        timedelta(days=1, hours=19),
        "The night shift solves it",
        lambda desk: desk.answer("night", "A certificate had expired; it is renewed.", "solved"),
    )
    yield Scene(
        timedelta(days=2, hours=1),
        "Ada remembers Cedar Labs, and solves it",
        lambda desk: desk.answer("report", "A filter was set twice; it is corrected.", "solved"),
    )
    yield Scene(
        timedelta(days=2, hours=3),
        "Birch & Sons cannot sign in, P2; Ada asks back, and waits",
        lambda desk: desk.open("login", "Standard", "Two of us cannot sign in", "Since yesterday.", "P2"),
    )
    yield Scene(
        timedelta(days=2, hours=4),
        "Ada asks Birch & Sons for the names: while pending, nothing but the first response runs",
        lambda desk: desk.answer("login", "Which two? Please send us their names.", "pending"),
    )
    yield Scene(
        timedelta(days=4, hours=2),
        "Friday: Ada finds the ticket of Birch & Sons that has climbed the ladder, and answers",
        lambda desk: desk.answer("dashboard", "We are sorry. It was overlooked; we are on it now."),
    )
    yield Scene(
        timedelta(days=4, hours=8),
        "Friday 17:00: Cedar Labs (Silver, seven days) reports an export that stops, P1",
        lambda desk: desk.open("export", "Silver", "Export stops at 80%", "Every night since Tuesday.", "P1"),
    )
    yield Scene(
        timedelta(days=5, minutes=30),
        "Saturday: the weekend's agent answers Cedar Labs",
        lambda desk: desk.answer("export", "We can see it in the log."),
    )
    yield Scene(
        timedelta(days=5, hours=2),
        "The weekend's agent solves it",
        lambda desk: desk.answer("export", "The disk was full; it has room again.", "solved"),
    )
    yield Scene(
        timedelta(days=6, hours=3),
        "Sunday: Birch & Sons write back; office hours begin tomorrow",
        lambda desk: desk.write_back("login", "Bea and Bob."),
    )
