"""``sla-sidecar connect zendesk``: everything that the account needs, in one run that is safe to repeat.

Nothing is renamed, changed or removed that an earlier run did not create (see ``MARK``).
"""

from adapters.base import SetUpPlan, SetUpResult
from adapters.http import ApiClient
from adapters.zendesk.check import whoami
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.setup_delivery import remove_delivery, set_up_trigger, set_up_webhook, try_webhook
from adapters.zendesk.setup_fields import remove_fields, set_up_fields, set_up_forms
from adapters.zendesk.setup_run import Run
from adapters.zendesk.setup_views import remove_views, set_up_views


def set_up(client: ApiClient, settings: ZendeskSettings, plan: SetUpPlan) -> SetUpResult:
    """Create, find or remove what the account needs.

    Raises:
        RefusedError: the credential is not an admin's, or Zendesk refuses a step; what was done so far stays, and
            the next run finds it.
    """
    run = Run(client, settings, plan)
    me = whoami(client, admin=True)
    if plan.remove:
        remove_delivery(run)
        remove_views(run)
        remove_fields(run)
        return SetUpResult(tuple(run.steps))
    run.written["user_id"] = me.id
    if settings.timezone == "UTC" and me.iana_time_zone:
        run.written["timezone"] = me.iana_time_zone
    set_up_fields(run)
    set_up_forms(run)
    webhook_id = set_up_webhook(run)
    if settings.webhook == "trigger":
        set_up_trigger(run, webhook_id)
    set_up_views(run)
    if webhook_id and not plan.dry_run:
        try_webhook(run, webhook_id)
    return SetUpResult(tuple(run.steps), run.written, run.secrets, run.teams)
