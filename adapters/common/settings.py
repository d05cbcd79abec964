"""What the settings of every platform are made of: strict models, addresses, zones, and how facts are read."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.ticket import FactValue
from core.update import Field as OurField
from core.zones import zone

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
INSTANTS = frozenset({OurField.NEXT_DUE, OurField.FIRST_RESPONSE_DUE, OurField.RESOLUTION_DUE})


class Strict(BaseModel):
    """Part of a connection's settings: never changed, and a key that is unknown is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FactSource(Strict):
    """How a fact is read from a field; a platform adds which fields there are.

    Attributes:
        kind: how to read the field; a drop-down is text.
        values: the platform's value to the fact's; empty takes it as it is.
    """

    kind: Literal["text", "checkbox", "number"] = "text"
    values: Mapping[str, FactValue] = Field(default_factory=dict)


class Place(Strict):
    """Where a customer works, or the names of the fields that say so; each is optional.

    Attributes:
        timezone: an IANA name.
        country: two letters; it decides the holidays.
        subdivision: a part of the country with holidays of its own.
    """

    timezone: str | None = None
    country: str | None = None
    subdivision: str | None = None


def zone_key(key: str) -> str:
    """Return the key of a time zone as it is.

    Raises:
        CalendarError: there is no such zone; a ValueError, that suggests near matches.
    """
    zone(key)
    return key


def web_address(url: str) -> str:
    """Return an address without a slash at its end.

    Raises:
        ValueError: it is not https; plain http would send our credentials in the clear.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url.rstrip("/")
    if parts.scheme == "http" and parts.hostname in LOCAL_HOSTS:
        return url.rstrip("/")
    raise ValueError("write https://…; plain http is for the sandbox or a helpdesk on this machine only")


ZoneKey = Annotated[str, AfterValidator(zone_key)]
WebAddress = Annotated[str, AfterValidator(web_address)]
