"""The demo's stories: what people do at the support desk, on every helpdesk; the deadlines come from the service."""

from collections.abc import Callable
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


def _at(days: int = 0, hours: int = 0, minutes: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


def _opens(after: timedelta, says: str, name: str, plan: str, subject: str, body: str, priority: str) -> Scene:
    """Return that a customer opens the ticket ``name``."""
    return Scene(after, says, lambda desk: desk.open(name, plan, subject, body, priority))


def _answers(after: timedelta, says: str, name: str, text: str, status: str | None = None) -> Scene:
    """Return that the agent answers in public, and perhaps sets the status."""
    return Scene(after, says, lambda desk: desk.answer(name, text, status))


def _writes_back(after: timedelta, says: str, name: str, text: str) -> Scene:
    """Return that the customer replies."""
    return Scene(after, says, lambda desk: desk.write_back(name, text))


def _works_around(after: timedelta, says: str, name: str) -> Scene:
    """Return that the agent ticks that a workaround is in place."""
    return Scene(after, says, lambda desk: desk.tick_workaround(name))


def _passes(after: timedelta, says: str) -> Scene:
    """Return that time alone does its work."""
    return Scene(after, says, lambda _desk: None)


TWO_DAYS = (
    _opens(
        _at(minutes=5),
        "Northwind (Gold, 24x7) reports an outage, P1: an answer within 2 hours, an update every 4",
        *("outage", "Gold", "No data since this morning", "No device has sent data since 8:10.", "P1"),
    ),
    _opens(
        _at(minutes=20),
        "Birch & Sons (Standard, office hours) has the same trouble, P1: an answer within 1 business day",
        *("dashboard", "Standard", "Dashboard shows nothing", "All dashboards are empty.", "P1"),
    ),
    _opens(
        _at(minutes=30),
        "Cedar Labs (Silver, seven days) asks for help, P2: an answer within 1 business day",
        *("report", "Silver", "Report has wrong totals", "Since Friday the totals do not add up.", "P2"),
    ),
    _answers(
        _at(minutes=50),
        "Ada answers Northwind and waits for their logs: first response met, the rest stands still while pending",
        *("outage", "We are on it. Please send us the collector's log.", "pending"),
    ),
    _writes_back(
        _at(hours=3),
        "Northwind sends the logs: the clocks go on, moved by the time they stood still",
        *("outage", "Here they are."),
    ),
    _works_around(_at(hours=5), "Ada finds a way around and ticks 'workaround': the resolution is met", name="outage"),
    _answers(
        _at(hours=6),
        "Ada answers Cedar Labs and solves it",
        *("report", "A filter was set twice; it is corrected.", "solved"),
    ),
    _answers(
        _at(hours=6, minutes=50),
        "Northwind is content, and Ada solves the ticket: nothing more is owed",
        *("outage", "Glad to hear it. The cause is fixed in the next release.", "solved"),
    ),
    _passes(_at(hours=23), "Tuesday morning: nobody has answered Birch & Sons; the ticket is at risk"),
    _passes(
        _at(days=1, hours=1), "Two hours later it is breached; the ladder begins with the customer success manager"
    ),
)

WEEK = (  # what people do; warnings, breaches and the ladder are the service's to tell
    _opens(
        _at(minutes=5),
        "Northwind (Gold) reports an outage, P1",
        *("outage", "Gold", "No data since this morning", "No device has sent data.", "P1"),
    ),
    _opens(
        _at(minutes=20),
        "Birch & Sons (Standard) has the same trouble, P1; nobody sees it until Friday",
        *("dashboard", "Standard", "Dashboard shows nothing", "All dashboards are empty.", "P1"),
    ),
    _opens(
        _at(minutes=30),
        "Cedar Labs (Silver) asks for help, P2",
        *("report", "Silver", "Report has wrong totals", "Totals do not add up.", "P2"),
    ),
    _answers(
        _at(minutes=50),
        "Ada answers Northwind and waits for their logs",
        *("outage", "We are on it. Please send us the collector's log.", "pending"),
    ),
    _writes_back(_at(hours=3), "Northwind sends the logs", "outage", "Here they are."),
    _works_around(_at(hours=5), "Ada ticks 'workaround' for Northwind", "outage"),
    _answers(
        _at(hours=6),
        "Ada answers Cedar Labs; an update is due within a business day, and she forgets it",
        *("report", "We can see it here, too."),
    ),
    _answers(
        _at(hours=7), "Ada solves Northwind's ticket", "outage", "The cause is fixed in the next release.", "solved"
    ),
    _opens(
        _at(days=1, hours=14),
        "Tuesday night: Northwind has another outage, P1; Gold is 24x7",
        *("night", "Gold", "Collectors are down", "All five of them.", "P1"),
    ),
    _answers(_at(days=1, hours=16, minutes=40), "The night shift answers, 40 minutes late", "night", "We are on it."),
    _answers(
        _at(days=1, hours=19),
        "The night shift solves it",
        *("night", "A certificate had expired; it is renewed.", "solved"),
    ),
    _answers(
        _at(days=2, hours=1),
        "Ada remembers Cedar Labs, and solves it",
        *("report", "A filter was set twice; it is corrected.", "solved"),
    ),
    _opens(
        _at(days=2, hours=3),
        "Birch & Sons cannot sign in, P2",
        *("login", "Standard", "Two of us cannot sign in", "Since yesterday.", "P2"),
    ),
    _answers(
        _at(days=2, hours=4),
        "Ada asks Birch & Sons for the names: while pending, the resolution stands still",
        *("login", "Which two? Please send us their names.", "pending"),
    ),
    _answers(
        _at(days=4, hours=2),
        "Friday: Ada finds the ticket of Birch & Sons that has climbed the ladder, and answers",
        *("dashboard", "We are sorry. It was overlooked; we are on it now."),
    ),
    _opens(
        _at(days=4, hours=8),
        "Friday 17:00: Cedar Labs (Silver, seven days) reports an export that stops, P1",
        *("export", "Silver", "Export stops at 80%", "Every night since Tuesday.", "P1"),
    ),
    _answers(
        _at(days=5, minutes=30),
        "Saturday: the weekend's agent answers Cedar Labs",
        *("export", "We can see it in the log."),
    ),
    _answers(
        _at(days=5, hours=2),
        "The weekend's agent solves it",
        *("export", "The disk was full; it has room again.", "solved"),
    ),
    _writes_back(
        _at(days=6, hours=3), "Sunday: Birch & Sons write back; office hours begin tomorrow", "login", "Bea and Bob."
    ),
)
