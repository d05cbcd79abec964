"""What holds of every month's availability, whatever the outages."""

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from core.months import Month
from core.outages import Outage, OutageKind
from tests.core.test_availability import account, at, hours

# Properties, on outages of whole hours around November, so that an hour-by-hour account can be held beside.

ORIGIN = at("2026-10-01 04:00")  # October's begin in New York
MONTHS = {"2026-10": range(744), "2026-11": range(744, 1465), "2026-12": range(1465, 2209)}
HOURS = st.integers(600, 1600)


@st.composite
def some_outages(draw, most=8):
    """Outages with ids of their own; about half of them within a few days, so that they meet."""
    found = []
    for n in range(draw(st.integers(0, most))):
        begin = draw(HOURS | st.integers(735, 760))
        kind = draw(st.sampled_from(OutageKind))
        notice = draw(st.none() | st.sampled_from([0, 47, 48, 72]))
        found.append(
            Outage(
                id=str(n),
                begin=ORIGIN + timedelta(hours=begin),
                end=draw(
                    st.none() | st.integers(1, 12).map(lambda length, b=begin: ORIGIN + timedelta(hours=b + length))
                ),
                kind=kind,
                announced_at=None if notice is None else ORIGIN + timedelta(hours=begin - notice),
                cause=draw(st.sampled_from([None, None, None, "beyond_control"])),
                service=draw(st.sampled_from(["production", "production", "production", "beta"])),
            )
        )
    return found


NOWS = st.integers(745, 1700).map(lambda n: ORIGIN + timedelta(hours=n))


def hour(instant):
    return (instant - ORIGIN) // timedelta(hours=1)


def span(one, now):
    return range(hour(one.begin), min(hour(one.end or now), hour(now)))


def month_of(number):
    return next(month for month, hours_of in MONTHS.items() if number in hours_of)


def hour_counts(number, one, outages, now):
    """Whether an hour of an outage counts, told from the addendum hour by hour."""
    if one.cause or one.service != "production":
        return False
    alike = [each for each in outages if each.kind is one.kind and not each.cause and each.service == "production"]
    if one.kind is OutageKind.EMERGENCY:
        month = month_of(hour(one.begin))
        first = min(hour(each.begin) for each in alike if month_of(hour(each.begin)) == month)
        return not (hour(one.begin) < first + 4 and number < first + 4)
    if one.kind is OutageKind.SCHEDULED:
        told = [each for each in alike if each.announced_at and hour(each.begin) - hour(each.announced_at) >= 48]
        before = 0
        while before < 6 and any(number - before - 1 in span(each, now) for each in told):
            before += 1
        return one not in told or before >= 6
    return True


@given(some_outages(), NOWS, st.sampled_from(sorted(MONTHS)))
def test_hour_by_hour(outages, now, month):
    """The account is that of an hour-by-hour count, in every month: an hour counts if an outage makes it count."""
    assume(hour(now) > MONTHS[month].start)
    down = {n for one in outages for n in span(one, now) if n in MONTHS[month]}
    counted = {n for n in down if any(n in span(o, now) and hour_counts(n, o, outages, now) for o in outages)}
    got = account(*outages, now=now, month=Month.parse(month))
    assert (hours(got.counted), hours(got.excluded)) == (len(counted), len(down - counted))


@given(some_outages(), some_outages(most=1), NOWS)
def test_a_further_outage_never_raises_availability(outages, further, now):
    """Whatever is recorded beside, availability does not rise."""
    more = [*outages, *(Outage(**{**{f: getattr(o, f) for f in o.__slots__}, "id": "new"}) for o in further)]
    assert account(*more, now=now).availability <= account(*outages, now=now).availability


@given(some_outages().flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), NOWS)
def test_order_changes_nothing(orders, now):
    """The order in which outages are recorded changes nothing of the statement."""
    outages, shuffled = orders
    assert account(*outages, now=now) == account(*shuffled, now=now)


@given(some_outages(), NOWS)
def test_months_add_up(outages, now):
    """The downtime of the months that an outage touches is its whole length, and none of it is booked twice."""
    begun = [month for month in MONTHS if hour(now) > MONTHS[month].start]
    accounts = [account(*outages, now=now, month=Month.parse(month)) for month in begun]
    down = {n for one in outages for n in span(one, now)}
    assert sum(hours(each.counted + each.excluded) for each in accounts) == len(down)
    for each in accounts:
        assert 0 <= each.availability <= 1
