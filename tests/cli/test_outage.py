"""``sla-sidecar outage`` and ``availability CONNECTION``: what is recorded, and what it comes to."""

import json

import pytest
from click.testing import CliRunner

from core.errors import ConfigError
from webhooks.cli import cli

SETTINGS = """\
connections:
  cloud:
    platform: zendesk
    policy: spirion
    token: {file: token}
    settings: {subdomain: cloud, client_id: sla}
  acme:
    platform: zendesk
    policy: glassbeam
    token: {file: other}
    settings: {subdomain: acme, client_id: sla}
"""


@pytest.fixture
def run(tmp_path):
    """The command line on two connections, of which ``cloud`` has a promise of availability."""
    for name in ("token", "other"):
        (tmp_path / name).write_text(f"a-{name}-of-24-characters")
    (tmp_path / "sidecar.yaml").write_text(SETTINGS)

    def run(*arguments):
        return CliRunner().invoke(cli, [*arguments, "--settings", str(tmp_path / "sidecar.yaml")])

    return run


def account(run, *arguments):
    now = ("--now", "2026-12-10T12:00:00Z")
    done = run("availability", "cloud", "--month", "2026-11", *now, "--format", "json", *arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


DATABASE = ("outage", "enter", "cloud", "database", "--begin", "2026-11-21T19:00:00-05:00")


def test_from_entering_to_the_account(run):
    """What is entered counts, a correction takes its place, and what is withdrawn counts no longer."""
    assert run(*DATABASE).output == ("cloud: the outage database is recorded; see `sla-sidecar availability cloud`\n")
    lasts = account(run)["outages"]
    assert [(each["id"], each["end"]) for each in lasts] == [("database", None)]
    assert run(*DATABASE, "--end", "2026-11-22T01:00:00-05:00", "--replace").exit_code == 0
    assert account(run)["counted_seconds"] == 6 * 3600
    window = ("--begin", "2026-11-08T07:00:00Z", "--end", "2026-11-08T14:30:00Z", "--kind", "scheduled")
    told = ("--announced-at", "2026-11-04T17:00:00Z", "--source", "maintenance calendar")
    assert run("outage", "enter", "cloud", "window", *window, *told).exit_code == 0
    got = account(run)
    assert (got["verdict"], got["counted_seconds"], got["excluded_seconds"]) == ("missed", 27000, 21600)
    assert run("outage", "withdraw", "cloud", "window").output == "cloud: the outage window no longer counts\n"
    assert [each["id"] for each in account(run)["outages"]] == ["database"]


def test_the_present_month(run):
    """Without a month the account is of the one that it is, in the policy's zone."""
    done = run("availability", "cloud", "--now", "2026-12-01T04:00:00Z")  # 23:00 on 30 November in New York
    assert done.output.startswith("Spirion: availability in November 2026\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param([*DATABASE[:2], "acme", *DATABASE[3:]], "'acme' promises availability", id="no promise"),
        pytest.param([*DATABASE[:2], "nobody", *DATABASE[3:]], "there is no connection 'nobody'", id="no connection"),
        pytest.param([*DATABASE, "--cause", "weather"], "--cause: 'weather' is not excused", id="no cause"),
        pytest.param([*DATABASE, "--end", "2026-11-01T00:00:00Z"], "--end: is not after `begin`", id="ends too early"),
        pytest.param([*DATABASE[:3], "a\nb", *DATABASE[4:]], "ID: has characters that cannot be shown", id="a bad id"),
        pytest.param([*DATABASE, "--replace"], "ID: 'database' is not recorded any more", id="nothing to replace"),
        pytest.param(["outage", "withdraw", "cloud", "x"], "no outage 'x' is recorded for cloud; there is: none"),
        pytest.param(["availability", "acme"], "no policy of the connection 'acme' promises availability"),
        pytest.param(["availability", "spirion"], "there is no connection 'spirion'; there is: cloud, acme"),
        pytest.param(["availability", "cloud", "--month", "2026"], "'2026' is not a month"),
    ],
)
def test_what_is_refused(run, arguments, said):
    """Each refusal names the option and the remedy, and nothing is recorded."""
    done = run(*arguments)
    assert isinstance(done.exception, ConfigError)
    assert said in str(done.exception)
    assert account(run)["outages"] == []
