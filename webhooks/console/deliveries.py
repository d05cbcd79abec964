"""Deliveries: what came in, what became of it, and what is parked until a person tries it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webhooks.console.access import operators_only
from webhooks.console.blueprint import blueprint
from webhooks.console.console import console
from webhooks.console.masking import shown_body
from webhooks.console.queries import PAGE, Row
from webhooks.store.looks import State


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a delivery: received, processed, retrying or parked; ``reason`` is the last failure."""

    name: str
    reason: str = ""


def fate(named: Sequence[str], looks: Mapping[str, Row]) -> Fate:
    """Return what became of a delivery that named these tickets; the worst of them decides."""
    found = [looks[ticket_id] for ticket_id in named if ticket_id in looks]
    for row in found:
        if row["state"] != State.OPEN.value:
            return Fate("parked", row["error"] or "")
    for row in found:
        if row["failing_since"] is not None:
            return Fate("retrying", row["error"] or "")
    return Fate("received" if any(row["arrived"] > row["seen"] for row in found) else "processed")


@blueprint.get("/deliveries")
def deliveries() -> str:
    """List what is parked, then the deliveries, newest first."""
    here = console()
    name, before = request.args.get("connection", ""), request.args.get("before", type=int)
    found = here.reading.deliveries(name, before)
    page = found[:PAGE]
    asked: dict[str, set[str]] = {}
    for row in page:
        asked.setdefault(row["connection"], set()).update(row["ticket_ids"])
    looks = {each: here.reading.looks_at(each, sorted(ids)) for each, ids in asked.items()}
    return render_template(
        "console/deliveries.html",
        now=here.now(),
        connections=sorted(here.service.settings.connections),
        connection=name,
        before=before,
        parked=here.reading.stopped(name),
        deliveries=[(row, fate(row["ticket_ids"], looks[row["connection"]])) for row in page],
        older=page[-1]["id"] if len(found) > PAGE else None,
    )


@blueprint.get("/deliveries/<int:number>")
def delivery(number: int) -> str:
    """Show one delivery's envelope, and its body where bodies are kept."""
    here, row = console(), _known(number)
    looks = here.reading.looks_at(row["connection"], row["ticket_ids"])
    return render_template(
        "console/delivery.html",
        now=here.now(),
        row=row,
        fate=fate(row["ticket_ids"], looks),
        looks=looks,
        body=shown_body(row["body"]) if row["body"] is not None else None,
        keeps_bodies=here.service.settings.retention.bodies_days > 0,
    )


@blueprint.post("/deliveries/<int:number>/retry")
@operators_only
def retry_delivery(number: int) -> Response:
    """Look again now, with all attempts, at everything that a delivery named."""
    here, row = console(), _known(number)
    keys = here.service.store.listings.retry_delivery(row["connection"], row["delivery_id"])
    for key in keys:
        here.note(key.connection, key.subject, g.identity, "retried", {"kind": key.kind.value, "delivery": number})
    here.service.engine.wake()
    flash(f"{len(keys)} looks are done again now." if len(keys) != 1 else "It is looked at again now.")
    return redirect(url_for("console.delivery", number=number))


@blueprint.post("/looks/retry-all")
@operators_only
def retry_all() -> Response:
    """Look again now at everything that is parked, of one connection or of all."""
    here, name = console(), request.form.get("connection", "")
    count = here.service.store.listings.retry_stopped(name or None)
    here.note(name, "", g.identity, "retried_all", {"count": count})
    here.service.engine.wake()
    flash(f"{count} parked looks are done again now." if count != 1 else "1 parked look is done again now.")
    return redirect(url_for("console.deliveries", connection=name or None))


def _known(number: int) -> Mapping[str, Any]:
    row = console().reading.delivery(number)
    if row is None:
        abort(404, "There is no such delivery: it was never stored, or it is older than what is kept.")
    return row
