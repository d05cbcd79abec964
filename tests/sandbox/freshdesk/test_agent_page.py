"""The agent's page: what it shows, what its forms do, and that it refreshes itself."""

from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.freshdesk import Sandbox, State
from sandbox.freshdesk.model import Source, Status, TicketField
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import People

EVIL = "<script>alert(1)</script>"
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def post(sandbox: Sandbox, where: str, **form: Any) -> requests.Response:
    return requests.post(f"{sandbox.url}/agent{where}", data=form, timeout=10)


def page(sandbox: Sandbox, path: str) -> str:
    answer = requests.get(f"{sandbox.url}/agent{path}", timeout=10)
    assert answer.status_code == 200
    return answer.text


def test_the_list_has_the_sla_fields_as_columns(
    sandbox: Sandbox, state: State, people: People, ticket: Ticket, dropdown: TicketField
) -> None:
    """A state with its colour; the sortable twin of an instant only says how far away it is."""
    due = state.add_ticket_field("SLA next due")
    epoch = state.add_ticket_field("SLA next due (epoch s)", "custom_number")
    state.add_ticket_field("SLA: affected", "custom_checkbox")
    in_two_hours = int(state.now().timestamp()) + 7200
    values = {dropdown.name: "Breached", due.name: "2026-11-23 11:00 UTC", epoch.name: in_two_hours}
    state.change(ticket, people.service, custom_fields=values)
    html = page(sandbox, "/tickets")
    columns = [part.partition("</th>")[0] for part in html.split('<th scope="col" class="sla">')[1:]]
    assert columns == ["State", "Next due"]
    assert '<span class="pill bad">Breached</span>' in html
    assert "2026-11-23 11:00 UTC" in html
    assert "in 2 h" in html


def test_the_ticket_shows_both_policies(sandbox: Sandbox, state: State, ticket: Ticket, clock: Clock) -> None:
    """Ours as tiles, Freshdesk's own in one quiet line, so that one sees where they differ."""
    assert "first response due not worked out yet" in page(sandbox, "/tickets/1")
    clock.move_to(clock().replace(minute=1))
    assert "first response due Mon 23 Nov 13:00 UTC, resolution due Tue 24 Nov 09:00 UTC" in page(sandbox, "/tickets/1")


def test_texts_are_escaped(sandbox: Sandbox, state: State, people: People) -> None:
    """No text of a customer becomes markup, in pages and in the parts that refresh them."""
    people.carla.name = EVIL
    ticket = state.open_ticket(people.carla, EVIL, EVIL, tags=[EVIL])
    field = state.add_ticket_field(f"SLA {EVIL}", "custom_text")
    state.set_field(ticket, field, EVIL)
    state.reply(ticket, people.ada, EVIL, public=False)
    for path in ("/tickets", "/tickets/1", "/data/tickets", "/data/tickets/1", f"/tickets/1?problem={EVIL}"):
        assert EVIL not in page(sandbox, path).lower(), path


def test_opening_a_ticket(sandbox: Sandbox, state: State, people: People) -> None:
    """As a customer, by the portal."""
    answer = post(sandbox, "/tickets", requester=people.carla.id, subject="No data", body="Since 8:10.", priority="4")
    assert answer.url.endswith("/agent/tickets/1")
    ticket = state.tickets[1]
    assert (ticket.subject, ticket.priority, ticket.source) == ("No data", 4, Source.PORTAL)
    assert (ticket.requester_id, ticket.description) == (people.carla.id, "<div>Since 8:10.</div>")


@pytest.mark.parametrize(
    ("kind", "author", "private", "source", "status"),
    [
        pytest.param("agent", "ada", False, 0, 3, id="reply with a status"),
        pytest.param("note", "ada", True, 2, 3, id="private note"),
        pytest.param("public_note", "ada", False, 2, 3, id="public note"),
        pytest.param("customer", "carla", False, 0, 2, id="the customer sets no status"),
    ],
)
def test_replying(
    sandbox: Sandbox,
    people: People,
    ticket: Ticket,
    kind: str,
    author: str,
    private: bool,
    source: int,
    status: int,
) -> None:
    """Four ways to answer."""
    post(sandbox, "/tickets/1/reply", kind=kind, agent=people.ada.id, body="hello", status="3")
    said = ticket.conversations[-1]
    assert (said.body_text, said.user_id) == ("hello", getattr(people, author).id)
    assert (said.private, said.source, ticket.status) == (private, source, status)


