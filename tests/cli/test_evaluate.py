"""``sla-sidecar evaluate``: one ticket, JSON lines, and what it says of bad ones."""

import json
import subprocess
import sys

import pytest

from tests.core.test_purity import TICKET
from tests.support import ROOT, shared

REQUEST = {"policy": "glassbeam", "ticket": TICKET, "now": "2026-11-20T18:00:00Z"}


def sidecar(*arguments, stdin="", cwd=ROOT, environment=None):
    return subprocess.run(
        [sys.executable, "-c", "from webhooks.cli import main; main()", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **(environment or {})},
        check=False,
    )


def test_json_lines():
    """One result a line in the order of the input; other keys of a line are ignored."""
    later = REQUEST | {"now": "2026-11-23T18:00:00Z", "note": "ignored"}
    done = sidecar("evaluate", "-", stdin=json.dumps(REQUEST) + "\n\n" + json.dumps(later) + "\n")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.returncode, first["state"], second["now"]) == (0, "paused", "2026-11-23T18:00:00Z")
    assert first["clocks"][0] | {"clause": ""} == {
        "metric": "first_response",
        "cycle": 1,
        "state": "met",
        "at_risk": False,
        "target": "2 business hours",
        "calendar": "always",
        "started_at": "2026-11-20T15:00:00Z",
        "due_at": "2026-11-20T17:00:00Z",
        "met_at": "2026-11-20T16:00:00Z",
        "breached_at": None,
        "cancelled_at": None,
        "elapsed_seconds": 3600,
        "remaining_seconds": 3600,
        "pauses": [],
        "manual": None,
        "observed": False,
        "clause": "",
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{broken", "is not a JSON object"),
        ("[1]", "is not a JSON object"),
        ("[" * 100_000, "is not a JSON object"),
        ('{"now": ' + "9" * 5000 + "}", "is not a JSON object"),
        (json.dumps({"policy": "glassbeam"}), "ticket: must be a JSON object"),
        (json.dumps(REQUEST | {"policy": "nobody"}), "'nobody' is neither a bundled policy (glassbeam, spirion"),
        (json.dumps(REQUEST | {"policy": 7}), "policy: is required"),
        (json.dumps(REQUEST | {"now": "2026-11-20T18:00:00"}), "now: is not an instant with its zone"),
        (json.dumps(REQUEST | {"now": 5}), "now: is not an instant"),
        (json.dumps(REQUEST | {"ticket": TICKET | {"status": "x"}}), "status: Input should be 'new'"),
        (json.dumps(REQUEST | {"policy": "vidizmo"}), "parameters.timezone: has no value"),
    ],
)
def test_a_bad_line_keeps_its_place(line, says):
    """A bad line yields an error in its place, the others their results, and exit status 1."""
    good = json.dumps(REQUEST)
    done = sidecar("evaluate", "-", stdin=f"{good}\n{line}\n{good}\n")
    answers = [json.loads(each) for each in done.stdout.splitlines()]
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert [sorted(answer) == ["error"] for answer in answers] == [False, True, False]
    assert answers[1]["error"].startswith("<stdin>:2: ")
    assert says in answers[1]["error"]


def test_one_ticket(tmp_path):
    """A file that is one ticket takes policy and instant from the options."""
    file = tmp_path / "ticket.json"
    file.write_text(json.dumps(TICKET, indent=2))
    done = sidecar("evaluate", file, "--policy", "glassbeam", "--now", "2026-11-20T15:30:00Z", "--format", "text")
    assert done.returncode == 0
    assert "Ticket 1: running" in done.stdout
    assert "due Fri 20 Nov 2026 09:00 PST" in done.stdout
    assert "[Table 2, P1, Gold, Response Time]" in done.stdout


def test_a_bad_ticket_is_told_with_its_lines(tmp_path):
    """Every fault of a ticket's file, with file, line, path and remedy; exit status 2."""
    file = tmp_path / "ticket.json"
    file.write_text(json.dumps(TICKET | {"status": "waiting", "created_at": "2026-11-20"}, indent=2))
    done = sidecar("evaluate", file, "--policy", "glassbeam")
    assert done.returncode == 2
    assert f"{file}:5: created_at: " in done.stderr
    assert f"{file}:6: status: Input should be" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["evaluate", "missing.json"], "missing.json"),
        (["evaluate"], "Missing argument 'FILE'"),
        (["evaluate", "-", "--parameters", "missing.yaml"], "missing.yaml"),
        (["policy", "show", "nobody"], "'nobody' is neither a bundled policy"),
        (["policy", "show", "/"], "'/' is neither a bundled policy"),
        (["nothing"], "No such command 'nothing'"),
    ],
)
def test_errors_are_one_line_without_a_traceback(arguments, says):
    """What cannot be done says why on standard error, with exit status 2."""
    done = sidecar(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_parameters_by_policy(tmp_path):
    """A parameters file gives values by name, or under each policy's name."""
    file = tmp_path / "parameters.yaml"
    for text in ("default_timezone: Asia/Tokyo\n", "vmoso: {default_timezone: Asia/Tokyo}\nglassbeam: {}\n"):
        file.write_text(text)
        request = REQUEST | {"policy": "vmoso", "ticket": TICKET | {"organization": None, "events": []}}
        done = sidecar("evaluate", "-", "--parameters", file, stdin=json.dumps(request))
        assert "the customer's time zone is not known; Asia/Tokyo is used" in json.loads(done.stdout)["problems"]


@pytest.mark.shared
def test_known_answers_by_the_command():
    """The command gives the known answers for a file of JSON lines as it stands."""
    file = shared("golden", "policies.jsonl")
    done = sidecar("evaluate", file)
    expected = [json.loads(line)["expected"]["clocks"] for line in file.read_text().splitlines()]
    for line, clocks in zip(done.stdout.splitlines(), expected, strict=True):
        last = {clock["metric"]: clock for clock in json.loads(line)["clocks"]}
        assert {m: {"due_at": last[m]["due_at"], "state": last[m]["state"]} for m in clocks} == clocks
