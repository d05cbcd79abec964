"""The weekly report by mail: when it is due, that it goes once, and that a failure is shown and made up for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.effects.conftest import mail  # noqa: F401 - a fixture
from tests.effects.smtp import DROP
from tests.webhooks.conftest import adapter, desk, make_service, url  # noqa: F401 - fixtures
from tests.webhooks.helpers import look_at_due, wait_until
from webhooks.console.report_mail import REPORT
from webhooks.console.report_schedule import Schedule
from webhooks.console.report_settings import ReportSettings
from webhooks.store.tables import audit, looks

HASH = "pbkdf2:sha256:1$salt$" + "0" * 64
MONDAY = datetime(2026, 11, 23, 16, tzinfo=UTC)  # 08:00 in Los Angeles, in the week 48
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("weekday", "at", "week", "due"),
    [
        pytest.param("monday", "08:00", "2026-11-16", "2026-11-23T16:00Z", id="the day after the week"),
        pytest.param("sunday", "18:30", "2026-11-16", "2026-11-30T02:30Z", id="the last day of the week after it"),
        pytest.param("sunday", "02:30", "2026-02-23", "2026-03-08T10:00Z", id="an hour that the clock skips"),
        pytest.param("sunday", "01:30", "2026-10-19", "2026-11-01T08:30Z", id="an hour that comes twice: the first"),
        pytest.param("friday", "00:00", "2026-12-28", "2027-01-08T08:00Z", id="across the year"),
    ],
)
def test_when_a_report_is_due(weekday, at, week, due):
    """A report comes on its day in the week after the one that it is about, by the wall clock of the zone."""
    schedule = Schedule(ReportSettings(to="a@b.example", weekday=weekday, at=at), ZoneInfo("America/Los_Angeles"))
    assert schedule.due_at(date.fromisoformat(week)) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        pytest.param("2026-11-25T15:59:59Z", "2026-11-09", id="a second before it is due"),
        pytest.param("2026-11-25T16:00:00Z", "2026-11-16", id="due"),
        pytest.param("2026-11-30T07:59:59Z", "2026-11-16", id="the last second of Sunday, there"),
        pytest.param("2026-11-30T08:00:00Z", "2026-11-16", id="a new week, whose report is not due"),
    ],
)
def test_the_latest(now, week):
    """The latest report is that of the last week that is over and whose day has come."""
    schedule = Schedule(
        ReportSettings(to="a@b.example", weekday="wednesday", at="08:00"), ZoneInfo("America/Los_Angeles")
    )
    assert schedule.latest(datetime.fromisoformat(now)) == date.fromisoformat(week)


@pytest.fixture
def start(make_service, mail):  # noqa: F811 - a fixture
    """Make a service that mails on Mondays at eight in Los Angeles, and ask for the report as its start does."""

    def start(now, **report):
        given = {"to": ["boss@example.com", "vp@example.com"], "mail": {"host": "127.0.0.1", "port": mail.port}}
        given["mail"] |= {"tls": "off", "sender": "sla@example.com", "timeout_seconds": 2}
        console = {"session_key": "${TOKEN}", "operator_password": HASH, "timezone": "America/Los_Angeles"}
        service = make_service(console=console | {"report": given | report})
        at(service, now)
        ask(service)
        return service

    return start


def at(service, now):
    """Let the service's clock show an instant."""
    service.store.clock.set_offset(now - datetime.now(UTC))


def ask(service):
    with service.store.database.write() as connection:
        service.store.looks.request(connection, [REPORT], service.store.clock.now_in(connection))


def look(service, now):
    """Let the time come and do what is due; return the look as it is then."""
    at(service, now + timedelta(seconds=1))
    look_at_due(service)
    with service.store.database.read() as connection:
        return connection.execute(sa.select(looks).where(looks.c.kind == "report")).mappings().one()


def about(seconds, expected):
    return abs(seconds - expected) < timedelta(seconds=30)


def test_once_a_week(start, mail):  # noqa: F811
    """Nothing goes before its time; then one mail goes to all, and the next one a week later, under another id."""
    service = start(MONDAY - timedelta(days=1))
    assert look(service, MONDAY - timedelta(days=1))["look_at"] == MONDAY
    assert mail.received == []
    for minutes in (0, 1, 60 * 24):
        ask(service)
        assert look(service, MONDAY + timedelta(minutes=minutes))["look_at"] == MONDAY + WEEK
    (first,) = mail.received
    assert first.to == ("boss@example.com", "vp@example.com")
    assert first.message["Subject"] == "SLA report 2026-W47: – in time, 0 missed"
    assert [part.get_content_type() for part in first.message.iter_parts()] == ["text/plain", "text/html"]
    look(service, MONDAY + WEEK)
    assert [each.message["Subject"].split()[2] for each in mail.received] == ["2026-W47:", "2026-W48:"]
    assert len(set(mail.ids)) == 2


