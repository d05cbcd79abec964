"""Today: what is breached, at risk and paused, by everything one may ask for; the filters are the address."""

from flask import render_template, request

from webhooks.console.blueprint import blueprint
from webhooks.console.board import COLUMNS, LABELS, TITLES, facets, tiles
from webhooks.console.console import console
from webhooks.console.filters import MOST_PAGES, TodayFilter
from webhooks.console.queries import SOON


@blueprint.get("/today")
def today() -> str:
    """List the tickets asked for, the earliest due first, with every count beside it."""
    here, wanted = console(), TodayFilter.from_address(request.args)
    now = here.now()
    cube = here.reading.cube()
    rows, more = here.reading.tickets(wanted, now)
    return render_template(
        "console/today.html",
        now=now,
        wanted=wanted,
        tiles=tiles(cube, wanted, here.reading.due_before(wanted, now + SOON)),
        facets=facets(cube, wanted),
        columns=COLUMNS,
        labels=LABELS,
        titles=TITLES,
        tickets=rows,
        more=more and wanted.page < MOST_PAGES,
    )
