"""The console in a real browser: by keyboard, on a phone, and along the path of a breach."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.browsing import served, signed_in
from tests.console.desk import BREACHED, HOSTILE, URL, deliver, done, park
from tests.console.seed import NOW
from tests.page_checks import DESK, PHONE
from webhooks.store.looks import LookKey

pytestmark = pytest.mark.browser

HEADINGS = {
    "/today": "Today",
    "/today?show=all&plan=Gold": "Today",
    "/tickets/acme/1": "Ticket #1",
    "/tickets/acme/2": "Ticket #2",
    "/tickets/acme/6": "Ticket #6",
    "/policies": "Policies",
    "/policies/acme": "Glassbeam",
    "/policies/acme/try": "What would Glassbeam promise?",
    "/deliveries": "Deliveries",
    "/deliveries/7": "Delivery 7",
    "/connections": "Connections",
    "/compliance": "Compliance",
    "/availability": "Availability, November 2026",
    "/availability?change=patch": "Availability, November 2026",
    "/report": "SLA report, week 2026-W47",
}


def test_every_page(day, browser):
    """Each page opens with its heading, complains of nothing, loads nothing from elsewhere, and fits on a phone."""
    with served(day) as address:
        page = signed_in(browser, address)
        elsewhere = []
        page.on("request", lambda request: request.url.startswith(address) or elsewhere.append(request.url))
        for path, heading in HEADINGS.items():
            page.set_viewport_size(DESK)
            page.goto(address + path)
            assert page.get_by_role("heading", level=1).inner_text() == heading
            page.set_viewport_size(PHONE)
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{path} is {wider} pixels wider than a phone"
        assert (page.faults, elsewhere) == ([], [])
        page.goto(address + "/deliveries")
        assert HOSTILE in page.locator("main").inner_text()


def test_every_control_has_a_name(day, browser):
    """Whoever does not see hears what each link, button, field and picture is, and finds one heading and one main."""
    with served(day) as address:
        page = signed_in(browser, address)
        for path in HEADINGS:
            page.goto(address + path)
            assert page.get_by_role("main").count() == page.get_by_role("heading", level=1).count() == 1
            nameless = page.evaluate(
                """() => [...document.querySelectorAll("a, button, select, input:not([type=hidden]), svg[role=img]")]
                    .filter((node) => !(node.textContent.trim() || node.getAttribute("aria-label")
                        || node.labels?.length || node.hidden)).map((node) => node.outerHTML)"""
            )
            assert nameless == [], path


def test_by_keyboard(day, browser):
    """The first key leads past the navigation; filters, tickets and the picture are reached without a mouse."""
    with served(day) as address:
        page = signed_in(browser, address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.get_by_role("link", name="#2", exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Ticket #2").wait_for()
        picture = page.get_by_role("region", name="Picture of the timeline")
        picture.focus()
        expect(picture).to_be_focused()


def test_filters_are_the_address(day, browser):
    """Choosing a list and a value changes the address; the address alone brings the same list back."""
    with served(day) as address:
        page = signed_in(browser, address)
        page.get_by_role("link", name=re.compile("^6 All tickets")).click()
        page.get_by_role("link", name="Gold", exact=True).click()
        assert page.url.endswith("/today?show=all&plan=Gold")
        expect(page.locator("td .ticket-link")).to_have_text(["#1", "#5", "#6"])
        page.goto(page.url)
        expect(page.locator("td .ticket-link")).to_have_text(["#1", "#5", "#6"])
        page.get_by_role("link", name=re.compile("Plan: Gold")).click()
        expect(page.locator("td .ticket-link")).to_have_count(6)


def test_a_choice_keeps_its_place(day, browser):
    """A choice by keyboard is shown at once, and the next key goes on from there; a date waits until it is whole."""
    with served(day) as address:
        page = signed_in(browser, address)
        page.goto(f"{address}/deliveries")
        for chosen in ("acme", "beta"):
            page.get_by_label("Connection").focus()
            page.keyboard.press("ArrowDown")
            page.wait_for_url(f"**/deliveries?connection={chosen}")
            expect(page.get_by_label("Connection")).to_be_focused()
        page.goto(f"{address}/policies/acme/try")
        page.get_by_label("Created at").fill("2026-12-01T10:00")
        assert page.url.endswith("/try")
        page.get_by_role("button", name="Show").click()
        page.wait_for_url("**at=2026-12-01T10*")
        assert page.faults == []


def test_the_countdown_runs(day, browser):
    """What is left shrinks every second, by the service's clock and not the browser's."""
    with served(day) as address:
        page = signed_in(browser, address)
        left = page.get_by_role("row", name=re.compile("#5")).locator("time[data-countdown]")
        expect(left).to_have_text(re.compile(r"in 1[12] min \d+ s"))
        first = left.inner_text()
        expect(left).not_to_have_text(first, timeout=4000)


def test_without_script(day, browser):
    """Every page works without its script: filters have a button, instants are written out."""
    with served(day) as address:
        page = signed_in(browser, address, java_script_enabled=False)
        expect(page.get_by_role("row", name=re.compile("#5")).locator("time").first).to_have_text(
            re.compile("in 1[12] min")
        )
        page.goto(f"{address}/policies/acme/try")
        page.get_by_label("Plan").select_option("Gold")
        page.get_by_role("button", name="Show").click()
        assert "plan=Gold" in page.url


def test_from_breach_to_retry(world, browser):
    """A ticket breaches and its write is refused: I see it today, open it, see why, mend it, and retry."""
    with served(world) as address:
        world.look(BREACHED, now=NOW.replace(hour=17, minute=0), url=URL)
        deliver(world, "d1", "2")
        done(world)
        page = signed_in(browser, address)
        expect(page.get_by_role("row", name=re.compile("#2"))).to_contain_text("At risk")

        world.look(BREACHED, url=URL)  # 42 minutes after the deadline
        park(world, LookKey.ticket("acme", "2"), "zendesk answered 403 to PUT /api/v2/tickets/2")
        page.goto(f"{address}/today")
        row = page.get_by_role("row", name=re.compile("#2"))
        expect(row).to_contain_text("Breached")
        row.get_by_role("link", name="#2").click()

        expect(page.get_by_role("alert")).to_contain_text("zendesk answered 403")
        expect(page.get_by_role("img", name="The clocks of this ticket over time")).to_be_visible()
        why = page.get_by_role("region", name="Why")
        expect(why).to_contain_text("is breached since Tue 24 Nov 2026 09:18 PST")
        expect(why).to_contain_text("Table 2, P1, Standard, Response Time")
        assert page.get_by_role("link", name="Open in the helpdesk").get_attribute("href") == URL

        page.get_by_role("link", name="Deliveries").click()
        page.get_by_role("row", name=re.compile("ticket.changed")).get_by_role("link").first.click()
        expect(page.locator("main")).to_contain_text("Parked: zendesk answered 403")
        page.get_by_role("button", name="Retry").click()
        expect(page.get_by_role("status")).to_have_text("It is looked at again now.")
        assert world.reading.stopped() == []


def test_an_outage_is_entered_corrected_and_withdrawn(world, browser):
    """I enter an outage that lasts; the month can no longer be met. It ended sooner: I say so, then take it back."""
    with served(world) as address:
        page = signed_in(browser, address)
        page.get_by_role("link", name="Availability").click()
        expect(page.locator("main")).to_contain_text("OPEN, can still be met: 100.000% available so far")
        page.get_by_label("Name").fill("database")
        page.get_by_label("Began").fill("2026-11-24T04:00")
        page.get_by_role("button", name="Record").click()
        expect(page.get_by_role("status")).to_have_text("The outage database is recorded.")
        expect(page.locator("main")).to_contain_text("CAN NO LONGER BE MET")
        row = page.get_by_role("row", name=re.compile("^database"))
        expect(row).to_contain_text("not ended")
        row.get_by_role("link", name="Change").click()
        page.get_by_label("Ended").fill("2026-11-24T03:00")
        page.get_by_role("button", name="Record the change").click()
        expect(page.get_by_label("Ended")).to_have_accessible_description(re.compile("is not after `begin`"))
        page.get_by_label("Ended").fill("2026-11-24T05:00")
        page.get_by_role("button", name="Record the change").click()
        expect(row).to_contain_text("counts 1 h unplanned downtime [Availability Commitment]")
        row.get_by_role("button", name="Withdraw").click()
        expect(page.get_by_role("status")).to_have_text("The outage database no longer counts.")
        expect(page.locator("main")).to_contain_text("No outage is recorded for the month.")


def test_tickets_of_one_team(day, browser):
    """The team is a filter like the others, by the name that people know."""
    with served(day) as address:
        page = signed_in(browser, address)
        page.get_by_role("link", name="Second line", exact=True).click()
        assert page.url.endswith("/today?team=Second+line")
        expect(page.locator("td .ticket-link")).to_have_text(["#3", "#2"])
        page.get_by_role("link", name=re.compile("Team: Second line")).click()
        expect(page.locator("td .ticket-link")).to_have_count(3)


def test_the_report_prints(day, browser):
    """On paper there is the report alone: no navigation and no buttons, black on white also in the dark."""
    with served(day) as address:
        page = signed_in(browser, address, color_scheme="dark")
        page.goto(f"{address}/report")
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation", name="Sections").is_visible()
        assert not page.get_by_role("button", name="Print").is_visible()
        colours = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert page.pdf(format="A4")[:4] == b"%PDF"
