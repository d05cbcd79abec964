import csv
import io
from datetime import timedelta

import pytest

from tests.console.desk import BREACHED, HOSTILE, URL, deliver, fill
from tests.console.seed import NOW, World
from webhooks.console.connections import budget_in_words, health
from webhooks.console.deliveries import Fate, fate
from webhooks.console.queries import Pulse
from webhooks.store.database import StorageError
from webhooks.store.looks import LookKey, State
from webhooks.store.memory import Remembered, Standing

READ_BY = [
    "/console/today?show=all",
    "/console/availability",
    "/console/availability?change=patch",
    "/console/tickets/acme/2",
    "/console/tickets/acme/6",
    "/console/deliveries",
]


@pytest.mark.parametrize("page", [*READ_BY, "/console/deliveries/7", "/console/connections", "/console/compliance"])
def test_hostile_names_are_text(tmp_path, page):
    """Whatever a ticket, a delivery, a platform's answer or a person is called, it is shown and does nothing."""
    world = World(f"sqlite:///{tmp_path / 'db'}", retention={"bodies_days": 7})
    fill(world)
    world.look({**BREACHED, "id": HOSTILE, "organization": {"plan": "Standard"}, "priority": "P1"})
    text = world.client().get(page).text
    assert "<script>alert" not in text
    assert "{{7*7}}" in text, "a template's braces are not run"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    world.close()


def test_a_ticket_says_why(day):
    """The page of a ticket has its state, deadline, clause, step reached, holiday, and the way to the helpdesk."""
    text = day.client().get("/console/tickets/acme/2").text
    for part in (
        "Breached",
        "Table 2, P1, Standard, Response Time",
        "counts 1 business day from Mon 23 Nov 2026 09:18 PST to Tue 24 Nov 2026 09:18 PST",
        "step 1: customer success manager",
        "done: it stands on the ticket",
        "Thanksgiving Day",
        f'href="{URL}"',
        "This ticket is parked.",
    ):
        assert part in text, part


def test_an_address_that_is_no_web_address_is_no_link(day):
    """Only http and https lead to the helpdesk."""
    day.look(BREACHED, url="javascript:alert(1)")
    assert "javascript:" not in day.client().get("/console/tickets/acme/2").text


@pytest.mark.parametrize("page", ["/console/tickets/acme/404", "/console/tickets/nobody/1", "/console/policies/nobody"])
def test_what_is_not_known(day, page):
    """A ticket or connection that is not known is a page that says so."""
    answer = day.client().get(page)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_other_policies_of_a_connection(tmp_path):
    """Where a connection has a second policy for some tickets, each is shown, tried and drawn by its version."""
    acme = {"platform": "zendesk", "policy": "glassbeam", "token": "${TOKEN}"}
    acme["policies"] = [{"when": {"brand": "other"}, "policy": "vitrium"}]
    world = World(f"sqlite:///{tmp_path / 'db'}", connections={"acme": acme})
    client = world.client()
    assert [(each.connection, each.policy.name) for each in world.shelf] == [("acme", "glassbeam"), ("acme", "vitrium")]
    assert client.get("/console/policies").text.count("Try it") == 2
    version = world.policies["beta"].version
    assert "<h1>Vitrium</h1>" in client.get(f"/console/policies/acme?version={version}").text
    assert "What would Vitrium promise?" in client.get(f"/console/policies/acme/try?version={version}").text
    assert client.get("/console/policies/acme?version=sha256:other").status_code == 404
    world.policies["acme"] = world.policies["beta"]
    world.look({"id": "1", "created_at": NOW.isoformat(), "facts": {"inoperable": True}})
    assert "times of America/Vancouver" in client.get("/console/tickets/acme/1").text
    world.close()


def test_a_policy_that_has_changed_is_said(day):
    """A result by another version of the policy says so, until the next look."""
    client = day.client()
    said = "The policy has changed since this was decided"
    assert said not in client.get("/console/tickets/acme/2").text
    row = day.store.memories.read("acme", "2")
    stored = {**row["result"], "policy_version": "sha256:other"}
    with day.store.database.write() as transaction:
        day.store.memories.remember(transaction, "acme", "2", Remembered(Standing.LIVE, "breached", stored), NOW)
    assert said in client.get("/console/tickets/acme/2").text


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"state": "open", "failing_since": None, "arrived": 3, "seen": 3, "error": None}, Fate("processed")),
        ({"state": "open", "failing_since": None, "arrived": 4, "seen": 3, "error": None}, Fate("received")),
        ({"state": "open", "failing_since": NOW, "arrived": 4, "seen": 3, "error": "503"}, Fate("retrying", "503")),
        ({"state": "parked", "failing_since": NOW, "arrived": 4, "seen": 3, "error": "403"}, Fate("parked", "403")),
        ({"state": "poisoned", "failing_since": None, "arrived": 4, "seen": 3, "error": None}, Fate("parked")),
    ],
)
def test_fate(row, expected):
    """What became of a delivery follows from the looks at what it named."""
    assert fate(["1", "forgotten"], {"1": row}) == expected


def test_the_worst_decides():
    """Of several tickets the parked one decides; none that is known means that all is done."""
    fine = {"state": "open", "failing_since": None, "arrived": 1, "seen": 1, "error": None}
    assert fate(["1", "2"], {"1": fine, "2": {**fine, "state": "parked"}}) == Fate("parked")
    assert fate([], {}) == Fate("processed")


