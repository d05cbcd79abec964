"""``doctor`` against the stand-in: a connection in order has no fault, and each thing that is wrong is named."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import responses

from adapters.base import Severity
from core.update import Field
from tests.adapters.doubles import Lent
from tests.adapters.jira.builders import API, SITE, adapter


def found(desk, **settings):
    """Return the findings that are not in order, by check."""
    return {each.check: each for each in desk.adapter(**settings).check() if each.severity is not Severity.OK}


@pytest.fixture
def connected(desk):
    desk.connect(token_ends_on=str(date.today() + timedelta(days=200)))  # noqa: DTZ011 - the stand-in's day is today
    desk.open_ticket()
    return desk


def test_in_order(connected):
    """After `connect` only Jira's own SLAs are left to say something about, and every remedy is given."""
    findings = list(connected.adapter().check())
    assert {each.check for each in findings if each.severity is not Severity.OK} == {"native SLA"}
    assert all(each.remedy for each in findings if each.severity is not Severity.OK)
    assert {"credential", "clock", "token", "permissions", "screens", "webhook"} <= {each.check for each in findings}


@pytest.mark.parametrize(
    ("days", "severity"),
    [(None, Severity.WARNING), (29, Severity.WARNING), (0, Severity.WARNING), (-1, Severity.FAULT)],
)
def test_a_token_that_ends(connected, days, severity):
    """Every token ends within a year; the last 30 days are a warning, not knowing is one too."""
    ends_on = None if days is None else str((connected.clock() + timedelta(days=days)).date())
    assert found(connected, token_ends_on=ends_on)["token"].severity is severity
    ends_at = connected.adapter(token_ends_on=ends_on).credential_ends_at
    assert (ends_at is None) is (days is None)


def test_whom_we_act_as(connected):
    """Another account in the settings would let our own notes pass for an agent's."""
    assert found(connected, account_id="somebody")["own account"].severity is Severity.FAULT
    assert found(connected, account_id=None)["own account"].severity is Severity.WARNING


def test_a_bad_token_stops_everything(connected):
    """Without a credential nothing else is asked; that Jira answers others anonymously does not hide it."""
    connected.secrets["api_token"] = "wrong"
    (finding,) = connected.adapter().check()
    assert (finding.check, finding.severity) == ("credential", Severity.FAULT)


@responses.activate
def test_looking_anonymous_is_a_fault():
    """A 200 for nobody betrays itself by a header, or by an account without an id."""
    responses.get(f"{API}/myself", json={}, headers={"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})
    responses.get(f"{API}/myself", json={"displayName": "Former user"})
    for _ in range(2):
        (finding,) = adapter(Lent()).check()
        assert finding.severity is Severity.FAULT
        assert "nobody" in finding.message


def test_a_clock_that_is_off(connected):
    """More than a minute between this machine and Jira is a fault."""
    connected.services = replace(connected.services, now=lambda: connected.clock() + timedelta(minutes=3))
    assert found(connected)["clock"].severity is Severity.FAULT


@pytest.mark.parametrize(
    ("permission", "severity"),
    [("EDIT_ISSUES", Severity.FAULT), ("SERVICEDESK_AGENT", Severity.FAULT), ("ADMINISTER_PROJECTS", Severity.WARNING)],
)
def test_permissions(connected, permission, severity):
    """Each right that is missing is named with what does not work without it."""
    connected.us.lacking.add(permission)
    finding = found(connected)["permissions"]
    assert finding.severity is severity
    assert permission in finding.message


def test_fields(connected):
    """A field that is gone, and one of another type, are faults; without any nothing is shown."""
    other = connected.state.add_field("Other", "select", ["x"])
    fields = dict(connected.settings["fields"])
    wrong = {**fields, Field.TIER.value: {"field": other.id, "kind": "text"}}
    assert "another type" in found(connected, fields=wrong)["fields"].message
    gone = {**fields, Field.STATE.value: {"field": "customfield_99999", "kind": "select"}}
    assert "does not exist" in found(connected, fields=gone)["fields"].message
    assert "input customfield_99999" in found(connected, workaround_field="customfield_99999")["fields"].message
    assert "nothing will be shown" in found(connected, fields={})["fields"].message


def test_screens(connected):
    """Only what can really be edited on an open issue counts: a field off the screen is a fault by name."""
    id_ = connected.settings["fields"]["sla_next_due"]["field"]
    for screen in connected.state.screens.values():
        for tab in screen.tabs:
            tab.fields = [each for each in tab.fields if each != id_]
    finding = found(connected)["screens"]
    assert (finding.severity, "sla_next_due" in finding.message) == (Severity.FAULT, True)


def test_statuses(connected):
    """Where no status means waiting, nothing ever pauses, and nobody would notice."""
    everything = dict.fromkeys(connected.state.statuses, "open")
    assert found(connected, statuses=everything)["statuses"].severity is Severity.WARNING


def test_the_webhook(connected):
    """A webhook that is gone, off, unsigned, short of events or of other projects is named."""
    (webhook,) = connected.state.webhooks.values()
    webhook.jql = "project in (OTHER)"
    assert "other projects" in found(connected)["webhook"].message
    webhook.events.pop()
    assert "does not send all" in found(connected)["webhook"].message
    webhook.secret = ""
    assert "no secret" in found(connected)["webhook"].message
    webhook.enabled = False
    assert "switched off" in found(connected)["webhook"].message
    connected.state.webhooks.clear()
    assert found(connected)["webhook"].severity is Severity.FAULT


def test_projects(connected):
    """A project without a service desk takes no notes; a team-managed one gets its fields by hand."""
    connected.state.add_project("DEV", "Development", type_key="software")
    assert "no service desk" in found(connected, projects=["SUP", "DEV"])["project"].message
    connected.state.add_project("OPS", "Operations", simplified=True)
    assert "team-managed" in found(connected, projects=["SUP", "OPS"])["project"].message
    assert found(connected, projects=["SUP", "NONE"])["permissions"].severity is Severity.FAULT


def test_an_account_that_is_no_agent(connected):
    """The service-desk API refuses an account without the licence: notes could not be written."""
    connected.us.lacking |= {"SERVICEDESK_AGENT", "ADMINISTER"}
    findings = found(connected)
    assert findings["permissions"].severity is Severity.FAULT
    assert all(each.remedy for each in findings.values())


def test_no_native_slas(connected):
    """Where Jira's own SLAs were removed, none competes."""
    for id_ in ("customfield_10030", "customfield_10031"):
        del connected.state.fields[id_]
    assert found(connected) == {}


@responses.activate
def test_probes_fail_one_by_one():
    """Every probe that Jira refuses is a fault of its own with a remedy; an answer without a date is a warning."""
    responses.get(f"{API}/myself", json={"accountId": "us"})
    responses.get(f"{API}/mypermissions", json={"permissions": {}})
    responses.get(re.compile(f"{SITE}/rest/.*"), status=403, json={"errorMessages": ["no"]})
    responses.post(re.compile(f"{SITE}/rest/.*"), status=403, json={"errorMessages": ["no"]})
    findings = list(adapter(Lent()).check())
    assert next(each for each in findings if each.check == "clock").severity is Severity.WARNING
    faults = {each.check for each in findings if each.severity is Severity.FAULT}
    probes = {"permissions", "project", "service desk", "fields", "screens", "statuses", "webhook", "native SLA"}
    assert probes <= faults
    assert all(each.remedy for each in findings if each.severity is Severity.FAULT)
