"""The agent's page: what it shows, what its forms do, and that it refreshes itself."""

from typing import Any

import pytest
import requests

from sandbox.zendesk import Sandbox, State
from sandbox.zendesk.model import CustomField
from sandbox.zendesk.tickets_model import CommentEvent, Ticket
from tests.sandbox.zendesk.conftest import People

EVIL = "<script>alert(1)</script>"


def post(sandbox: Sandbox, path: str, **form: Any) -> requests.Response:
    return requests.post(f"{sandbox.url}/agent{path}", data=form, timeout=10)


def page(sandbox: Sandbox, path: str) -> str:
    answer = requests.get(f"{sandbox.url}/agent{path}", timeout=10)
    assert answer.status_code == 200
    return answer.text


def last(ticket: Ticket) -> CommentEvent:
    return list(ticket.comments())[-1][1]


def test_the_list_has_the_sla_fields_as_columns(
    sandbox: Sandbox, state: State, people: People, ticket: Ticket, tagger: CustomField
) -> None:
    """Names of options rather than tags; the sortable twin of an instant only says how far away it is."""
    due = state.add_ticket_field("SLA next due")
    epoch = state.add_ticket_field("SLA next due (epoch s)", "integer")
    state.add_ticket_field("SLA: affected", "checkbox")
    in_two_hours = int(state.now().timestamp()) + 7200
    values = ((tagger, "sla_state_breached"), (due, "2026-11-23 11:00 UTC"), (epoch, in_two_hours))
    state.change(ticket, people.service, custom_fields=[{"id": f.id, "value": value} for f, value in values])
    html = page(sandbox, "/tickets")
    columns = [part.partition("</th>")[0] for part in html.split('<th scope="col" class="sla">')[1:]]
    assert columns == ["State", "Next due"]
    assert '<span class="pill bad">Breached</span>' in html
    assert "2026-11-23 11:00 UTC" in html
    assert "in 2 h" in html


def test_texts_are_escaped(sandbox: Sandbox, state: State, people: People) -> None:
    """No text of a customer becomes markup, in pages and in the parts that refresh them."""
    people.carla.name = EVIL
    ticket = state.open_ticket(people.carla, EVIL, EVIL, tags=[EVIL])
    field = state.add_ticket_field(f"SLA {EVIL}", "text")
    state.set_field(ticket, field, EVIL)
    state.reply(ticket, people.ada, EVIL, public=False)
    for path in ("/tickets", "/tickets/1", "/data/tickets", "/data/tickets/1", f"/tickets/1?problem={EVIL}"):
        assert EVIL not in page(sandbox, path).lower(), path


def test_opening_a_ticket(sandbox: Sandbox, state: State, people: People) -> None:
    """As a customer, by web."""
    answer = post(
        sandbox, "/tickets", requester=people.carla.id, subject="No data", body="Since 8:10.", priority="urgent"
    )
    assert answer.url.endswith("/agent/tickets/1")
    ticket = state.tickets[1]
    assert (ticket.subject, ticket.priority, ticket.via.channel) == ("No data", "urgent", "web")
    assert (ticket.submitter_id, ticket.description) == (people.carla.id, "Since 8:10.")


@pytest.mark.parametrize(
    ("kind", "author", "public", "status"),
    [
        pytest.param("agent", "ada", True, "pending", id="public reply with a status"),
        pytest.param("note", "ada", False, "pending", id="internal note"),
        pytest.param("customer", "carla", True, "new", id="the customer sets no status"),
    ],
)
def test_replying(
    sandbox: Sandbox, people: People, ticket: Ticket, kind: str, author: str, public: bool, status: str
) -> None:
    """Three ways to answer."""
    post(sandbox, "/tickets/1/reply", kind=kind, agent=people.ada.id, body="hello", status="pending")
    comment = last(ticket)
    assert (comment.body, comment.author_id, comment.public) == ("hello", getattr(people, author).id, public)
    assert ticket.status == status


