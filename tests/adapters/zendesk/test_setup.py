"""``connect`` at the stand-in: what is created, found, changed and removed, and what is never touched."""

import pytest

from adapters.zendesk import ADAPTER
from adapters.zendesk.setup_delivery import TRIGGER_TITLE
from adapters.zendesk.tables import SUBSCRIPTIONS
from core.errors import RefusedError
from core.update import Field
from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.model import TicketForm

OURS = [
    "SLA state",
    "SLA tier",
    "SLA plan",
    "SLA next",
    "SLA next due",
    "SLA next due (epoch s)",
    "SLA next due (day)",
    "SLA first response due",
    "SLA resolution due",
    "SLA: affected",
    "SLA: critical",
    "SLA: workaround",
    "SLA: escalate",
]


def titles(desk):
    return [field.title for field in desk.state.ticket_fields.values() if not field.system]


def field(desk, title):
    return next(field for field in desk.state.ticket_fields.values() if field.title == title)


def steps(result, *actions):
    return [(step.action, step.what, step.name) for step in result.steps if step.action in actions]


def test_connect_creates_everything(desk):
    """One run makes fields, form entries, webhook and view, and says what to write into the settings."""
    result = desk.adapter().set_up(desk.plan())
    assert titles(desk) == OURS
    form = desk.state.default_form()
    assert set(form.ticket_field_ids) >= {field(desk, title).id for title in OURS}
    (webhook,) = desk.state.webhooks.values()
    assert (webhook.endpoint, webhook.status) == (desk.receiver.url, "active")
    assert set(webhook.subscriptions) == set(SUBSCRIPTIONS)
    assert result.secrets == {"signing_secret": webhook.secret}
    (view,) = desk.state.views.values()
    assert view.title == "SLA: due next, Second line"
    assert result.teams == {str(group.id): group.name for group in desk.state.groups.values()}
    conf = ADAPTER.settings.model_validate({**desk.settings, **result.settings})
    assert conf.webhook_id == webhook.id
    assert conf.fields[Field.NEXT_DUE].epoch == field(desk, "SLA next due (epoch s)").id
    assert conf.fields[Field.PLAN].options == {
        "Standard": "sla_plan_standard",
        "Premium Plus": "sla_plan_premium_plus",
    }
    assert conf.facts["affected"].values == {
        "sla_affected_one_user": "one_user",
        "sla_affected_many_users": "many_users",
    }
    assert (conf.workaround_field, conf.escalate_field) == (
        field(desk, "SLA: workaround").id,
        field(desk, "SLA: escalate").id,
    )
    assert desk.state.users[conf.user_id].name == "SLA Sidecar"
    assert ("found", "webhook test", "this service was reached and answered 200") in steps(result, "found")


def test_types_and_marks(desk):
    """Drop-downs, text, integer, date and tick-boxes, all marked as ours, none visible to customers."""
    desk.adapter().set_up(desk.plan())
    types = [field(desk, title).type for title in OURS]
    assert types == [*["tagger"] * 4, "text", "integer", "date", "text", "text", "tagger", *["checkbox"] * 3]
    for title in OURS:
        assert field(desk, title).agent_description.startswith("Made by SLA Sidecar")
        assert not field(desk, title).visible_in_portal


def test_dry_run_says_what_it_would_do(desk):
    """Everything is listed as to be created, nothing is."""
    result = desk.adapter().set_up(desk.plan(dry_run=True))
    assert [name for action, what, name in steps(result, "create") if what in ("field", "input")] == OURS
    assert {"webhook", "view"} <= {what for _, what, _ in steps(result, "create")}
    assert (titles(desk), desk.state.webhooks, desk.calls().writes) == ([], {}, 0)


def test_what_is_not_ours_is_neither_used_nor_changed(desk):
    """An admin's field, webhook and view of the same names stay as they are, and ours are made beside them."""
    theirs = desk.state.add_ticket_field("SLA state", "tagger", {"a": "A"})
    desk.state.add_webhook(desk.receiver.url, ["zen:event-type:user.deleted"])
    desk.connect()
    assert titles(desk).count("SLA state") == 2
    assert theirs.option_values == ["a"]
    assert len(desk.state.webhooks) == 2
    desk.adapter().set_up(desk.plan(remove=True, delete_fields=True))
    assert titles(desk) == ["SLA state"]
    assert [webhook.subscriptions for webhook in desk.state.webhooks.values()] == [["zen:event-type:user.deleted"]]


