"""``connect`` against the stand-in: what is made, what is found again, what is never touched, and how it is undone."""

import pytest
import responses

from adapters.base import SetUpPlan
from adapters.jira import ADAPTER
from core.errors import RefusedError
from core.update import Field
from tests.adapters.doubles import Lent
from tests.adapters.jira.builders import API, SITE, adapter
from tests.adapters.jira.desk import JiraDesk


def steps(result):
    return {(step.action, step.what, step.name) for step in result.steps}


def field(desk, name):
    return next(each for each in desk.state.fields.values() if each.name == name)


def test_everything_is_made_and_works(desk):
    """Fields with types and options, their places on the screens, the signed webhook, and what to write down."""
    result = desk.adapter().set_up(desk.plan())
    settings = ADAPTER.settings.model_validate({**desk.settings, **result.settings})
    assert settings.account_id == desk.us.account_id
    kinds = {name: target.kind for name, target in settings.fields.items()}
    assert kinds == {
        Field.STATE: "select",
        Field.TIER: "text",
        Field.PLAN: "select",
        Field.NEXT: "text",
        Field.NEXT_DUE: "datetime",
        Field.FIRST_RESPONSE_DUE: "datetime",
        Field.RESOLUTION_DUE: "datetime",
    }
    state = field(desk, "SLA Sidecar: state")
    assert state.custom.endswith(":select")
    assert [option.value for option in state.contexts[0].options][:2] == ["running", "paused"]
    assert state.searcher.endswith(":multiselectsearcher")
    assert settings.organizations_field == "customfield_10002"
    assert settings.request_type_field == "customfield_10010"
    assert settings.statuses["10002"] == "pending"
    assert settings.facts["critical"].kind == "checkbox"
    assert settings.workaround_field
    assert settings.escalate_field
    (webhook,) = desk.state.webhooks.values()
    assert (webhook.url, webhook.jql, webhook.secret) == (
        desk.receiver.url,
        "project in (SUP)",
        result.secrets["webhook_secret"],
    )
    made = {step.id for step in result.steps if step.what in ("field", "input")}
    ours = {each.id for each in desk.state.fields.values() if each.name.startswith("SLA Sidecar: ")}
    assert made == ours
    scheme = desk.state.type_screen_schemes[desk.state.desk_project().screen_scheme]
    shown = [s for id_ in scheme.mapping.values() for s in desk.state.screen_schemes[id_].screens.values()]
    assert any(ours <= set(desk.state.screens[screen].field_ids()) for screen in shown)


def test_a_dry_run_says_the_same_and_does_nothing(desk):
    """A dry run lists what would be created; nothing is, and no secret is made up."""
    result = desk.adapter().set_up(desk.plan(dry_run=True))
    assert ("create", "webhook", "SLA Sidecar") in steps(result)
    assert ("create", "field", "SLA Sidecar: next due") in steps(result)
    screens = {what for action, what, _ in steps(result) if action == "change"}
    assert screens == {"screen (shared by all projects that use it): 11 fields"}
    assert result.secrets == {}
    assert not desk.calls().writes


def test_a_second_run_completes_what_is_missing(desk):
    """A new option, another address and a switched-off webhook are put right; the secret stays."""
    adapter = desk.connect()
    secret = desk.secrets["webhook_secret"]
    (webhook,) = desk.state.webhooks.values()
    webhook.enabled, webhook.events = False, ["jira:issue_created"]
    fields = {**desk.plan().fields, Field.STATE: ["running", "not_covered"]}
    result = adapter.set_up(desk.plan(fields=fields))
    assert ("change", "options (not_covered)", "SLA Sidecar: state") in steps(result)
    assert ("change", "webhook", "SLA Sidecar") in steps(result)
    assert (webhook.enabled, len(webhook.events), webhook.secret) == (True, 6, secret)
    assert result.secrets == {}


def test_a_webhook_whose_secret_is_lost_gets_another(desk):
    """Jira never shows a secret again: where we hold none, a new one is set."""
    desk.connect()
    del desk.secrets["webhook_secret"]
    result = desk.adapter().set_up(desk.plan())
    (webhook,) = desk.state.webhooks.values()
    assert webhook.secret == result.secrets["webhook_secret"]


def test_a_field_of_the_admins_own_is_used_and_left_alone(desk):
    """A fact, or a field of ours, that the settings give a field keeps that one: no option is added to it."""
    mine = desk.state.add_field("Impact", "select", ["one_user"])
    named = desk.state.add_field("SLA Sidecar: state", "textfield")
    adapter = desk.adapter(facts={"affected": {"field": mine.id}, "critical": {"field": "issuetype"}})
    result = adapter.set_up(desk.plan())
    assert ("found", "input", "Impact") in steps(result)
    assert ("found", "input", "critical") in steps(result)
    assert [option.value for option in mine.contexts[0].options] == ["one_user"]
    assert result.settings["facts"]["affected"]["field"] == mine.id
    assert result.settings["fields"]["sla_state"]["field"] != named.id  # the same name, but another type


def test_statuses_that_the_admin_named_stay(desk):
    """What stands in the settings, by id or name, is not proposed again."""
    result = desk.adapter(statuses={"Waiting for customer": "on_hold", "5": "closed"}).set_up(desk.plan())
    statuses = result.settings["statuses"]
    assert (statuses["Waiting for customer"], statuses["5"]) == ("on_hold", "closed")
    assert "10002" not in statuses
    assert {statuses[id_] for id_ in ("1", "3", "10003", "6")} == {"new", "open", "pending", "closed"}


