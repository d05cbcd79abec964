"""The path of a breach in a browser, with the real service: see it, see why, retry, read that it is done."""

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from werkzeug.security import generate_password_hash

from sandbox.common.faults import ApiFault, FaultKind
from tests.browser import chromium
from tests.e2e.sides import Zendesk
from tests.e2e.world import World, wait_for
from webhooks.configuration import Configuration

pytestmark = pytest.mark.browser

PASSWORD = "a password for tests"
MOST_TABS = 80
SOON_MS = 30_000


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    """Zendesk on SQLite with a console, the service running."""
    made = World(tmp_path, Zendesk())
    made.side.environment["SESSION_KEY"] = secrets.token_urlsafe(32)
    file = Configuration(made.path)
    file.data["console"] = {
        "operator_password": generate_password_hash(PASSWORD),
        "session_key": "${SESSION_KEY}",
        "timezone": "America/Los_Angeles",
    }
    file.save()
    made.start()
    yield made
    made.close()


@pytest.fixture
def page() -> Iterator[Page]:
    """A page whose complaints are an error at the end."""
    with chromium() as browser:
        found = browser.new_page()
        faults: list[str] = []
        found.on("console", lambda message: message.type == "error" and faults.append(message.text))
        found.on("pageerror", lambda error: faults.append(str(error)))
        yield found
        assert faults == []


def pass_time(world: World, by: timedelta) -> None:
    """Move the helpdesk's clock and the service's, and wait until what is due by then is done."""
    world.side.state.clock.advance(by)
    world.store.clock.set_offset(world.side.state.clock() - datetime.now(UTC))
    world.settle()


def tab_to(page: Page, name: str) -> None:
    """Go on by keyboard until something with that name has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText.trim().split(/\\s+/).join(' ')")
        if focused == name:
            return
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {name!r}; the last was {focused!r}")


def follow(page: Page, name: str) -> None:
    """Go to a link or a button by keyboard alone, and use it."""
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_from_breach_to_retry_by_keyboard(world, page):
    """No mouse: a breach on Today, its reason on the ticket, a refused write on Deliveries, a retry that succeeds."""
    ticket = world.side.open()
    world.settle()
    pass_time(world, timedelta(hours=2, minutes=1))  # Gold, P1: 2 hours, at any hour of any day
    assert world.side.shown(ticket) == "breached"

    page.goto(f"http://127.0.0.1:{world.port}/console")
    page.keyboard.type(PASSWORD)  # the field has the focus
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Today").wait_for()
    expect(page.get_by_role("row", name=re.compile(f"#{ticket}"))).to_contain_text("Breached")
    follow(page, f"#{ticket}")

    page.get_by_role("heading", name=f"Ticket #{ticket}").wait_for()
    why = page.get_by_role("region", name="Why")
    expect(why).to_contain_text("counts 2 business hours from")
    expect(why).to_contain_text("is breached since")
    expect(why).to_contain_text("Table 2, P1, Gold, Response Time")
    picture = page.get_by_role("img", name="The clocks of this ticket over time")
    expect(picture.locator(".reached, .coming")).to_have_count(4)
    expect(picture.locator("rect.late")).not_to_have_count(0)
    ladder = page.get_by_role("table", name="Escalation")
    expect(ladder).to_contain_text(re.compile("customer success manager.*done: it stands on the ticket", re.DOTALL))
    expect(ladder).to_contain_text(re.compile("step 4: ceo.*to come, unless it is met before", re.DOTALL))
    link = page.get_by_role("link", name="Open in the helpdesk").get_attribute("href")
    assert link == f"{world.side.sandbox.url}/agent/tickets/{ticket}"

    refusal = ApiFault(FaultKind.ANSWER, "PUT", world.side.ticket_path, times=3, status=403, body={})
    world.side.state.faults.add(refusal)
    world.side.reply(ticket)
    wait_for(world.parked, "the look to be parked")

    follow(page, "Deliveries")
    parked = page.get_by_role("table", name="Parked")
    expect(parked).to_contain_text("was answered 403")
    expect(page.get_by_role("table", name="Received")).to_contain_text("Parked")
    follow(page, f"Retry ticket {ticket}")

    expect(page.get_by_role("status")).to_have_text("It is looked at again now.")
    answered = page.get_by_role("list", name="What is owed").get_by_role("listitem").filter(has_text="First response")
    expect(answered).to_contain_text("Missed", timeout=SOON_MS)  # the page has read it anew by itself
    expect(page.get_by_role("alert")).to_have_count(0)
    assert world.side.shown(ticket) == "running"
    assert world.parked() == []
    follow(page, "Deliveries")
    expect(page.get_by_role("table", name="Parked")).to_have_count(0)
    expect(page.get_by_role("table", name="Received")).not_to_contain_text("Parked")
