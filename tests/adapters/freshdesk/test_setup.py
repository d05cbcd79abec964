"""``connect``: what is created, found, changed and removed, and what the admin is told to do by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import RefusedError
from core.update import Field, Note, TicketUpdate
from sandbox.common.faults import ApiFault, FaultKind

CREATE_RULE = {"method": "POST", "path": r"^/api/v2/automations/4/rules$"}


def steps(result, *actions):
    return [(step.what, step.name) for step in result.steps if step.action in actions]


def by_hand(result):
    return [step.name for step in result.steps if step.what == "by hand"]


def rules(desk):
    return {rule.name: rule for rule in desk.state.rules.values() if rule.name.startswith("SLA Sidecar")}


def test_what_is_created(desk):
    """Fields hidden from customers, inputs, two rules that are on, a key, and the settings that name them."""
    result = desk.adapter().set_up(desk.plan())
    assert len([step for step in result.steps if step.what == "field"]) == 8
    assert {name for what, name in steps(result, "create") if what == "input"} == {
        "SLA: affected",
        "SLA: critical",
        "SLA: workaround",
        "SLA: escalate",
    }
    ours = [field for field in desk.state.ticket_fields.values() if field.label.startswith("SLA")]
    assert len(ours) == 12
    assert not any(field.displayed_to_customers for field in ours)
    assert {name: rule.active for name, rule in rules(desk).items()} == {
        "SLA Sidecar: new tickets": True,
        "SLA Sidecar: changed tickets": True,
    }
    assert len(result.secrets["webhook_key"]) == 64
    assert result.settings["agent_id"] == desk.us.id
    assert result.settings["fields"]["sla_state"]["choices"]["at_risk"] == "At risk"
    assert result.settings["facts"]["affected"]["values"] == {"One user": "one_user", "Many users": "many_users"}
    assert set(result.settings["rules"]) == {"created", "updated"}


def test_a_dry_run_changes_nothing(desk):
    """It says what would be done."""
    result = desk.adapter().set_up(desk.plan(dry_run=True))
    assert desk.calls().writes == 0
    assert ("automation rule", "SLA Sidecar: new tickets") in steps(result, "create")


def test_both_rules_deliver(desk):
    """A new ticket and an agent's reply call us with our key; our own writing is an echo, or sets off nothing."""
    adapter = desk.connect()
    ref = desk.open_ticket()
    desk.reply_as_agent(ref)
    assert desk.state.courier.wait_idle()
    assert [adapter.read(request).refs for request in desk.receiver.requests] == [(ref,)] * 2
    for request in desk.receiver.requests:
        adapter.verify(request)
    desk.receiver.requests.clear()
    adapter.apply(_update(ref))
    assert desk.state.courier.wait_idle()
    assert [adapter.read(request) for request in desk.receiver.requests] == [None] * len(desk.receiver.requests)


def test_a_new_key_is_put_into_the_rules(desk):
    """Without the secret, as after a run that failed half-way, the rules get a new one."""
    desk.connect()
    old = desk.secrets.pop("webhook_key")
    result = desk.adapter().set_up(desk.plan())
    assert {name for what, name in steps(result, "change") if what == "automation rule"} == set(rules(desk))
    assert result.secrets["webhook_key"] != old
    keys = {rule.actions[0]["custom_headers"]["X-Sidecar-Key"] for rule in rules(desk).values()}
    assert keys == {result.secrets["webhook_key"]}


def test_an_admins_events_stay(desk):
    """A rule that is pointed elsewhere is put right; the events that an admin chose are kept."""
    desk.connect()
    rule = rules(desk)["SLA Sidecar: changed tickets"]
    rule.events = [{"field_name": "status", "from": "--", "to": "--"}]
    result = desk.adapter().set_up(desk.plan(webhook_url="https://other.example/webhooks/acme/t"))
    assert ("automation rule", rule.name) in steps(result, "change")
    assert rule.actions[0]["url"] == "https://other.example/webhooks/acme/t?ticket_id={{ticket.id}}"
    assert rule.events == [{"field_name": "status", "from": "--", "to": "--"}]


def test_new_statuses_come_into_the_rules(desk):
    """A status that was added later is let through after the next run."""
    desk.connect()
    own = desk.state.add_status("Waiting for parts")
    assert "automation rule" in {what for what, _ in steps(desk.adapter().set_up(desk.plan()), "change")}
    for rule in rules(desk).values():
        assert own.id in rule.conditions[0]["properties"][0]["value"]


def test_event_names_that_the_account_does_not_know(desk):
    """The names that public clients use are tried next."""
    refused = {"errors": [{"field": "events", "code": "invalid_value"}]}
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, **CREATE_RULE, status=400, body=refused))
    desk.connect()
    assert rules(desk)["SLA Sidecar: changed tickets"].events[0] == {"field_name": "ticket_action", "value": "update"}


@pytest.mark.parametrize("status", [400, 403, 404])
def test_rules_that_cannot_be_made(desk, status):
    """The admin gets the exact steps, with everything to copy but the secret; the rest is done."""
    desk.state.faults.add(
        ApiFault(FaultKind.ANSWER, **CREATE_RULE, status=status, times=2, body={"code": "require_feature"})
    )
    result = desk.adapter().set_up(desk.plan())
    told = "\n".join(by_hand(result))
    assert "Ticket Updates: New rule, name `SLA Sidecar: changed tickets`" in told
    assert f"URL: {desk.receiver.url}?ticket_id={{{{ticket.id}}}}" in told
    assert '"ticket_id": "{{ticket.id}}"' in told
    assert "webhook_key" in told
    assert result.secrets["webhook_key"] not in told
    assert set(result.settings["rules"]) == {"created"}
    assert len(result.settings["fields"]) == 7


