"""``sidecar.yaml``: every fault at once, with its line and what to write; secrets by reference and never shown."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from adapters import registry
from core.errors import ConfigError
from webhooks.settings import Settings, listening, load_settings, read_settings

GOOD = """\
public_url: https://sla.example.com/
connections:
  acme:
    platform: acmedesk
    policy: glassbeam
    token: ${ACME_TOKEN}
    secrets:
      webhook: {file: secret.txt}
    settings:
      address: https://acme.example.com
    roles:
      customer_success_manager: {group: "41", followers: [csm@example.com]}
    may_write: [fields, tags, notes, group, followers]
"""
ENVIRONMENT = {"ACME_TOKEN": "a-token-of-24-characters", "PASSWORD": "s3cret"}


class AcmeSettings(BaseModel):
    """An adapter's own model."""

    model_config = ConfigDict(extra="forbid")

    address: str
    pages: int = 1


class AcmeFactory:
    """A platform that exists for these tests."""

    name = "acmedesk"
    settings = AcmeSettings
    secrets = {"webhook": "signs deliveries"}  # noqa: RUF012 - as a plug-in would write it

    def create(self, connection, settings, secrets, services):
        raise AssertionError("reading settings makes no adapter")


@pytest.fixture(autouse=True)
def acmedesk(monkeypatch: pytest.MonkeyPatch) -> None:
    real = registry.factory
    monkeypatch.setattr(registry, "factory", lambda name: AcmeFactory() if name == "acmedesk" else real(name))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("signing-secret\n")
    return tmp_path


def read(text: str, folder: Path) -> Settings:
    return read_settings(text, "sidecar.yaml", folder, ENVIRONMENT)


def faults(text: str, folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, folder)
    return [str(fault) for fault in caught.value.faults]


def test_good(folder: Path):
    """A file that says only what it must has safe defaults: SQLite beside it, local, writing nothing."""
    settings = read(GOOD, folder)
    acme = settings.connections["acme"]
    assert settings.database == f"sqlite:///{folder.resolve() / 'sidecar.sqlite3'}"
    assert (settings.listen, acme.write, acme.poll_minutes) == ("127.0.0.1:8080", "off", 5)
    assert acme.secrets["webhook"].get_secret_value() == "signing-secret"
    assert acme.roles["customer_success_manager"].group == "41"
    assert settings.webhook_url("acme") == "https://sla.example.com/webhooks/acme/a-token-of-24-characters"
    assert settings.retention.bodies_days == 0


def test_nothing_at_all(folder: Path):
    """An empty file is valid: no connections, nothing to do."""
    assert read("", folder).connections == {}


