"""A month's availability: what counts, what is left out, and what a missed month gives. Worked out by hand.

November 2026 in New York runs from 04:00Z on the 1st to 05:00Z on 1 December: 721 hours; 1% of it is 7 h 12 min 36 s.
"""

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from core.availability import Verdict, percent, statement
from core.errors import ConfigError
from core.months import Month
from core.outages import Outage, OutageKind
from core.policy_load import load_policy
from tests.core.test_policies import POLICIES, text_of

SPIRION = POLICIES["spirion"].form.availability
NOVEMBER = Month(2026, 11)
OVER = datetime(2027, 1, 10, tzinfo=UTC)
WRITTEN = re.compile(
    r"(?P<kind>\w+) (?P<begin>\S+ \S+) to (?P<end>\S+ \S+|now)(?: told (?P<told>\S+ \S+))?(?P<more>.*)"
)


def at(written):
    """An instant, in UTC: a day of November 2026 or a whole date, then the time."""
    day, _, clock = written.partition(" ")
    return datetime.fromisoformat(f"{day if '-' in day else f'2026-11-{day}'} {clock}+00:00")


def outage(written, name="1"):
    """An outage from ``scheduled 10 07:00 to 10 13:00 told 08 07:00 cause=customer_fault service=beta``."""
    match = WRITTEN.fullmatch(written)
    return Outage(
        id=name,
        kind=OutageKind(match["kind"]),
        begin=at(match["begin"]),
        end=None if match["end"] == "now" else at(match["end"]),
        announced_at=match["told"] and at(match["told"]),
        **dict(word.split("=") for word in match["more"].split()),
    )


def account(*outages, month=NOVEMBER, now=OVER, promise=SPIRION):
    given = [outage(each, str(n)) if isinstance(each, str) else each for n, each in enumerate(outages, 1)]
    return statement(promise, given, month, now)


def hours(time):
    return time / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "month", "length"),
    [
        ("America/New_York", "2026-11", 721),
        ("America/New_York", "2026-03", 743),
        ("America/New_York", "2026-12", 744),
        ("America/New_York", "2026-02", 672),
        ("America/New_York", "2028-02", 696),
        ("Pacific/Auckland", "2026-09", 719),
        ("Europe/London", "2026-10", 745),
        ("Australia/Lord_Howe", "2026-04", 720.5),
        ("Asia/Kolkata", "2026-11", 720),
    ],
)
def test_a_full_calendar_month(zone, month, length):
    """The month is the zone's own: real elapsed time, also where the clocks change."""
    promise = SPIRION.model_copy(update={"timezone": zone})
    assert hours(account(month=Month.parse(month), now=at("2028-04-01 00:00"), promise=promise).total) == length


