"""``python -m benchmarks``: every measurement in one run, printed as tables with the bars at the end."""

import argparse
import platform
from collections.abc import Sequence

from benchmarks import evaluations, floor, freshness, report
from benchmarks.bars import bars
from benchmarks.contestants import ours
from benchmarks.peers import WORKCLOCK, peers
from benchmarks.rounds import measure
from benchmarks.scene import Scene

COLD_PROCESSES = 9


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; a missed bar is printed as such and is no failure, since other work may slow the machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=25, help="how often every case is timed (default: 25)")
    parser.add_argument("--starts", type=int, default=200, help="how many random starts are asked about (default: 200)")
    options = parser.parse_args(arguments)
    if min(options.rounds, options.starts) < 1:
        parser.error("--rounds and --starts must be at least 1")
    run(options.rounds, options.starts)


def run(rounds: int, starts: int) -> None:
    """Measure so many rounds over so many starts, and print the tables."""
    scene = Scene.of(starts)
    own = ours(scene)
    others, missing = peers(scene)
    print(f"Python {platform.python_version()}, {rounds} rounds, {starts} starts")
    if missing:
        print(f"not installed, so not measured: {', '.join(missing)}; `make bench` brings them")
    print()

    agreements = {each.name: each.agreement(scene) for each in others}
    cases = [*floor.cases(scene), *(case for each in [own, *others] for case in each.cases(scene))]
    cases.sort(key=lambda case: case.key[:2])  # what is compared is timed side by side
    times = measure([*cases, *evaluations.cases(), *freshness.cases()], rounds)
    cold = freshness.cold(min(rounds, COLD_PROCESSES))

    alone = {f"{what} {size}".strip(): each for (what, size, name), each in times.items() if not name}
    alone[f"{freshness.FRESH} of a new process"] = cold
    judged = bars(
        times,
        own.name,
        [each.name for each in others if each.name != WORKCLOCK],
        {"zone and country known": times[freshness.FRESH, "", ""], "in a new process": cold},
        freshness.ten_years_bytes(),
    )
    for lines in (
        report.arithmetic(times, [floor.NAME, own.name, *agreements], own.name),
        report.agreements(agreements),
        report.single("without a peer", alone),
        report.verdicts(judged),
    ):
        print("\n".join(lines))


if __name__ == "__main__":
    main()