def test_secrets_are_never_shown(folder: Path):
    """Printing the settings shows no secret and no database password."""
    text = "database: postgresql://u:${PASSWORD}@db/sidecar\n" + GOOD
    settings = read(text, folder)
    assert settings.database == "postgresql://u:s3cret@db/sidecar"
    for shown in (str(settings), repr(settings), repr(settings.connections["acme"])):
        for secret in ("s3cret", "a-token-of", "signing-secret"):
            assert secret not in shown


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            "${ACME_TOKEN}",
            "literal-token-of-24-chars",
            "sidecar.yaml:6: connections.acme.token: a secret is not written here;"
            " write ${NAME} and set NAME in the environment, or {file: path}",
            id="literal secret",
        ),
        pytest.param(
            "${ACME_TOKEN}",
            "${NOT_SET}",
            "sidecar.yaml:6: connections.acme.token: the environment variable NOT_SET is not set;"
            " set it before starting",
            id="unset variable",
        ),
        pytest.param(
            "webhook: {file: secret.txt}",
            "other: {file: secret.txt}",
            "sidecar.yaml:8: connections.acme.secrets.other: is no secret of acmedesk; it takes: webhook",
            id="unknown secret",
        ),
        pytest.param(
            "policy: glassbeam",
            "polcy: glassbeam\n    policy: glassbeam",
            "sidecar.yaml:5: connections.acme.polcy: is not a setting; remove it or correct its spelling",
            id="misspelt key",
        ),
        pytest.param(
            "      address: https://acme.example.com",
            "      address: https://acme.example.com\n      adress: x",
            "sidecar.yaml:11: connections.acme.settings.adress: is not a setting of this platform;"
            " remove it or correct its spelling",
            id="the adapter's own",
        ),
        pytest.param(
            "public_url: https://sla.example.com/",
            "database: mysql://x/y",
            "sidecar.yaml:1: database: mysql is not supported; write sqlite:///… or postgresql://…",
            id="another database",
        ),
        pytest.param(
            "public_url: https://sla.example.com/",
            "database: 'sqlite://'",
            "sidecar.yaml:1: database: SQLite needs a file; write sqlite:///sidecar.sqlite3",
            id="a database without a file",
        ),
        pytest.param(
            "public_url: https://sla.example.com/",
            "listen: everywhere",
            "sidecar.yaml:1: listen: is no address with a port; write 127.0.0.1:8080",
            id="no port",
        ),
        pytest.param(
            "  acme:",
            "  Acme Inc:",
            "sidecar.yaml:3: connections.Acme Inc: may hold small letters, digits, - and _ only",
            id="a connection's name",
        ),
        pytest.param(
            "public_url: https://sla.example.com/",
            "engine: {threads: 0}",
            "sidecar.yaml:1: engine.threads: Input should be greater than or equal to 1",
            id="out of range",
        ),
        pytest.param(
            "followers: [csm@example.com]}",
            "email: csm@example.com}",
            "sidecar.yaml:12: connections.acme.roles.customer_success_manager.email: needs a mail server;"
            " set `notify: {mail: …}`, or remove it",
            id="a mail without a server",
        ),
        pytest.param(
            "followers: [csm@example.com]}",
            "webhook: ops}",
            "sidecar.yaml:12: connections.acme.roles.customer_success_manager.webhook: `ops` is not under"
            " `notify.webhooks`; there is: none",
            id="an unknown webhook",
        ),
        pytest.param(
            "followers: [csm@example.com]}",
            "priority: P1}",
            "sidecar.yaml:12: connections.acme.roles.customer_success_manager.priority: may not be written;"
            " add `priority` to the connection's may_write",
            id="an action that may not be written",
        ),
        pytest.param(
            "    may_write:",
            "    turn_back: public\n    may_write:",
            "sidecar.yaml:13: connections.acme.turn_back: the adapter of acmedesk sends no public replies;"
            " write `draft`, and an agent sends them",
            id="a public reply on a platform without them",
        ),
        pytest.param(
            "    may_write:",
            "    notify: {mail: {host: mail, tls: off, sender: a@b, user: u, password: '${PASSWORD}'}}\n    may_write:",
            "sidecar.yaml:13: connections.acme.notify.mail.tls: `off` would send the password readable to all;"
            " write starttls or implicit",
            id="a readable password",
        ),
        pytest.param(
            "    may_write:",
            "    notify: {mail: {host: mail, sender: a@b, user: u}}\n    may_write:",
            "sidecar.yaml:13: connections.acme.notify.mail.password: is missing: a login needs both `user` and"
            " `password`",
            id="half a login",
        ),
        pytest.param(
            "    may_write:",
            "    notify: {webhooks: {ops: {url: ftp://x, secret: '${ACME_TOKEN}'}}}\n    may_write:",
            "sidecar.yaml:13: connections.acme.notify.webhooks.ops.url: is no address;"
            " write https://hooks.example.com/sla",
            id="no webhook's address",
        ),
        pytest.param(
            "    may_write:",
            "    notify: {webhooks: {ops: {url: https://x, secret: '${PASSWORD}'}}}\n    may_write:",
            "sidecar.yaml:13: connections.acme.notify.webhooks.ops.secret: is no signing secret; use whsec_… as the"
            " receiver shows it, base64 of 24 to 64 random bytes",
            id="no signing secret",
        ),
        pytest.param(
            "public_url: https://sla.example.com/",
            "folder: /",
            "sidecar.yaml:1: folder: is not a setting; remove it",
            id="not for people",
        ),
    ],
)
def test_fault(folder: Path, old: str, new: str, fault: str):
    """Each fault names file, line, path and what to write instead."""
    assert old in GOOD
    assert fault in faults(GOOD.replace(old, new), folder)


def test_every_fault_at_once(folder: Path):
    """All faults are told at once, in the order of the file."""
    text = GOOD.replace("${ACME_TOKEN}", "literal").replace("secret.txt", "none.txt").replace("address:", "adress:")
    told = faults("listen: everywhere\n" + text, folder)
    assert [fault.split(": ")[:2] for fault in told] == [
        ["sidecar.yaml:1", "listen"],
        ["sidecar.yaml:7", "connections.acme.token"],
        ["sidecar.yaml:9", "connections.acme.secrets.webhook"],
        ["sidecar.yaml:10", "connections.acme.settings.address"],
        ["sidecar.yaml:11", "connections.acme.settings.adress"],
    ]
    assert not any("literal" in fault for fault in told)