def test_a_service_that_was_down(start, mail):  # noqa: F811
    """After three weeks without the service only the last report goes, once."""
    service = start(MONDAY - timedelta(days=1))
    look(service, MONDAY)
    look(service, MONDAY + 3 * WEEK + timedelta(days=2))
    ask(service)
    assert look(service, MONDAY + 3 * WEEK + timedelta(days=3))["look_at"] == MONDAY + 4 * WEEK
    assert [each.message["Subject"].split()[2] for each in mail.received] == ["2026-W47:", "2026-W50:"]


def test_a_service_that_is_new(start, mail):  # noqa: F811
    """What was due before the report was asked for is not made up for."""
    service = start(MONDAY + timedelta(hours=1))
    assert look(service, MONDAY + timedelta(hours=1))["look_at"] == MONDAY + WEEK
    assert mail.received == []


@pytest.mark.parametrize(
    ("verb", "answer", "wait"),
    [
        pytest.param("CONNECT", DROP, timedelta(minutes=15), id="does not answer"),
        pytest.param("MAIL", "451 later", timedelta(minutes=15), id="asks to wait"),
        pytest.param("MAIL", "550 spam", timedelta(hours=1), id="refuses"),
    ],
)
def test_a_failure(start, mail, monkeypatch, verb, answer, wait):  # noqa: F811
    """What fails is shown with its reason and tried again, however often, until it goes; then the reason is gone."""
    monkeypatch.setattr("webhooks.effects.breaker.REST_SECONDS", 0.0)
    service = start(MONDAY - timedelta(days=1))
    mail.answers[verb] += [answer] * 12
    now = MONDAY
    for _ in range(12):  # more often than any other look is tried
        shown = look(service, now)
        assert shown["state"] == "open"
        assert shown["error"].startswith("the report 2026-W47 was not mailed: ")
        assert about(shown["look_at"] - now, wait)
        now = shown["look_at"]
    assert mail.received == []
    assert look(service, now)["error"] is None
    assert len(mail.received) == 1


def test_a_mail_that_may_have_gone(start, mail, monkeypatch):  # noqa: F811
    """If the server broke off after the text, the report goes again under the same id, by which a repeat is known."""
    monkeypatch.setattr("webhooks.effects.breaker.REST_SECONDS", 0.0)
    service = start(MONDAY - timedelta(days=1))
    mail.answers["END"].append(DROP)
    look(service, look(service, MONDAY)["look_at"])
    assert len(mail.received) == 2
    assert len(set(mail.ids)) == 1


def test_an_address_that_is_refused(start, mail):  # noqa: F811
    """A report that reached one of two is sent; the other is named in the audit."""
    service = start(MONDAY - timedelta(days=1))
    mail.answers["RCPT"].append("550 no such user")
    look(service, MONDAY)
    with service.store.database.read() as connection:
        detail = connection.execute(sa.select(audit.c.detail).where(audit.c.action == "report_mailed")).scalar_one()
    assert detail == {"week": "2026-W47", "undone": "boss@example.com: 550 no such user"}


def test_another_day(start, mail, make_service):  # noqa: F811
    """A day that is changed holds from the next start; what was sent for a week is not sent for its new day."""
    look(start(MONDAY - timedelta(days=1)), MONDAY)
    service = start(MONDAY + timedelta(days=1), weekday="friday")
    assert look(service, MONDAY + timedelta(days=1))["look_at"] == MONDAY + timedelta(days=4)
    look(service, MONDAY + timedelta(days=4))
    assert len(mail.received) == 1
    without = make_service()
    ask(without)
    assert look(without, MONDAY + WEEK)["look_at"] is None, "and where nobody gets it any more, nothing is due"


def test_several_workers(start, mail, url):  # noqa: F811
    """However many processes run, one of them sends."""
    services = [start(MONDAY - timedelta(seconds=2)) for _ in range(1 if url.startswith("sqlite") else 3)]
    for service in services:
        service.start()
    wait_until(lambda: mail.received)
    for service in services:
        ask(service)
    wait_until(lambda: is_done(services[0]))
    assert len(mail.received) == 1


def is_done(service):
    """Return whether every asking so far is covered by a run."""
    with service.store.database.read() as connection:
        row = connection.execute(sa.select(looks).where(looks.c.kind == "report")).mappings().one()
    return row["arrived"] == row["seen"]