def test_bodies_where_they_are_kept(tmp_path):
    """A kept body is shown with its secrets masked; without bodies the page says how to keep them."""
    world = World(f"sqlite:///{tmp_path / 'db'}", retention={"bodies_days": 7})
    deliver(world, "d1", "1", body={"api_token": "s3cret-value", "ticket": {"id": 1}})
    deliver(world, "d2", "1")
    client = world.client()
    text = client.get("/console/deliveries/1").text
    assert "s3cret-value" not in text
    assert "••••••" in text
    assert "older than bodies are kept" in client.get("/console/deliveries/2").text
    world.close()


@pytest.mark.parametrize("form", ["/console/looks/retry", "/console/looks/retry-all", "/console/deliveries/7/retry"])
def test_retry(day, form):
    """An operator's retry makes the parked look due now with all its attempts, and is in the audit."""
    client = day.client()
    client.get("/console/today")
    with client.session_transaction("/console/") as session:
        token = session["csrf"]
    data = {"csrf": token, "connection": "acme", "kind": "ticket", "subject": "2"}
    answer = client.post(form, data=data, follow_redirects=True)
    assert answer.status_code == 200
    look = day.reading.look(LookKey.ticket("acme", "2"))
    assert (look["state"], look["attempts"], look["error"]) == (State.OPEN.value, 0, None)
    assert abs(look["look_at"] - NOW) < timedelta(minutes=1)
    (line,) = day.store.listings.audit("acme", None, 1)
    assert (line["actor"], line["action"].startswith("retried")) == ("console:operator", True)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 400),
        ({"connection": "acme", "kind": "nonsense", "subject": "2"}, 400),
        ({"connection": "acme", "kind": "ticket", "subject": "404"}, 404),
    ],
)
def test_a_retry_of_nothing(day, data, status):
    """A form that names nothing known makes nothing due."""
    client = day.client()
    client.get("/console/today")
    with client.session_transaction("/console/") as session:
        token = session["csrf"]
    assert client.post("/console/looks/retry", data={"csrf": token, **data}).status_code == status
    assert day.reading.look(LookKey.ticket("acme", "404")) is None


FINE = Pulse(NOW, 0, timedelta(0), 0, None, None)


@pytest.mark.parametrize(
    ("pulse", "paused", "ends", "name"),
    [
        (FINE, False, None, "Healthy"),
        (Pulse(None, 0, timedelta(0), 0, None, None), False, None, "Not heard of yet"),
        (FINE, True, None, "Writing is paused"),
        (Pulse(NOW, 0, timedelta(0), 0, "503", NOW), True, None, "Failing now and then"),
        (Pulse(NOW, 9, timedelta(minutes=3), 0, "503", NOW), True, None, "Late"),
        (Pulse(NOW, 9, timedelta(minutes=3), 0, None, None), False, timedelta(days=13), "The credential ends soon"),
        (Pulse(NOW, 9, timedelta(minutes=3), 1, "403", NOW), False, timedelta(days=13), "Looks are parked"),
    ],
)
def test_health(pulse, paused, ends, name):
    """The worst that can be said of a connection is said."""
    assert health(pulse, paused, NOW + ends if ends else None, NOW).name == name


@pytest.mark.parametrize(
    ("spoken_for", "words"),
    [
        ({}, "free"),
        ({"api": 12.4, "ticket:1": 200.0}, "recovers within 3 min 20 s (ticket)"),
        ({"": 30.0, "api": 12.4}, "the platform wants no calls for 30 s"),
    ],
)
def test_budget_in_words(spoken_for, words):
    """The budget says what is used up longest, or that the platform asked for a pause."""
    assert budget_in_words(spoken_for) == words


def test_the_csv_is_the_verdicts(day):
    """The file has one line for each verdict with its week; what a spreadsheet would run is text."""
    day.look({**BREACHED, "id": "=cmd|' /C calc'!A0"})
    answer = day.client().get("/console/compliance.csv?weeks=4")
    assert answer.headers["Content-Disposition"].endswith('"sla-compliance-2026-W45-to-2026-W48.csv"')
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    breach = next(line for line in lines if line["ticket_id"] == "2")
    assert breach == {
        "week": "2026-W48",
        "decided_on": "2026-11-24",
        "connection": "acme",
        "ticket_id": "2",
        "metric": "first_response",
        "cycle": "1",
        "plan": "Standard",
        "priority": "P1",
        "target": "1 business day",
        "due_at": "2026-11-24T17:18:00Z",
        "met_at": "",
        "verdict": "breached",
        "late_seconds": "",
    }
    assert "'=cmd|' /C calc'!A0" in {line["ticket_id"] for line in lines}


@pytest.mark.parametrize(("week", "status"), [("2026-W48", 200), ("2026-W99", 404), ("", 404)])
def test_the_report_of_a_week(day, week, status):
    """The report is of the week asked for; what is no week is said."""
    answer = day.client().get(f"/console/report?week={week}")
    assert answer.status_code == status
    if status == 200:
        assert "the week is not over" in answer.text


def test_when_the_database_does_not_answer(day, monkeypatch):
    """A page that cannot be read says so, and that nothing is lost."""
    client = day.client()

    def fail(*_):
        raise StorageError("no")

    monkeypatch.setattr("webhooks.console.queries.Reading.cube", fail)
    answer = client.get("/console/today")
    assert (answer.status_code, "Nothing is lost" in answer.text) == (503, True)


def test_a_fault_of_ours_is_not_told(day, monkeypatch):
    """What went wrong is in the log, never on the page."""
    client = day.client()

    def fail(*_):
        raise RuntimeError("s3cret detail")

    monkeypatch.setattr("webhooks.console.queries.Reading.cube", fail)
    answer = client.get("/console/today")
    assert (answer.status_code, "s3cret" in answer.text) == (500, False)