def test_a_rule_that_was_not_kept_as_sent(desk):
    """Read back without our key it is removed again: it would only cost the account its webhook quota."""
    kept = {"id": 77, "active": False, "actions": [{"field_name": "trigger_webhook", "url": "https://x"}]}
    desk.state.faults.add(
        ApiFault(FaultKind.ANSWER, method="GET", path=r"/automations/4/rules/\d+$", status=200, body=kept)
    )
    result = desk.adapter().set_up(desk.plan())
    assert list(rules(desk)) == ["SLA Sidecar: new tickets"]
    assert by_hand(result)


def test_rules_that_stop_at_the_first(desk):
    """Where only the first matching rule runs, the admin is told: it cannot be set by the API."""
    desk.state.switches = replace(desk.state.switches, cascading_rules=False)
    assert "Execute all matching rules" in by_hand(desk.adapter().set_up(desk.plan()))[-1]


def test_choices_are_added_and_others_stay(desk):
    """A drop-down of ours gets the values it lacks; those that somebody added stay."""
    desk.connect()
    name = desk.settings["fields"]["sla_plan"]["dropdown"]
    field = next(field for field in desk.state.ticket_fields.values() if field.name == name)
    field.choices = ["Standard", "Their own"]
    desk.adapter().set_up(desk.plan())
    assert field.choices == ["Standard", "Their own", "Premium Plus"]


def test_the_admins_own_field_for_a_fact_is_kept(desk):
    """A fact that already has a field needs none of ours."""
    field = desk.state.add_ticket_field("How many", "custom_dropdown", ["One", "Many"])
    facts = {"affected": {"field": field.name, "values": {"Many": "many_users"}}}
    result = desk.adapter(facts=facts).set_up(desk.plan())
    assert ("input", "affected") in steps(result, "found")
    assert result.settings["facts"]["affected"]["field"] == field.name


def test_removing(desk):
    """Rules go; fields, with their values on every ticket, only if that is asked for."""
    adapter = desk.connect()
    adapter.set_up(desk.plan(remove=True))
    assert rules(desk) == {}
    ours = [field.label for field in desk.state.ticket_fields.values() if field.label.startswith("SLA")]
    assert len(ours) == 12
    adapter.set_up(desk.plan(remove=True, delete_fields=True))
    assert not [field for field in desk.state.ticket_fields.values() if field.label.startswith("SLA")]


def test_nothing_of_others_is_removed(desk):
    """Another field whose label begins alike, and another rule, stay."""
    field = desk.state.add_ticket_field("SLA contract number")
    adapter = desk.connect()
    desk.state.add_webhook("https://other.example/")
    adapter.set_up(desk.plan(remove=True, delete_fields=True))
    assert field.id in desk.state.ticket_fields
    assert "SLA Sidecar: updates" in rules(desk)


def test_removing_where_rules_cannot_be_read(desk):
    """The admin is told which to delete."""
    adapter = desk.connect()
    fault = ApiFault(FaultKind.ANSWER, method="GET", path=r"/automations/\d/rules$", status=403, times=2, body={})
    desk.state.faults.add(fault)
    assert len(by_hand(adapter.set_up(desk.plan(remove=True)))) == 2


def test_who_may_not(desk):
    """An agent's key that may not make fields, and a wrong key, are refused with what to do."""
    desk.secrets["api_key"] = desk.agent.api_key
    with pytest.raises(RefusedError, match="right"):
        desk.adapter().set_up(desk.plan())
    desk.secrets["api_key"] = "wrong"
    with pytest.raises(RefusedError, match="key"):
        desk.adapter().set_up(desk.plan())


def test_zone_of_the_agent(desk):
    """Freshdesk's zone name becomes ours, unless the admin chose one."""
    desk.us.time_zone = "Eastern Time (US & Canada)"
    assert desk.adapter().set_up(desk.plan()).settings["timezone"] == "America/New_York"
    assert "timezone" not in desk.adapter(timezone="Asia/Tokyo").set_up(desk.plan()).settings


@pytest.mark.parametrize(("modern", "said"), [(False, "on"), (True, "off")])
def test_native_due_dates_are_tried(desk, modern, said):
    """Written on the ticket made for it and read back three times: they stand, or the engine sets them back."""
    desk.state.switches = replace(desk.state.switches, newer_engine=modern)
    ref = desk.open_ticket()
    desk.wait(timedelta(minutes=1))
    desk.state.run_engine()
    result = desk.adapter(native_due="test", native_due_ticket=int(ref.ticket_id)).set_up(desk.plan())
    assert result.settings["native_due"] == said
    assert sum(desk.slept) == (120 if said == "on" else desk.slept[0])


def test_native_due_dates_that_are_not_taken(desk):
    """A ticket without due dates, or a refusal, leaves them off."""
    result = desk.adapter(native_due="test", native_due_ticket=987654).set_up(desk.plan())
    assert result.settings["native_due"] == "off"


def _update(ref):
    return TicketUpdate(ref=ref, fields={Field.STATE: "breached"}, priority="P1", notes=(Note("a/1/b", "Late."),))
