"""Availability: what a month's outages come to against what a connection's policy promises, and entering them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.availability import percent
from core.errors import ConfigError, Faults
from core.months import Month
from core.outages import OutageKind
from core.policy import Policy
from core.policy_file import AvailabilityForm
from core.zones import zone
from webhooks.availability import words
from webhooks.availability.reading import outage_from
from webhooks.availability.recorded import account_of, month_of, promising
from webhooks.console.access import operators_only
from webhooks.console.blueprint import blueprint
from webhooks.console.console import Console, console
from webhooks.console.outage_form import OutageForm
from webhooks.store.outages import Recorded


@dataclass(frozen=True, slots=True)
class Promise:
    """What one connection's policy promises."""

    connection: str
    policy: Policy
    form: AvailabilityForm


@blueprint.get("/availability")
def availability() -> str:
    """Show one month of one connection; without either in the address, this month of the first."""
    here = console()
    promises = _promises(here)
    if not promises:
        return render_template("console/availability.html", promises=promises, now=here.now())
    name = request.args.get("connection") or next(iter(promises))
    promise = _known(promises, name)
    recorded = here.service.store.outages.of(name)
    changed = next((each.outage for each in recorded if each.outage.id == request.args.get("change")), None)
    form = OutageForm.of(changed, promise.form) if changed and g.identity.may_operate else OutageForm.empty()
    return _page(here, promises, promise, recorded, request.args.get("month"), form)


@blueprint.post("/availability/<connection>/enter")
@operators_only
def enter_outage(connection: str) -> Response | tuple[str, int]:
    """Record an outage, or a correction of one; a form that cannot be taken comes back with what is wrong (422)."""
    here, promises = console(), _promises(console())
    promise, store = _known(promises, connection), here.service.store.outages
    form = OutageForm.sent(request.form)
    recorded = store.of(connection)
    before = next((each.outage for each in recorded if each.outage.id == form.replaces), None)
    try:
        outage = outage_from(form.values(promise.form, before), promise.form)
        store.enter(connection, outage, here.actor(g.identity), form.replaces or None)
    except ConfigError as err:
        form = replace(form, faults={fault.path: fault.message for fault in err.faults})
        return _page(here, promises, promise, recorded, request.form.get("month"), form), 422
    flash(f"The outage {outage.id} is recorded.")
    month = min(Month.of(outage.begin, promise.form.timezone), Month.of(here.now(), promise.form.timezone))
    return redirect(url_for("console.availability", connection=connection, month=month))


@blueprint.post("/availability/<connection>/withdraw")
@operators_only
def withdraw_outage(connection: str) -> Response:
    """Let an outage no longer count."""
    here, outage_id = console(), request.form.get("id", "")
    _known(_promises(here), connection)
    if not here.service.store.outages.withdraw(connection, outage_id, here.actor(g.identity)):
        abort(404, "There is no such outage any more. Load the page again.")
    flash(f"The outage {outage_id} no longer counts.")
    return redirect(url_for("console.availability", connection=connection, month=request.form.get("month") or None))


def _page(
    here: Console,
    promises: dict[str, Promise],
    promise: Promise,
    recorded: Sequence[Recorded],
    month: str | None,
    form: OutageForm,
) -> str:
    now, account = here.now(), None
    faults: Faults = ()
    try:
        asked = month_of(promise.form, month, now)
    except ConfigError as err:
        abort(404, f"{err}.")
    this = Month.of(now, promise.form.timezone)
    try:
        account = account_of(promise.form, [each.outage for each in recorded], asked, now)
    except ConfigError as err:
        faults = err.faults
    local = zone(promise.form.timezone)
    return render_template(
        "console/availability.html",
        now=now,
        promises=promises,
        promise=promise,
        month=asked,
        following=asked.following if asked < this else None,
        account=account,
        today=now.astimezone(local).date(),
        faults=faults,
        entered={each.outage.id: each for each in recorded},
        later=[each for each in recorded if account and asked == this and each.outage.begin >= account.end],
        local=local,
        said=words,
        form=form,
        percent=percent,
        kinds=[(kind.value, kind.value) for kind in OutageKind],
    )


def _promises(here: Console) -> dict[str, Promise]:
    """Return the connections whose policy promises availability, by name."""
    policies: dict[str, list[Policy]] = {}
    for shelved in here.shelf:
        policies.setdefault(shelved.connection, []).append(shelved.policy)
    found = {name: promising(each) for name, each in policies.items()}
    return {name: Promise(name, *promise) for name, promise in found.items() if promise}


def _known(promises: dict[str, Promise], connection: str) -> Promise:
    if connection not in promises:
        abort(404, "There is no such connection, or its policy promises no availability.")
    return promises[connection]
