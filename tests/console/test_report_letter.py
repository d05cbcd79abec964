"""The mailed report says what the console's page says, as HTML that needs nothing from elsewhere and as text."""

import re
from datetime import datetime
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from tests.browser import chromium
from tests.console.desk import HOSTILE
from tests.console.seed import ENVIRONMENT, NOW, World, console_settings
from tests.effects.conftest import mail  # noqa: F401 - a fixture
from webhooks.cli import cli
from webhooks.console.check import console_findings
from webhooks.console.figures import read_week
from webhooks.console.report import report_of
from webhooks.console.report_letter import html_of, text_of
from webhooks.console.report_mail import REPORT, ReportMail
from webhooks.store.looks import State

URL = "https://sla.example/console"
WEEK = "2026-W48"
TICKET = {"id": HOSTILE, "created_at": "2026-11-23T15:00:00Z", "priority": "P1", "organization": {"plan": "Gold"}}


class Cells(HTMLParser):
    """The rows of a page's tables, as lists of what stands in their cells."""

    def __init__(self, text):
        super().__init__()
        self.rows, self._cell = [], None
        self.feed(text)
        self.rows = [[" ".join("".join(cell).split()) for cell in row] for row in self.rows]

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self._cell = []
            self.rows[-1].append(self._cell)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data):
        if self._cell is not None:
            self._cell.append(data)


def made(world, now=NOW):
    """Return the report of the week of the desk's day."""
    return report_of(world.reading, console_settings().zone, read_week(WEEK), now)


@pytest.fixture
def week(day):
    """The desk's day, with a plan and a ticket that are called as no customer should be."""
    day.look(TICKET)
    return day


def test_the_mail_equals_the_page(week):
    """Every row of figures and every miss of the console's page is in the mail, in the same order, and in its text."""
    page_text = week.client().get(f"/console/report?week={WEEK}").text
    report = made(week, datetime.fromisoformat(re.search(r'data-now="(.*?)"', page_text)[1]))
    html, text = html_of(report, URL), text_of(report, URL)
    page, letter = Cells(page_text).rows, Cells(html).rows
    figures = [row for row in page if len(row) == 5]
    assert len(figures) >= 8
    assert [row for row in letter if len(row) == 5 and row[0] != ""] == [
        [row[0].capitalize() if row[1] == "In time" else row[0], *row[1:]] for row in figures
    ]
    for name, *cells in (row for row in figures if row[1] != "In time"):
        assert re.search(rf"^{re.escape(name)} +{' +'.join(map(re.escape, cells))}$", text, re.MULTILINE)
    late = [row[-1] for row in page if len(row) == 8][1:]
    assert len(late) == len(report.misses) >= 2
    assert [row[-1] for row in letter if len(row) == 4 and row[0] != ""][2:] == late
    assert re.findall(r"late by (.*)$", text, re.MULTILINE) == late
    tiles = re.findall(r'<li class="tile.*?"><b>(.*?)</b> <span>(.*?)</span>', page_text)
    assert len(tiles) == 4
    assert re.findall(r'<b style="display:block.*?">(.*?)</b><span style=".*?">(.*?)</span>', html) == tiles
    for number, says in tiles:
        assert re.search(rf"^ *{says.partition(' (')[0]} +{re.escape(number)}(  |$)", text, re.MULTILINE)


def test_nothing_from_elsewhere(week):
    """A mail program has to fetch nothing, run nothing, and shows names as text; links lead to the console only."""
    html = html_of(made(week), URL)
    assert not re.search(r"<(script|link|img|iframe|style|form)|\bsrc=|url\(|@import| on[a-z]+=", html)
    assert "&lt;script&gt;alert(1)" in html
    assert {link.startswith(URL + "/") for link in re.findall(r'href="([^"]*)"', html)} == {True}
    assert "%3Cscript%3E" in html
    assert "href" not in html_of(made(week), None)
    assert "https://" not in text_of(made(week), None)


