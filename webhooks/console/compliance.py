"""Compliance: how many clocks were in time, week by week, the worst misses, a CSV and a report to print."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, abort, render_template, request

from webhooks.console.blueprint import blueprint
from webhooks.console.chart import chart
from webhooks.console.console import Console, console
from webhooks.console.figures import WEEK, iso_week, lines, monday, read_week, weeks_until, whole
from webhooks.console.report import BREAKDOWNS, name_of, report_of

WEEKS = (4, 8, 13)
CSV_COLUMNS = (
    "week", "decided_on", "connection", "ticket_id", "metric", "cycle", "plan", "priority", "target", "due_at",
    "met_at", "verdict", "late_seconds",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet would run


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: so many weeks up to this one, of one connection or of all."""

    weeks: tuple[date, ...]
    connection: str

    @property
    def first(self) -> date:
        """The first day."""
        return self.weeks[0]

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.weeks[-1] + WEEK


@blueprint.get("/compliance")
def compliance() -> str:
    """Show the shares of the last weeks, by everything that they can be broken down by."""
    here = console()
    now, asked = here.now(), _asked(console())
    rows = here.reading.days(asked.first, asked.after, asked.connection)
    everything = whole(rows, asked.weeks)
    return render_template(
        "console/compliance.html",
        now=now,
        asked=asked,
        choices=WEEKS,
        connections=sorted(here.service.settings.connections),
        everything=everything,
        chart=chart([iso_week(week) for week in asked.weeks], everything.weeks),
        breakdowns=[(name, lines(rows, asked.weeks, name_of(name))) for name in BREAKDOWNS],
        misses=here.reading.misses(asked.first, asked.after, now, asked.connection),
        iso_week=iso_week,
    )


@blueprint.get("/compliance.csv")
def compliance_csv() -> Response:
    """Answer every verdict of the weeks asked for, one a line."""
    here, asked = console(), _asked(console())
    rows = here.reading.verdicts(asked.first, asked.after, asked.connection)
    name = f"sla-compliance-{iso_week(asked.weeks[0])}-to-{iso_week(asked.weeks[-1])}.csv"
    return Response(
        _csv(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/report")
def report() -> str:
    """Show one week on a page that prints well; the week before this one unless another is asked for."""
    here = console()
    now = here.now()
    this = monday(now.astimezone(here.settings.zone).date())
    week = read_week(request.args["week"]) if "week" in request.args else this - WEEK
    if week is None:
        abort(404, "There is no such week; write it as 2026-W48.")
    return render_template(
        "console/report.html",
        now=now,
        report=report_of(here.reading, here.settings.zone, week, now),
        before=iso_week(week - WEEK),
        after=iso_week(week + WEEK) if week < this else None,
    )


def _asked(here: Console) -> Asked:
    count = request.args.get("weeks", 8, type=int)
    today = here.now().astimezone(here.settings.zone).date()
    return Asked(weeks_until(today, count if count in WEEKS else 8), request.args.get("connection", ""))


def _csv(rows: Iterable[Mapping[Any, Any]]) -> Iterator[str]:
    """Yield the file in pieces; a value that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        day = row["decided_on"]
        week = iso_week(day) if isinstance(day, date) else ""
        writer.writerow([_cell({**row, "week": week}[name]) for name in CSV_COLUMNS])
        if out.tell() > 65536:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