def test_only_what_was_changed_is_written(
    sandbox: Sandbox, state: State, people: People, ticket: Ticket, dropdown: TicketField
) -> None:
    """A form that was opened before the service wrote does not undo what the service wrote."""
    name = dropdown.name
    stale = {"priority": "1", "priority_before": "3", name: "", f"{name}_before": "", "tags": "", "tags_before": ""}
    state.change(ticket, people.service, custom_fields={name: "Running"}, tags=["sla"])
    post(sandbox, "/tickets/1/fields", agent=people.ada.id, **stale)
    assert (ticket.priority, ticket.custom_fields[name], ticket.tags) == (1, "Running", ["sla"])
    tick = state.add_ticket_field("SLA: escalate", "custom_checkbox")
    form = {"agent": people.ada.id, tick.name: "on", f"{tick.name}_before": "", "group_id": "", "group_id_before": ""}
    post(sandbox, "/tickets/1/fields", **form)
    assert ticket.custom_fields[tick.name] is True
    assert ticket.activities[-1].who == people.ada.id


def test_merging_and_removing(sandbox: Sandbox, state: State, people: People, ticket: Ticket) -> None:
    """This ticket is closed into the other one, which is shown; a removed one leaves the list."""
    other = state.open_ticket(people.carla, "the same")
    answer = post(sandbox, f"/tickets/{other.id}/merge", agent=people.ada.id, target=ticket.id)
    assert (answer.url.rpartition("/")[2], other.status, ticket.status) == ("1", Status.CLOSED, Status.OPEN)
    post(sandbox, "/tickets/1/remove", agent=people.ada.id, what="spam")
    post(sandbox, "/tickets/2/remove", agent=people.ada.id, what="trash")
    assert (ticket.spam, other.deleted) == (True, True)
    assert "No tickets yet" in page(sandbox, "/tickets")
    assert "In the trash" in page(sandbox, "/tickets/2")


def test_refusals_are_shown(sandbox: Sandbox, state: State, people: People, ticket: Ticket) -> None:
    """The platform's reason on the ticket's page; a page of its own for what is not there or makes no sense."""
    state.add_ticket_field("Cause", required_for_closure=True)
    form = {"status": "5", "status_before": "2", "agent": people.ada.id}
    assert "custom_fields.cf_cause: It should not be blank" in post(sandbox, "/tickets/1/fields", **form).text
    missing = requests.get(f"{sandbox.url}/agent/tickets/99", timeout=10)
    assert (missing.status_code, "Back to the tickets" in missing.text) == (404, True)
    wrong = post(sandbox, "/tickets/1/fields", **(form | {"status": "x"}))
    assert (wrong.status_code, "wrong kind" in wrong.text) == (400, True)


def test_forms_of_other_sites_are_refused(sandbox: Sandbox, people: People, ticket: Ticket) -> None:
    """A page elsewhere cannot post here."""
    answer = requests.post(
        f"{sandbox.url}/agent/tickets/1/reply",
        data={"kind": "note", "agent": people.ada.id, "body": "x"},
        headers={"Origin": "https://elsewhere.example"},
        timeout=10,
    )
    assert answer.status_code == 403
    assert ticket.conversations == []


@pytest.mark.browser
def test_fields_appear_while_one_watches(
    browser: Any, sandbox: Sandbox, state: State, people: People, ticket: Ticket, dropdown: TicketField
) -> None:
    """The page refreshes itself, marks what changed, and leaves what one is writing alone."""
    tab = browser.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda err: faults.append(str(err)))
    tab.goto(f"{sandbox.url}/agent/tickets/1")
    tab.get_by_role("textbox", name="Text").fill("half a sentence")
    tab.wait_for_timeout(1200)
    state.set_field(ticket, dropdown, "Breached", people.service)
    tile = tab.locator(".tile", has_text="State")
    tile.get_by_text("Breached").wait_for(timeout=5000)
    assert "flash" in tile.get_attribute("class")
    assert tab.get_by_role("textbox", name="Text").input_value() == "half a sentence"
    tab.get_by_label("Private note").check()
    tab.get_by_role("button", name="Send").click()
    tab.locator(".comment.note").get_by_text("half a sentence").wait_for(timeout=5000)
    assert (ticket.conversations[-1].private, faults) == (True, [])
