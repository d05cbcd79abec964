"""What django-helpdesk itself does to us, each seen on the running site."""

import re
import threading
from datetime import timedelta
from urllib.parse import quote

import pytest

from adapters.django_helpdesk.writing import ON_SOLVED
from core.errors import RefusedError
from core.ticket import Kind, Status
from core.update import Field, Note, TicketUpdate
from tests.adapters.django_helpdesk.desk import HelpdeskDesk
from tests.adapters.django_helpdesk.site import WEBHOOK_SECRET, Receiver, Site

NOTE = Note("resolution/1/breach", "Breached.")


@pytest.fixture
def desk(helpdesk):
    return helpdesk


def kinds(snapshot):
    return [event.kind for event in snapshot.ticket.events]


# -- notes -----------------------------------------------------------------------------------------------------------


def test_a_note_renames_nothing(desk):
    """A follow-up with a title renames the ticket, so ours has none; and it mails nobody."""
    ref = desk.open_ticket()
    written = desk.connect().apply(TicketUpdate(ref=ref, notes=(NOTE,)))
    after = desk.ticket(ref)
    assert (after["title"], written.note_keys, written.public) == ("Printer on fire", (NOTE.key,), False)
    assert after["followup_set"][-1]["email_recipients"] == []


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED])
def test_no_note_on_a_solved_ticket(desk, status):
    """A note on a solved ticket would replace its resolution: fields are written, the note is refused."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    desk.update(ref, new_status=3, comment="A new fuser", public="1")
    if status is Status.CLOSED:
        desk.set_status(ref, status)
    written = adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "missed"}, notes=(NOTE,)))
    after = desk.ticket(ref)
    assert (after["resolution"], after["custom_sla_state"]) == ("A new fuser", "missed")
    assert (written.note_keys, written.refused) == ((), {"note": ON_SOLVED})


@pytest.mark.parametrize(
    "text",
    [
        "{{ ticket.title }} {{ticket.id}}",
        "{% now 'Y' %} {% load x %}",
        "{% left open",
        "%} closed only %}",
        "{# hidden #} {{ '{{' }}",
        "{{{{ {%% }}}} %%} { } % #",
        "<b>bold</b> & 'quoted' \"too\"",
    ],
)
def test_comments_are_templates(desk, text):
    """Whatever a note says is shown as it is, though comments are rendered as templates."""
    ref = desk.open_ticket()
    desk.connect().apply(TicketUpdate(ref=ref, notes=(Note("a/1/b", text),)))
    assert desk.private_notes(ref)[-1] == f"{text}\n\n[sla-sidecar: a/1/b]"


def test_a_number_in_a_note_links_nothing(desk):
    """``#7`` in a comment writes on ticket 7: in our notes it does not."""
    other, ref = desk.open_ticket(), desk.open_ticket()
    desk.connect().apply(TicketUpdate(ref=ref, notes=(Note("a/1/b", f"see #{other.ticket_id}"),)))
    assert len(desk.ticket(other)["followup_set"]) == 1


def test_a_note_is_written_once(desk):
    """A retry after a lost answer finds the note by its marker, and says that it is there."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    for _ in range(2):
        assert adapter.apply(TicketUpdate(ref=ref, notes=(NOTE,))).note_keys == (NOTE.key,)
    assert len(desk.private_notes(ref)) == 1


# -- fields ----------------------------------------------------------------------------------------------------------


def test_one_bad_value_does_not_cost_the_others(desk):
    """A value that the site does not take is refused by name; the rest of the update is written."""
    ref = desk.open_ticket()
    written = desk.connect().apply(
        TicketUpdate(ref=ref, fields={Field.STATE: "x" * 61, Field.PLAN: "Gold"}, priority="P1", group="99")
    )
    after = desk.ticket(ref)
    assert (after["custom_sla_state"], after["custom_sla_plan"], after["priority"]) == (None, "Gold", 1)
    assert set(written.refused) == {Field.STATE.value, "group"}
    assert written.fields == {Field.PLAN: "Gold"}


def test_everything_else_that_can_be_written(desk):
    """Priority, queue and owner go by their numbers; what has no API is refused with the reason."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    update = TicketUpdate(ref=ref, priority="P2", group="1", assignee="1", add_followers=frozenset({"5"}))
    written = adapter.apply(update)
    after = desk.ticket(ref)
    assert (after["priority"], after["queue"], after["assigned_to"]) == (2, 1, 1)
    assert set(written.refused) == {"followers"}
    assert set(adapter.apply(TicketUpdate(ref=ref, priority="P9", group="Second line")).refused) == {
        "priority",
        "group",
    }


