"""Policy files found and read: bundled ones by name, others by path. The only place where policies meet a disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.errors import ConfigError, Fault
from core.policy import Policy
from core.policy_load import load_policy
from core.yaml_text import MAX_CHARACTERS, read_yaml


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy file's text and the name that messages give it."""

    text: str
    source: str


def bundled() -> tuple[str, ...]:
    """Return the names of the policies that ship with the program."""
    return tuple(sorted(each.name[:-5] for each in files("policies").iterdir() if each.name.endswith(".yaml")))


def policy_text(policy: str) -> PolicyText:
    """Return the text of a bundled policy, by name, or of a file, by path.

    Raises:
        ConfigError: there is no such policy or it cannot be read; the message names the bundled ones.
    """
    if policy in bundled():
        return PolicyText((files("policies") / f"{policy}.yaml").read_text("utf-8"), f"policies/{policy}.yaml")
    path = Path(policy)
    if "\0" in policy or not path.is_file():
        known = ", ".join(bundled())
        raise ConfigError(f"{policy!r} is neither a bundled policy ({known}) nor a file; correct the name or the path")
    return PolicyText(_read(path), policy)


def open_policy(policy: str, parameters: Mapping[str, Any] | None = None, *, use_examples: bool = False) -> Policy:
    """Return a loaded policy; see :func:`policy_text` and :func:`core.policy_load.load_policy`."""
    found = policy_text(policy)
    return load_policy(found.text, found.source, parameters, use_examples=use_examples)


def read_parameters(path: str | None, policy: str) -> dict[str, Any]:
    """Return the parameters that a file gives: ``name: value``, or the same under each policy's name.

    Raises:
        ConfigError: the file cannot be read or is not a mapping.
    """
    if path is None:
        return {}
    data = read_yaml(_read(Path(path)), path).data
    if not isinstance(data, dict):
        raise ConfigError((Fault("must be a mapping of parameters to values", "", path, 1),))
    own = data.get(policy)
    if isinstance(own, dict):
        return own
    others = [name for name in data if name in bundled()]
    return {name: value for name, value in data.items() if name not in others}


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as err:
        reason = err.strerror if isinstance(err, OSError) else "is not UTF-8 text"
        raise ConfigError((Fault(f"cannot be read: {reason}", "", str(path)),)) from None
