"""``sla-sidecar availability``: the statement of a month, and what it says of a bad file."""

import json

import pytest
from click.testing import CliRunner

from core.errors import ConfigError
from tests.core.test_policies import text_of
from webhooks.cli.availability import availability

FILE = """\
outages:
  - id: window
    begin: 2026-11-08T02:00:00-05:00
    end: 2026-11-08T09:30:00-05:00
    kind: scheduled
    announced_at: 2026-11-04T12:00:00-05:00
    source: maintenance calendar
  - {id: database, begin: 2026-11-21T19:00:00-05:00, end: 2026-11-22T01:00:00-05:00, kind: unplanned}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command on a file of outages."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, outages=FILE, policy="spirion"):
        (tmp_path / "o.yaml").write_text(outages)
        return CliRunner().invoke(availability, [policy, "o.yaml", "--month", "2026-11", *arguments])

    return run


def test_the_command_prints_a_statement(run):
    """A manager reads the verdict, the sum, the credit with its last day, and why each outage counts or not."""
    done = run("--now", "2026-12-10T12:00:00Z")
    assert done.output.splitlines() == [
        "Spirion: availability in November 2026",
        "  Sun 1 Nov 2026 00:00 EDT to Tue 1 Dec 2026 00:00 EST (America/New_York);"
        " judged at Thu 10 Dec 2026 07:00 EST",
        "",
        "  MISSED: 98.959% available",
        "  promised       99.000% of the full calendar month  [Availability Commitment]",
        "  the month      721 h, of which 7 h 12 min 36 s may count as downtime",
        "  downtime       13 h 30 min",
        "    left out     6 h",
        "    counted      7 h 30 min, 17 min 24 s over",
        "",
        "  Credit: 1/12 of the yearly fee, to be claimed by Friday 29 January 2027  [Service Credit; Conditions]",
        "",
        "Outages",
        "  window, scheduled: Sun 8 Nov 2026 02:00 EST to Sun 8 Nov 2026 09:30 EST (maintenance calendar)",
        "    left out 6 h            scheduled downtime, up to 6 hours  [Exclusions, Scheduled Downtime]",
        "    counts   1 h 30 min     scheduled downtime beyond 6 hours  [Exclusions, Scheduled Downtime]",
        "  database, unplanned: Sat 21 Nov 2026 19:00 EST to Sun 22 Nov 2026 01:00 EST",
        "    counts   6 h            unplanned downtime  [Availability Commitment]",
    ]


@pytest.mark.parametrize(
    ("now", "outages", "line"),
    [
        ("2026-11-09T05:00:00Z", FILE, "  OPEN, can still be met: 99.222% available so far, at best 99.791% by the"),
        ("2026-11-30T05:00:00Z", FILE, "  OPEN, CAN NO LONGER BE MET: 98.923% available so far, at best 98.959% by"),
        ("2026-11-09T05:00:00Z", FILE, "    has not begun"),
        ("2027-01-30T04:59:00Z", FILE, "  Credit: 1/12 of the yearly fee, to be claimed by Friday 29 January 2027"),
        (
            "2027-01-30T05:00:00Z",
            FILE,
            "  Credit: 1/12 of the yearly fee, could be claimed until Friday 29 January 2027",
        ),
        ("2026-12-10T05:00:00Z", "outages: []", "No outage is recorded for the month."),
        ("2026-12-10T05:00:00Z", "outages: []", "  MET: 100.000% available"),
    ],
)
def test_what_the_statement_says(run, now, outages, line):
    """An open month says whether it can be met; a late reader that the credit's day has passed."""
    assert any(each.startswith(line) for each in run("--now", now, outages=outages).output.splitlines())