def test_only_what_was_changed_is_written(
    sandbox: Sandbox, state: State, people: People, ticket: Ticket, tagger: CustomField
) -> None:
    """A form that was opened before the service wrote does not undo what the service wrote."""
    name = f"field_{tagger.id}"
    stale = {"priority": "low", "priority_before": "high", name: "", f"{name}_before": ""}
    state.set_field(ticket, tagger, "sla_state_running", people.service)
    post(sandbox, "/tickets/1/fields", agent=people.ada.id, **stale)
    assert (ticket.priority, ticket.custom[tagger.id]) == ("low", "sla_state_running")
    tick = state.add_ticket_field("SLA: escalate", "checkbox")
    post(
        sandbox,
        "/tickets/1/fields",
        **{"agent": people.ada.id, f"field_{tick.id}": "on", f"field_{tick.id}_before": ""},
    )
    assert ticket.custom[tick.id] is True
    assert ticket.audits[-1].author_id == people.ada.id


def test_merging(sandbox: Sandbox, state: State, people: People, ticket: Ticket) -> None:
    """This ticket is closed into the other one, which is shown."""
    other = state.open_ticket(people.carla, "the same")
    answer = post(sandbox, f"/tickets/{other.id}/merge", agent=people.ada.id, target=ticket.id)
    assert (answer.url.rpartition("/")[2], other.status, ticket.status) == ("1", "closed", "new")


def test_refusals_are_shown(sandbox: Sandbox, state: State, people: People, ticket: Ticket) -> None:
    """The platform's reason on the ticket's page; a page of its own for a ticket that is not there."""
    state.set_status(ticket, "closed")
    form = {"priority": "low", "priority_before": "high", "agent": people.ada.id}
    assert "Status: closed prevents ticket update" in post(sandbox, "/tickets/1/fields", **form).text
    missing = requests.get(f"{sandbox.url}/agent/tickets/99", timeout=10)
    assert (missing.status_code, "Back to the tickets" in missing.text) == (404, True)


def test_a_customers_answer_to_a_closed_ticket_opens_a_follow_up(
    sandbox: Sandbox, state: State, ticket: Ticket, people: People
) -> None:
    """The page goes on to the new ticket."""
    state.set_status(ticket, "closed")
    answer = post(sandbox, "/tickets/1/reply", kind="customer", body="again")
    assert (answer.url.rpartition("/")[2], state.tickets[2].via.rel) == ("2", "follow_up")


def test_forms_of_other_sites_are_refused(sandbox: Sandbox, people: People, ticket: Ticket) -> None:
    """A page elsewhere cannot post here."""
    answer = requests.post(
        f"{sandbox.url}/agent/tickets/1/reply",
        data={"kind": "note", "agent": people.ada.id, "body": "x"},
        headers={"Origin": "https://elsewhere.example"},
        timeout=10,
    )
    assert answer.status_code == 403
    assert len(list(ticket.comments())) == 1


@pytest.mark.browser
def test_fields_appear_while_one_watches(
    browser: Any, sandbox: Sandbox, state: State, people: People, ticket: Ticket, tagger: CustomField
) -> None:
    """The page refreshes itself, marks what changed, and leaves what one is writing alone."""
    tab = browser.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda err: faults.append(str(err)))
    tab.goto(f"{sandbox.url}/agent/tickets/1")
    tab.get_by_role("textbox", name="Text").fill("half a sentence")
    tab.wait_for_timeout(1200)
    state.set_field(ticket, tagger, "sla_state_breached", people.service)
    tile = tab.locator(".tile", has_text="State")
    tile.get_by_text("Breached").wait_for(timeout=5000)
    assert "flash" in tile.get_attribute("class")
    assert tab.get_by_role("textbox", name="Text").input_value() == "half a sentence"
    tab.get_by_label("Internal note").check()
    tab.get_by_role("button", name="Send").click()
    tab.locator(".comment.note").get_by_text("half a sentence").wait_for(timeout=5000)
    assert (last(ticket).public, faults) == (False, [])


@pytest.mark.browser
def test_the_list_works_by_keyboard(
    browser: Any, sandbox: Sandbox, state: State, people: People, ticket: Ticket
) -> None:
    """j and k move, Enter opens, n begins a new ticket."""
    state.open_ticket(people.carla, "second")
    tab = browser.new_page()
    tab.goto(f"{sandbox.url}/agent")
    for key in ("j", "j", "k", "j", "Enter"):
        tab.keyboard.press(key)
    tab.wait_for_url("**/agent/tickets/1")
    tab.goto(f"{sandbox.url}/agent")
    tab.keyboard.press("n")
    tab.keyboard.type("a new one")
    assert tab.locator("#new-subject").input_value() == "a new one"
