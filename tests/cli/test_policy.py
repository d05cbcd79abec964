"""``sla-sidecar policy``: show, check, test, schema."""

import json

import pytest

from tests.cli.test_evaluate import sidecar
from tests.support import ROOT


def test_show_prints_the_matrix():
    """Glassbeam's Table 2 can be held beside the document."""
    done = sidecar("policy", "show", "glassbeam")
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "P1 first response 1 business day 4 business hours 2 business hours" in rows
    assert "resolution 10 business days 5 business days 48 business hours" in rows
    assert "update as needed 1 week 1 business day" in rows


def test_show_marks_examples():
    """A parameter that the admin has not given is shown as an EXAMPLE."""
    done = sidecar("policy", "show", "vidizmo")
    assert "EXAMPLE America/New_York" in done.stdout


@pytest.mark.parametrize("command", ["check", "test"])
def test_the_bundled_policies_pass(command):
    """Every bundled policy is proven and passes its own tests."""
    done = sidecar("policy", command)
    assert done.returncode == 0, done.stdout
    assert [
        name for name in ("glassbeam", "spirion", "vidizmo", "vitrium", "vmoso") if f"{name}: " not in done.stdout
    ] == []


def test_check_refuses_a_bad_file(tmp_path):
    """A policy that cannot be loaded: exit status 2, each fault on a line with file and line number."""
    file = tmp_path / "bad.yaml"
    text = (ROOT / "policies" / "spirion.yaml").read_text().replace("within: 4 business hours", "within: 4 hours")
    file.write_text(text)
    done = sidecar("policy", "check", file)
    assert done.returncode == 2
    assert f"{file}:21: targets[0].within: `4 hours` does not say whose hours" in done.stderr


def test_check_finds_a_fault(tmp_path):
    """A policy that can be loaded but promises nonsense: exit status 1 and the finding."""
    file = tmp_path / "odd.yaml"
    text = (ROOT / "policies" / "glassbeam.yaml").read_text()
    file.write_text(text.replace("plan: Gold, within: 2 business hours", "plan: Gold, within: 20 business days"))
    done = sidecar("policy", "check", file)
    assert done.returncode == 1
    assert "Gold" in done.stdout


def test_a_failing_test_is_told(tmp_path):
    """A policy's own case that fails: exit status 1, what was expected and what was found."""
    file = tmp_path / "odd.yaml"
    text = (ROOT / "policies" / "vmoso.yaml").read_text()
    file.write_text(text.replace("due_at: 2026-11-23T09:00:00Z", "due_at: 2026-11-23T10:00:00Z"))
    done = sidecar("policy", "test", file)
    assert done.returncode == 1
    assert "first_response.due_at: expected 2026-11-23T10:00:00Z, found 2026-11-23T09:00:00Z" in done.stdout


def test_schema_is_json():
    """The schema is printed as JSON, the same that lies beside the policies."""
    done = sidecar("policy", "schema")
    assert json.loads(done.stdout) == json.loads((ROOT / "policies" / "schema.json").read_text())
