"""Changing ``sidecar.yaml`` and the secrets beside it: what ``init`` and ``connect`` write.

The admin's own comments and order stay; secrets go into files of their own that only this user can read.
"""

import os
import secrets
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from core.errors import ConfigError, Fault
from webhooks.settings import Settings, read_settings

SECRETS = "secrets"
TOKEN_BYTES = 32


class Configuration:
    """A ``sidecar.yaml`` that is being changed; nothing is written before :meth:`save`.

    Args:
        path: the file.
        fresh: begin with nothing, also where there is a file already.
    """

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self.path = path
        self._yaml = YAML()
        self._yaml.width = 4096  # a long value, such as a password's hash, stays on its key's line
        self._secrets: dict[str, str] = {}
        try:
            text = "" if fresh or not path.exists() else path.read_text("utf-8")
            self.data = self._yaml.load(text) or CommentedMap()
        except (OSError, UnicodeError, YAMLError) as err:
            raise ConfigError((Fault(f"cannot be read: {type(err).__name__}", "", str(path)),)) from None
        if not isinstance(self.data, dict):
            raise ConfigError((Fault("is not a mapping; it begins with `connections:`", "", str(path)),))

    def connection(self, name: str) -> dict[str, Any]:
        """Return one connection's part, made if it is not there."""
        connections: dict[str, Any] = self.data.setdefault("connections", CommentedMap())
        part: dict[str, Any] = connections.setdefault(name, CommentedMap())
        return part

    def merge(self, into: dict[str, Any], values: Mapping[str, Any]) -> None:
        """Set values in a part of the file, mappings key by key; what is not named stays."""
        for key, value in values.items():
            if isinstance(value, Mapping) and isinstance(into.get(key), dict):
                self.merge(into[key], value)
            else:
                into[key] = value

    def secret(self, connection: str, name: str, value: str) -> dict[str, str]:
        """Keep a secret in a file of its own and return the reference to write."""
        reference = f"{SECRETS}/{connection}/{name}"
        self._secrets[reference] = value
        return {"file": reference}

    def kept(self, connection: str, name: str) -> dict[str, str] | None:
        """Return the reference to a secret that an earlier run kept, so that it is used again; None without one."""
        reference = f"{SECRETS}/{connection}/{name}"
        return {"file": reference} if (self.path.parent / reference).is_file() else None

    def new_token(self, connection: str) -> dict[str, str]:
        """Make the secret part of a connection's webhook address."""
        return self.secret(connection, "token", secrets.token_urlsafe(TOKEN_BYTES))

    def settings(self, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings as they would be after :meth:`save`, without writing anything.

        Args:
            environment: where ``${NAME}`` is looked up; the process's own by default.

        Raises:
            ConfigError: with every fault at once.
        """
        unwritten = {f"SIDECAR_UNWRITTEN_{n}": value for n, value in enumerate(self._secrets.values())}
        names = dict(zip(self._secrets, unwritten, strict=True))
        around = {**(os.environ if environment is None else environment), **unwritten}
        text = self._dumped(_referring(self.data, names))
        return read_settings(text, str(self.path), self.path.parent, around)

    def text(self) -> str:
        """Return the file as it would be written."""
        return self._dumped(self.data)

    def _dumped(self, data: Any) -> str:
        out = StringIO()
        self._yaml.dump(data, out)
        return out.getvalue()

    def save(self) -> None:
        """Write secrets first, then the file that refers to them, each whole or not at all."""
        for reference, value in self._secrets.items():
            path = self.path.parent / reference
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, value + "\n", 0o600)
        _write(self.path, self.text(), 0o644)


def _referring(value: Any, names: Mapping[str, str]) -> Any:
    """Return a part of the file in which secrets that are not written yet come from the environment."""
    if isinstance(value, list):
        return [_referring(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("file") in names:
        return f"${{{names[value['file']]}}}"
    return {key: _referring(item, names) for key, item in value.items()}


def _write(path: Path, text: str, mode: int) -> None:
    """Replace a file in one step, so that a crash leaves the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