def test_a_new_option_is_added_and_all_others_are_sent(desk):
    """An option left out of an update would be deleted with its values: the old ones stay, an admin's too."""
    desk.connect()
    state = field(desk, "SLA state")
    state.options.append({"id": 1, "name": "Theirs", "value": "theirs"})
    before = state.option_values
    result = desk.adapter().set_up(desk.plan(fields={Field.STATE: ["running", "not_covered"]}))
    assert state.option_values == [*before, "sla_state_not_covered"]
    assert ("change", "field", "SLA state") in steps(result, "change")


def test_a_moved_service_changes_its_webhook(desk):
    """Another public address changes the webhook that there is; a switched-off one is switched on."""
    desk.connect()
    (webhook,) = desk.state.webhooks.values()
    webhook.endpoint, webhook.status = "https://old.example/webhooks/acme/x", "inactive"
    desk.connect()
    (same,) = desk.state.webhooks.values()
    assert (same.id, same.endpoint, same.status) == (webhook.id, desk.receiver.url, "active")


def test_our_webhook_is_known_by_its_id(desk):
    """An admin may rename and describe it anew: there is no second one that would deliver everything twice."""
    desk.connect()
    (webhook,) = desk.state.webhooks.values()
    webhook.name, webhook.description = "Deadlines", "see the wiki"
    assert steps(desk.adapter().set_up(desk.plan()), "create", "change") == []
    desk.state.webhooks.clear()
    desk.connect()
    assert len(desk.state.webhooks) == 1


def test_a_field_that_the_admin_mapped_stays_mapped(desk):
    """A fact that the connection already reads from a field of the admin's own gets no field of ours."""
    theirs = desk.state.add_ticket_field("Impact", "tagger", {"one": "One", "many": "Many"})
    facts = {"affected": {"field": theirs.id, "values": {"many": "many_users"}}, "kind": {"field": "type"}}
    desk.connect(facts=facts)
    assert "SLA: affected" not in titles(desk)
    assert desk.settings["facts"]["affected"]["field"] == theirs.id
    assert desk.settings["facts"]["kind"]["field"] == "type"
    assert theirs.option_values == ["one", "many"]


@pytest.mark.parametrize(("forms", "on"), [("all", True), ("none", False), (["Bugs"], True), (["Other"], False)])
def test_forms_as_asked(desk, forms, on):
    """Our fields go on all forms, on none, or on those named; what a form has already stays first."""
    theirs = [desk.state.add_ticket_field(title).id for title in ("Version", "Module")]
    form = desk.state.new(desk.state.ticket_forms, TicketForm, name="Bugs", ticket_field_ids=list(theirs))
    desk.adapter().set_up(desk.plan(options={"forms": forms}))
    assert form.ticket_field_ids[:2] == theirs
    assert (field(desk, "SLA state").id in form.ticket_field_ids) is on


def test_an_account_without_forms(desk):
    """A plan that has no forms refuses the question, and that is fine."""
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, path="/ticket_forms", status=403, body={"error": "Forbidden"}))
    assert desk.adapter().set_up(desk.plan()).secrets


def test_remove_keeps_fields_and_others_things(desk):
    """Removing takes webhook, view and form entries; fields stay with their values unless that is asked for too."""
    desk.connect()
    result = desk.adapter().set_up(desk.plan(remove=True))
    assert (desk.state.webhooks, desk.state.views) == ({}, {})
    assert titles(desk) == OURS
    assert not set(desk.state.default_form().ticket_field_ids) & {field(desk, title).id for title in OURS}
    order = [what for _, what, _ in steps(result, "remove", "change", "skip")]
    assert order.index("webhook") < order.index("view") < order.index("form")
    desk.adapter().set_up(desk.plan(remove=True, delete_fields=True))
    assert titles(desk) == []
    assert steps(desk.adapter().set_up(desk.plan(remove=True, delete_fields=True)), "remove", "change") == []


