"""The page of availability: the month's account, and entering, correcting and withdrawing an outage."""

import re
from dataclasses import replace
from html import unescape

import pytest

from core.outages import OutageKind
from tests.console.seed import HOSTILE, NOW, OPERATOR, VIEWER, World, csrf_of
from tests.core.test_availability import at, outage

ENTERED = {"id": "db", "kind": "unplanned", "begin": "2026-11-21T14:00", "end": "2026-11-21T20:00"}
CASES = [
    outage("scheduled 08 07:00 to 08 14:30 told 04 17:00", "window"),
    outage("unplanned 22 00:00 to 22 06:00", "database"),
    outage("emergency 12 07:00 to 12 09:00", "patch"),
    outage("unplanned 13 07:00 to 13 09:00 cause=third_party_vendor", "cdn"),
    outage("unplanned 14 07:00 to 14 09:00 service=beta", "labs"),
]


def text_of(world: World, address: str = "", password: str = OPERATOR) -> str:
    """Return the page's text as a reader sees it, in one line."""
    page = world.client(password).get(f"/console/availability{address}")
    assert page.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


def send(world: World, action: str, password: str = OPERATOR, **fields: str):
    client = world.client(password)
    client.get("/console/today")
    return client.post(f"/console/availability/cloud/{action}", data={"csrf": csrf_of(client), **fields})


def in_force(world: World) -> list[str]:
    return [each.outage.id for each in world.store.outages.of("cloud")]


def test_a_month_in_full(world):
    """A reader sees the percentage, each outage with its kind, what of it counts and why, the credit and its day."""
    for each in CASES:
        world.store.outages.enter("cloud", each, "ann")
    world.set_time(at("2026-12-10 12:00"))
    text = text_of(world, "?month=2026-11")
    for part in (
        "MISSED: 98.959% available",
        "98.959% available; 99.000% promised [Availability Commitment]",
        "7 h 30 min of downtime counts; 12 h left out",
        "17 min 24 s over the 7 h 12 min 36 s that may count",
        "1/12 credit: 1/12 of the yearly fee, to be claimed by Friday 29 January 2027 [Service Credit; Conditions]",
        "left out 6 h scheduled downtime, up to 6 hours [Exclusions, Scheduled Downtime]",
        "counts 1 h 30 min scheduled downtime beyond 6 hours [Exclusions, Scheduled Downtime]",
        "left out 2 h emergency maintenance, up to 4 hours [Exclusions, Emergency Maintenance]",
        "excused, unplanned",
        "left out 2 h excused: a fault of any third-party vendor [Exclusions]",
        "beta, unplanned",
        "left out 2 h not counted: a beta of the service [Exclusions]",
        "counts 6 h unplanned downtime [Availability Commitment]",
        "announced Wed 4 Nov 2026 12:00 EST",
        "entered by ann",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("address", "heading", "links"),
    [
        ("", "Availability, November 2026", ["2026-10"]),
        ("?connection=cloud&month=2026-10", "Availability, October 2026", ["2026-09", "2026-11"]),
        ("?month=2026-01", "Availability, January 2026", ["2025-12", "2026-02"]),
    ],
)
def test_months(world, address, heading, links):
    """The present month unless another is asked for, and the months beside it that have begun."""
    text = world.client().get(f"/console/availability{address}").text
    assert f"<h1>{heading}</h1>" in text
    assert re.findall(r'class="button calm" href="[^"]*connection=cloud&amp;month=([0-9-]*)"', text) == links


def test_a_month_to_come(world):
    """Of a month that has not begun nothing can be said, and the page says that."""
    assert "2027-01 has not begun" in text_of(world, "?month=2027-01")


@pytest.mark.parametrize("address", ["?month=11", "?month=2026-13", "?connection=acme", "?connection=nobody"])
def test_what_is_not_known(world, address):
    """A month that is none, and a connection without a promise, are pages that say so."""
    assert world.client().get(f"/console/availability{address}").status_code == 404


def test_no_promise(tmp_path):
    """Where no policy promises availability the page says what would."""
    acme = {"platform": "zendesk", "policy": "glassbeam", "token": "${TOKEN}"}
    world = World(f"sqlite:///{tmp_path / 'db'}", connections={"acme": acme})
    assert "No connection's policy promises availability" in text_of(world)
    world.close()


def test_recorded_for_later(world):
    """What is announced for a later month is not lost from sight meanwhile, and is no outage of this one."""
    later = outage("scheduled 2026-12-05 07:00 to 2026-12-05 09:00 told 20 07:00", "december")
    world.store.outages.enter("cloud", later, "ann")
    text = text_of(world)
    assert text.index("No outage is recorded for the month") < text.index("Recorded for later") < text.index("december")
    assert "december" not in text_of(world, "?month=2026-10")


