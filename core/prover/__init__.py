"""The prover behind ``policy check``: what a policy that loads still cannot mean, each with a ticket that shows it.

That a calendar has no hours, a duration no basis or a name nothing behind it is known when a file is loaded; here the
rules and targets are held against every ticket that they can tell apart, and the deadlines against each other.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from core.policy import Policy
from core.prover.cases import domains
from core.prover.findings import Finding, FindingKind, Severity
from core.prover.ladders import ladders, lives
from core.prover.rules import no_target, rules, tied_targets, unreachable_targets
from core.prover.survey import MOST_COMBINATIONS, Survey, survey
from core.prover.times import Deadlines, better_plan_promises_less, holidays_end, resolution_before_response, runs_out
from core.prover.times import starts as starts_to_try
from core.yaml_text import Document

__all__ = ["Finding", "FindingKind", "Severity", "prove", "render"]


def prove(policy: Policy, document: Document | None = None, *, on: date) -> tuple[Finding, ...]:
    """Return what is wrong with a policy, in the order of the file.

    Args:
        policy: as loaded.
        document: the file that it was loaded from, for the lines; without it findings have only their paths.
        on: the day from which deadlines are tried and holidays have to be known.
    """
    document = document or Document(None, {}, "")
    found = [*_calendars(policy, document)]
    seen = survey(policy, datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
    if seen is None:
        found.append(_too_many(policy, document))
    else:
        found += _proven(seen, on, document)
    return tuple(sorted(found, key=lambda each: (each.line or 0, each.path, each.kind)))


def render(findings: Iterable[Finding]) -> str:
    """Return the findings for the command line, one a line: ``file:line: path: severity: message``."""
    return "\n".join(_line(each) for each in findings)


def _line(finding: Finding) -> str:
    fault = finding.fault
    place = fault.source + (f":{fault.line}" if fault.line else "")
    said = f"{finding.severity}: {finding.message} [{finding.kind}]"
    return ": ".join(part for part in (place, finding.path, said) if part)


def _proven(seen: Survey, on: date, document: Document) -> Iterator[Finding]:
    """Yield what follows from going through every ticket that the rules can tell apart."""
    yield from rules(seen, document)
    yield from unreachable_targets(seen, document)
    yield from tied_targets(seen, document)
    found = lives(seen)
    yield from no_target(seen, found.raised, document)
    yield from ladders(seen, found, document)
    deadlines = Deadlines(seen.policy, starts_to_try(seen.policy, on))
    yield from runs_out(seen, deadlines, document)
    yield from resolution_before_response(seen, deadlines, document)
    yield from better_plan_promises_less(seen, deadlines, document)
    yield from holidays_end(seen, on, document)


def _calendars(policy: Policy, document: Document) -> Iterator[Finding]:
    """Yield what a calendar shows by itself: shifts that overlap, and that nothing refers to it."""
    form = policy.form
    used = {form.default_calendar, *(target.calendar for target in form.targets)}
    used |= {plan.calendar for plan in form.plans.values()}
    for name, calendar in policy.calendars.items():
        for overlap in calendar.overlaps:
            fault = document.fault(("calendars", name), f"{overlap}; the time counts once: correct one of the two")
            yield Finding(FindingKind.OVERLAPPING_HOURS, Severity.WARNING, fault)
        if name not in used:
            message = "is not used by any target, plan or `default_calendar`; use it or remove it"
            yield Finding(FindingKind.UNUSED_CALENDAR, Severity.WARNING, document.fault(("calendars", name), message))


def _too_many(policy: Policy, document: Document) -> Finding:
    message = (
        f"the rules can tell {domains(policy).size:,} tickets apart, more than the {MOST_COMBINATIONS:,} that are gone "
        "through; only its calendars are proven. Let rules name fewer facts or values"
    )
    return Finding(FindingKind.TOO_MANY_COMBINATIONS, Severity.WARNING, document.fault((), message))