def test_due_on(desk):
    """The next deadline stands in the ticket's own "Due on" as well; changed by hand it is put right."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    due = desk.site.now().replace(microsecond=0) + timedelta(hours=3)
    adapter.apply(TicketUpdate(ref=ref, fields={Field.NEXT_DUE: due}))
    assert adapter.fetch(ref).shown.fields[Field.NEXT_DUE] == due
    desk.patch(ref, due_date="2026-01-01T00:00:00Z")
    assert str(adapter.fetch(ref).shown.fields[Field.NEXT_DUE]).startswith("changed by hand")
    adapter.apply(TicketUpdate(ref=ref, fields={Field.NEXT_DUE: None}))
    assert desk.ticket(ref)["due_date"] is None
    assert adapter.fetch(ref).shown.fields[Field.NEXT_DUE] is None


# -- what is never announced -----------------------------------------------------------------------------------------


def api_change(desk, ref):
    desk.patch(ref, priority=1)


def hold(desk, ref):
    desk.page(ref, "hold")


def edit(desk, ref):
    page = desk.agent.get(f"{desk.site.url}/tickets/{ref.ticket_id}/edit/").text
    key = re.search(r'name="secret_key"[^>]*? value="([^"]+)"', page)[1]
    form = {"title": "Printer on fire", "submitter_email": "x@other.test", "description": "It burns", "priority": 3}
    desk.page(ref, "edit", **form, queue=1, secret_key=key)


def board(desk, ref):
    answer = desk.agent.post(
        f"{desk.site.url}/tickets/{ref.ticket_id}/kanban-update/",
        json={"status": 3},
        headers={"X-CSRFToken": desk.agent.cookies["csrftoken"]},
    )
    assert answer.status_code == 200, answer.text[-300:]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        pytest.param(api_change, Kind.PRIORITY_CHANGED, id="a script changes the priority"),
        pytest.param(hold, Kind.STATUS_CHANGED, id="on hold"),
        pytest.param(edit, Kind.REQUESTER_CHANGED, id="the edit form"),
        pytest.param(board, Kind.STATUS_CHANGED, id="resolved on the board"),
    ],
)
def test_the_sweep_finds_what_is_never_announced(desk, act, kind):
    """No event tells of it; the sweep does, once, and the look sees it."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    adapter.fetch(ref)
    cursor = list(adapter.changed_since(None))[-1].cursor
    desk.receiver.requests.clear()
    act(desk, ref)
    assert desk.receiver.requests == []
    found = list(adapter.changed_since(cursor))
    assert [change.ref for change in found] == [ref]
    assert list(adapter.changed_since(found[-1].cursor)) == []
    assert kinds(adapter.fetch(ref)) == [kind]


def test_our_own_writing_is_nothing_to_the_sweep(desk):
    """Fields and notes of ours bring no look."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    cursor = list(adapter.changed_since(None))[-1].cursor
    adapter.apply(TicketUpdate(ref=ref, fields={Field.NEXT_DUE: desk.site.now()}, notes=(NOTE,)))
    assert list(adapter.changed_since(cursor)) == []


def test_escalate_tickets(desk):
    """The site's own command raises a priority and comments publicly as nobody: no reply of the customer's."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    adapter.fetch(ref)
    desk.wait(timedelta(days=3))
    desk.site.run("escalate_tickets")
    assert desk.public_texts(ref)[-1] == "Ticket escalated after 1 days"
    assert [(event.kind, event.to) for event in adapter.fetch(ref).ticket.events] == [(Kind.PRIORITY_CHANGED, "P2")]


