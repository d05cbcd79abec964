"""The demo's story: two days at the support desk, told on every helpdesk; the deadlines come from the service."""

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


def scenes() -> Iterator[Scene]:
    """Yield the story in order."""
    yield Scene(
        timedelta(minutes=5),
        "Northwind (Gold, 24x7) reports an outage, P1: an answer within 2 hours, an update every 4",
        lambda desk: desk.open("Gold", "No data since this morning", "No device has sent data since 8:10.", "P1"),
    )
    yield Scene(
        timedelta(minutes=20),
        "Birch & Sons (Standard, office hours) has the same trouble, P1: an answer within 1 business day",
        lambda desk: desk.open("Standard", "Dashboard shows nothing", "All dashboards are empty.", "P1"),
    )
    yield Scene(
        timedelta(minutes=30),
        "Cedar Labs (Silver, seven days) asks for help, P2: an answer within 1 business day",
        lambda desk: desk.open("Silver", "Report has wrong totals", "Since Friday the totals do not add up.", "P2"),
    )
    yield Scene(
        timedelta(minutes=50),
        "Ada answers Northwind and waits for their logs: first response met, the rest stands still while pending",
        lambda desk: desk.answer("Gold", "We are on it. Please send us the collector's log.", "pending"),
    )
    yield Scene(
        timedelta(hours=3),
        "Northwind sends the logs: the clocks go on, moved by the time they stood still",
        lambda desk: desk.write_back("Gold", "Here they are."),
    )
    yield Scene(
        timedelta(hours=5),
        "Ada finds a way around and ticks 'workaround': the resolution is met",
        lambda desk: desk.tick_workaround("Gold"),
    )
    yield Scene(
        timedelta(hours=6),
        "Ada answers Cedar Labs and solves it",
        lambda desk: desk.answer("Silver", "A filter was set twice; it is corrected.", "solved"),
    )
    yield Scene(
        timedelta(hours=7),
        "Northwind is content, and Ada solves the ticket: nothing more is owed",
        lambda desk: desk.answer("Gold", "Glad to hear it. The cause is fixed in the next release.", "solved"),
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
