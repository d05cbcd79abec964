"""``sla-sidecar connect``, ``doctor`` and what they write beside the settings."""

import stat

import pytest
import yaml

from sandbox.zendesk import Sandbox, State
from tests.cli.test_evaluate import sidecar as run

SECRET = "the-client-secret"


@pytest.fixture
def account():
    state = State()
    state.add_oauth_client("sla-sidecar", state.add_agent("SLA Sidecar", role="admin"), SECRET)
    with Sandbox(state, limits=False) as sandbox:
        yield sandbox


def connect(account, folder, *more, secret=SECRET, stdin=""):
    arguments = ["connect", "zendesk", "--settings", folder / "sidecar.yaml", "--public-url", "https://sla.example.com"]
    arguments += ["--set", f"base_url={account.url}", "--set", "client_id=sla-sidecar", *more]
    return run(*arguments, stdin=stdin, environment={"ZENDESK_CLIENT_SECRET": secret} if secret else {})


def test_a_dry_run_changes_nothing(account, tmp_path):
    """Neither the platform nor the disk is changed, and every step is said."""
    done = connect(account, tmp_path, "--policy", "glassbeam", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "create  field: SLA state" in done.stdout
    assert "nothing was changed on the platform" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert account.state.custom_ticket_fields() == []


def test_connecting_twice_creates_once(account, tmp_path):
    """The second run finds everything; secrets lie in files of their own; writing is off; comments stay."""
    first = connect(account, tmp_path, "--policy", "glassbeam", "--team", "Tier 2")
    assert first.returncode == 0, first.stderr
    path = tmp_path / "sidecar.yaml"
    (group,) = account.state.groups.values()
    renamed = path.read_text().replace(group.name, "First line")
    path.write_text("# ours\n" + renamed)
    second = connect(account, tmp_path, "--team", "Tier 2")
    assert second.returncode == 0, second.stderr
    assert [line for line in second.stdout.splitlines() if line.startswith("create")] == []
    text = path.read_text()
    assert text.startswith("# ours\n")
    written = yaml.safe_load(text)["connections"]["zendesk"]
    assert written["write"] in (False, "off")  # YAML 1.1 reads off as false; ours reads it as text
    assert written["teams"] == {str(group.id): "First line"}, "the name that the admin wrote stays"
    assert written["secrets"]["client_secret"] == "${ZENDESK_CLIENT_SECRET}"
    assert SECRET not in text
    for name in ("token", "signing_secret"):
        file = tmp_path / "secrets" / "zendesk" / name
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text().strip() not in text


def test_tickets_can_be_marked_as_outages(account, tmp_path):
    """Where the policy promises availability of the service, agents get a field to mark a ticket as an outage."""
    assert connect(account, tmp_path, "--policy", "spirion").returncode == 0
    (field,) = [each for each in account.state.custom_ticket_fields() if each.title == "SLA: outage"]
    assert [option["name"] for option in field.options] == ["Unplanned", "Scheduled", "Emergency"]
    facts = yaml.safe_load((tmp_path / "sidecar.yaml").read_text())["connections"]["zendesk"]["settings"]["facts"]
    assert facts["outage"]["field"] == field.id


def test_a_fault_leaves_the_file_as_it_was(account, tmp_path):
    """What cannot be used is said, and what stood in the settings goes on working."""
    assert connect(account, tmp_path, "--policy", "glassbeam").returncode == 0
    before = (tmp_path / "sidecar.yaml").read_bytes()
    done = connect(account, tmp_path, "--set", "foo=bar")
    assert done.returncode == 2
    assert "foo" in done.stderr
    assert (tmp_path / "sidecar.yaml").read_bytes() == before


def test_doctor_knows_its_connections(account, tmp_path):
    """A mistyped name is no clean bill of health."""
    assert connect(account, tmp_path, "--policy", "glassbeam").returncode == 0
    done = run(
        "doctor", "zendek", "--settings", tmp_path / "sidecar.yaml", environment={"ZENDESK_CLIENT_SECRET": SECRET}
    )
    assert done.returncode == 2
    assert "zendek" in done.stderr


def test_a_secret_is_asked_for(account, tmp_path):
    """What the environment has not got is asked for and kept in a file."""
    done = connect(account, tmp_path, "--policy", "glassbeam", secret="", stdin=f"{SECRET}\n")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "secrets/zendesk/client_secret").read_text().strip() == SECRET
    assert SECRET not in done.stdout + done.stderr


def test_removing(account, tmp_path):
    """What was created goes away; fields only when that is asked for."""
    assert connect(account, tmp_path, "--policy", "glassbeam").returncode == 0
    assert connect(account, tmp_path, "--remove").returncode == 0
    assert account.state.webhooks == {}
    assert account.state.custom_ticket_fields() != []
    assert connect(account, tmp_path, "--remove", "--delete-fields").returncode == 0
    assert account.state.custom_ticket_fields() == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([], "--policy is needed the first time"),
        (["--policy", "nobody"], "'nobody' is neither a bundled policy"),
        (["--policy", "vidizmo"], "parameters.timezone: has no value"),
        (["--policy", "glassbeam", "--set", "colour=red"], "colour"),
        (["--policy", "glassbeam", "--set", "nonsense"], "`nonsense` is not KEY=VALUE"),
    ],
)
def test_what_cannot_be_connected(account, tmp_path, more, says):
    """What is missing or wrong is said on a line, without a traceback."""
    done = connect(account, tmp_path, *more)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_secret(account, tmp_path):
    """A credential that is not accepted is told, not stored in a log."""
    done = connect(account, tmp_path, "--policy", "glassbeam", secret="wrong-secret")
    assert done.returncode == 2
    assert "wrong-secret" not in done.stdout + done.stderr


def test_doctor_tells_what_is_wrong(account, tmp_path):
    """A field that somebody deleted is a fault with its remedy, and exit status 1."""
    assert connect(account, tmp_path, "--policy", "glassbeam").returncode == 0
    doctor = ["doctor", "--settings", tmp_path / "sidecar.yaml"]
    environment = {"ZENDESK_CLIENT_SECRET": SECRET}
    assert run(*doctor, environment=environment).returncode == 0
    state = account.state
    for field in state.custom_ticket_fields():
        if field.title == "SLA state":
            del state.ticket_fields[field.id]
    done = run(*doctor, environment=environment)
    assert done.returncode == 1
    assert "FAULT" in done.stdout
    assert "sla-sidecar connect" in done.stdout


def test_unknown_platform(tmp_path):
    """An unknown platform is answered with those that there are."""
    done = run("connect", "acmedesk", "--settings", tmp_path / "sidecar.yaml")
    assert done.returncode == 2
    assert "zendesk" in done.stderr
