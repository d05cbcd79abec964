"""The demo's story: a Monday at the support desk, told by what people do; the deadlines come from the service."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox.zendesk.model import CustomField, User
from sandbox.zendesk.state import State
from sandbox.zendesk.tickets_model import Ticket

PLAN_FIELD = "support_plan"
PLAN_OPTIONS = {"plan_gold": "Gold", "plan_silver": "Silver", "plan_standard": "Standard"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens so long after the story's beginning, and the words that announce it."""

    after: timedelta
    says: str
    happens: Callable[[], object]


class Desk:
    """The people of the story, and its tickets as they come."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.ada = state.add_agent("Ada Agent")
        self.ben = state.add_agent("Ben Backline")
        state.add_group("Customer Success", self.ada)
        state.add_group("Solutions", self.ben)
        self.customers = {
            plan: self._customer(name, organization, plan)
            for plan, name, organization in (
                ("Gold", "Greta Gold", "Northwind Devices"),
                ("Silver", "Sam Silver", "Cedar Labs"),
                ("Standard", "Stan Standard", "Birch & Sons"),
            )
        }
        self.tickets: dict[str, Ticket] = {}

    def _customer(self, name: str, organization: str, plan: str) -> User:
        return self.state.add_end_user(name, organization=self.state.add_organization(organization, plan=plan))

    def opens(self, plan: str, subject: str, priority: str, body: str = "") -> Callable[[], None]:
        """Return what a customer of that plan does: open a ticket."""

        def happen() -> None:
            self.tickets[plan] = self.state.open_ticket(self.customers[plan], subject, body, priority=priority)

        return happen

    def answers(self, plan: str, text: str, status: str | None = None) -> Callable[[], None]:
        """Return what Ada does: answer that customer in public, and perhaps change the status."""

        def happen() -> None:
            values: dict[str, Any] = {"status": status} if status else {}
            self.state.reply(self.tickets[plan], self.ada, text, **values)

        return happen

    def writes_back(self, plan: str, text: str) -> Callable[[], None]:
        """Return what the customer does: reply, which opens a pending ticket again."""

        def happen() -> None:
            self.state.reply(self.tickets[plan], self.customers[plan], text, status="open")

        return happen

    def ticks(self, plan: str, title: str) -> Callable[[], None]:
        """Return what Ada does: tick a box that ``connect`` has made."""

        def happen() -> None:
            self.state.set_field(self.tickets[plan], self._field(title), True, self.ada)

        return happen

    def _field(self, title: str) -> CustomField:
        return next(field for field in self.state.custom_ticket_fields() if field.title == title)

    def scenes(self) -> Iterator[Scene]:
        """Yield the story in order."""
        yield Scene(
            timedelta(minutes=5),
            "Northwind (Gold, 24x7) reports an outage, P1: an answer within 2 hours, an update every 4",
            self.opens("Gold", "No data since this morning", "urgent", "None of our devices has sent data since 8:10."),
        )
        yield Scene(
            timedelta(minutes=20),
            "Birch & Sons (Standard, office hours) has the same trouble, P1: an answer within 1 business day",
            self.opens("Standard", "Dashboard shows nothing", "urgent", "All dashboards are empty."),
        )
        yield Scene(
            timedelta(minutes=30),
            "Cedar Labs (Silver, seven days) asks for help, P2: an answer within 1 business day",
            self.opens("Silver", "Report has wrong totals", "normal", "Since Friday the totals do not add up."),
        )
        yield Scene(
            timedelta(minutes=50),
            "Ada answers Northwind and waits for their logs: first response met, the rest stands still while pending",
            self.answers("Gold", "We are on it. Please send us the collector's log.", "pending"),
        )
        yield Scene(
            timedelta(hours=3),
            "Northwind sends the logs: the clocks go on, moved by the time they stood still",
            self.writes_back("Gold", "Here they are."),
        )
        yield Scene(
            timedelta(hours=5),
            "Ada finds a way around and ticks 'workaround': the resolution is met",
            self.ticks("Gold", "SLA: workaround"),
        )
        yield Scene(
            timedelta(hours=6),
            "Ada answers Cedar Labs and solves it",
            self.answers("Silver", "A filter was set twice; it is corrected.", "solved"),
        )
        yield Scene(
            timedelta(hours=7),
            "Northwind is content, and Ada solves the ticket: nothing more is owed",
            self.answers("Gold", "Glad to hear it. The cause is fixed in the next release.", "solved"),
        )
        yield Scene(
            timedelta(days=1, hours=-1),
            "Tuesday morning: nobody has answered Birch & Sons; the ticket is at risk",
            lambda: None,
        )
        yield Scene(
            timedelta(days=1, hours=1),
            "An hour later it is breached, and the ladder begins with the customer success manager",
            lambda: None,
        )
