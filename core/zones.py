"""IANA time zones from the pinned ``tzdata`` package, never from the operating system's older copy.

A zone's law changes: with the data of 2025 a deadline in Vancouver is an hour out since November 2026.
"""

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]

from core.errors import CalendarError
from core.packaged import packaged

TZDATA_VERSION: str = tzdata.__version__


@cache
def zone_keys() -> frozenset[str]:
    """Return the key of every zone, as ``America/New_York``; aliases are among them."""
    listed = packaged("tzdata", "zones")
    return frozenset(listed.read().decode().split()) if listed else frozenset()


def is_zone(key: object) -> bool:
    """Return whether ``key`` names a zone, spelled exactly."""
    return isinstance(key, str) and key in zone_keys()


def zone(key: str) -> ZoneInfo:
    """Return the zone of this key: always the same object, which never reads the system's data.

    Raises:
        CalendarError: there is no such zone; the message suggests what may be meant.
    """
    if not is_zone(key):
        raise CalendarError(unknown_zone(key))
    return _load(key)


def unknown_zone(key: object) -> str:
    """Return what to tell somebody who wrote ``key`` where a zone is wanted."""
    by_lower = {known.lower(): known for known in sorted(zone_keys())}
    wanted = key.lower().replace(" ", "_") if isinstance(key, str) else ""
    ends = [known for name, known in by_lower.items() if name.endswith("/" + wanted)]
    near = ends or [by_lower[name] for name in get_close_matches(wanted, by_lower, n=3, cutoff=0.7)]
    remedy = f"did you mean {' or '.join(near[:3])}?" if near else "write an IANA name such as America/New_York"
    shown = repr(key[:60]) if isinstance(key, str) else f"a value of type {type(key).__name__}"
    return f"{shown} is not a time zone; {remedy}"


@cache  # keys were checked, so there are no more entries than zones
def _load(key: str) -> ZoneInfo:
    data = packaged("tzdata", f"zoneinfo/{key}")
    if data is None:
        raise CalendarError(f"the installed tzdata {TZDATA_VERSION} lists {key} but lacks its data; install it anew")
    return ZoneInfo.from_file(data, key=key)
