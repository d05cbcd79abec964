"""``sla-sidecar init``: what it asks, what it refuses, what it writes, and that ``connect`` goes on from there."""

import stat

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML
from werkzeug.security import check_password_hash

from sandbox.zendesk import Sandbox, State
from tests.cli.test_evaluate import sidecar
from webhooks.cli.init import init
from webhooks.links import books_of
from webhooks.policy_files import policy_text
from webhooks.settings import load_settings

PASSWORD = "correct-horse-battery"
COMPLETE = {
    "--platform": "zendesk",
    "--set": ["subdomain=acme", "client_id=sla_sidecar"],
    "--policy": "glassbeam",
    "--public-url": "https://sla.example.com",
}


def options(given):
    for name, value in given.items():
        for each in value if isinstance(value, list) else [value]:
            yield from (name, each)


def run(folder, given, *more, answers="", environment=None):
    """Run the command in this process, its file in ``folder``."""
    arguments = [*options(given), "--settings", str(folder / "sidecar.yaml"), *more]
    return CliRunner(env=environment).invoke(init, arguments, input=answers)


def faults(result):
    return [str(each) for each in result.exception.faults]


def written(folder):
    return load_settings(folder / "sidecar.yaml", {"ZENDESK_CLIENT_SECRET": "s3cret", "JIRA_API_TOKEN": "t0ken"})


def test_unattended(tmp_path):
    """With --yes every answer comes from an option or a default; the file loads, and writing is off."""
    done = run(tmp_path, COMPLETE, "--yes", environment={"SIDECAR_CONSOLE_PASSWORD": PASSWORD})
    assert done.exit_code == 0, done.output
    settings = written(tmp_path)
    connection = settings.connections["zendesk"]
    assert connection.settings == {"subdomain": "acme", "client_id": "sla_sidecar"}
    assert (connection.policy, connection.write) == ("glassbeam", "off")
    assert connection.secrets["client_secret"].get_secret_value() == "s3cret"
    assert (settings.public_url, settings.listen) == ("https://sla.example.com", "127.0.0.1:8080")
    assert settings.database == f"sqlite:///{tmp_path}/sidecar.sqlite3"
    assert settings.console is not None
    assert check_password_hash(settings.console.operator_password, PASSWORD)
    assert [policy.name for policy in books_of(settings)["zendesk"].policies] == ["glassbeam"]


def test_secrets_lie_in_files_of_their_own(tmp_path):
    """Only their owner can read them, and none of them stands in the settings."""
    run(tmp_path, COMPLETE, "--yes", environment={"SIDECAR_CONSOLE_PASSWORD": PASSWORD})
    text = (tmp_path / "sidecar.yaml").read_text()
    files = [path for path in (tmp_path / "secrets").rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["session_key", "token"]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text().strip() not in text
    assert PASSWORD not in text


def test_every_part_has_its_comment(tmp_path):
    """An admin who opens the file finds above each key what it is for."""
    run(tmp_path, COMPLETE | {"--database": "sqlite:////var/lib/sidecar/sidecar.sqlite3"}, "--yes")
    lines = (tmp_path / "sidecar.yaml").read_text().splitlines()
    for key in ("public_url:", "listen:", "database:", "connections:", "    policy:", "    settings:", "    write:"):
        (number,) = (n for n, line in enumerate(lines) if line.startswith(key))
        assert lines[number - 1].lstrip().startswith("# "), key


def test_it_says_what_is_next(tmp_path):
    """The last lines are the next commands, below the variables that are still to be set."""
    done = run(tmp_path, COMPLETE | {"--connection": "acme"}, "--yes", environment={"ZENDESK_CLIENT_SECRET": None})
    assert "set ZENDESK_CLIENT_SECRET in the environment before you go on" in done.output
    where = f"--settings {tmp_path}/sidecar.yaml"
    *_, connect, doctor, serve = (line.strip() for line in done.output.splitlines())
    assert connect.startswith(f"sla-sidecar connect zendesk --connection acme {where}")
    assert (doctor, serve) == (f"sla-sidecar doctor {where}", f"sla-sidecar serve {where}")


def test_all_that_is_missing_is_said_at_once(tmp_path):
    """Unattended, every answer that has no default is a fault that names its option; nothing is written."""
    done = run(tmp_path, {"--platform": "jira"}, "--yes")
    assert [each.split(": ")[0] for each in faults(done)] == [
        "--set site=…",
        "--set email=…",
        "--set projects=…",
        "--policy",
        "--public-url",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"--platform": "zendsk"}, "--platform: is not known; write one of django_helpdesk, "),
        ({"--connection": "My Desk"}, "--connection: may hold small letters, digits, - and _ only"),
        ({"--set": ["subdomain=acme", "client_id=x", "colour=red"]}, "--set colour: is not a setting of this platform"),
        ({"--secret": "client_secret=s3cr-et!"}, "never the secret itself"),
        ({"--secret": "password=PASSWORD"}, "`password` is no secret of zendesk; it takes: client_secret"),
        ({"--policy": "nobody"}, "--policy: is neither a bundled policy nor a file; write one of glassbeam"),
        ({"--policy": "vidizmo"}, "--parameter timezone=…: is needed: "),
        ({"--policy": "vmoso", "--parameter": "default_timezone=Mars/X"}, "is not a time zone; write an IANA name"),
        ({"--parameter": "colour=red"}, "--parameter colour: is not a parameter of this policy"),
        ({"--public-url": "sla.example.com"}, "--public-url: is no address; write https://"),
        ({"--listen": "8080"}, "--listen: is no address with a port; write 127.0.0.1:8080"),
        ({"--database": "mysql://here"}, "mysql is not supported; write sqlite:///"),
        ({"--database": "postgresql://me:secret@db/sla"}, "write ${DATABASE_PASSWORD} in its place"),
        ({"--console-password": "short"}, "--console-password: the password has fewer than 12 characters"),
        ({"--console-password": PASSWORD, "--timezone": "Mars/X"}, "--timezone: 'Mars/X' is not a time zone"),
    ],
)
def test_a_wrong_option(tmp_path, changed, says):
    """What cannot be used is refused under its option's name with what to write; nothing is written."""
    done = run(tmp_path, COMPLETE | changed, "--yes")
    assert says in "\n".join(faults(done))
    assert "secret@db" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_asked_for(tmp_path):
    """Without options each answer is asked for; a wrong one is told and asked again, an empty one is the default."""
    needy = policy_text("vmoso").text.replace("    default: America/Los_Angeles\n", "")
    (tmp_path / "mine.yaml").write_text(needy)
    answers = ["zendsk", "zendesk", "", "Acme!", "acme", "sla_sidecar", "s3cr-et!", "", "nobody", "mine.yaml", "Mars/X"]
    answers += ["Europe/Berlin", "sla.example.com", "https://sla.example.com", "", "short", PASSWORD, PASSWORD, ""]
    done = run(tmp_path, {}, answers="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    for said in (
        "is not known; write one of",
        "write for instance acme",
        "never the secret itself",
        "is neither a bundled policy",
    ):
        assert said in done.output
    for said in ("is not a time zone", "write https://sla.example.com", "fewer than 12 characters"):
        assert said in done.output
    assert PASSWORD not in done.output
    settings = written(tmp_path)
    assert settings.connections["zendesk"].parameters == {"default_timezone": "Europe/Berlin"}
    assert settings.console is not None
    assert settings.console.timezone == "UTC"


