"""What the parts of a policy file are made of: durations, shares, words, conditions."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from core.described import describe
from core.durations import Duration, parse
from core.errors import DurationError
from core.ticket import FactValue
from core.zones import is_zone, unknown_zone


def _duration(written: object) -> Duration:
    if isinstance(written, Duration):
        return written
    try:
        return parse(written)
    except DurationError as err:
        raise ValueError(str(err)) from None


def listed(written: object) -> object:
    """Return what was written as a list: one value may stand alone."""
    return written if isinstance(written, list) or written is None else [written]


def _share(written: object) -> float:
    """Return a share such as ``80%`` as 0.8."""
    text = str(written).strip()
    if text.endswith("%"):
        try:
            share = float(text[:-1]) / 100
        except ValueError:
            share = 0.0
        if 0 < share <= 1:
            return share
    raise ValueError(f"`{written}` is not a share; write a percentage above 0% and up to 100%, such as 80%")


def _zone(written: str) -> str:
    if not is_zone(written):
        raise ValueError(unknown_zone(written))
    return written


Within = Annotated[
    Duration,
    BeforeValidator(_duration),
    WithJsonSchema(
        {
            "type": "string",
            "description": "A duration with its basis",
            "examples": ["4 business hours", "24 clock hours", "2 business days", "1 month", "none"],
        }
    ),
]
Zone = Annotated[str, AfterValidator(_zone)]
Share = Annotated[float, BeforeValidator(_share), WithJsonSchema({"type": "string", "examples": ["80%"]})]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Words = Annotated[list[str], BeforeValidator(listed)]
Conditions = dict[str, FactValue | list[FactValue]]
WhenForm = Annotated[Conditions | list[Conditions], Field(min_length=1)]


class Form(BaseModel):
    """A part of the file: unknown keys are errors. What its docstring says of a key, the JSON schema says too."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, json_schema_extra=describe)