@pytest.mark.browser
def test_in_a_browser(week):
    """The page loads nothing, complains of nothing and fits on a phone, whatever things are called."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 375, "height": 800})
        asked, faults = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: faults.append(message.text))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.set_content(html_of(made(week), URL))
        assert page.get_by_role("heading", level=1).inner_text() == f"SLA report, week {WEEK}"
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert (asked, faults) == ([], [])


def test_names_in_one_line(world):
    """A plan whose name has line breaks cannot write lines of its own into the text."""
    world.look({**TICKET, "organization": {"plan": "Gold"}})
    with world.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE verdicts SET plan = 'Gold\r\nmissed\x1b[1m  0'")
    lines = text_of(made(world), None).splitlines()
    assert not [line for line in lines if line.startswith("missed")]
    assert any(line.startswith("Gold missed [1m 0 ") for line in lines)


def test_a_week_without_anything(world):
    """A week in which nothing ended says so."""
    text = text_of(made(world), URL)
    assert "No clock ended in this week." in text
    assert "Nothing was late." in text
    assert "Nothing was late." in html_of(made(world), URL)


@pytest.fixture
def run(tmp_path, mail):  # noqa: F811 - a fixture
    """Run the command on a console with a day at the desk, whose report goes to two addresses."""
    server = f"mail: {{host: 127.0.0.1, port: {mail.port}, tls: 'off', sender: sla@example.com, timeout_seconds: 2}}"
    (tmp_path / "sidecar.yaml").write_text(
        "public_url: https://sla.example\nconsole:\n  session_key: ${KEY}\n  timezone: America/Los_Angeles\n"
        f"  operator_password: '{console_settings().operator_password}'\n"
        f"  report: {{to: [boss@example.com, vp@example.com], {server}}}\n"
    )
    world = World(f"sqlite:///{tmp_path / 'sidecar.sqlite3'}")
    world.look(TICKET)
    world.set_time(NOW)

    def run(*options):
        path = str(tmp_path / "sidecar.yaml")
        return CliRunner().invoke(cli, ["report", *options, "--settings", path], env=ENVIRONMENT)

    run.world = world
    yield run
    world.close()


def test_printing(run, mail):  # noqa: F811
    """Without more the last week that is over is printed; another one, or the page, when asked for. Nothing is sent."""
    assert run().output.startswith("SLA report, week 2026-W47\nMonday 16 November to Sunday 22 November 2026\n")
    assert "Tuesday" not in run("--week", WEEK).output
    assert "not over yet" in run("--week", WEEK).output
    assert run("--format", "html").output.startswith("<!doctype html>")
    assert mail.received == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--week", "2026-48"], "is no week; write it as 2026-W47"),
        (["--to", "boss"], "is no e-mail address"),
        (["--mail", "--to", "a@b.example"], "not both"),
    ],
)
def test_what_cannot_be_meant(run, mail, options, says):  # noqa: F811
    """A wrong option is named with what to write instead, and nothing is sent."""
    done = run(*options)
    assert (done.exit_code, says in done.output) == (2, True)
    assert mail.received == []


def test_mailing_now(run, mail):  # noqa: F811
    """What is mailed to all now is not mailed again in its time; a copy or an unfinished week changes nothing."""
    assert run("--to", "me@example.com").output == "sent to me@example.com\n"
    assert run("--mail", "--week", WEEK).output == "sent to boss@example.com, vp@example.com\n"
    assert run.world.store.runtime.cursor("", "report") is None
    assert run("--mail").exit_code == 0
    assert run.world.store.runtime.cursor("", "report") == "2026-W47"
    assert [each.to for each in mail.received] == [("me@example.com",), *[("boss@example.com", "vp@example.com")] * 2]
    assert len(set(mail.ids)) == 3


def test_mailing_in_vain(run, mail):  # noqa: F811
    """A failure is told in one line, and what was not sent does not count as sent; who was left out is named."""
    mail.answers["MAIL"].append("550 spam")
    done = run("--mail")
    assert done.exit_code != 0
    assert "550 spam" in str(done.exception)
    assert run.world.store.runtime.cursor("", "report") is None
    mail.answers["RCPT"].append("550 no such user")
    assert run("--mail").output == "not sent to boss@example.com: 550 no such user\nsent to vp@example.com\n"


def test_without_settings(run, tmp_path):
    """Where nobody gets the report, it is printed all the same, and mailing says what to write."""
    (tmp_path / "sidecar.yaml").write_text("{}\n")
    assert run().output.startswith("SLA report")
    assert "console: {report: {to: …}}" in str(run("--mail").exception)


@pytest.fixture
def told(tmp_path, mail):  # noqa: F811
    """A console that mails its report."""
    server = {"host": "127.0.0.1", "port": mail.port, "tls": "off", "sender": "sla@example.com", "timeout_seconds": 2}
    settings = console_settings(report={"to": "boss@example.com", "mail": server})
    world = World(f"sqlite:///{tmp_path / 'db'}", settings, public_url="https://sla.example", trusted_proxies=1)
    yield world
    world.close()


def fail(world, state=State.OPEN):
    """Let the last try have failed."""
    with world.store.database.write() as connection:
        world.store.looks.request(connection, [REPORT], NOW)
        connection.exec_driver_sql(
            f"UPDATE looks SET error = 'the report was not mailed: 550', state = '{state.value}'"
        )


def test_the_card_in_the_console(told, mail):  # noqa: F811
    """The page of connections shows who gets the report, when it went, what failed and whom it did not reach."""
    page = told.client().get("/console/connections").text
    assert "boss@example.com" in page
    assert "never" in page
    fail(told)
    assert "the report was not mailed: 550" in told.client().get("/console/connections").text
    fail(told, State.PARKED)
    assert "See its reason under Deliveries" in told.client().get("/console/connections").text
    assert "the report was not mailed: 550" in told.client().get("/console/deliveries").text
    sending = ReportMail(told.service.settings, told.store.database, told.store.runtime)
    with told.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM looks")
        sending.note_sent(connection, read_week("2026-W47"), "engine", {"boss@example.com": "550 no such user"})
    page = told.client().get("/console/connections").text
    assert "2026-W47, just now" in page
    assert "boss@example.com: 550 no such user" in page


def findings(world):
    return {
        each.check: (each.severity.value, each.message)
        for each in console_findings(world.service.settings, world.store.database)
    }


def test_doctor(told, mail):  # noqa: F811
    """The doctor logs in to the report's mail server, sends nothing, and tells what failed last."""
    assert findings(told) == {"weekly report: mail server": ("ok", "127.0.0.1")}
    assert mail.received == []
    fail(told)
    mail.answers["CONNECT"].append("554 go away")
    found = findings(told)
    assert found["weekly report"] == ("fault", "the report was not mailed: 550")
    assert found["weekly report: mail server"][0] == "fault"
