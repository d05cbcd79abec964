"""What is proven about rules and targets by going through every ticket that the rules can tell apart."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from core.errors import Fault
from core.policy import Case, Policy, Selector, Target, strongest
from core.prover.cases import Sample, begun
from core.prover.findings import Finding, FindingKind, Severity, described, in_words, listed
from core.prover.survey import Kinship, Survey, known_priority
from core.ticket import Metric, Ticket
from core.yaml_text import Document, Path, dotted


@dataclass(frozen=True, slots=True)
class Witness:
    """A ticket that is in some case at ``now``; ``is_raised`` when an escalation took it there."""

    ticket: Ticket
    now: datetime
    is_raised: bool = False


def rules(survey: Survey, document: Document) -> Iterator[Finding]:
    """Yield each rule that never decides, with what decides in its stead."""
    for path, verdict in survey.verdicts.items():
        if verdict.decides:
            continue
        if verdict.example is None:
            message = "holds for no ticket at all: its conditions exclude each other; correct them or remove the rule"
            yield Finding(FindingKind.RULE_NEVER_HOLDS, Severity.FAULT, document.fault(path, message))
            continue
        ticket = verdict.example.ticket
        message = (
            f"never decides anything: wherever it holds, {listed(_named(each, document) for each in verdict.before)} "
            f"comes first, as for {described(ticket)}; narrow that, move this above it, or remove this"
        )
        fault = document.fault(path, message)
        yield Finding(FindingKind.SHADOWED_RULE, Severity.FAULT, fault, ticket, ticket.created_at)


def unreachable_targets(survey: Survey, document: Document) -> Iterator[Finding]:
    """Yield each target that holds for no covered ticket, whatever its facts and escalations."""
    policy = survey.policy
    reached = {
        found.number
        for case, cancelled in survey.with_raises
        for metric in policy.metrics
        if metric not in cancelled and (found := policy.target(metric, case)) is not None
    }
    for target in policy.targets:
        if target.number in reached:
            continue
        why, example = _unreached(target, survey, document)
        fault = document.fault(("targets", target.number), f"can never be reached: {why}")
        shown = _at_creation(example, target.metric) if example else None
        yield _finding(FindingKind.UNREACHABLE_TARGET, fault, shown)


def _unreached(target: Target, survey: Survey, document: Document) -> tuple[str, Sample | None]:
    """Return why a target holds for no ticket, with the remedy, and the lightest example."""
    policy, matches = survey.policy, target.selector.matches
    if samples := [each for case, each in survey.timed(target.metric).items() if matches(case)]:
        stronger = {
            ("targets", found.number): None
            for each in samples
            if (found := policy.target(target.metric, each.case)) is not None
        }
        names = listed(_named(path, document) for path in stronger)
        example = _lightest(samples)
        of = described(example.ticket)
        return f"{names} is more specific wherever it matches, as for {of}; remove one of them", example
    if samples := [each for each in survey.covered.values() if matches(each.case)]:
        example = _lightest(samples)
        names = listed(policy.exclusions[n].name for n in example.excluded_by)
        return f"the exclusion {names} cancels it for {described(example.ticket)} and every other; narrow it", example
    if samples := [each for case, each in survey.refused.items() if matches(case)]:
        refused = _lightest(samples)
        because = refused.refusal.because if refused.refusal else ""
        return (
            f"no such ticket is covered, for {described(refused.ticket)} since {because}; "
            "narrow what is not covered, or remove the target"
        ), refused
    asked = _asked(target.selector)
    return f"no ticket is ever {asked}, whatever its facts; add a rule under `tiers` or remove the target", None


def no_target(survey: Survey, raised: Mapping[Kinship, Witness], document: Document) -> Iterator[Finding]:
    """Yield, for each metric that the policy times, the cases of covered tickets that have no target for it.

    Args:
        raised: cases that escalations lead to, with the metrics cancelled in them, and a ticket that gets there.
    """
    for metric in survey.policy.metrics:
        by_itself = sorted(survey.timed(metric).items(), key=lambda item: item[1].weight)
        present = {case: _at_creation(each, metric) for case, each in by_itself}
        for (case, cancelled), witness in raised.items():
            if metric not in cancelled:
                present.setdefault(case, witness)
        present = {case: each for case, each in present.items() if known_priority(case, survey.policy)}
        missing = [case for case in present if survey.policy.target(metric, case) is None]
        seen: dict[Case, Case] = {}
        for case in missing:
            seen.setdefault(_widest(case, missing, present), case)
        for wide, case in seen.items():
            yield _no_target(metric, wide, case, present[case], survey.policy, document)


def _no_target(metric: Metric, wide: Case, case: Case, witness: Witness, policy: Policy, document: Document) -> Finding:
    """Return the finding; silence below the first tier that is promised anything is how documents say "nothing"."""
    tiers = [target.selector.tiers for target in policy.targets if target.metric is metric]
    below = all(tiers) and case.tier is not None and case.tier < min(min(each) for each in tiers)
    message = (
        f"no target for the {in_words(metric)} of {wide}, as for {described(witness.ticket)}"
        f"{f', raised to tier {case.tier}' if case.tier and witness.is_raised else ''}; "
        "add one, or say `within: none` for it if nothing is promised"
    )
    severity = Severity.WARNING if below else Severity.FAULT
    fault = document.fault(("targets",), message)
    return Finding(FindingKind.NO_TARGET, severity, fault, witness.ticket, witness.now)


def _widest(case: Case, missing: Iterable[Case], present: Iterable[Case]) -> Case:
    """Return the case less everything that does not matter: what is left has no target whatever else it is."""
    lacking = set(missing)
    asked = ["tier", "priority", "plan", "add_ons"]
    for name in reversed(asked.copy()):
        fewer = [each for each in asked if each != name]
        same = (other for other in present if all(getattr(other, each) == getattr(case, each) for each in fewer))
        if all(other in lacking for other in same):
            asked = fewer
    return Case(
        case.plan if "plan" in asked else None,
        case.priority if "priority" in asked else None,
        case.tier if "tier" in asked else None,
        case.add_ons if "add_ons" in asked else frozenset(),
    )


def tied_targets(survey: Survey, document: Document) -> Iterator[Finding]:
    """Yield each pair of targets that match a ticket equally well; the loader looks at one add-on at a time."""
    seen: set[tuple[int, int]] = set()
    for metric in survey.policy.metrics:
        for case, sample in survey.timed(metric).items():
            for one, other in combinations(strongest(survey.policy.targets, metric, case), 2):
                if (one.number, other.number) in seen:
                    continue
                seen.add((one.number, other.number))
                message = (
                    f"ties with {_named(('targets', one.number), document)} for {described(sample.ticket)}; "
                    "make one of them more specific or remove it"
                )
                fault = document.fault(("targets", other.number), message)
                yield _finding(FindingKind.TIED_TARGETS, fault, _at_creation(sample, metric))


def _at_creation(sample: Sample, metric: Metric) -> Witness:
    """Return a sample as a ticket on which the metric's clock has just begun, where it has a target."""
    at = sample.ticket.created_at
    return Witness(begun(sample.ticket, metric, at), at)


def _lightest(samples: Iterable[Sample]) -> Sample:
    return min(samples, key=lambda each: each.weight)


def _asked(selector: Selector) -> str:
    """Return a selector as a sentence needs it: ``of plan Gold in tier 2``."""
    parts = []
    if selector.plans:
        parts.append(f"of plan {' or '.join(sorted(selector.plans))}")
    if selector.priorities:
        parts.append(f"of priority {' or '.join(sorted(selector.priorities))}")
    if selector.tiers:
        parts.append(f"in tier {' or '.join(str(tier) for tier in sorted(selector.tiers))}")
    if selector.add_on is not None:
        parts.append(f"with the add-on {selector.add_on}")
    return " ".join(parts)


def _finding(kind: FindingKind, fault: Fault, shown: Witness | None) -> Finding:
    return Finding(kind, Severity.FAULT, fault, shown.ticket if shown else None, shown.now if shown else None)


def _named(path: Path, document: Document) -> str:
    line = document.fault(path, "").line
    return f"{dotted(path)} (line {line})" if line else dotted(path)
