"""The platforms of the stories: how each is reached, and the two verbs that differ too much to be everybody's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from urllib.parse import quote

from adapters.services import MemoryCache
from core.update import TicketRef


class Unlimited:
    """A rate budget that never ends: thirty stories pass in a few seconds of real time."""

    def take(self, kind, rate):
        return 0.0

    def pause(self, seconds):
        pass


class Forgetful(MemoryCache):
    """A cache that forgets organizations on demand, as the event that tells of a change makes it do."""

    def forget(self):
        with self._lock:
            self._entries.clear()


class Platform:
    """One connected platform; ``desk`` is its people, ``adapter`` ours.

    ``cannot`` says of what steps the platform has nothing alike; ``tolerance`` is for one whose clock runs on.
    """

    keeps_history = True
    tolerance = timedelta(0)
    cannot: ClassVar[dict[str, str]] = {}
    plan_setting: ClassVar[dict[str, Any]]
    plan_names: ClassVar[dict[str, str]] = {}

    def __init__(self, desk: Any) -> None:
        self.desk, self.cache = desk, Forgetful()
        desk.settings["plan"] = [self.plan_setting]
        desk.services = replace(desk.services, budget=Unlimited(), cache=self.cache)
        self.adapter = desk.connect()

    def set_plan(self, plan: str) -> None:
        """Let an admin change what the customer's company has bought."""
        self.desk.state.set_plan(self.desk.acme, self.plan_names.get(plan, plan))
        self.cache.forget()

    def merge(self, ref: TicketRef) -> None:
        """Let an agent merge the ticket into another."""
        desk = self.desk
        desk.state.merge(desk.ticket(ref), desk.ticket(desk.open_ticket()), desk.agent)


class Zendesk(Platform):
    plan_setting: ClassVar = {
        "from": "organization_field",
        "key": "support_plan",
        "values": {"plan_gold": "Gold", "plan_basic": "Basic"},
    }


class Jira(Platform):
    """Jira has no category for waiting: its connection says which of the desk's statuses is on hold."""

    plan_setting: ClassVar = {"from": "organization_property"}

    def __init__(self, desk: Any) -> None:
        desk.settings["statuses"] = {"Pending": "on_hold"}
        super().__init__(desk)

    def merge(self, ref: TicketRef) -> None:
        desk = self.desk
        desk.state.close_as_duplicate(desk.issue(ref), desk.issue(desk.open_ticket()), desk.agent)


class Freshdesk(Platform):
    keeps_history = False
    plan_setting: ClassVar = {
        "from": "company_field",
        "key": "account_tier",
        "values": {"Premium": "Gold", "Basic": "Basic"},
    }
    plan_names: ClassVar = {"Gold": "Premium"}


class DjangoHelpdesk(Platform):
    """The real thing, on a clock that runs: what happens takes the seconds that it takes."""

    keeps_history = False
    tolerance = timedelta(seconds=45)
    cannot: ClassVar = {
        "on_hold": "it has one kind of hold, which the connection maps to pending",
        "plan": "it has no companies: plans come from the requester's mail domain in the settings",
    }

    def __init__(self, desk: Any) -> None:
        self.desk, self.cache = desk, Forgetful()
        desk.services = replace(desk.services, budget=Unlimited())
        self.adapter = desk.connect()

    def set_plan(self, plan: str) -> None:
        assert plan == "Basic", self.cannot["plan"]  # the default plan, which needs nothing

    def merge(self, ref: TicketRef) -> None:
        self.desk.merge(ref, into=self.desk.open_ticket())


@contextmanager
def django_helpdesk() -> Iterator[Platform]:
    from tests.adapters.django_helpdesk.desk import HelpdeskDesk
    from tests.adapters.django_helpdesk.site import WEBHOOK_SECRET, Receiver, Site

    receiver = Receiver()
    password = quote(WEBHOOK_SECRET, safe="")
    hook = f"http://sidecar:{password}@127.0.0.1:{receiver.port}/webhooks/desk/t0ken"
    with TemporaryDirectory() as folder:
        site = Site(Path(folder), hook=hook)
        try:
            yield DjangoHelpdesk(HelpdeskDesk(site, receiver))
        finally:
            site.close()
            receiver.close()


@contextmanager
def zendesk() -> Iterator[Platform]:
    from tests.adapters.zendesk.desk import ZendeskDesk

    desk = ZendeskDesk()
    try:
        yield Zendesk(desk)
    finally:
        desk.close()


@contextmanager
def jira() -> Iterator[Platform]:
    from tests.adapters.jira.desk import JiraDesk

    desk = JiraDesk()
    try:
        yield Jira(desk)
    finally:
        desk.close()


@contextmanager
def freshdesk() -> Iterator[Platform]:
    from tests.adapters.freshdesk.desk import FreshdeskDesk

    desk = FreshdeskDesk()
    try:
        yield Freshdesk(desk)
    finally:
        desk.close()


PLATFORMS = [zendesk, jira, freshdesk, django_helpdesk]
