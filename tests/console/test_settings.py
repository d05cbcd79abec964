import re
from datetime import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from werkzeug.security import check_password_hash, generate_password_hash

from core.errors import ConfigError
from tests.console.seed import AROUND, console_settings
from tests.support import ROOT
from webhooks.console.password import password
from webhooks.console.settings import ConsoleSettings
from webhooks.settings import read_settings

HASH = generate_password_hash("a long password", method="pbkdf2:sha256:1")
GIVEN = {"operator_password": HASH, "session_key": "${KEY}"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"operator_password": "hunter2"}, "run `sla-sidecar password`", id="a password is not its hash"),
        pytest.param({"viewer_password": "hunter2"}, "run `sla-sidecar password`", id="the viewer's neither"),
        pytest.param({"session_key": "written-here"}, "a secret is not written here", id="the key is a reference"),
        pytest.param({"timezone": "Mars/Olympus"}, "Mars/Olympus", id="a zone that exists"),
        pytest.param({"idle_minutes": 0}, "idle_minutes", id="a session lasts"),
        pytest.param({"colour": "blue"}, "colour", id="nothing unknown"),
    ],
)
def test_faults(change, says):
    """What cannot be meant is refused with what to write instead."""
    with pytest.raises(ValidationError, match=says):
        ConsoleSettings.model_validate(GIVEN | change, context=AROUND)


OPENID = """\
public_url: https://sla.example.com
console:
  session_key: ${KEY}
  openid:
    issuer: https://login.example.com/realms/acme
    client_id: sla-sidecar
    client_secret: ${OPENID}
    operators: ann@example.com
"""
REPORT = """\
console:
  session_key: ${KEY}
  operator_password: "%s"
  report: {to: boss@example.com, mail: {host: mail.example.com, sender: sla@example.com}}
connections: {}
"""
AGAIN = "    notify: {mail: {host: mail.example.com, sender: sla@example.com}}\n"
CONNECTION = """\
  %s:
    platform: zendesk
    policy: glassbeam
    token: ${%s}
    settings: {subdomain: acme, client_id: sla}
"""


def read(text):
    return read_settings(text, "sidecar.yaml", Path(), AROUND.environment)


def test_a_provider_is_enough():
    """A provider may be the only way in; passwords may stand beside it."""
    openid = read(OPENID).console.openid
    assert (openid.operators, openid.claim, openid.scopes) == (
        ("ann@example.com",),
        "email",
        ("openid", "email", "profile"),
    )
    assert AROUND.environment["OPENID"] not in repr(openid)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            "    operators: ann@example.com\n",
            "",
            "4: console.openid: lets nobody in; write values of the claim under `operators`, `viewers` or both",
            id="nobody",
        ),
        pytest.param(
            "public_url: https://sla.example.com",
            "",
            "4: console.openid: needs the address to come back to; write `public_url`",
            id="no address",
        ),
        pytest.param(
            "https://login", "http://login", "5: console.openid.issuer: is no https address", id="in the clear"
        ),
        pytest.param(
            "${OPENID}", "abc", "7: console.openid.client_secret: a secret is not written here", id="a literal"
        ),
        pytest.param("${OPENID}", "${ABSENT}", "client_secret: the environment variable ABSENT is not set", id="unset"),
        pytest.param(
            "    operators",
            "    scopes: [email]\n    operators",
            "8: console.openid.scopes: lacks `openid`",
            id="scopes",
        ),
        pytest.param("issuer:", "isuer:", "5: console.openid.isuer: is not a setting", id="a misspelt key"),
        pytest.param("    client_id: sla-sidecar\n", "", "4: console.openid.client_id: is required", id="no client"),
        pytest.param(
            OPENID[OPENID.index("  openid") :],
            "",
            "2: console: lets nobody in; run `sla-sidecar password` and write `operator_password`, or write `openid`",
            id="no way in",
        ),
        pytest.param(
            "public_url: h", "trusted_proxies: -1\npublic_url: h", "1: trusted_proxies: ", id="fewer than none"
        ),
    ],
)
def test_provider_faults(old, new, fault):
    """Each fault is named at the start with its line and the remedy."""
    with pytest.raises(ConfigError, match=re.escape(fault)) as caught:
        read(OPENID.replace(old, new))
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param("boss@example.com", "[]", "4: console.report.to: ", id="nobody"),
        pytest.param("boss@example.com", "boss", "4: console.report.to[0]: is no e-mail address", id="no address"),
        pytest.param("mail: {", "weekday: mon, mail: {", "4: console.report.weekday: ", id="a day"),
        pytest.param("mail: {", "at: 25:00, mail: {", "4: console.report.at: is no time of day", id="an hour"),
        pytest.param("host: m", "user: sla, host: m", "4: console.report.mail.password: is missing", id="half a login"),
        pytest.param(
            ", mail: {host: mail.example.com, sender: sla@example.com}",
            "",
            "4: console.report: needs a mail server, since the connections have none or several; write",
            id="no server",
        ),
    ],
)
def test_report_faults(old, new, fault):
    """Each fault is named at the start with its line and the remedy."""
    with pytest.raises(ConfigError, match=re.escape(fault)):
        read((REPORT % HASH).replace(old, new))


def test_the_report_goes_through_the_connections_server():
    """Where all connections have the same mail server, the report needs none of its own."""
    alone = (REPORT % HASH).replace(", mail: {host: mail.example.com, sender: sla@example.com}", "")
    both = "connections:\n" + CONNECTION % ("a", "TOKEN") + AGAIN + CONNECTION % ("b", "TOKEN_B") + AGAIN
    settings = read(alone.replace("connections: {}\n", both))
    assert settings.report_mail.host == "mail.example.com"
    assert (settings.console.report.to, settings.console.report.at) == (("boss@example.com",), time(8))
    with pytest.raises(ConfigError, match=r"console\.report: needs a mail server"):
        read(alone.replace("connections: {}\n", both.replace("host: mail", "host: other", 1)))


def test_the_documents_example_is_valid():
    """The page on the console shows settings that the service starts with, beside a connection that can mail."""
    (example,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "console.md").read_text("utf-8"), re.DOTALL)
    environment = AROUND.environment | {"SESSION_KEY": "x", "OPENID_SECRET": "y"}
    whole = example + "connections:\n" + CONNECTION % ("acme", "TOKEN") + AGAIN
    settings = read_settings(whole, "sidecar.yaml", Path(), environment)
    assert settings.console_url == "https://sla.example.com/console"


def test_a_password_never_shows():
    """Neither the hashes nor the key are in the settings' text."""
    text = repr(console_settings())
    assert "pbkdf2" not in text
    assert AROUND.environment["KEY"] not in text


def test_the_command_prints_a_hash_that_is_taken():
    """What `sla-sidecar password` prints can be written into the settings."""
    done = CliRunner().invoke(password, input="a long password\na long password\n")
    printed = done.output.splitlines()[-1]
    assert check_password_hash(printed, "a long password")
    assert ConsoleSettings.model_validate(GIVEN | {"operator_password": printed}, context=AROUND)


def test_a_short_password_is_refused():
    """A password that is guessed at once is not hashed."""
    done = CliRunner().invoke(password, input="short\nshort\n")
    assert (done.exit_code, "choose a longer one" in done.output) == (2, True)