def test_enter(world):
    """An operator enters an outage in the policy's zone; it counts, and the audit says who entered it."""
    answer = send(world, "enter", **ENTERED, source="status page", cause="", service="production")
    assert answer.headers["Location"] == "/console/availability?connection=cloud&month=2026-11"
    (entry,) = world.store.outages.of("cloud")
    assert entry.outage == replace(outage("unplanned 21 19:00 to 22 01:00", "db"), source="status page")
    assert entry.entered_by == "console:operator"
    (line,) = world.store.listings.audit("cloud", "")
    assert (line["actor"], line["action"], line["detail"]["outage"]) == ("console:operator", "outage entered", "db")
    assert "counts 6 h unplanned downtime" in text_of(world)


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        pytest.param({"end": "2026-11-21T13:00"}, "end", "is not after `begin`", id="ends before it begins"),
        pytest.param({"begin": ""}, "begin", "is required", id="no begin"),
        pytest.param({"begin": "soon"}, "begin", "is not an instant", id="no instant"),
        pytest.param({"id": ""}, "id", "is required", id="no name"),
        pytest.param({"id": "x" * 201}, "id", "at most 200 characters", id="a long name"),
        pytest.param({"id": "a\x00b"}, "id", "characters that cannot be shown", id="no characters of a name"),
        pytest.param({"id": "taken"}, "id", "is recorded already", id="a name twice"),
        pytest.param({"replaces": "gone"}, "id", "is not recorded any more", id="a correction of nothing"),
        pytest.param({"kind": "planned"}, "kind", "is not a kind of outage", id="no kind"),
        pytest.param({"cause": "weather"}, "cause", "is not excused by the policy", id="no cause of the policy"),
        pytest.param({"service": "staging"}, "service", "is not a service", id="no service of the policy"),
    ],
)
def test_what_cannot_be_entered(world, change, field, said):
    """A form that cannot be taken comes back as it was filled in, with what is wrong beside the field."""
    world.store.outages.enter("cloud", outage("unplanned 01 07:00 to 01 08:00", "taken"), "ann")
    answer = send(world, "enter", **{**ENTERED, "source": HOSTILE, **change})
    assert answer.status_code == 422
    (fault,) = re.findall(rf'id="fault-{field}">([^<]*)<', answer.text)
    assert said in unescape(fault)
    assert f'name="{field}"' in answer.text
    assert f'aria-describedby="fault-{field}"' in answer.text
    assert HOSTILE in unescape(answer.text)
    assert HOSTILE not in answer.text
    assert in_force(world) == ["taken"]


def test_correct(world):
    """What lasts is ended by a correction: the form comes filled in, and takes the old entry's place."""
    lasts = outage("unplanned 21 19:00 to now", "database")
    world.store.outages.enter("cloud", lasts, "ann")
    page = world.client().get("/console/availability?change=database").text
    assert "Change database" in page
    assert 'name="begin" value="2026-11-21T14:00"' in page
    fields = {"id": "database", "kind": "emergency", "begin": "2026-11-21T14:00", "end": "2026-11-21T20:00"}
    assert send(world, "enter", **fields, replaces="database").status_code == 302
    (entry,) = world.store.outages.of("cloud")
    assert entry.outage == replace(lasts, kind=OutageKind.EMERGENCY, end=at("22 01:00"))


def test_withdraw(world):
    """A withdrawn outage counts no longer, and the audit says who withdrew it; a second time there is none."""
    world.store.outages.enter("cloud", CASES[1], "ann")
    answer = send(world, "withdraw", id="database", month="2026-11")
    assert answer.headers["Location"] == "/console/availability?connection=cloud&month=2026-11"
    assert in_force(world) == []
    line = world.store.listings.audit("cloud", "")[0]
    assert (line["actor"], line["action"]) == ("console:operator", "outage withdrawn")
    assert send(world, "withdraw", id="database").status_code == 404


def test_a_viewer_only_looks(world):
    """A viewer sees the account without forms, and is turned away who sends one all the same."""
    world.store.outages.enter("cloud", CASES[1], "ann")
    for address in ("", "?change=database"):
        text = text_of(world, address, VIEWER)
        assert "counts 6 h unplanned downtime" in text
        assert not re.search("Enter an outage|Change|Withdraw", text)
    assert send(world, "enter", VIEWER, **ENTERED).status_code == 403
    assert send(world, "withdraw", VIEWER, id="database").status_code == 403
    assert in_force(world) == ["database"]


@pytest.mark.parametrize("action", ["enter", "withdraw"])
def test_a_form_of_another_page(world, action):
    """A form without this session's token changes nothing."""
    world.store.outages.enter("cloud", CASES[1], "ann")
    answer = world.client().post(f"/console/availability/cloud/{action}", data={**ENTERED, "id": "database"})
    assert answer.status_code == 400
    assert in_force(world) == ["database"]


def test_what_the_policy_no_longer_knows(world):
    """An outage that a changed policy cannot judge is named with the remedy, and can be corrected or withdrawn."""
    bad = replace(CASES[1], cause="weather")
    world.store.outages.enter("cloud", bad, "ann")
    text = text_of(world)
    assert "outage 'database', cause: 'weather' is not excused by the policy" in text
    assert "Withdraw database" in text


def test_the_time_is_the_services(world):
    """An outage that lasts counts until now, by the service's clock: here 18:00 UTC, twelve hours after it began."""
    world.store.outages.enter("cloud", outage("unplanned 24 06:00 to now", "database"), "ann")
    assert at("24 18:00") == NOW
    assert re.search("counts 12 h( [0-9]+ s)? unplanned downtime", text_of(world))
