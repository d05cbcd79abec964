"""What ``doctor`` says about the people whom a policy calls."""

from typing import Any

from adapters.base import Finding, Severity
from tests.effects.smtp import MailSink
from tests.effects.stage import LADDER
from tests.webhooks.conftest import make_settings
from webhooks.effects.check import people_findings
from webhooks.policy_book import PolicyBook


def findings(**connection: Any) -> dict[str, Finding]:
    settings = make_settings("sqlite:///x", connection=connection)
    return {each.check: each for each in people_findings(settings.connections["desk"], PolicyBook(LADDER), "desk")}


def test_nobody_is_named():
    """Each role that a policy calls and that reaches nobody is named, with where to put it right."""
    found = findings(roles={"manager": {"group": "7"}, "director": {"tag": "x"}})["desk: roles"]
    assert found.severity is Severity.WARNING
    assert found.message.startswith("nobody is named for director, night_owl: ")
    assert "connections.desk.roles" in found.remedy


def test_everybody_is_named():
    """Where everybody is named all is well."""
    roles = {role: {"group": "7"} for role in ("manager", "director", "night_owl")}
    assert findings(roles=roles)["desk: roles"].severity is Severity.OK


def test_a_role_that_nobody_calls():
    """A role that no policy calls is probably misspelt."""
    roles = {role: {"group": "7"} for role in ("manager", "director", "night_owl", "manger")}
    assert findings(roles=roles)["desk: roles"].message == "no policy of the connection calls manger"


def test_mail_server(mail: MailSink):
    """A mail server that lets us in is well and gets no mail; one that does not is a fault with its reason."""
    part = {"mail": {"host": "127.0.0.1", "port": mail.port, "tls": "off", "sender": "sla@example.com"}}
    assert findings(notify=part)["desk: mail server"].severity is Severity.OK
    mail.answers["CONNECT"].append("554 not you")
    found = findings(notify=part)["desk: mail server"]
    assert (found.severity, found.message) == (Severity.FAULT, "127.0.0.1 answered 554 not you")
    assert mail.received == []


def test_a_webhook_that_anybody_can_read():
    """A receiver without encryption is told."""
    hooks = {"ops": {"url": "http://hooks.example.com/", "secret": "${SIGNING}"}}
    assert findings(notify={"webhooks": hooks})["desk: webhook ops"].severity is Severity.WARNING