def test_removing(desk):
    """The webhook goes and the fields leave the screens; they themselves, with their values, only when asked for."""
    adapter = desk.connect()
    other = desk.state.add_webhook("https://other.example/hook")
    other.name = "Somebody else's"
    result = adapter.set_up(desk.plan(remove=True))
    assert list(desk.state.webhooks.values()) == [other]
    assert result.secrets == {}
    ours = [each for each in desk.state.fields.values() if each.name.startswith("SLA Sidecar: ")]
    assert ours
    assert not any(each.trashed for each in ours)
    assert not any(each.id in screen.field_ids() for each in ours for screen in desk.state.screens.values())
    assert ("skip", "field (kept, with its values)", "SLA Sidecar: state") in steps(result)
    adapter.set_up(desk.plan(remove=True, delete_fields=True))
    assert all(each.trashed for each in ours)


def test_a_webhook_of_somebody_elses_name_is_not_ours(desk):
    """A stored id that now belongs to another webhook is not touched."""
    desk.connect()
    (webhook,) = desk.state.webhooks.values()
    webhook.name, webhook.url = "Renamed by an admin", "https://other.example/"
    desk.adapter().set_up(desk.plan(remove=True))
    assert list(desk.state.webhooks.values()) == [webhook]


def test_a_team_managed_project_is_told_by_hand(desk):
    """Its screens have no API: the step says where to put the fields."""
    desk.state.add_project("OPS", "Operations", simplified=True)
    result = desk.adapter(projects=["SUP", "OPS"]).set_up(desk.plan())
    todo = "screens (team-managed: add the fields by hand, project settings, issue types)"
    assert ("skip", todo, "OPS") in steps(result)
    (webhook,) = desk.state.webhooks.values()
    assert webhook.jql == "project in (SUP, OPS)"


def test_connecting_is_for_administrators(desk):
    """Another account is told at once what is missing, before anything is made."""
    token = desk.state.add_token(desk.agent).value
    desk.secrets["api_token"] = token
    desk.settings["email"] = desk.agent.email
    with pytest.raises(RefusedError, match="Administer Jira"):
        desk.adapter().set_up(desk.plan())
    assert not desk.calls().writes


def test_queues_are_told_by_hand(desk):
    """Jira has no API for queues: for each team the JQL is given that sorts by the next due instant."""
    result = desk.adapter().set_up(desk.plan(teams=["Second line"]))
    number = result.settings["fields"]["sla_next_due"]["field"].removeprefix("customfield_")
    queue = f"queue (make it by hand with: resolution = Unresolved ORDER BY cf[{number}] ASC)"
    assert ("skip", queue, "Second line") in steps(result)


def test_a_data_center_gets_what_its_api_can_do():
    """Plain fields and the webhook of version 10; screens, options and inputs are told by hand; names map to ids."""
    desk = JiraDesk(data_center=True)
    try:
        result = desk.adapter(facts={"affected": {"field": "issuetype"}}).set_up(desk.plan())
        kinds = {target["kind"] for target in result.settings["fields"].values()}
        assert kinds == {"text", "datetime"}
        assert result.settings["field_names"]["Organizations"] == "customfield_10002"
        by_hand = {name for action, what, name in steps(result) if action == "skip" and "by hand" in what}
        assert {"critical", "workaround", "escalate", "SUP"} <= by_hand
        (webhook,) = desk.state.webhooks.values()
        assert webhook.secret == result.secrets["webhook_secret"]
        removed = desk.adapter().set_up(desk.plan(remove=True, delete_fields=True))
        assert ("remove", "webhook", "SLA Sidecar") in steps(removed)
        assert not desk.state.webhooks
    finally:
        desk.close()


def test_a_field_without_a_context_gets_one(desk):
    """Options live in contexts: where an admin deleted them all, one for every project is made."""
    adapter = desk.connect()
    field(desk, "SLA Sidecar: state").contexts.clear()
    dry = adapter.set_up(desk.plan(dry_run=True))
    assert ("create", "context", "SLA Sidecar: state") in steps(dry)
    adapter.set_up(desk.plan())
    (context,) = field(desk, "SLA Sidecar: state").contexts
    assert [option.value for option in context.options][:2] == ["running", "paused"]


def test_a_site_without_a_service_desk(desk):
    """Without the service desk's fields there are no organizations; the step says so, and the rest is made."""
    for id_ in ("customfield_10002", "customfield_10010"):
        del desk.state.fields[id_]
    result = desk.adapter().set_up(desk.plan())
    missing = {name for action, what, name in steps(result) if "not on this site" in what}
    assert missing == {"organizations_field", "request_type_field"}
    assert "organizations_field" not in result.settings


@responses.activate
@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_may_not_make_webhooks(status):
    """Tokens with scopes were seen to be refused there: the message names the token that works."""
    responses.get(f"{API}/myself", json={"accountId": "us"})
    responses.get(f"{API}/mypermissions", json={"permissions": {"ADMINISTER": {"havePermission": True}}})
    responses.get(f"{API}/field", json=[])
    responses.get(f"{API}/project/SUP", json={"id": "10000", "key": "SUP"})
    responses.get(f"{API}/project/SUP/statuses", json=[])
    responses.get(f"{API}/issuetypescreenscheme/project", json={"values": [], "isLast": True})
    responses.get(f"{SITE}/rest/webhooks/1.0/webhook", json=[])
    responses.post(f"{SITE}/rest/webhooks/1.0/webhook", status=status, json={"errorMessages": ["no"]})
    with pytest.raises(RefusedError, match="classic API token"):
        adapter(Lent()).set_up(SetUpPlan(webhook_url="https://sla.example/x", fields={}))


def test_nothing_to_show_is_no_error(desk):
    """A policy without inputs or fields still connects."""
    result = desk.adapter().set_up(SetUpPlan(webhook_url=desk.receiver.url, fields={}))
    assert result.settings["fields"] == {}
    assert result.settings["webhook_id"]
