"""The manual: what it says in tables is what the program has, and a broken link does not get past its build."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from webhooks.policy_files import open_policy
from webhooks.service import Service, open_store
from webhooks.settings import read_settings

sys.path.insert(0, str(ROOT / "docs" / "_ext"))


def build(source: Path, target: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Build pages strictly, as `make docs` does."""
    command = [sys.executable, "-m", "sphinx", "--quiet", "--nitpicky", "--fail-on-warning", "--keep-going"]
    command += ["-c", str(ROOT / "docs"), "-D", "root_doc=index", str(source), str(target)]
    return subprocess.run([*command, *files], capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[there](other.md#a-heading)", ""),
        ("[nowhere](missing.md)", "missing.md"),
        ("[nowhere](other.md#no-heading)", "no-heading"),
        ("[a file](thing.txt)", ""),
        ("[no file](nothing.txt)", "nothing.txt"),
    ],
)
def test_links_are_checked(tmp_path, text, says):
    """A page, a heading or a file that is not there ends the build, and is named."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text(f"# First\n\n{text}\n\n```{{toctree}}\nother\n```\n")
    (source / "other.md").write_text("# Other\n\n## A heading\n")
    (source / "thing.txt").write_text("a thing")
    done = build(source, tmp_path / "target")
    assert (done.returncode == 0) == (says == ""), done.stderr
    assert says in done.stderr


def test_every_metric_is_described(tmp_path):
    """The table on the page "Running it" names every metric of the program, and nothing else."""
    settings = read_settings("", "sidecar.yaml", tmp_path, {})
    store = open_store(settings)
    service = Service(settings, store, lambda _name, _services: None)
    families = {family.name: family.type for family in service.metrics.registry.collect()}
    store.database.close()
    names = {f"{name}_total" if kind == "counter" else name for name, kind in families.items()}
    written = set(re.findall(r"`(sidecar_[a-z_]+)`", (ROOT / "docs" / "operating.md").read_text("utf-8")))
    assert written == names


def test_the_example_policy_uses_what_the_bundled_ones_do_not():
    """The example that gives the reference its rarer values loads without faults."""
    policy = open_policy(str(ROOT / "docs" / "examples" / "policy.yaml"))
    assert policy.form.on_change == "restart"


def test_every_key_of_a_policy_has_a_type_a_meaning_and_an_example():
    """The reference leaves nothing to guess, but for lists and mappings that have a table of their own."""
    from model_reference import _samples
    from model_words import parts

    from core.policy_file import PolicyForm

    for part in parts(PolicyForm, _samples()):
        for row in part.rows:
            where = f"{part.places[0]}.{row.key}"
            assert row.type, where
            assert row.meaning, where
            assert row.example, where


def test_every_part_of_the_settings_has_its_table():
    """Also what lies under names that an admin chooses; a type says what may be written."""
    from model_words import parts

    from webhooks.settings import Settings

    found = {place: part for part in parts(Settings) for place in part.places}
    assert {"engine", "console", "connections.NAME", "connections.NAME.roles.NAME"} <= set(found)
    rows = {row.key: row for row in found["connections.NAME.notify.mail"].rows}
    assert (rows["port"].type, rows["port"].default) == ("whole number, 1 to 65535", "587")
    assert rows["password"].type == "secret: ``${NAME}`` or ``{file: path}``"
    assert rows["host"].default == "required"