def test_a_typed_secret(tmp_path):
    """Instead of a variable's name a secret can be typed; it is kept in a file and shown nowhere."""
    done = run(tmp_path, COMPLETE, "--no-console", answers="\n-\nthe-client-secret\n\n")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "secrets/zendesk/client_secret").read_text() == "the-client-secret\n"
    assert "the-client-secret" not in done.output
    assert load_settings(tmp_path / "sidecar.yaml", {}).connections["zendesk"].secrets.keys() == {"client_secret"}


def test_several_values(tmp_path):
    """A list is written with commas."""
    jira = {"--set": ["site=https://acme.atlassian.net", "email=sla@acme.example"], "--platform": "jira"}
    done = run(tmp_path, COMPLETE | jira, "--no-console", answers="\nsup\nSUP, OPS\n\n\n")
    assert "write for instance SUP, OPS" in done.output
    assert written(tmp_path).connections["jira"].settings["projects"] == ["SUP", "OPS"]


def test_an_own_policy_with_faults(tmp_path):
    """A policy file that cannot be loaded is refused before anything rests on it."""
    (tmp_path / "mine.yaml").write_text("policy: mine\n")
    done = run(tmp_path, COMPLETE | {"--policy": "mine.yaml"}, "--yes")
    assert faults(done) == ["--policy: has faults; `sla-sidecar policy check` lists them with what to write instead"]


@pytest.mark.parametrize("answers", ["n\n", ""], ids=["asked, and the answer is no", "unattended"])
def test_a_file_that_is_there_stays(tmp_path, answers):
    """Nothing is overwritten unless the admin says so."""
    (tmp_path / "sidecar.yaml").write_text("# mine\n")
    done = run(tmp_path, COMPLETE, *([] if answers else ["--yes"]), answers=answers)
    assert "pass --overwrite to replace it" in faults(done)[0]
    assert (tmp_path / "sidecar.yaml").read_text() == "# mine\n"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("how", ["--overwrite", "asked"])
def test_run_again(tmp_path, how):
    """The old file is kept beside the new one, and the webhook's token stays: the helpdesk knows the address by it."""
    run(tmp_path, COMPLETE, "--yes")
    token = (tmp_path / "secrets/zendesk/token").read_text()
    old = (tmp_path / "sidecar.yaml").read_text()
    again = COMPLETE | {"--policy": "spirion"}
    if how == "asked":
        done = run(tmp_path, again, "--no-console", answers="y\n\n\n\n")
    else:
        done = run(tmp_path, again, "--yes", "--overwrite")
    assert done.exit_code == 0, done.output
    assert written(tmp_path).connections["zendesk"].policy == "spirion"
    assert (tmp_path / "secrets/zendesk/token").read_text() == token
    assert (tmp_path / "sidecar.yaml.old").read_text() == old


def test_connect_goes_on(tmp_path):
    """What init wrote is enough for connect, which keeps its comments and adds what it created."""
    state = State()
    state.add_oauth_client("sla-sidecar", state.add_agent("SLA Sidecar", role="admin"), "the-client-secret")
    with Sandbox(state, limits=False) as sandbox:
        account = {"--set": [f"base_url={sandbox.url}", "client_id=sla-sidecar"]}
        assert run(tmp_path, COMPLETE | account, "--yes").exit_code == 0
        before = (tmp_path / "sidecar.yaml").read_text()
        environment = {"ZENDESK_CLIENT_SECRET": "the-client-secret"}
        done = sidecar("connect", "zendesk", "--settings", tmp_path / "sidecar.yaml", environment=environment)
    assert done.returncode == 0, done.stderr
    after = (tmp_path / "sidecar.yaml").read_text()
    assert [line for line in before.splitlines() if "#" in line and line not in after] == []
    assert YAML().load(after)["connections"]["zendesk"]["settings"]["fields"]
    assert len(state.webhooks) == 1
