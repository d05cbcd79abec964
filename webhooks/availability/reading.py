"""Outages read, from a file or one by one: every fault at once, with what to write instead."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from core.errors import ConfigError, Fault
from core.outages import Outage, outage_faults
from core.policy_file import AvailabilityForm
from core.yaml_text import Document, parts

EXAMPLE = "2026-11-20T15:00:00Z"
_REMEDY = {
    "missing": "is required",
    "extra_forbidden": "is not a key of this file; remove it or correct its spelling",
    "unexpected_keyword_argument": "is not a key of an outage; remove it or correct its spelling",
    "dataclass_type": "must be a mapping with `id`, `begin` and `kind`",
    "list_type": "must be a list of outages",
    "enum": "is not a kind of outage; write unplanned, scheduled or emergency",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "has characters that cannot be shown, such as line breaks; remove them",
    "timezone_aware": f"has no zone; write an instant such as {EXAMPLE}",
}


_OUTAGE = TypeAdapter(Outage)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outages: list[Outage]


def outages_in(document: Document) -> list[Outage]:
    """Return the outages of a file.

    Raises:
        ConfigError: with every fault at once, each with its line.
    """
    if not isinstance(document.data, dict):
        raise ConfigError(
            (document.fault((), "must be a mapping with the key `outages`; write `outages: []` for none"),)
        )
    try:
        return _File.model_validate(document.data).outages
    except ValidationError as err:
        errors = err.errors(include_url=False, include_input=False)
        raise ConfigError(tuple(document.fault(error["loc"], _said(error)) for error in errors)) from None


def outage_from(values: Mapping[str, Any], promise: AvailabilityForm) -> Outage:
    """Return one outage, entered by a person.

    Args:
        values: the outage's attributes; what is not known is absent.
        promise: what it will be judged by.

    Raises:
        ConfigError: with every fault at once; the path of each is the attribute.
    """
    try:
        outage = _OUTAGE.validate_python(dict(values))
    except ValidationError as err:
        errors = err.errors(include_url=False, include_input=False)
        raise ConfigError(tuple(Fault(_said(error), str(error["loc"][0])) for error in errors)) from None
    faults = outage_faults(promise, [outage])
    if found := tuple(replace(fault, path=str(parts(fault.path)[-1])) for fault in faults):
        raise ConfigError(found)
    return outage


def _said(error: Any) -> str:
    kind: str = error["type"]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind.startswith("datetime"):
        return f"is not an instant; write one such as {EXAMPLE}"
    return _REMEDY.get(kind, str(error["msg"]))
