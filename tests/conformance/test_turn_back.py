"""Turning an end user back in public, on every platform: Vitrium's policy, the service's own looks, real requests."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.ticket import Kind
from core.update import TicketRef
from tests.conformance.platforms import PLATFORMS, DjangoHelpdesk, Freshdesk, Jira, Platform, Zendesk
from tests.webhooks.conftest import make_settings
from tests.webhooks.helpers import deliver, look_at_due
from webhooks.effects.plan import REPLY_KEY
from webhooks.links import link_of
from webhooks.policy_book import PolicyBook
from webhooks.policy_files import open_policy
from webhooks.service import Service, open_store

SAID = "Thank you for writing to us. This content was sent to you by a customer of ours"


@pytest.fixture(scope="module", params=PLATFORMS, ids=lambda platform: platform.__name__)
def platform(request) -> Iterator[Platform]:
    """One connected platform on which the customer is a customer's customer."""
    with request.param() as connected:
        connected.desk.settings["end_customers"] = mark(connected)
        yield connected


def mark(platform: Platform) -> Any:
    """Mark the customer as a customer's customer, and return the setting by which the adapter knows."""
    customer = platform.desk.customer
    match platform:
        case Zendesk():
            customer.tags = ["end_user"]
            return {"user_tag": "end_user"}
        case Jira():
            return {"accounts": [customer.account_id]}
        case Freshdesk():
            customer.tags = ["end_user"]
            return {"contact_tag": "end_user"}
        case DjangoHelpdesk():
            return ["carla@acme.test"]
    raise NotImplementedError(platform)


class Looking:
    """The service, looking at one platform by hand, at the platform's time."""

    def __init__(self, platform: Platform, folder: Path, **connection: Any) -> None:
        settings = make_settings(f"sqlite:///{folder / 'sidecar.sqlite3'}", connection=connection)
        book = PolicyBook(open_policy("vitrium", use_examples=True))
        self.adapter = platform.desk.adapter()
        link = link_of(settings.connections["desk"], book, self.adapter)
        self.platform, self.deliveries = platform, 0
        self.service = Service(settings, open_store(settings), lambda *_: link)
        self.store = self.service.store

    def look(self, ref: TicketRef) -> None:
        desk = self.platform.desk
        now = desk.site.now() if isinstance(self.platform, DjangoHelpdesk) else desk.clock()
        self.deliveries += 1
        self.store.clock.set_offset(now - datetime.now(UTC))
        deliver(self.store, f"d{self.deliveries}", ref.ticket_id)
        self.store.clock.set_offset(now - datetime.now(UTC) + 2 * self.store.looks.window)
        while look_at_due(self.service):
            pass

    def states(self) -> dict[str, str]:
        return {row["key"]: row["state"] for row in self.store.listings.escalations("desk")}


@pytest.fixture
def looking(platform: Platform, tmp_path: Path) -> Iterator[Callable[..., Looking]]:
    made: list[Looking] = []

    def make(**connection: Any) -> Looking:
        made.append(Looking(platform, tmp_path, **connection))
        return made[-1]

    yield make
    for each in made:
        each.service.stop()


def test_an_end_user_is_turned_back_once(platform: Platform, looking):
    """An end user's ticket gets one public reply, and one note about it; it is not covered, and nobody answered it."""
    service, desk = looking(turn_back="public"), platform.desk
    ref = desk.open_ticket()
    public = len(desk.public_texts(ref))
    for _ in range(3):
        service.look(ref)
    (said,) = desk.public_texts(ref)[public:]
    assert said.startswith(SAID)
    (note,) = [text for text in desk.private_notes(ref) if "Not covered" in text]
    assert f"Sent to the requester in public:\n{SAID}" in note.replace("\r", "")
    assert service.states() == {"turn_back": "done", REPLY_KEY: "done"}
    assert service.store.memories.read("desk", ref.ticket_id)["state"] == "not_covered"
    kinds = {event.kind for event in service.adapter.fetch(ref).ticket.events}
    assert not kinds & {Kind.AGENT_REPLIED, Kind.CUSTOMER_REPLIED, Kind.NOTE_ADDED}


def test_a_service_that_forgot_finds_its_reply(platform: Platform, looking, tmp_path: Path):
    """What stands on the ticket is known without anything being remembered here: nothing is sent a second time."""
    service, desk = looking(turn_back="public"), platform.desk
    ref = desk.open_ticket()
    service.look(ref)
    public = desk.public_texts(ref)
    service.store.retention.forget_ticket("desk", ref.ticket_id)
    service.look(ref)
    assert desk.public_texts(ref) == public
    assert service.states() == {"turn_back": "done", REPLY_KEY: "done"}


def test_an_agents_answer_comes_first(platform: Platform, looking):
    """Where an agent has answered already nothing is said in public, and nothing in private."""
    service, desk = looking(turn_back="public"), platform.desk
    ref = desk.open_ticket()
    desk.reply_as_agent(ref)
    public = desk.public_texts(ref)
    service.look(ref)
    assert desk.public_texts(ref) == public
    assert service.states() == {"turn_back": "skipped"}


def test_drafts_are_the_default(platform: Platform, looking):
    """Nobody who has not switched it on has anything said in public: agents get the drafts."""
    service, desk = looking(), platform.desk
    ref = desk.open_ticket()
    public = desk.public_texts(ref)
    service.look(ref)
    assert desk.public_texts(ref) == public
    assert any("Draft for the requester, not sent:" in text for text in desk.private_notes(ref))
