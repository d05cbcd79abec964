"""``doctor``: every finding says what to do about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import Severity
from sandbox.common.faults import ApiFault, FaultKind


def found(adapter, check):
    return [(each.severity, each.message) for each in adapter.check() if each.check == check]


def worst(adapter):
    return [each for each in adapter.check() if each.severity is not Severity.OK]


@pytest.fixture
def adapter(desk):
    return desk.connect()


def test_in_order(desk, adapter):
    """Right after connect all is well, but for Freshdesk's own policy, which nobody can switch off."""
    assert {each.check for each in worst(adapter)} <= {"native SLA"}
    assert all(each.remedy for each in worst(adapter))


def test_another_key(desk, adapter):
    """Our own notes must not pass for an agent's."""
    desk.secrets["api_key"] = desk.state.add_agent("Somebody", admin=True).api_key
    assert found(desk.adapter(), "own agent")[0][0] is Severity.FAULT


def test_a_wrong_key(desk, adapter):
    """Without a credential nothing else is asked."""
    desk.secrets["api_key"] = "wrong"
    findings = list(desk.adapter().check())
    assert [(each.check, each.severity) for each in findings] == [("credential", Severity.FAULT)]


def test_a_narrow_scope(desk, adapter):
    """An agent who sees only its own tickets would take the others for deleted."""
    agent = desk.state.add_agent("Narrow", admin=True, scope=3)
    desk.secrets["api_key"] = agent.api_key
    assert found(desk.adapter(agent_id=agent.id), "scope")[0][0] is Severity.FAULT


def test_no_admin(desk, adapter):
    """Without the right to see agents and rules, what that means is said, and nothing is a fault."""
    agent = desk.state.add_agent("Plain")
    desk.secrets["api_key"] = agent.api_key
    plain = desk.adapter(agent_id=agent.id)
    assert {severity for severity, _ in found(plain, "agents") + found(plain, "rules")} == {Severity.WARNING}


def test_fields(desk, adapter):
    """A field that is gone, one of another type, a choice that is missing, an input that is gone."""
    by_label = {field.label: field for field in desk.state.ticket_fields.values()}
    del desk.state.ticket_fields[by_label["SLA next due"].id]
    del desk.state.ticket_fields[by_label["SLA: escalate"].id]
    by_label["SLA state"].choices.remove("Missed")
    by_label["SLA tier"].type = "custom_text"
    told = "\n".join(message for severity, message in found(adapter, "fields") if severity is Severity.FAULT)
    assert "sla_next_due: field cf_sla_next_due" in told
    assert "lacks the choices Missed" in told
    assert "is of type custom_text" in told
    assert "input field cf_sla_escalate" in told


def test_statuses(desk, adapter):
    """A status without a category counts as open, and is left out by the rules until the next connect."""
    own = desk.state.add_status("Waiting for parts")
    assert found(adapter, "statuses")[0][0] is Severity.WARNING
    assert [severity for severity, message in found(adapter, "rules") if "new statuses" in message] == [
        Severity.WARNING
    ] * 2
    assert found(desk.adapter(statuses={own.id: "pending"}), "statuses")[0][0] is Severity.OK


def test_rules(desk, adapter):
    """Switched off is a fault; deleted means polling; stopping at the first match may hide ours."""
    rule = next(each for each in desk.state.rules.values() if each.name == "SLA Sidecar: changed tickets")
    rule.active = False
    assert [severity for severity, _ in found(adapter, "rules")] == [Severity.OK, Severity.FAULT]
    del desk.state.rules[rule.id]
    assert [severity for severity, _ in found(adapter, "rules")] == [Severity.OK, Severity.WARNING]
    desk.state.switches = replace(desk.state.switches, cascading_rules=False)
    assert any("all matching rules" in message for _, message in found(adapter, "rules"))


def test_a_probe_that_fails_is_a_finding(desk, adapter):
    """The others are still asked."""
    fault = ApiFault(
        FaultKind.ANSWER, method="GET", path=r"^/api/v2/tickets$", status=403, body={"code": "access_denied"}
    )
    desk.state.faults.add(fault)
    assert found(adapter, "read tickets")[0][0] is Severity.FAULT
    assert found(adapter, "fields")[-1][0] is Severity.OK


def test_clock(desk, adapter):
    """Deadlines depend on this machine's clock."""
    assert found(adapter, "clock")[0][0] is Severity.OK
    desk.wait(timedelta(days=1))
    assert found(adapter, "clock")[0][0] is Severity.FAULT


def test_rate_limit(desk, adapter):
    """The account's own figure is named."""
    assert found(adapter, "rate limit")[0][1].startswith("200 calls a minute")
