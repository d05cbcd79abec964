"""Public holidays by country, subdivision and category, from the ``holidays`` package, year by year.

The package reads translation files whenever a country is made and lets its tables grow with what is asked. Here a
year of a source is computed once, whole, and kept; and no file is opened, since ``core/`` does no I/O. Importing the
package reads a file and takes a tenth of a second for all its countries: so it happens with this module's import, and
not to the first ticket that meets a country.
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache

from holidays import HolidayBase
from holidays import countries as country_classes
from holidays.registry import EntityLoader

from core.packaged import packaged

CUSTOMER = "customer"  # instead of a country: that of the ticket's customer, if it is known


@dataclass(frozen=True, slots=True)
class HolidaySource:
    """Where holidays come from.

    Attributes:
        country: ISO 3166 code as the package spells it, or ``customer``.
        subdivision: the package's code of a state or province (``BC``), or None for the country's own holidays.
        categories: the package's words (``public``, ``government``, ``bank``); empty takes the country's default.
        observed: whether the day on which a holiday is made up for counts too.
    """

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = ()
    observed: bool = True

    def for_customer(self, country: str | None, subdivision: str | None) -> "HolidaySource | None":
        """Return the source for a customer of that country; None where the package knows no such country.

        What that country does not have (the subdivision, a category) is left out rather than refused: it is
        a customer's address that says so, and no admin could correct it.
        """
        if self.country != CUSTOMER:
            return self
        code = (country or "").upper()
        if code not in countries():
            return None
        region = (subdivision or "").removeprefix(f"{code}-")
        return replace(
            self,
            country=code,
            subdivision=region if region in subdivisions(code) else None,
            categories=tuple(name for name in self.categories if name in categories(code)),
        )


@lru_cache(maxsize=16384)
def holidays_in(source: HolidaySource, year: int) -> Mapping[date, str]:
    """Return the holidays of one year with their names, in English where the package has them so.

    A source whose country is still ``customer`` has none.
    """
    if source.country == CUSTOMER:
        return {}
    listed = _country(source.country)(
        years=year,
        expand=False,
        observed=source.observed,
        subdiv=source.subdivision,
        categories=source.categories or None,
        language="en_US",
    )
    return dict(sorted(listed.items()))


@cache
def countries() -> frozenset[str]:
    """Return the country codes that the package knows."""
    return frozenset(EntityLoader.get_country_codes())


def subdivisions(country: str) -> tuple[str, ...]:
    """Return the codes and aliases of a known country's states or provinces."""
    entity = _country(country)
    return (*entity.subdivisions, *entity.subdivisions_aliases)


def categories(country: str) -> tuple[str, ...]:
    """Return the categories of holidays that a known country has."""
    return tuple(sorted(_country(country).supported_categories))


def source_faults(source: HolidaySource) -> list[tuple[str, str]]:
    """Return what the package does not know of a source: the key concerned, and what to write instead."""
    if source.country == CUSTOMER:
        taken = "the customer's own is taken; remove it"
        return [] if source.subdivision is None else [("subdivision", taken)]
    if source.country not in countries():
        near = get_close_matches(source.country.upper(), sorted(countries()), n=3, cutoff=0.6)
        remedy = f"did you mean {' or '.join(near)}?" if near else "write an ISO 3166 code such as US"
        return [("country", f"no holidays are known for {source.country[:60]!r}; {remedy}")]
    faults = []
    if source.subdivision is not None and source.subdivision not in subdivisions(source.country):
        choice = ", ".join(_country(source.country).subdivisions) or "none: remove it"
        wrong = f"{source.country} has no subdivision {source.subdivision[:60]!r}"
        faults.append(("subdivision", f"{wrong}; it has {choice}"))
    for name in source.categories:
        if name not in categories(source.country):
            choice = ", ".join(categories(source.country))
            faults.append(("categories", f"{source.country} has no category {name[:60]!r}; it has {choice}"))
    return faults


@cache  # the codes were checked, so there are no more entries than countries
def _country(code: str) -> type[HolidayBase]:
    """Return the package's class for a country, made to take its translations from :func:`packaged`.

    Should a later version of the package load them by another method, its own way is used again.
    """
    entity: type[HolidayBase] = getattr(country_classes, code)
    return type(entity.__name__, (entity,), {"_init_translation": _translate, "__module__": entity.__module__})


def _translate(listed: HolidayBase) -> None:
    """Set what turns the package's names into the wanted language: its catalogue, its parent's, or nothing."""
    parent = listed.parent_entity
    parent_code = parent and (getattr(parent, "country", None) or getattr(parent, "market", None))
    listed.tr = _translations(str(listed.language), listed._entity_code, parent_code).gettext


@lru_cache(maxsize=1024)
def _translations(language: str, *codes: str | None) -> gettext.NullTranslations:
    translations = gettext.NullTranslations()
    for code in codes:
        if code and (catalogue := packaged("holidays", f"locale/{language}/LC_MESSAGES/{code}.mo")):
            translations.add_fallback(gettext.GNUTranslations(catalogue))
    return translations
