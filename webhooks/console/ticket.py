"""One ticket: its clocks as a picture, and why each is due when it is."""

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.zones import zone
from webhooks.console.access import operators_only
from webhooks.console.blueprint import blueprint
from webhooks.console.console import console
from webhooks.console.happened import happenings
from webhooks.console.picture import picture
from webhooks.console.why import chapters
from webhooks.store.looks import LookKey, LookKind
from webhooks.store.results import Result

AUDIT_LINES = 20


@blueprint.get("/tickets/<connection>/<path:ticket_id>")
def ticket(connection: str, ticket_id: str) -> str:
    """Show what the last look at a ticket decided, and everything that it rests on."""
    here = console()
    row = here.service.store.memories.read(connection, ticket_id)
    look = here.reading.look(LookKey.ticket(connection, ticket_id))
    if row is None and look is None:
        abort(404, "No such ticket is known here: it was never looked at, or it was forgotten.")
    now = here.now()
    result = Result.from_stored(row["result"]) if row and row["result"] else None
    shelved = here.shelf.find(connection, result.policy_version, result.policy) if result else None
    policy = shelved.policy if shelved else None
    is_same = policy is not None and result is not None and policy.version == result.policy_version
    drawn = picture(result, policy.calendars if policy else {}, now) if result else None
    summary = here.reading.ticket(connection, ticket_id)
    return render_template(
        "console/ticket.html",
        now=now,
        connection=connection,
        ticket_id=ticket_id,
        row=row,
        look=look,
        result=result,
        state=row["state"] if row else None,
        team=summary["team"] if summary else None,
        link=web_address(summary["url"] if summary else None),
        picture=drawn,
        shown_in=zone(drawn.timezone) if drawn else here.settings.zone,
        why=chapters(result) if result else (),
        happened=happenings(result) if result else [],
        effects={each["key"]: each["state"] for each in here.reading.effects(connection, ticket_id)},
        policy=policy,
        is_same_policy=is_same,
        audit=here.service.store.listings.audit(connection, ticket_id, AUDIT_LINES),
    )


@blueprint.post("/looks/retry")
@operators_only
def retry_look() -> Response:
    """Look again now, with all attempts, at what the form names."""
    here, form = console(), request.form
    try:
        key = LookKey(form["connection"], LookKind(form["kind"]), form["subject"])
    except (KeyError, ValueError):
        abort(400, "The form does not say what to look at. Load the page again.")
    if here.reading.look(key) is None:
        abort(404, "There is no such look any more. Load the page again.")
    here.service.store.listings.retry(key)
    here.note(key.connection, key.subject, g.identity, "retried", {"kind": key.kind.value})
    here.service.engine.wake()
    flash("It is looked at again now.")
    if key.kind is LookKind.TICKET:
        return redirect(url_for("console.ticket", connection=key.connection, ticket_id=key.subject))
    return redirect(url_for("console.deliveries"))


def web_address(url: str | None) -> str | None:
    """Return an address if a browser may be sent there: a platform's answer could hold anything."""
    return url if url is not None and url.startswith(("https://", "http://")) else None
