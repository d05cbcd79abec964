"""``connect`` and ``doctor`` on the running site; nothing is ever changed there by either."""

import ast
from dataclasses import replace

import pytest

from adapters.base import Severity
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.setup import django_settings
from core.errors import RefusedError
from core.update import Field
from tests.adapters.django_helpdesk.site import PAGE, WEBHOOK_SECRET

HOOK = "https://sla.acme.test/webhooks/desk/t0ken"


def faults(adapter):
    return {finding.check: finding for finding in adapter.check() if finding.severity is not Severity.OK}


def test_connect(helpdesk):
    """The fields of the admin's page are found, facts and tick-boxes get theirs, and the settings are printed."""
    result = helpdesk.adapter().set_up(helpdesk.plan())
    assert result.settings == {
        "fields": {field.value: field.value for field in Field},
        "facts": {
            "affected": {"field": "affected", "kind": "text"},
            "critical": {"field": "critical", "kind": "checkbox"},
        },
        "workaround_field": "workaround",
        "escalate_field": "escalate",
    }
    assert result.secrets == {}
    assert {step.action for step in result.steps} == {"found", "skip"}
    lines = [step.name for step in result.steps if step.action == "skip"]
    assert lines == list(django_settings(helpdesk.plan().webhook_url, WEBHOOK_SECRET))


def test_connect_says_what_to_add(helpdesk):
    """A field that is missing is named with its form, and is not written into the settings."""
    plan = helpdesk.plan(inputs={"cause": ["network", "collectors"], "inoperable": []})
    result = helpdesk.adapter(fields={"sla_state": "not_there"}).set_up(plan)
    said = {step.name: step.what for step in result.steps if step.action == "skip"}
    assert "Character field" in said["not_there"]
    assert "List: network, collectors" in said["cause"]
    assert "Boolean" in said["inoperable"]
    assert Field.STATE.value not in result.settings["fields"]
    assert result.settings["facts"] == {}


def test_the_first_connect_makes_the_password(helpdesk):
    """A connection without a webhook's password gets one, which is in the printed address; a dry run makes none."""
    adapter = helpdesk.adapter()
    adapter._webhook_secrets = []
    result = adapter.set_up(helpdesk.plan())
    assert len(result.secrets["webhook_secret"]) >= 32
    assert any(result.secrets["webhook_secret"] in step.name for step in result.steps)
    assert adapter.set_up(helpdesk.plan(dry_run=True)).secrets == {}


def test_remove(helpdesk):
    """Removing says what to take away; fields only where that was asked for."""
    plan = helpdesk.plan(remove=True)
    kept = {step.name for step in helpdesk.adapter().set_up(plan).steps}
    gone = {step.name for step in helpdesk.adapter().set_up(replace(plan, delete_fields=True)).steps}
    assert "sla_state" not in kept
    assert {"sla_state", "affected"} <= gone


def test_lines_for_djangos_settings():
    """The lines are Python, the address holds the escaped password, and the page for the admin has them too."""
    urls, no_mail = django_settings(HOOK, "a/b c")
    ast.parse(f"{urls}\n{no_mail}")
    assert '"https://sidecar:a%2Fb%20c@sla.acme.test/webhooks/desk/t0ken"' in urls
    page = PAGE.read_text("utf-8")
    assert no_mail in page
    assert urls.partition("lambda")[0] in page


@pytest.mark.parametrize(
    ("conf", "check"),
    [
        pytest.param({"fields": {"sla_state": "not_there"}}, "fields", id="a field that is missing"),
        pytest.param({"workaround_field": "not_there"}, "fields", id="an input that is missing"),
        pytest.param({"fields": {"sla_state": "affected"}}, "field types", id="a list for our text"),
        pytest.param({"priorities": {1: "P1"}}, "priority", id="priorities without a meaning"),
        pytest.param({"base_url": "http://127.0.0.1:9/"}, "credential", id="nobody there"),
    ],
)
def test_doctor_finds(helpdesk, conf, check):
    """What would go wrong later is found, with a remedy."""
    found = faults(helpdesk.adapter(**conf))
    assert set(found) == {check}
    assert found[check].remedy


def test_doctor_and_a_bad_token(helpdesk):
    """A token that is not accepted is one fault; nothing else is asked, and its text is in no message."""
    helpdesk.site.token, token = "0" * 40, helpdesk.site.token
    try:
        adapter = helpdesk.adapter()
    finally:
        helpdesk.site.token = token
    found = faults(adapter)
    assert set(found) == {"credential"}
    assert "0" * 40 not in found["credential"].message
    with pytest.raises(RefusedError):
        adapter.set_up(helpdesk.plan())


def test_doctor_and_a_clock_that_is_off(helpdesk):
    """A machine whose clock differs from the site's gets wrong deadlines."""
    helpdesk.services = replace(helpdesk.services, now=lambda: helpdesk.site.now().replace(year=2030))
    assert set(faults(helpdesk.adapter())) == {"clock"}


@pytest.mark.parametrize(
    "conf",
    [
        {"base_url": "http://desk.test"},
        {"base_url": "https://user:pw@desk.test"},
        {"auth": "basic"},
        {"due_date": "sla_state"},
        {"first_status": 9},
        {"agent_addresses": ["desk.test"]},
        {"organizations": {"Acme.test": {}}},
        {"organizations": {"acme.test": {"timezone": "Europe/Berlinn"}}},
        {"hold": "solved"},
        {"fields": {"sla_state": "../x"}},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_be_meant(conf):
    """A setting that would fail later is refused at once."""
    with pytest.raises(ValueError, match=r"."):
        DjangoHelpdeskSettings.model_validate({"base_url": "https://desk.test", **conf})
