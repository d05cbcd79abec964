"""One pass over every ticket that the rules can tell apart: which rule decides when, and examples for each case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from core.policy import Case, Policy
from core.prover.cases import Sample, domains, samples
from core.ticket import Metric
from core.yaml_text import Path

MOST_COMBINATIONS = 200_000

Key = TypeVar("Key")


@dataclass(slots=True)
class Verdict:
    """What became of one rule: whether it ever decides, and what decides in its stead where it holds.

    Attributes:
        example: the lightest ticket on which it holds and something before it decides.
    """

    decides: bool = False
    before: dict[Path, None] = field(default_factory=dict)
    example: Sample | None = None

    def hidden(self, by: Iterable[Path], sample: Sample) -> None:
        """Note a ticket on which the rule holds and ``by`` decides."""
        self.before.update(dict.fromkeys(by))
        if self.example is None or sample.weight < self.example.weight:
            self.example = sample


Kinship = tuple[Case, frozenset[Metric]]


@dataclass
class Survey:
    """What the pass found.

    Attributes:
        covered: the lightest covered ticket for each case and set of cancelled metrics.
        refused: the lightest ticket that is not covered, for each case.
        verdicts: for each rule, by its path in the file.
    """

    policy: Policy
    covered: dict[Kinship, Sample] = field(default_factory=dict)
    refused: dict[Case, Sample] = field(default_factory=dict)
    verdicts: dict[Path, Verdict] = field(default_factory=dict)

    def timed(self, *metrics: Metric) -> dict[Case, Sample]:
        """Return the lightest covered ticket of each case on which none of the metrics is cancelled."""
        found: dict[Case, Sample] = {}
        for (case, cancelled), sample in self.covered.items():
            known = found.get(case)
            if cancelled.isdisjoint(metrics) and (known is None or sample.weight < known.weight):
                found[case] = sample
        return found

    @cached_property
    def with_raises(self) -> set[Kinship]:
        """Every covered case with the metrics cancelled in it, also as escalations may have raised it.

        It is never too small: a raise that some ticket may see is added to every case, as the rest of a ticket can
        change after it. So what no case of these selects is proven to be out of reach.
        """
        found = set(self.covered)
        while True:
            tiers = {
                level.raise_tier
                for ladder in self.policy.ladders
                for case, cancelled in found
                if ladder.metric not in cancelled
                and ladder.selector.matches(case)
                and self.policy.target(ladder.metric, case) is not None
                for level in ladder.levels
                if level.raise_tier is not None
            }
            raised = {(_raised(case, tier), cancelled) for case, cancelled in found for tier in tiers}
            if raised <= found:
                return found
            found |= raised


def survey(policy: Policy, at: datetime) -> Survey | None:
    """Return what a pass over every combination finds; None where there are more than can be gone through."""
    if domains(policy).size > MOST_COMBINATIONS:
        return None
    found = Survey(policy)
    paths: list[Path] = [("tiers", n) for n in range(len(policy.tier_rules))]
    paths += [("cover", n) for n in range(len(policy.cover))]
    paths += [("exclusions", n) for n in range(len(policy.exclusions))]
    found.verdicts = {path: Verdict() for path in paths}
    for sample in samples(policy, at):
        _tiers(found, sample)
        _cover(found, sample)
        _exclusions(found, sample)
        if sample.refusal is None:
            _keep(found.covered, (sample.case, sample.cancelled), sample)
        else:
            _keep(found.refused, sample.case, sample)
    return found


def known_priority(case: Case, policy: Policy) -> bool:
    """Return whether a case has its priority; without one no target is promised by anybody's document."""
    return case.priority is not None or not policy.priorities


def _keep(kept: dict[Key, Sample], key: Key, sample: Sample) -> None:
    if key not in kept or sample.weight < kept[key].weight:
        kept[key] = sample


def _tiers(found: Survey, sample: Sample) -> None:
    holding = [n for n, rule in enumerate(found.policy.tier_rules) if rule.when.holds(sample.standing.facts)]
    for n in holding:
        if n == holding[0]:
            found.verdicts["tiers", n].decides = True
        else:
            found.verdicts["tiers", n].hidden([("tiers", holding[0])], sample)


def _cover(found: Survey, sample: Sample) -> None:
    for n, rule in enumerate(found.policy.cover):
        if rule.when.holds(sample.standing.facts):
            decides = _refused_by(found.policy, sample)
            if decides == ("cover", n):
                found.verdicts["cover", n].decides = True
            else:
                found.verdicts["cover", n].hidden([decides], sample)


def _exclusions(found: Survey, sample: Sample) -> None:
    """An exclusion decides when it cancels a clock of a covered ticket that none before it cancels."""
    before: list[Path] = []
    cancelled: set[Metric] = set()
    for n in sample.excluded_by:
        cancels = found.policy.exclusions[n].cancels
        if sample.refusal is not None:
            found.verdicts["exclusions", n].hidden([_refused_by(found.policy, sample)], sample)
        elif cancels <= cancelled:
            found.verdicts["exclusions", n].hidden(before, sample)
        else:
            found.verdicts["exclusions", n].decides = True
        before.append(("exclusions", n))
        cancelled |= cancels


def _refused_by(policy: Policy, sample: Sample) -> Path:
    """Return where it stands that this ticket is not covered: a rule of cover, or the limits of plans before any."""
    assert sample.refusal is not None  # noqa: S101 - asked of refused tickets only
    holding = next((n for n, rule in enumerate(policy.cover) if rule.when.holds(sample.standing.facts)), None)
    if holding is not None and sample.refusal.name == policy.cover[holding].name:
        return ("cover", holding)
    plan = sample.case.plan or ""
    limits: dict[str, Path] = {
        "no_plan": ("plans",),
        "channel": ("plans", plan, "channels"),
        "yearly_number": ("plans", plan, "tickets_per_year"),
    }
    return limits[sample.refusal.name]


def _raised(case: Case, tier: int) -> Case:
    return case if case.tier is not None and case.tier >= tier else Case(case.plan, case.priority, tier, case.add_ons)
