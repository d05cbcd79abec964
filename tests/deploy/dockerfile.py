"""A Dockerfile's steps, read from the file itself and done in a folder that stands for the image's root."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import ROOT


def instructions(text: str) -> list[tuple[str, str]]:
    """Return each instruction with its arguments, on one line; comments are left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]


def sent() -> frozenset[str]:
    """Return what .dockerignore lets into the build."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert lines[0] == "*", "everything is left out that is not named"
    return frozenset(line[1:] for line in lines if line.startswith("!"))


@dataclass
class Image:
    """What the steps have made so far.

    Attributes:
        root: stands for ``/``. Both stages share it: an environment knows the path that it was made at.
        python: a folder with the base image's ``python``.
    """

    root: Path
    python: Path
    cwd: Path = field(init=False)
    bases: list[str] = field(default_factory=list)
    env: dict[str, str] = field(init=False)
    rest: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cwd, self.env = self.root, {"PATH": f"{self.python}:/usr/sbin:/usr/bin:/sbin:/bin"}

    def build(self, text: str) -> None:
        for word, rest in instructions(text):
            step = getattr(self, f"_{word.lower()}", None)
            if step is None:
                self.rest[word] = rest
            else:
                step(rest)

    def place(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.cwd / path

    def mapped(self, text: str) -> str:
        """Return a command or value with the image's folders below our root."""
        return re.sub(r"(?<![\w/])/(opt|src|data)(?=[/:\s]|$)", rf"{self.root}/\1", text)

    def _from(self, rest: str) -> None:
        if self.bases:  # the next stage has none of the files before it but those that it copies
            shutil.move(self.root, f"{self.root}.before")
            self.root.mkdir(mode=0o755)
        self.bases.append(rest.split()[0])

    def _workdir(self, rest: str) -> None:
        self.cwd = self.place(rest)
        self.cwd.mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        stage = sources.pop(0) if sources[0].startswith("--from=") else None
        for source in sources:
            if stage:
                assert source == target, "an environment does not work at another path"
                shutil.copytree(Path(f"{self.root}.before{source}"), self.place(target), symlinks=True)
            else:
                assert source in sent(), f".dockerignore keeps {source} out of the build"
                self._copy_in(ROOT / source, self.place(target), target.endswith("/"))

    def _copy_in(self, source: Path, target: Path, into: bool) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target = target / source.name if into else target
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def _run(self, rest: str) -> None:
        if rest.startswith("useradd "):  # the machine that runs the tests keeps its users; they take the number
            self.rest["useradd"] = rest
            self.place("/data").mkdir()
            return
        done = subprocess.run(
            ["sh", "-ec", self.mapped(rest)],
            cwd=self.cwd,
            env={**self._index(), **self.env, "HOME": str(self.root)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"RUN {rest}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"

    def _index(self) -> dict[str, str]:
        """Return how this machine reaches its package index, which is nothing of the image's."""
        return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "http"))}

    def _env(self, rest: str) -> None:
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            self.env[name] = self.mapped(value.replace("$PATH", self.env["PATH"]))

    def command(self, *arguments: str) -> list[str]:
        """Return the entry point with arguments, or with the image's own."""
        given = list(arguments) or json.loads(self.rest["CMD"])
        return [*json.loads(self.rest["ENTRYPOINT"]), *given]

    @property
    def health(self) -> list[str]:
        """The health check's command."""
        return list(json.loads(self.rest["HEALTHCHECK"].partition("CMD ")[2]))


def base_python(folder: Path) -> Path:
    """Return a folder in which ``python`` is the interpreter that this one was made from."""
    folder.mkdir()
    (folder / "python").symlink_to(getattr(sys, "_base_executable", sys.executable))
    return folder
