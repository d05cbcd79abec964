"""``sla-sidecar policy diff`` on the command line."""

from click.testing import CliRunner

from webhooks.cli.policy import policy
from webhooks.policy_files import policy_text


def diff(*arguments: object) -> str:
    done = CliRunner().invoke(policy, ["diff", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_diff(tmp_path):
    """Two files are compared case by case, with what was and what is."""
    new = tmp_path / "new.yaml"
    new.write_text(policy_text("glassbeam").text.replace("Gold, within: 2 business h", "Gold, within: 3 business h"))
    line = next(line for line in diff("glassbeam", new).splitlines() if "Gold, P1" in line)
    assert [cell.strip() for cell in line.split("  ") if cell.strip()] == [
        "targets",
        "first response, Gold, P1",
        "2 business hours (always)",
        "3 business hours (always)",
    ]


def test_diff_of_equals():
    """Nothing is listed where nothing that decides differs."""
    assert diff("vmoso", "vmoso") == "nothing that decides is different\n"


def test_diff_with_the_admins_values(tmp_path):
    """The values of parameters count: they are part of what decides."""
    text = policy_text("vmoso").text
    changed = tmp_path / "new.yaml"
    changed.write_text(text.replace("default: 1 business hour", "default: 2 business hours"))
    assert "request_wait" in diff("vmoso", changed)
    values = tmp_path / "values.yaml"
    values.write_text("request_wait: 4 business hours\n")
    assert diff("vmoso", changed, "--parameters", values) == "nothing that decides is different\n"