# Of each case: the outages, the hours that count, the hours left out.
CASES = {
    "no outage": ([], 0, 0),
    "unplanned downtime counts": (["unplanned 03 07:00 to 03 09:00"], 2, 0),
    "48 hours' notice and 6 hours are enough": (["scheduled 10 07:00 to 10 13:00 told 08 07:00"], 0, 6),
    "what is beyond 6 hours counts": (["scheduled 10 07:00 to 10 15:00 told 08 07:00"], 2, 6),
    "a minute late excuses nothing": (["scheduled 10 07:00 to 10 08:00 told 08 07:01"], 1, 0),
    "without a notice nothing is excused": (["scheduled 10 07:00 to 10 08:00"], 1, 0),
    "told while it lasts excuses nothing": (["scheduled 10 07:00 to 10 08:00 told 10 07:30"], 1, 0),
    "each scheduled downtime has its own 6 hours": (
        ["scheduled 10 07:00 to 10 12:00 told 01 07:00", "scheduled 12 07:00 to 12 12:00 told 01 07:00"],
        0,
        10,
    ),
    "scheduled downtimes that touch are one": (
        ["scheduled 10 07:00 to 10 11:00 told 01 07:00", "scheduled 10 11:00 to 10 15:00 told 01 07:00"],
        2,
        6,
    ),
    "a short one inside a long one does not end it": (
        [
            "scheduled 10 07:00 to 10 15:00 told 01 07:00",
            "scheduled 10 08:00 to 10 09:00 told 01 07:00",
            "scheduled 10 14:00 to 10 16:00 told 01 07:00",
        ],
        3,
        6,
    ),
    "an extension told late is not part of the announced downtime": (
        ["scheduled 10 07:00 to 10 11:00 told 01 07:00", "scheduled 10 10:00 to 10 12:00 told 10 09:00"],
        2,
        3,
    ),
    "4 hours of emergency maintenance": (["emergency 10 07:00 to 10 11:00"], 0, 4),
    "the first 4 hours of a longer one": (["emergency 10 07:00 to 10 12:30"], 1.5, 4),
    "once a month: the first": (["emergency 10 07:00 to 10 08:00", "emergency 20 07:00 to 20 09:00"], 2, 1),
    "one emergency with a break is over 4 hours after it began": (
        ["emergency 10 07:00 to 10 08:00", "emergency 10 09:00 to 10 12:00"],
        1,
        3,
    ),
    "one emergency entered twice": (["emergency 10 07:00 to 10 11:00", "emergency 10 07:00 to 10 11:00"], 0, 4),
    "what is left out anyway does not use the allowance up": (
        [
            "emergency 02 07:00 to 02 08:00 cause=beyond_control",
            "emergency 03 07:00 to 03 08:00 service=trial",
            "emergency 10 07:00 to 10 09:00",
        ],
        0,
        4,
    ),
    "a fault of the customer": (["unplanned 10 07:00 to 10 19:00 cause=customer_fault"], 0, 12),
    "a third party's fault": (["unplanned 10 07:00 to 10 19:00 cause=third_party_vendor"], 0, 12),
    "beyond the vendor's control": (["unplanned 10 07:00 to 10 19:00 cause=beyond_control"], 0, 12),
    "an excused cause needs no notice": (["scheduled 10 07:00 to 10 19:00 cause=customer_fault"], 0, 12),
    "a beta": (["unplanned 10 07:00 to 10 19:00 service=beta"], 0, 12),
    "a trial": (["unplanned 10 07:00 to 10 19:00 service=trial"], 0, 12),
    "a pilot": (["unplanned 10 07:00 to 10 19:00 service=pilot"], 0, 12),
    "overlapping outages count once": (
        ["unplanned 10 07:00 to 10 10:00", "unplanned 10 09:00 to 10 11:00", "unplanned 10 09:30 to 10 09:45"],
        4,
        0,
    ),
    "what one outage makes count counts, whatever excuses another": (
        ["scheduled 10 07:00 to 10 13:00 told 01 07:00", "unplanned 10 08:00 to 10 10:00"],
        2,
        4,
    ),
}


@pytest.mark.parametrize(("outages", "counted", "excluded"), CASES.values(), ids=CASES)
def test_what_counts(outages, counted, excluded):
    """Downtime counts unless the addendum leaves it out, for as long as it does."""
    got = account(*outages)
    assert (hours(got.counted), hours(got.excluded)) == (counted, excluded)


UNPLANNED = "unplanned 2026-11-01 01:00 to 2026-11-01 06:00"
SCHEDULED = "scheduled 2026-11-01 00:00 to 2026-11-01 08:00 told 2026-10-01 00:00"
EMERGENCY = "emergency 2026-11-01 01:00 to 2026-11-01 08:00"


@pytest.mark.parametrize(
    ("month", "spanning", "counted", "excluded"),
    [
        pytest.param("2026-10", UNPLANNED, 3, 0, id="up to the month's end"),
        pytest.param("2026-11", UNPLANNED, 2, 0, id="from the month's begin"),
        pytest.param("2026-11", "unplanned 2026-09-30 01:00 to 2026-12-05 00:00", 721, 0, id="the whole month"),
        pytest.param("2026-10", SCHEDULED, 0, 4, id="scheduled: 4 of the 6 hours in October"),
        pytest.param("2026-11", SCHEDULED, 2, 2, id="scheduled: the 2 that are left in November"),
        pytest.param("2026-11", EMERGENCY, 3, 1, id="emergency: the rest of October's 4 hours"),
    ],
)
def test_a_month_cuts(month, spanning, counted, excluded):
    """An outage across a month's end is cut there; its allowance is that of the month it began in, and used once."""
    got = account(spanning, month=Month.parse(month))
    assert (hours(got.counted), hours(got.excluded)) == (counted, excluded)


def test_an_emergency_from_the_month_before_leaves_this_months_allowance():
    """October's emergency, still going on, uses October's allowance; November's own is untouched."""
    got = account("emergency 01 01:00 to 01 06:00", "emergency 10 07:00 to 10 11:00")
    assert [(hours(line.counted), hours(line.excluded)) for line in got.lines] == [(1, 1), (0, 4)]


@pytest.mark.parametrize(("per_month", "excluded"), [(1, 0.5), (2, 1), (None, 1.5)])
def test_another_number_of_emergencies(per_month, excluded):
    """A policy may allow another number of emergency maintenances, or any; the next can begin when 4 hours are over."""
    emergency = SPIRION.emergency.model_copy(update={"per_month": per_month})
    three = [f"emergency 05 {begin}:00 to 05 {begin}:30" for begin in ("07", "11", "15")]
    assert hours(account(*three, promise=SPIRION.model_copy(update={"emergency": emergency})).excluded) == excluded


