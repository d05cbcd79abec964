"""Options that several commands share, and what they open."""

import getpass
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from core.errors import ConfigError, Fault
from core.yaml_text import read_yaml
from webhooks.service import Store, open_store
from webhooks.settings import DEFAULT_FILE, Settings, load_settings

_Command = Callable[..., Any]


def settings_option(command: _Command) -> _Command:
    """Add ``--settings``."""
    return click.option(
        "--settings",
        type=click.Path(dir_okay=False, path_type=Path),
        default=DEFAULT_FILE,
        show_default=True,
        envvar="SIDECAR_SETTINGS",
        help="The configuration file (or SIDECAR_SETTINGS).",
    )(command)


def pairs(option: str, written: Iterable[str]) -> dict[str, Any]:
    """Return an option's ``KEY=VALUE`` arguments as a mapping, values read as YAML.

    Raises:
        ConfigError: one of them is not of that form.
    """
    found: dict[str, Any] = {}
    for each in written:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise ConfigError((Fault(f"`{each}` is not KEY=VALUE", option),))
        found[key] = read_yaml(value, f"{option} {key}").data
    return found


@contextmanager
def opened(path: Path) -> Iterator[tuple[Settings, Store]]:
    """Open the settings and their store; the store is closed at the end."""
    settings = load_settings(path)
    store = open_store(settings)
    try:
        yield settings, store
    finally:
        store.database.close()


def require_connection(settings: Settings, name: str) -> str:
    """Return a connection's name.

    Raises:
        ConfigError: there is none of that name; the message lists those that there are.
    """
    if name not in settings.connections:
        known = ", ".join(settings.connections) or "none yet; `sla-sidecar connect` makes one"
        raise ConfigError(f"there is no connection {name!r}; there is: {known}")
    return name


def actor() -> str:
    """Return who runs this command, for the audit."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user often has no name
        return "command line"
