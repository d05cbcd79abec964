"""The ``sidecar.yaml`` that ``init`` writes: each answer is tried in it, and at the end comments are added."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from core.errors import ConfigError, Fault
from core.yaml_text import dotted
from webhooks.configuration import Configuration

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_UNSET = "postgresql://not-set-yet"  # passes for a database, and for a secret
_HEAD = """\
SLA Sidecar, written by `sla-sidecar init`. What each setting means: docs/reference/settings.md
Secrets are never in here: ${NAME} is an environment variable, {file: path} a file beside this one."""
_ABOVE = {
    "public_url": "How the helpdesk reaches this service; a proxy with a certificate stands before it.",
    "listen": "The address and port to listen on; SIDECAR_LISTEN wins over it.",
    "database": "sqlite:///file for one process on one machine, postgresql://… for several.",
    "console": "The pages under /console; `sla-sidecar password` makes the hash of another password.",
    "connections": "One part for each account. `sla-sidecar connect` adds what it creates there; more accounts too.",
}
_ABOVE_CONNECTION = {
    "platform": "",
    "policy": "A bundled policy (glassbeam, spirion, vidizmo, vitrium, vmoso) or a file's path.",
    "parameters": "What the policy's document leaves open.",
    "token": "The secret part of the webhook's address.",
    "secrets": "What connects us: ${NAME} is read from the environment at each start.",
    "settings": "The account. Add where a customer's plan stands and what priorities mean: see docs/platforms.",
    "write": "off: evaluate and report only. on: write to tickets, once you have looked at what would be written.",
}


class Draft:
    """A new file, beginning with nothing."""

    def __init__(self, path: Path) -> None:
        self.file = Configuration(path, fresh=True)

    def put(self, path: tuple[str, ...], value: Any) -> None:
        """Set a value; the parts above it are made."""
        part = self.file.data
        for key in path[:-1]:
            part = part.setdefault(key, CommentedMap())
        part[path[-1]] = value

    def problem(self, path: tuple[str, ...], value: Any) -> str | None:
        """Set a value, and return what is wrong with it as the service would say at its start."""
        self.put(path, value)
        place = dotted(path)
        said = [each.message for each in self.faults() if each.path == place or each.path.startswith(f"{place}[")]
        return "; ".join(said) or None

    def faults(self) -> tuple[Fault, ...]:
        """Return all that is wrong, except for environment variables that are yet to be set."""
        try:
            self.file.settings({**os.environ, **dict.fromkeys(self.unset(), _UNSET)})
        except ConfigError as err:
            return err.faults
        return ()

    def unset(self) -> list[str]:
        """Return the environment variables that are referred to and not set."""
        named = _NAME.findall(json.dumps(self.file.data))
        return [name for name in dict.fromkeys(named) if not os.environ.get(name)]

    def lay_out(self) -> None:
        """Bring the parts into the order in which they are read, each below its comment."""
        data = _commented(self.file.data, _ABOVE, gap="\n", indent=0)
        data.yaml_set_start_comment(_HEAD)
        for name, part in data["connections"].items():
            data["connections"][name] = _commented(part, _ABOVE_CONNECTION, gap="", indent=4)
        self.file.data = data


def _commented(part: Mapping[str, Any], above: Mapping[str, str], gap: str, indent: int) -> CommentedMap:
    """Return a part in the order of its comments, each above its key."""
    ordered = CommentedMap((key, part[key]) for key in above if key in part)
    for key in ordered:
        if above[key]:
            ordered.yaml_set_comment_before_after_key(key, before=gap + above[key], indent=indent)
    return ordered