def test_the_command_prints_json(run):
    """The same for programs: exact shares, seconds, instants in UTC."""
    got = json.loads(run("--now", "2026-12-10T12:00:00Z", "--format", "json").output)
    assert {key: got[key] for key in ("month", "verdict", "availability", "availability_percent", "at_least")} == {
        "month": "2026-11",
        "verdict": "missed",
        "availability": "1427/1442",  # 1 - 7.5/721
        "availability_percent": "98.959%",
        "at_least": "99/100",
    }
    assert (got["total_seconds"], got["counted_seconds"], got["excluded_seconds"]) == (2595600, 27000, 21600)
    assert got["credit"] == {
        "share_of_yearly_fee": "1/12",
        "last_claim_on": "2027-01-29",
        "clause": "Service Credit; Conditions",
    }
    assert got["outages"][0]["parts"][1] == {
        "begin": "2026-11-08T13:00:00Z",
        "end": "2026-11-08T14:30:00Z",
        "counts": True,
        "seconds": 5400,
        "why": "scheduled downtime beyond 6 hours",
        "clause": "Exclusions, Scheduled Downtime",
    }


@pytest.mark.parametrize(
    ("arguments", "outages", "faults"),
    [
        pytest.param(
            [],
            "outages:\n  - {id: 1, begin: 2026-11-08T02:00:00, kind: planned, finish: x}\n"
            "  - {begin: soon, kind: unplanned}\n  - {id: c, begin: 1794000000, kind: unplanned}\nmonth: 11\n",
            [
                "o.yaml:2: outages[0].id: must be text; put it in quotes",
                "o.yaml:2: outages[0].begin: has no zone; write an instant such as 2026-11-20T15:00:00Z",
                "o.yaml:2: outages[0].kind: is not a kind of outage; write unplanned, scheduled or emergency",
                "o.yaml:2: outages[0].finish: is not a key of an outage; remove it or correct its spelling",
                "o.yaml:3: outages[1].id: is required",
                "o.yaml:3: outages[1].begin: is not an instant; write 2026-11-20T15:00:00Z",
                "o.yaml:4: outages[2].begin: is not an instant; write 2026-11-20T15:00:00Z",
                "o.yaml:5: month: is not a key of this file; remove it or correct its spelling",
            ],
            id="every fault of the file",
        ),
        pytest.param(
            [],
            "outages:\n  - id: a\n    begin: 2026-11-08T02:00Z\n    end: 2026-11-08T01:00Z\n    kind: unplanned\n",
            ["o.yaml:4: outages[0].end: is not after `begin`; correct it, or leave it out while the outage lasts"],
            id="a fault that the decision finds",
        ),
        pytest.param(
            [], "[]", ["o.yaml:1: must be a mapping with the key `outages`; write `outages: []` for none"], id="a list"
        ),
        *(
            pytest.param(
                ["--now", now],
                FILE,
                [f"--now: '{now}' is not an instant with its zone; write one such as 2026-11-20T15:00:00Z"],
                id=f"now is {now}",
            )
            for now in ("yesterday", "1794000000", "2026-12-10T12:00:00", "0001-01-01T00:00:00+05:00")
        ),
        pytest.param(
            ["--now", "2026-10-01T00:00:00Z"],
            FILE,
            ["2026-11 has not begun by 2026-10-01T00:00:00+00:00; ask for an earlier month"],
            id="a month to come",
        ),
    ],
)
def test_the_command_says_what_to_write(run, arguments, outages, faults):
    """Every fault of the file at once, with its line and what to write instead."""
    done = run(*arguments, outages=outages)
    assert isinstance(done.exception, ConfigError)
    assert [str(fault) for fault in done.exception.faults] == faults


def test_a_policy_that_promises_no_availability(run):
    """Most policies promise none, and the command says so."""
    assert "policies/vmoso.yaml: promises no availability" in str(run(policy="vmoso").exception)


def test_a_fault_of_the_policy_is_placed(run, tmp_path):
    """What the policy's own promise lacks is told with the policy's file and line."""
    before, promise = text_of("spirion").split("availability:\n")
    changed = promise.replace("America/New_York", "America/Nowhere", 1)
    (tmp_path / "own.yaml").write_text(f"{before}availability:\n{changed}")
    line = before.count("\n") + 3  # the key itself, then `at_least`, then `timezone`
    said = str(run(policy="own.yaml").exception)
    assert said.startswith(f"own.yaml:{line}: availability.timezone: 'America/Nowhere' is not a time zone")
