"""The benchmarks measure what they say, and their command runs. How fast anything is, no test asserts."""

from bisect import bisect_left, bisect_right
from datetime import timedelta

import pytest

from benchmarks import freshness
from benchmarks.__main__ import main
from benchmarks.bars import bars
from benchmarks.contestants import ours
from benchmarks.evaluations import EVALUATE
from benchmarks.floor import NAME as FLOOR
from benchmarks.floor import edges
from benchmarks.peers import MAKERS, WORKCLOCK
from benchmarks.report import table
from benchmarks.rounds import Case, Times, measure
from benchmarks.scene import HORIZONS, Scene
from benchmarks.tickets import LENGTHS, gold_policy, ticket_of
from core.evaluate import evaluate

OURS = "SLA Sidecar"
PEER = "a Python peer"


@pytest.fixture(scope="module")
def scene():
    return Scene.of(20)


def test_core_answers_its_own_questions(scene):
    """The ends that ``between`` is asked about lie as far away as the horizons say."""
    same, asked = ours(scene).agreement(scene)
    assert (same, asked) == (20 * len(HORIZONS) * 2, 20 * len(HORIZONS) * 2)


@pytest.mark.parametrize("hours", HORIZONS.values(), ids=HORIZONS)
def test_floor_searches_find_the_answer(scene, hours):
    """The two bare searches are those that an answer needs: with some arithmetic around them they give the core's."""
    opens, totals = edges(scene)
    for start, end in zip(scene.starts, scene.ends(hours), strict=True):
        k = bisect_right(opens, start) - 1
        before = totals[k - 1] + min(start - opens[k], totals[k] - totals[k - 1])
        total = before + timedelta(hours=hours)
        k = bisect_left(totals, total)
        assert opens[k] + (total - totals[k - 1]) == end


@pytest.mark.parametrize("package", [package for package in MAKERS if package != "pandas"])
def test_peers_agree(scene, package):
    """A peer is called in a way that gives the right answer: all but pandas give the core's, in every case."""
    pytest.importorskip(package.replace("-", "_"), reason=f"{package} is not installed here; `make bench` brings it")
    for contestant in MAKERS[package](scene):
        same, asked = contestant.agreement(scene)
        assert same == asked > 0, contestant.name


def test_pandas_agrees_within_a_day(scene):
    """pandas gives the core's answer unless that is a closing time, for which it says the next opening."""
    pytest.importorskip("pandas", reason="pandas is not installed here; `make bench` brings it")
    (contestant,) = MAKERS["pandas"](scene)
    amount = contestant.amount(timedelta(hours=8))
    answers = [contestant.add(contestant.instant(start), amount) for start in scene.starts]
    assert answers == scene.ends(8)


@pytest.mark.parametrize("length", LENGTHS)
def test_tickets_have_events_that_cost(length):
    """A ticket has its number of events, is open, and but for the shortest has been paused and has changed target."""
    ticket, now = ticket_of(length)
    evaluation = evaluate(ticket, gold_policy(), now)
    assert len(ticket.events) == length
    assert not evaluation.current["resolution"].is_finished
    if length > min(LENGTHS):
        assert any(clock.pauses for clock in evaluation.clocks)
        assert any(len(clock.segments) > 1 for clock in evaluation.clocks)


def test_fresh_calendars_share_nothing():
    """Each calendar that is timed as fresh says something that none before has said."""
    first, second = freshness._fresh(), freshness._fresh()
    assert first.content != second.content


def test_every_case_is_timed_every_round():
    """A round times every case, and a sample's time is a call's."""
    made = []
    cases = [Case((name, "", ""), lambda name=name: made.append(name), calls=2) for name in ("a", "b")]
    times = measure(cases, rounds=3)
    assert set(made) == {"a", "b"}
    assert [len(times[case.key].seconds) for case in cases] == [3, 3]


def test_ratio_is_taken_within_rounds():
    """A slow round, slow for both, leaves the ratio as it is."""
    assert Times((2.0, 20.0, 2.0)).ratio_to(Times((1.0, 10.0, 2.0))) == 2.0
    assert Times((1.0, 5.0, 2.0)).median == 2.0


@pytest.mark.parametrize(
    ("about", "floor", "own", "other", "missed"),
    [
        pytest.param("add, of two bare bisects", 1.0, 2.5, 1e4, False, id="add at its bar"),
        pytest.param("add, of two bare bisects", 1.0, 2.6, 1e4, True, id="add beyond it"),
        pytest.param("between, of two bare bisects", 1.0, 3.0, 1e4, False, id="between at its bar"),
        pytest.param("add 8 hours, faster than workclock", 1.0, 2.0, 15.9, True, id="7.95 times workclock"),
        pytest.param("add 2 years, faster than workclock", 1.0, 2.0, 300.0, False, id="150 times workclock"),
        pytest.param(f"between 5 days, faster than {PEER}", 1.0, 2.0, 199.0, True, id="99.5 times a peer"),
    ],
)
def test_bars(about, floor, own, other, missed):
    """A bar is missed when the ratio lies on its wrong side; at the bar it is cleared."""
    times = {
        (operation, horizon, name): Times((each,))
        for operation in ("add", "between")
        for horizon in HORIZONS
        for name, each in ((FLOOR, floor), (OURS, own), (WORKCLOCK, other), (PEER, other))
    }
    times |= {(EVALUATE, f"{length} events", ""): Times((0.0001,)) for length in LENGTHS}
    found = {bar.about: bar for bar in bars(times, OURS, [PEER], {"known": Times((0.001,))}, held_bytes=1_000_000)}
    assert found[about].ok is not missed
    assert found["new calendar, known"].measured == "1.00 ms"
    assert found["memory of ten years"].ok


def test_table():
    """A table is Markdown with its columns aligned, the first to the left."""
    assert list(table(["name", "µs"], [["a", "1"], ["longer", "20"]])) == [
        "| name   | µs |",
        "| ------ | -- |",
        "| a      |  1 |",
        "| longer | 20 |",
    ]


def test_command(capsys):
    """One command prints every table and every bar."""
    main(["--rounds", "1", "--starts", "2"])
    printed = capsys.readouterr().out
    for wanted in ("add, µs a call", "between, µs a call", FLOOR, OURS, "evaluate 500 events", "memory of ten years"):
        assert wanted in printed
    assert printed.rstrip().endswith((" ok |", "missed |"))


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--starts", "-1"], ["--rounds", "many"]])
def test_command_refuses_nonsense(arguments, capsys):
    """A count below one is refused with a message."""
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
    assert "--rounds" in capsys.readouterr().err
