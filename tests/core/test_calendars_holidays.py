"""Holidays from a country's law, and calendars that follow the customer."""

import copy
import pickle
from datetime import UTC, date, datetime

import holidays
import pytest

from core.calendars import Calendar
from core.errors import CalendarError
from core.holiday_dates import HolidaySource, countries, holidays_in


def at(text):
    return datetime.fromisoformat(text)


def working(*sources, **fields):
    return Calendar.from_mapping(
        {"timezone": "America/Vancouver", "hours": {"mon-fri": "09:00-17:00"}, "holidays": list(sources), **fields}
    )


LOCAL = working({"country": "customer"}, "2026-12-31", timezone="customer", default_timezone="America/Los_Angeles")


def test_sources_are_united():
    """Several sources and explicit dates are one set of holidays; observed days are among them."""
    calendar = working(
        {"country": "CA", "categories": ["government"]}, {"country": "CA", "subdivision": "BC"}, "2026-12-31"
    )
    named = dict(calendar.holidays_between(date(2026, 7, 1), date(2026, 12, 31)))
    assert named == {
        date(2026, 7, 1): "Canada Day",
        date(2026, 8, 3): "British Columbia Day",
        date(2026, 9, 7): "Labor Day",
        date(2026, 9, 30): "National Day for Truth and Reconciliation",
        date(2026, 10, 12): "Thanksgiving Day",
        date(2026, 11, 11): "Remembrance Day",
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 26): "Boxing Day",  # a Saturday, for the federal government
        date(2026, 12, 28): "Boxing Day (observed)",
        date(2026, 12, 31): "holiday",
    }
    # Friday the 25th and Monday the 28th are closed, so Thursday 17:00 and an hour is Tuesday 10:00.
    assert calendar.add(at("2026-12-24 17:00-07:00"), 3600) == at("2026-12-29 10:00-07:00")


def test_observed_days_can_be_left_out():
    """4 July 2026 is a Saturday: Friday is off only where observed days count."""
    start = at("2026-07-02 17:00-07:00")
    assert working({"country": "US"}).add(start, 3600) == at("2026-07-06 10:00-07:00")
    assert working({"country": "US", "observed": False}).add(start, 3600) == at("2026-07-03 10:00-07:00")


def test_an_observed_day_may_lie_in_the_year_before():
    """1 January 2028 is a Saturday, so Friday 31 December 2027 is off."""
    assert working({"country": "US"}).add(at("2027-12-30 17:00-07:00"), 3600) == at("2028-01-03 10:00-07:00")


def test_holidays_are_known_for_years_ahead():
    """A country's law goes on giving holidays, however far the years compiled so far reach."""
    calendar = working({"country": "US"})
    for year in (2026, 2040, 2026):
        assert date(year, 7, 4) in dict(calendar.holidays_between(date(year, 1, 1), date(year, 12, 31)))
    assert not calendar.is_open(at("2041-07-04 12:00-07:00")), "a Thursday"


@pytest.mark.parametrize(
    ("sources", "until"),
    [
        ([], None),
        (["2026-12-25", "2025-12-25"], date(2026, 12, 25)),
        (["2026-12-25", {"country": "US"}], None),
    ],
)
def test_holidays_known_until(sources, until):
    """Explicit dates end; a country's law and no holidays at all do not."""
    assert working(*sources).holidays_known_until == until


@pytest.mark.parametrize("code", sorted(countries())[::7])
def test_the_packages_own_answer(code):
    """Reading its translations in another way changes neither a date nor a name of the package's."""
    expected = holidays.country_holidays(code, years=2026, language="en_US", expand=False)
    assert holidays_in(HolidaySource(code), 2026) == dict(expected)


def test_a_customers_calendar():
    """Hours are read in the customer's zone, and its country's holidays are taken; unknown ones give the default."""
    assert (LOCAL.uses_customer_zone, LOCAL.uses_customer_country) == (True, True)
    assert LOCAL.timezone == "America/Los_Angeles"
    start = datetime(2026, 7, 2, 23, 0, tzinfo=UTC)  # Thursday 16:00 in Los Angeles, Friday 08:00 in Tokyo
    assert LOCAL.add(start, 2 * 3600) == at("2026-07-03 10:00-07:00")
    assert LOCAL.in_zone().add(start, 2 * 3600) == at("2026-07-03 10:00-07:00")
    assert LOCAL.in_zone(None, "US").add(start, 2 * 3600) == at("2026-07-06 10:00-07:00")
    assert LOCAL.in_zone("Asia/Tokyo", "JP").add(start, 2 * 3600) == at("2026-07-03 11:00+09:00")
    assert LOCAL.in_zone("Asia/Tokyo", "ZZ").holidays_between(date(2026, 1, 1), date(2026, 12, 31)) == [
        (date(2026, 12, 31), "holiday")
    ]
    tokyo = LOCAL.in_zone("Asia/Tokyo", "JP")
    assert (tokyo.uses_customer_zone, tokyo.uses_customer_country, tokyo.timezone) == (False, False, "Asia/Tokyo")
    assert LOCAL.in_zone("Asia/Tokyo", "JP") is tokyo, "made once"


@pytest.mark.parametrize("subdivision", ["BC", "CA-BC"])
def test_a_customers_subdivision(subdivision):
    """A subdivision is taken as its code or with the country before it; an unknown one gives the country's own."""
    family_day = date(2026, 2, 16)
    assert family_day in dict(LOCAL.in_zone(None, "CA", subdivision).holidays_between(family_day, family_day))
    assert LOCAL.in_zone(None, "ca", "Atlantis").holidays_between(family_day, family_day) == []


def test_what_is_not_the_customers_stays():
    """A calendar with a zone of its own keeps it for every customer."""
    fixed = working({"country": "customer"})
    assert fixed.in_zone("Asia/Tokyo", "US").timezone == "America/Vancouver"
    assert working().in_zone("Asia/Tokyo", "US").holidays_between(date(2026, 1, 1), date(2026, 12, 31)) == []


def test_an_unknown_customers_zone():
    """A zone that does not exist is an error that says what may be meant; falling back is the caller's decision."""
    with pytest.raises(CalendarError, match="did you mean Asia/Tokyo"):
        LOCAL.in_zone("Asia/Tokio")


def test_categories_that_a_customers_country_has_not():
    """Categories asked for are those that the customer's country has; with none of them, its default."""
    calendar = working({"country": "customer", "categories": ["government"]}).in_zone(None, "DE")
    assert date(2026, 10, 3) in dict(calendar.holidays_between(date(2026, 10, 1), date(2026, 10, 31)))


def test_business_weeks():
    """A business week has as many business days as weekdays on which a shift starts."""
    assert working().open_weekdays == 5
    assert Calendar.from_mapping({"timezone": "UTC", "hours": {"fri": "22:00-06:00"}}).open_weekdays == 1


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda calendar: pickle.loads(pickle.dumps(calendar))])
def test_calendars_can_be_copied(duplicate):
    """A policy that holds calendars can be copied and sent to another process."""
    copied = duplicate(LOCAL)
    start = datetime(2026, 7, 2, 23, 0, tzinfo=UTC)
    assert (copied.name, copied.content) == (LOCAL.name, LOCAL.content)
    assert copied.add(start, 7200) == LOCAL.add(start, 7200)
