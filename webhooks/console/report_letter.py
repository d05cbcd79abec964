"""The weekly report as a mail: an HTML part that needs nothing from elsewhere, and the same as text."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from webhooks.console import words
from webhooks.console.figures import Line
from webhooks.console.queries import Row
from webhooks.console.report import Report

_TEMPLATES = Environment(
    loader=PackageLoader("webhooks.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_COLUMNS = ("In time", "Week before", "Missed", "Clocks")


def subject_of(report: Report) -> str:
    """Return the subject: the week, and how it went."""
    return f"SLA report {report.name}: {report.this.percent} in time, {report.this.missed:,} missed"


def html_of(report: Report, console_url: str | None) -> str:
    """Return the whole page for a mail program.

    Args:
        console_url: where the console is, for links; without it there are none.
    """
    template = _TEMPLATES.get_template("mail/report.html")
    return template.render(report=report, words=words, console_url=console_url, link=_link, columns=_COLUMNS)


def text_of(report: Report, console_url: str | None) -> str:
    """Return the same as lines of text; see :func:`html_of`."""
    return "\n".join(_lines(report, console_url)) + "\n"


def _lines(report: Report, console_url: str | None) -> Iterator[str]:
    this, before = report.this, report.before
    yield f"SLA report, week {report.name}"
    yield f"{report.week:%A %-d %B} to {report.last_day:%A %-d %B %Y}" + ("" if report.is_over else "; not over yet")
    yield ""
    yield f"  in time           {this.percent:>8}  (week before: {before.percent})"
    yield f"  clocks ended      {this.total:>8,}  (week before: {before.total:,})"
    yield f"  missed            {this.missed:>8,}  (week before: {before.missed:,})"
    yield f"  escalation steps  {report.escalations:>8,}"
    for name, found in report.breakdowns:
        yield ""
        yield from _table(name, found)
    yield ""
    yield "Worst misses"
    for row in report.misses:
        yield from _miss(row, report, console_url)
    if not report.misses:
        yield "  Nothing was late."
    yield ""
    if console_url:
        yield f"In the console: {console_url}/report?week={report.name}"
    yield f"As of {words.when(report.now, report.zone)}; days are those of {report.zone.key}."
    yield "A clock counts once, in the week in which it was certain whether it was in time."


def _table(name: str, found: Sequence[Line]) -> Iterator[str]:
    rows = [("By " + name, *_COLUMNS), *((_plain(each.name), *_cells(each)) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for title, *cells in rows:
        numbers = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([title.ljust(widths[0]), *numbers])
    if not found:
        yield "  No clock ended in this week."


def _cells(line: Line) -> tuple[str, ...]:
    before, this = line.weeks
    return this.percent, before.percent, f"{this.missed:,}", f"{this.total:,}"


def _miss(row: Row, report: Report, console_url: str | None) -> Iterator[str]:
    clock = words.plain(row["metric"]) + (f" {row['cycle']}" if row["cycle"] > 1 else "")
    how = "still open" if row["verdict"] == "breached" else "answered late"
    facts = [f"#{row['ticket_id']} ({row['connection']})", clock, row["target"], row["plan"], row["priority"]]
    due = words.short(row["due_at"], report.zone)
    yield f"  {_plain(', '.join(filter(None, facts)))}: due {due}, {how}, late by {words.span(row['late_seconds'])}"
    if console_url:
        yield f"    {_link(console_url, row)}"


def _link(console_url: str, row: Row) -> str:
    return f"{console_url}/tickets/{quote(row['connection'], safe='')}/{quote(row['ticket_id'], safe='')}"


def _plain(text: str) -> str:
    """Return a name in one line: what a platform calls a plan may hold anything."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
