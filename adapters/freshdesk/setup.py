"""``sla-sidecar connect freshdesk``: everything that the account needs, in one run that is safe to repeat."""

from collections.abc import Callable

from adapters.base import SetUpPlan, SetUpResult
from adapters.freshdesk.check import whoami
from adapters.freshdesk.native import stands
from adapters.freshdesk.rails_zones import iana_zone
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.setup_fields import remove_fields, set_up_fields
from adapters.freshdesk.setup_rules import remove_rules, set_up_rules
from adapters.freshdesk.setup_run import Run
from adapters.http import ApiClient
from core.errors import RefusedError


def set_up(
    client: ApiClient, settings: FreshdeskSettings, plan: SetUpPlan, key: str, sleep: Callable[[float], None]
) -> SetUpResult:
    """Create, find or remove what the account needs.

    Args:
        client: calls the account.
        settings: the connection's, as they are.
        plan: what to bring about.
        key: the webhooks' key; "" to make one.
        sleep: waits that many seconds; the test of due dates takes two minutes.

    Raises:
        RefusedError: the key is not an admin's, or Freshdesk refuses a step; what was done so far stays, and the next
            run finds it.
    """
    run = Run(client, settings, plan, key)
    me = whoami(client)
    if plan.remove:
        remove_rules(run)
        remove_fields(run)
        return SetUpResult(tuple(run.steps))
    run.written |= {"agent_id": me.id, "agent_email": me.contact.email}
    zone = iana_zone(me.contact.time_zone)
    if settings.timezone == "UTC" and zone:
        run.written["timezone"] = zone
    set_up_fields(run)
    set_up_rules(run)
    if settings.native_due == "test":
        _try_native_due(run, sleep)
    return SetUpResult(tuple(run.steps), run.written, run.secrets)


def _try_native_due(run: Run, sleep: Callable[[float], None]) -> None:
    """Find out on the ticket that the admin named whether Freshdesk's own due dates can be ours."""
    what, ticket_id = "native due dates", run.settings.native_due_ticket
    if ticket_id is None or run.plan.dry_run:
        run.note("skip", what, f"would be tried on ticket {ticket_id}, which takes two minutes")
        return
    try:
        stood = stands(run.client, ticket_id, sleep)
    except RefusedError as err:
        run.note("skip", what, f"not taken, so they stay off: {err}")
        stood = False
    else:
        said = "stand: ours go along with our fields" if stood else "were set back by Freshdesk's engine: they stay off"
        run.note("found" if stood else "skip", what, said, ticket_id)
    run.written["native_due"] = "on" if stood else "off"
