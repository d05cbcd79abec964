"""``doctor`` at the stand-in: each thing that can be wrong is one finding, with what to do about it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from adapters.base import Severity
from adapters.services import Services
from adapters.zendesk import ADAPTER
from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.model import SlaPolicy


@pytest.fixture
def adapter(desk):
    return desk.connect()


def found(adapter, check):
    """Return the findings of one check that are not in order, as (severity, message)."""
    return [(f.severity, f.message) for f in adapter.check() if f.check == check and f.severity is not Severity.OK]


def test_all_in_order(desk, adapter):
    """Everything is looked at: after a connect nothing is wrong."""
    desk.open_ticket()
    seen = list(adapter.check())
    assert [finding for finding in seen if finding.severity is not Severity.OK] == []
    assert {finding.check for finding in seen} >= {
        "credential",
        "token",
        "clock",
        "read tickets",
        "read audits",
        "export",
        "fields",
        "forms",
        "webhook",
        "native SLA",
    }


def test_every_complaint_says_what_to_do(desk):
    """A connection with nothing set up has several findings, each with a remedy."""
    complaints = [finding for finding in desk.adapter().check() if finding.severity is not Severity.OK]
    assert {finding.check for finding in complaints} >= {"own user", "fields", "webhook"}
    assert all(finding.remedy for finding in complaints)


def test_the_anonymous_user_is_no_credential(desk, adapter):
    """Zendesk answers 200 with nobody for a bad credential: that is a fault, and nothing else is asked."""
    desk.state.faults.add(
        ApiFault(FaultKind.ANSWER, path="/users/me", status=200, body={"user": {"id": None, "role": "end-user"}})
    )
    desk.reset_calls()
    findings = list(adapter.check())
    assert [(f.check, f.severity) for f in findings] == [("credential", Severity.FAULT)]
    assert desk.calls().reads == 1


def test_a_wrong_secret(desk):
    """A client secret that is not accepted is one finding and no traceback."""
    desk.secrets["client_secret"] = "wrong"
    assert [(f.check, f.severity) for f in desk.adapter().check()] == [("credential", Severity.FAULT)]


def test_a_plain_agent(desk, adapter):
    """Without an admin's rights exports and webhooks cannot be looked at, and it says what to change."""
    next(iter(desk.state.oauth_clients.values())).user_id = desk.agent.id
    findings = {f.check: f for f in adapter.check() if f.severity is Severity.FAULT}
    assert "incremental export is for admins" in findings["export"].remedy
    assert "we act as" in findings["own user"].message


def test_another_user_than_configured(desk):
    """Notes that another user writes could pass for an agent's."""
    desk.connect()
    assert found(desk.adapter(user_id=5), "own user")[0][0] is Severity.FAULT


@pytest.mark.parametrize(("days", "severity"), [(0, Severity.WARNING), (200, Severity.FAULT)])
def test_api_tokens_end(desk, days, severity):
    """Zendesk ends API tokens on 2027-04-30: a warning before, a fault after."""
    desk.connect()
    now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(days=days)
    secrets = {"api_token": desk.state.add_api_token()}
    us = next(user for user in desk.state.users.values() if user.name == "SLA Sidecar")
    conf = ADAPTER.settings.model_validate({**desk.settings, "auth": "api_token", "email": us.email})
    adapter = ADAPTER.create("acme", conf, secrets, Services(now=lambda: now))
    ((got, message),) = found(adapter, "token")
    assert got is severity
    assert "2027-04-30" in message


def test_clock_skew(desk, adapter):
    """A machine's clock that is minutes off is a fault: signatures and deadlines depend on it."""
    desk.wait(timedelta(minutes=10))
    ((severity, message),) = found(adapter, "clock")
    assert severity is Severity.FAULT
    assert 590 <= int(re.search(r"is (\d+) s off", message)[1]) <= 620


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda field: setattr(field, "active", False), "does not exist or is inactive"),
        (lambda field: setattr(field, "type", "text"), "is of type text, not tagger"),
        (lambda field: field.options.clear(), "lacks the options"),
    ],
)
def test_spoilt_fields(desk, adapter, spoil, said):
    """A field that was switched off, replaced or robbed of its options is named."""
    spoil(next(field for field in desk.state.ticket_fields.values() if field.title == "SLA state"))
    messages = [message for _, message in found(adapter, "fields")]
    assert any(said in message and "sla_state" in message for message in messages)


def test_a_form_without_our_fields(desk, adapter):
    """Agents do not see a field that is not on the ticket's form."""
    desk.state.default_form().ticket_field_ids.clear()
    assert "Default Ticket Form" in found(adapter, "forms")[0][1]


def test_webhook_switched_off_or_incomplete(desk, adapter):
    """An inactive webhook is a fault, a lacking subscription a warning, a missing webhook a fault."""
    (webhook,) = desk.state.webhooks.values()
    del webhook.subscriptions[0]
    assert found(adapter, "webhook")[0][0] is Severity.WARNING
    webhook.status = "inactive"
    assert found(adapter, "webhook")[0][0] is Severity.FAULT
    desk.state.webhooks.clear()
    assert found(adapter, "webhook")[0][0] is Severity.FAULT


def test_failing_deliveries(desk, adapter):
    """What Zendesk thinks happened to its last deliveries is told."""
    (webhook,) = desk.state.webhooks.values()
    webhook.endpoint = "http://127.0.0.1:9/"
    desk.open_ticket()
    desk.state.courier.wait_idle()
    ((severity, message),) = found(adapter, "deliveries")
    assert severity is Severity.WARNING
    assert "failed" in message


def test_native_policies_compete(desk, adapter):
    """Zendesk's own SLA policies show other deadlines beside ours: a warning."""
    desk.state.new(desk.state.sla_policies, SlaPolicy, title="Gold")
    assert found(adapter, "native SLA")[0][0] is Severity.WARNING


def test_a_probe_that_fails_is_a_finding(desk, adapter):
    """One question that Zendesk refuses does not end the examination."""
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, path="/ticket_fields", status=403, body={"error": "Forbidden"}))
    findings = list(adapter.check())
    assert [f.check for f in findings if f.severity is Severity.FAULT] == ["fields"]
    assert findings[-1].check == "native SLA"


def test_a_page_is_no_answer(desk, adapter):
    """A proxy's page with status 200 is not taken for "nothing is wrong"."""
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, path="/account/settings", status=200, body="<html>Login</html>"))
    assert found(adapter, "account")[0][0] is Severity.FAULT