def test_merge(desk):
    """The merged ticket's clocks end; its replies are none on the other, where its follow-ups went."""
    first, second = desk.open_ticket(), desk.open_ticket()
    adapter = desk.connect()
    desk.reply_as_agent(second)
    adapter.fetch(first)
    adapter.fetch(second)
    desk.merge(second, into=first)
    assert kinds(adapter.fetch(second)) == [Kind.AGENT_REPLIED, Kind.MERGED]
    assert kinds(adapter.fetch(first)) == []
    assert len(desk.ticket(first)["followup_set"]) == 3


def test_tickets_of_an_organization(desk):
    """An organization's tickets are the open ones of its mail domain."""
    ours, other = desk.open_ticket(email="a@big.test"), desk.open_ticket(email="b@small.test")
    solved = desk.open_ticket(email="c@Big.test")
    desk.set_status(solved, Status.SOLVED)
    assert list(desk.connect().tickets_of("big.test")) == [ours]
    assert other != ours


# -- deliveries ------------------------------------------------------------------------------------------------------


def test_an_answer_of_any_status_costs_the_agent_nothing(desk):
    """The site looks at no status: a proxy's 502 or our 503 loses the event, which the sweep then finds."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    cursor = list(adapter.changed_since(None))[-1].cursor
    desk.receiver.status = 503
    desk.reply_as_agent(ref)
    assert [change.ref for change in adapter.changed_since(cursor)] == [ref]


def test_a_dropped_connection_costs_the_agent_an_error(desk):
    """Only an answer spares the agent: a connection that is refused or dropped is a 500 for whoever clicked."""
    ref = desk.open_ticket()
    adapter = desk.connect()
    cursor = list(adapter.changed_since(None))[-1].cursor
    desk.receiver.status = 0
    with pytest.raises(AssertionError, match="was answered 500"):
        desk.reply_as_agent(ref)
    desk.receiver.status = 200
    assert [change.ref for change in adapter.changed_since(cursor)] == [ref]
    assert kinds(adapter.fetch(ref)) == [Kind.AGENT_REPLIED]


def test_the_first_read_can_be_too_early(tmp_path):
    """With one transaction a request the event comes before the commit: the ticket is asked for again, and found."""
    receiver = Receiver()
    hook = f"http://sidecar:{quote(WEBHOOK_SECRET, safe='')}@127.0.0.1:{receiver.port}/webhooks/desk/t0ken"
    site = Site(tmp_path, hook=hook, atomic=True)
    try:
        slept, committed, looks = threading.Event(), threading.Event(), []

        def sleep(_seconds):
            slept.set()
            committed.wait(10)

        desk = HelpdeskDesk(site, receiver, sleep)
        adapter = desk.adapter()

        def look(request):
            ref = adapter.read(request).refs[0]
            thread = threading.Thread(target=lambda: looks.append(adapter.fetch(ref)))
            thread.start()
            threads.append(thread)
            assert slept.wait(10), "the first read found the ticket: it was committed already"

        threads: list[threading.Thread] = []
        receiver.meanwhile = look
        ref = desk.open_ticket()
        committed.set()
        threads[0].join(10)
        assert [snapshot.ticket.id for snapshot in looks] == [ref.ticket_id]
    finally:
        site.close()
        receiver.close()


def test_a_wrong_address_is_no_missing_ticket(desk):
    """A page that is no API's answer must not pass for a deleted ticket, whose clocks would be cancelled."""
    ref = desk.open_ticket()
    with pytest.raises(RefusedError, match="base_url"):
        desk.adapter(base_url=f"{desk.site.url}/elsewhere").fetch(ref)
