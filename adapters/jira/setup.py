"""``sla-sidecar connect jira``: everything that the site needs, in one run that is safe to repeat.

Nothing is renamed, changed or removed that an earlier run did not create (see ``MARK``).
"""

from adapters.base import SetUpPlan, SetUpResult
from adapters.http import ApiClient
from adapters.jira.check import whoami
from adapters.jira.rights import permissions
from adapters.jira.settings import JiraSettings
from adapters.jira.setup_fields import remove_fields, set_up_fields
from adapters.jira.setup_run import Run
from adapters.jira.setup_screens import clear_screens, set_up_screens
from adapters.jira.setup_webhook import remove_webhook, set_up_webhook
from adapters.jira.tables import CATEGORIES, PLATFORM, STATUS_NAMES
from core.errors import RefusedError
from core.ticket import Status
from core.update import Field


def set_up(client: ApiClient, settings: JiraSettings, plan: SetUpPlan, *, has_secret: bool) -> SetUpResult:
    """Create, find or remove what the site needs.

    Args:
        client: with a Jira administrator's credential.
        settings: the connection's.
        plan: what to bring about.
        has_secret: we hold the webhook's secret.

    Raises:
        RefusedError: the credential is not an administrator's, or Jira refuses a step; what was done so far stays,
            and the next run finds it.
    """
    run = Run(client, settings, plan)
    me = whoami(client, settings)
    if "ADMINISTER" not in permissions(client, settings, settings.projects[0], ["ADMINISTER"]):
        said = "jira: connecting needs Administer Jira: fields, screens and webhooks are an administrator's"
        raise RefusedError(said, platform=PLATFORM, status=403)
    if plan.remove:
        remove_webhook(run)
        clear_screens(run)
        remove_fields(run)
        return SetUpResult(tuple(run.steps))
    run.written["account_id"] = me.id
    if settings.timezone == "UTC" and me.time_zone:
        run.written["timezone"] = me.time_zone
    _set_up_statuses(run)
    ids = set_up_fields(run)
    set_up_screens(run, ids)
    set_up_webhook(run, has_secret=has_secret)
    _propose_queues(run)
    return SetUpResult(tuple(run.steps), run.written, run.secrets)


def _set_up_statuses(run: Run) -> None:
    """Write down what each status of the projects means, for an admin to correct; what is written already stays.

    Jira's categories do not tell waiting from working, so well-known names are proposed for that.
    """
    statuses = {key: status.value for key, status in run.settings.statuses.items()}
    for key in run.settings.projects:
        for issue_type in run.list(f"{run.api}/project/{key}/statuses"):
            for status in issue_type.get("statuses") or []:
                id_, name = str(status.get("id")), str(status.get("name") or "")
                if id_ in statuses or name in statuses:
                    continue
                category = (status.get("statusCategory") or {}).get("key")
                meant = STATUS_NAMES.get(name.strip().lower()) or CATEGORIES.get(category or "", Status.OPEN)
                statuses[id_] = meant.value
                run.note("found", f"status, taken for {meant.value}", name, id_)
    run.written["statuses"] = statuses


def _propose_queues(run: Run) -> None:
    """Say how to make a queue for each team: Jira has no API for queues."""
    target = run.written["fields"].get(Field.NEXT_DUE.value)
    clause = f"cf[{target['field'].removeprefix('customfield_')}]" if target else "the field of the next due instant"
    for team in run.plan.teams or ("everybody",):
        jql = f"resolution = Unresolved ORDER BY {clause} ASC"
        run.note("skip", f"queue (make it by hand with: {jql})", team)
