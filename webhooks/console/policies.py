"""Policies: each as the vendor prints it, what the prover says, and a playground."""

from flask import abort, render_template, request

from core.errors import CalendarError
from core.zones import zone
from webhooks.console.blueprint import blueprint
from webhooks.console.console import console
from webhooks.console.happened import happenings
from webhooks.console.picture import picture
from webhooks.console.playground import answer, question
from webhooks.console.policy_tables import policy_tables
from webhooks.console.shelf import Shelved
from webhooks.console.why import chapters
from webhooks.store.results import Result


@blueprint.get("/policies")
def policies() -> str:
    """List every policy in use."""
    return render_template("console/policies.html", shelf=list(console().shelf))


@blueprint.get("/policies/<connection>")
def policy(connection: str) -> str:
    """Show one connection's policy as tables that can be held beside the vendor's document."""
    here, shelved = console(), _known(connection)
    today = here.now().date()
    matrix, *rest = policy_tables(shelved.policy, clauses=True)
    return render_template(
        "console/policy.html",
        connection=connection,
        policy=shelved.policy,
        matrix=matrix,
        tables=rest,
        findings=here.shelf.findings(shelved, today),
        today=today,
    )


@blueprint.get("/policies/<connection>/try")
def playground(connection: str) -> str:
    """Show every deadline that a policy promises to a ticket which nobody opened."""
    found = _known(connection).policy
    asked = question(found, request.args, console().now())
    result, message = None, ""
    try:
        result = Result.from_stored(answer(found, asked).to_mapping())
    except CalendarError as err:
        message = str(err)
    return render_template(
        "console/playground.html",
        connection=connection,
        policy=found,
        asked=asked,
        result=result,
        message=message,
        picture=picture(result, found.calendars, asked.created_at) if result else None,
        why=chapters(result) if result else (),
        happened=happenings(result) if result else [],
        now=asked.created_at,
        shown_in=zone(asked.timezone),
    )


def _known(connection: str) -> Shelved:
    """Return the policy asked for: a connection's default, or the version that the address names."""
    found = console().shelf.find(connection, request.args.get("version", ""))
    if found is None:
        abort(404, "There is no such connection, or no such version of its policy, in the settings.")
    return found