def test_unknown_platform(folder: Path):
    """An unknown platform is told with those that are known."""
    (fault,) = faults(GOOD.replace("platform: acmedesk", "platform: zendisk"), folder)
    assert fault.startswith("sidecar.yaml:4: connections.acme.platform: unknown platform 'zendisk'; write one of ")


def test_short_and_shared_tokens(folder: Path):
    """A token that can be guessed, or that two connections share, is refused."""
    second = GOOD.split("connections:\n")[1].replace("acme:", "other:", 1)
    (fault,) = faults(GOOD + second, folder)
    assert "is also that of acme" in fault
    with pytest.raises(ConfigError, match="too short"):
        read_settings(GOOD, "sidecar.yaml", folder, {"ACME_TOKEN": "short"})


def test_missing_file(tmp_path: Path):
    """A missing file is told with the command that writes one."""
    with pytest.raises(ConfigError, match="does not exist; `sla-sidecar init` writes one"):
        load_settings(tmp_path / "sidecar.yaml", {})


@pytest.mark.parametrize("text", ["- a list", "x: [", "\0", "a: 1\na: 2", "connections: 5", "connections: {acme: 5}"])
def test_not_even_settings(folder: Path, text: str):
    """Whatever a file holds, the answer is a ConfigError."""
    assert faults(text, folder)


def test_webhook_url_needs_public_url(folder: Path):
    """Without ``public_url`` nobody can be told where to send deliveries."""
    settings = read(GOOD.replace("public_url: https://sla.example.com/\n", ""), folder)
    with pytest.raises(ConfigError, match="public_url: is not set"):
        settings.webhook_url("acme")


def test_another_address_to_listen_on(folder: Path):
    """A container listens where its image says, whatever the file says; what is no address is refused."""
    loaded = read_settings("", "sidecar.yaml", folder, {})
    assert listening(loaded, "0.0.0.0:8080").listen == "0.0.0.0:8080"
    with pytest.raises(ConfigError, match=r"SIDECAR_LISTEN\): is no address with a port; write 127\.0\.0\.1:8080"):
        listening(loaded, "8080")


ZENDESK = """\
connections:
  acme:
    platform: zendesk
    policy: vitrium
    token: ${ACME_TOKEN}
    settings: {subdomain: acme, client_id: sidecar}
    turn_back: public
"""
JIRA = "{site: https://acme.atlassian.net, email: sla@acme.example, projects: [SUP]}"
FRESHDESK, DJANGO = "{domain: acme}", "{base_url: https://help.example.com}"


@pytest.mark.parametrize(
    ("platform", "settings", "needed"),
    [
        pytest.param("zendesk", "{subdomain: acme, client_id: sidecar}", None, id="zendesk"),
        pytest.param("jira", JIRA, "account_id", id="jira"),
        pytest.param("jira", JIRA.replace("}", ", account_id: '5b1'}"), None, id="jira, connected"),
        pytest.param("freshdesk", FRESHDESK, "agent_id", id="freshdesk"),
        pytest.param("freshdesk", FRESHDESK.replace("}", ", agent_id: 7}"), None, id="freshdesk, connected"),
        pytest.param("django_helpdesk", DJANGO, "user_id", id="django-helpdesk"),
        pytest.param(
            "django_helpdesk", DJANGO.replace("}", ", user_id: 7}"), None, id="django-helpdesk, with our user"
        ),
    ],
)
def test_public_turn_back(folder: Path, platform: str, settings: str, needed: str | None):
    """Public replies are for platforms on which ours can be told from an agent's; what is missing for that is named."""
    text = ZENDESK.replace("zendesk", platform).replace("{subdomain: acme, client_id: sidecar}", settings)
    if needed is None:
        assert read(text, folder).connections["acme"].turn_back == "public"
    else:
        (fault,) = faults(text, folder)
        assert fault.startswith("sidecar.yaml:7: connections.acme.turn_back: needs the setting `" + needed)


def test_public_turn_back_is_noted(folder: Path):
    """What was said in public is told to agents by a note, so that the connection must be allowed to write notes."""
    (fault,) = faults(ZENDESK + "    may_write: [fields, tags]\n", folder)
    assert "turn_back: may not be `public` without a note about it; add `notes` to the connection's may_write" in fault
