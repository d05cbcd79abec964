"""The example in docs/adapters.md: it keeps the contract, and it is found by its entry point."""

import os
import re
import subprocess
import sys

from tests.support import ROOT

PAGE = ROOT / "docs" / "adapters.md"


def blocks(info):
    """Return the page's code blocks of one kind, by what follows the kind's name."""
    found = re.findall(rf"^```{info} ?(\S*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return dict(found)


def test_the_example_keeps_the_contract(tmp_path):
    """What the page tells a newcomer to write passes the contract suite as it stands there."""
    for name, text in blocks("python").items():
        (tmp_path / name).write_text(text)
    (entry_points,) = blocks("toml").values()
    metadata = tmp_path / "memodesk-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: memodesk\nVersion: 1\n")
    group, line = entry_points.strip().splitlines()
    (metadata / "entry_points.txt").write_text(
        f"{group.replace('project.entry-points.', '').replace(chr(34), '')}\n{line.replace(chr(34), '')}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_memodesk.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"\b2\d passed, \d+ skipped", done.stdout), done.stdout[-500:]


def test_the_example_is_in_house_style(tmp_path):
    """A newcomer copies it: it is linted as our own code is."""
    for name, text in blocks("python").items():
        (tmp_path / name).write_text(text)
    for command in (["check", "--extend-per-file-ignores", "test_*:S,test_*:D1,test_*:ARG"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", ROOT / "pyproject.toml", tmp_path],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