@pytest.mark.parametrize(
    ("end", "verdict", "printed", "credit"),
    [
        pytest.param("14:12:36", Verdict.MET, "99.000%", False, id="exactly 1% is met"),
        pytest.param("14:12:37", Verdict.MISSED, "98.999%", True, id="a second more is missed, and looks it"),
        pytest.param("07:00:01", Verdict.MET, "99.999%", False, id="a second is not nothing"),
    ],
)
def test_the_threshold(end, verdict, printed, credit):
    """The share is exact, and printed rounded down: 98.99996% never looks like the 99% that were promised."""
    got = account(f"unplanned 10 07:00 to 10 {end}")
    assert (got.verdict, percent(got.availability), got.credit is not None) == (verdict, printed, credit)


def test_the_share_is_exact():
    """Ten hours of 721."""
    assert account("unplanned 10 07:00 to 10 17:00").availability == Fraction(711, 721)


def test_a_fraction_of_a_percent():
    """A promise of 99.9% means 999 in 1000: 43 min 15.6 s of November."""
    promise = SPIRION.model_copy(update={"at_least": 99.9 / 100})
    assert account(promise=promise).allowed == timedelta(minutes=43, seconds=15.6)


@pytest.mark.parametrize(
    ("month", "last"),
    [
        pytest.param("2026-11", date(2027, 1, 29), id="30 November and 60 days"),
        pytest.param("2026-12", date(2027, 3, 1), id="31 December and 60 days"),
        pytest.param("2028-02", date(2028, 4, 29), id="29 February and 60 days"),
    ],
)
def test_the_credit(month, last):
    """A missed month gives 1/12 of the yearly fee, to be claimed within 60 days of its end."""
    got = account("unplanned 2026-10-01 00:00 to now", month=Month.parse(month), now=at("2029-01-01 00:00")).credit
    assert (got.share_of_yearly_fee, got.last_claim_on) == (Fraction(1, 12), last)
    assert got.clause == "Service Credit; Conditions"


@pytest.mark.parametrize(
    ("down", "so_far", "can_be_met"),
    [
        pytest.param("03 07:00 to 03 11:00", Fraction(236, 240), True, id="bad so far, can still be met"),
        pytest.param("03 07:00 to 03 15:00", Fraction(232, 240), False, id="8 hours are too many"),
        pytest.param("11 00:00 to now", Fraction(236, 240), True, id="an open outage lasts until now"),
        pytest.param("11 00:00 to 12 00:00", Fraction(236, 240), True, id="nothing later is known"),
        pytest.param("11 04:00 to now", Fraction(1), True, id="not begun"),
    ],
)
def test_a_month_that_is_not_over(down, so_far, can_be_met):
    """An open month has a share so far, and says whether the commitment can still be met; then there is no credit."""
    got = account(f"unplanned {down}", now=at("11 04:00"))  # 240 hours of November are over
    assert got.verdict is Verdict.OPEN
    assert (got.availability, got.can_be_met, got.credit is None) == (so_far, can_be_met, can_be_met)


def test_a_month_is_over_at_its_last_instant():
    """At 05:00Z on 1 December November is over in New York; a microsecond before it is open."""
    end = at("2026-12-01 05:00")
    verdicts = [account(now=now).verdict for now in (end - timedelta(microseconds=1), end)]
    assert verdicts == [Verdict.OPEN, Verdict.MET]


def test_each_line_says_why():
    """Every part of an outage names its rule and the clause; overlapping time is booked once."""
    got = account(
        "scheduled 10 07:00 to 10 15:00 told 08 06:00",
        "unplanned 10 12:00 to 10 14:00",
        "emergency 11 07:00 to 11 12:00",
        "emergency 11 11:00 to 11 13:00",
        "scheduled 20 07:00 to 20 08:00 told 19 07:00",
        "unplanned 21 07:00 to 21 08:00 cause=third_party_vendor",
        "unplanned 22 07:00 to 22 08:00 service=pilot",
        "unplanned 2026-12-01 05:00 to 2026-12-01 06:00",
    )
    scheduled, emergency = "Exclusions, Scheduled Downtime", "Exclusions, Emergency Maintenance"
    assert [(part.counts, hours(part.time), part.why, part.clause) for line in got.lines for part in line.parts] == [
        (False, 5, "scheduled downtime, up to 6 hours", scheduled),
        (True, 2, "scheduled downtime beyond 6 hours", scheduled),
        (True, 1, "unplanned downtime", "Availability Commitment"),
        (False, 4, "emergency maintenance, up to 4 hours", emergency),
        (True, 1, "emergency maintenance beyond 4 hours", emergency),
        (True, 1, "emergency maintenance, a further one; 1 a month is allowed", emergency),
        (True, 1, "scheduled downtime, announced 24 h before; 48 hours are needed", scheduled),
        (False, 1, "excused: a fault of any third-party vendor", "Exclusions"),
        (False, 1, "not counted: a pilot of the service", "Exclusions"),
    ]


