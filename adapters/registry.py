"""Which platforms there are: ours by a table, others' by the entry-point group ``sla_sidecar.adapters``.

A plug-in names an object with the shape of :class:`Factory`:

    [project.entry-points."sla_sidecar.adapters"]
    acmedesk = "acmedesk_sidecar:ADAPTER"
"""

import importlib
import importlib.util
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ValidationError

from adapters.base import Adapter
from adapters.common.questions import Question
from adapters.services import Services
from core.errors import ConfigError, Fault

GROUP = "sla_sidecar.adapters"
BUILT_IN = {
    "zendesk": "adapters.zendesk",
    "jira": "adapters.jira",
    "freshdesk": "adapters.freshdesk",
    "django_helpdesk": "adapters.django_helpdesk",
}


@runtime_checkable
class Factory(Protocol):
    """Makes adapters of one platform.

    Attributes:
        name: the platform's name, as ``platform:`` in ``sidecar.yaml``.
        settings: the pydantic model of the connection's ``settings``; unknown keys are errors.
        secrets: the names of the secrets that it takes, each with what it is for.

    It may also have ``required_secrets(settings)``: the names of those without which nothing can be called, for
    settings as they are written; ``connect`` asks for them. And ``questions(settings)``: what ``init`` asks, a
    :class:`~adapters.common.questions.Question` by setting; without it, the settings that the model requires. And
    ``no_replies(settings)``: why its adapters cannot send public replies (:class:`~adapters.base.Replying`), None if
    they can; without it, they cannot.
    """

    name: str
    settings: type[BaseModel]
    secrets: Mapping[str, str]

    def create(self, connection: str, settings: BaseModel, secrets: Mapping[str, str], services: Services) -> Adapter:
        """Return an adapter for one connection. Makes no call.

        Raises:
            ConfigError: a secret is missing.
        """


def platforms() -> list[str]:
    """Return the names of all platforms that are installed, sorted."""
    return sorted({name for name, module in BUILT_IN.items() if _exists(module)} | set(_plug_ins()))


def factory(platform: str) -> Factory:
    """Return the factory of a platform.

    Raises:
        ConfigError: nobody knows the platform (the known ones are listed), or its plug-in is broken.
    """
    plug_ins = _plug_ins()
    if platform in BUILT_IN and _exists(BUILT_IN[platform]):
        found: object = importlib.import_module(BUILT_IN[platform]).ADAPTER
    elif platform in plug_ins:
        found = _load(plug_ins[platform])
    else:
        raise ConfigError(f"unknown platform {platform!r}; write one of {', '.join(platforms())}")
    if not isinstance(found, Factory):
        raise ConfigError(
            f"the plug-in for {platform!r} is no adapter factory: it needs name, settings, secrets and create()"
        )
    return found


def read_settings(platform: str, settings: Mapping[str, Any], path: str = "settings") -> BaseModel:
    """Return a connection's settings as the platform's own model.

    Raises:
        ConfigError: every fault at once, each with its path.
    """
    model = factory(platform).settings
    try:
        return model.model_validate(settings)
    except ValidationError as err:
        raise ConfigError(
            tuple(
                Fault(_REMEDIES.get(error["type"], error["msg"]), ".".join([path, *map(str, error["loc"])]))
                for error in err.errors(include_url=False, include_input=False)
            )
        ) from None


def create(
    platform: str, connection: str, settings: Mapping[str, Any], secrets: Mapping[str, str], services: Services
) -> Adapter:
    """Return the adapter of one connection from the settings as they were written. Makes no call."""
    return factory(platform).create(connection, read_settings(platform, settings), secrets, services)


def needed_secrets(platform: str, settings: Mapping[str, Any]) -> frozenset[str]:
    """Return the secrets without which a platform cannot be called with these settings."""
    required = getattr(factory(platform), "required_secrets", None)
    return frozenset(required(settings)) if required else frozenset()


def questions(platform: str, settings: Mapping[str, Any]) -> Mapping[str, Question]:
    """Return what only the admin knows of a platform and these settings do not say yet, by setting."""
    kind = factory(platform)
    if ask := getattr(kind, "questions", None):
        asked: Mapping[str, Question] = ask(settings)
    else:
        required = (name for name, field in kind.settings.model_fields.items() if field.is_required())
        asked = {name: Question(name.replace("_", " "), "") for name in required}
    return {name: question for name, question in asked.items() if name not in settings}


def no_replies(platform: str, settings: Mapping[str, Any]) -> str | None:
    """Return why a platform cannot send public replies with these settings, and what to do; None if it can."""
    why = getattr(factory(platform), "no_replies", None)
    if why is None:
        return f"the adapter of {platform} sends no public replies; write `draft`, and an agent sends them"
    said: str | None = why(settings)
    return said


def _plug_ins() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _load(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except Exception as err:  # a plug-in may fail in any way while it is imported
        raise ConfigError(
            f"the plug-in for {entry.name!r} ({entry.value}) cannot be loaded: {type(err).__name__}: {err}"
        ) from err


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


_REMEDIES = {
    "extra_forbidden": "is not a setting of this platform; remove it or correct its spelling",
    "missing": "is required",
    "string_pattern_mismatch": "has characters that it cannot have",
}