class TestTriggerKind:
    """Trigger-connected webhooks: an admin's conditions decide which tickets we hear of."""

    @pytest.fixture
    def adapter(self, desk):
        return desk.connect(webhook="trigger")

    def trigger(self, desk):
        return next(rule for rule in desk.state.rules.values() if rule.title == TRIGGER_TITLE)

    def test_deliveries(self, desk, adapter):
        """A change runs the trigger, whose body names the ticket and is signed like any delivery."""
        ref = desk.open_ticket()
        assert desk.state.courier.wait_idle()
        request = desk.receiver.requests[-1]
        adapter.verify(request)
        assert adapter.read(request).refs == (ref,)
        (webhook,) = desk.state.webhooks.values()
        assert webhook.subscriptions == ["conditional_ticket_events"]

    def test_the_admins_conditions_stay(self, desk, adapter):
        """A second run changes nothing; a trigger that points to another webhook gets ours, conditions as edited."""
        rule = self.trigger(desk)
        rule.all_of = [{"field": "brand_id", "operator": "is", "value": "1"}]
        assert steps(adapter.set_up(desk.plan()), "create", "change") == []
        rule.actions = [{"field": "notification_webhook", "value": ["01HAN96XNH1J7DY8D7RZ22QMT9", "{}"]}]
        adapter.set_up(desk.plan())
        rule = self.trigger(desk)
        assert rule.all_of == [{"field": "brand_id", "operator": "is", "value": "1"}]
        assert rule.actions[0]["value"][0] == desk.settings["webhook_id"]

    def test_remove_in_reverse_order(self, desk, adapter):
        """The trigger goes before the webhook that it uses."""
        order = [what for _, what, _ in steps(adapter.set_up(desk.plan(remove=True)), "remove")]
        assert order.index("trigger") < order.index("webhook")
        assert not [rule for rule in desk.state.rules.values() if rule.title == TRIGGER_TITLE]


def test_a_team_that_is_no_group_is_skipped(desk):
    """A view needs a group: a name that Zendesk does not know is said and skipped."""
    result = desk.adapter().set_up(desk.plan(teams=["Third line"]))
    assert ("skip", "view (there is no such group in Zendesk)", "SLA: due next, Third line") in steps(result, "skip")
    assert desk.state.views == {}


def test_a_view_that_cannot_be_sorted_is_grouped(desk):
    """Where an account does not sort a view by a custom field the view comes without that."""
    refusal = {"error": "RecordInvalid", "details": {"base": [{"error": "InvalidValue"}]}}
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, method="POST", path="/views$", status=422, body=refusal))
    desk.adapter().set_up(desk.plan())
    first, second = desk.state.log.find("POST", "/views$")
    assert "sort_by" in first.body["view"]["output"]
    assert "sort_by" not in second.body["view"]["output"]
    assert len(desk.state.views) == 1


def test_an_unreachable_service_is_said(desk):
    """The webhook's test tells when Zendesk cannot reach us; the set-up itself is done."""
    result = desk.adapter().set_up(desk.plan(webhook_url="http://127.0.0.1:9/webhooks/acme/t0ken"))
    (test,) = [step for step in result.steps if step.what == "webhook test"]
    assert test.action == "skip"
    assert result.settings["webhook_id"]


def test_only_an_admin_can_connect(desk):
    """An agent's credential is refused before anything is created."""
    client = next(iter(desk.state.oauth_clients.values()))
    client.user_id = desk.agent.id
    with pytest.raises(RefusedError, match="an admin"):
        desk.adapter().set_up(desk.plan())
    assert titles(desk) == []


def test_an_interrupted_run_is_finished_by_the_next(desk):
    """A failure in the middle leaves what was done; the next run finds it and makes nothing twice."""
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, method="POST", path="/webhooks$", status=500))
    with pytest.raises(Exception, match="500"):
        desk.adapter().set_up(desk.plan())
    desk.connect()
    assert titles(desk) == OURS
    assert len(desk.state.webhooks) == 1


def test_a_webhook_without_a_secret_is_no_success(desk):
    """Without the signing secret every delivery would be turned away: connect says so instead of keeping nothing."""
    empty = {"signing_secret": {"secret": None}}
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, path="/signing_secret$", status=200, body=empty))
    with pytest.raises(RefusedError, match="no signing secret"):
        desk.adapter().set_up(desk.plan())