def test_only_outages_of_the_month_have_a_line():
    """An outage that ends as the month begins, or begins as it ends, is another month's."""
    got = account(
        "unplanned 2026-11-01 03:00 to 2026-11-01 04:00",
        "unplanned 2026-11-01 03:00 to 2026-11-01 04:01",
        "unplanned 2026-12-01 05:00 to now",
    )
    assert [line.outage.id for line in got.lines] == ["2"]


def test_an_outage_to_come_has_a_line():
    """A downtime announced for later in the month is listed, and nothing is booked on it yet."""
    got = account("scheduled 20 07:00 to 20 08:00 told 10 07:00", now=at("11 00:00"))
    assert [line.parts for line in got.lines] == [()]


def test_local_instants_are_elapsed_time():
    """From 01:00 to 03:00 on the night that the clocks go back three hours pass."""
    begin, end = (datetime.fromisoformat(f"2026-11-01T0{each}:00") for each in ("1:00-04", "3:00-05"))
    assert hours(account(Outage(id="1", kind=OutageKind.UNPLANNED, begin=begin, end=end)).counted) == 3


def test_every_fault_at_once():
    """Bad outages are refused with a path and a remedy each."""
    with pytest.raises(ConfigError) as caught:
        account(
            outage("unplanned 10 07:00 to 10 07:00", "a"),
            outage("unplanned 10 07:00 to 10 08:00 cause=weather", "a"),
            outage("unplanned 10 07:00 to 10 08:00 service=staging", "b"),
        )
    assert [str(fault) for fault in caught.value.faults] == [
        "outages[0].end: is not after `begin`; correct it, or leave it out while the outage lasts",
        "outages[1].id: is also the id of outages[0]; give each outage its own",
        "outages[1].cause: 'weather' is not excused by the policy (customer_fault, third_party_vendor, beyond_control);"
        " remove it",
        "outages[2].service: 'staging' is not a service; write one of production, beta, trial, pilot",
    ]


@pytest.mark.parametrize(
    ("written", "changed", "path"),
    [
        ("scheduled: {", "scheduled: {per_month: 1, ", "availability.scheduled.per_month"),
        ("emergency: {", "emergency: {notice_hours: 1, ", "availability.emergency.notice_hours"),
        ("timezone: America/New_York\n  scheduled", "timezone: Nowhere\n  scheduled", "availability.timezone"),
    ],
)
def test_a_promise_that_cannot_be_judged(written, changed, path):
    """What a policy asks and this account would not heed is refused when it is loaded, not ignored."""
    text = text_of("spirion")
    assert text.count(written) == 1
    with pytest.raises(ConfigError) as caught:
        load_policy(text.replace(written, changed), "own.yaml")
    assert [fault.path for fault in caught.value.faults] == [path]


@pytest.mark.parametrize(
    ("month", "before", "after"),
    [("2026-11", "2026-10", "2026-12"), ("2026-01", "2025-12", "2026-02"), ("2026-12", "2026-11", "2027-01")],
)
def test_the_months_beside(month, before, after):
    """The year turns between December and January."""
    got = Month.parse(month)
    assert (str(got.preceding), str(got.following)) == (before, after)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "2026", "2026-11-01", "1969-01", "9999-01", "", "２０２６-11"])
def test_not_a_month(text):
    """A month is a year and a month, of the years that zones are known for."""
    with pytest.raises(ConfigError, match="is not a month; write year and month such as 2026-11"):
        Month.parse(text)


def test_a_month_that_has_not_begun():
    """Nothing can be said of a month before its first instant has passed."""
    with pytest.raises(ConfigError, match="2026-11 has not begun"):
        account(now=at("01 04:00"))


@pytest.mark.parametrize("naive", ["now", "begin", "end", "announced_at"])
def test_a_naive_instant_is_an_error(naive):
    """An instant without a zone is never a guess."""
    given = {"now": OVER, "begin": at("03 07:00"), "end": None} | {naive: datetime(2026, 11, 10, 7)}  # noqa: DTZ001
    now = given.pop("now")
    with pytest.raises(ValueError, match="has no zone"):
        account(Outage(id="1", kind=OutageKind.UNPLANNED, **given), now=now)
