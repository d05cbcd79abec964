"""A policy as tables of plain text: the plan x priority matrix first, then everything else that decides. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.explain import hours_in_words
from core.policy import Case, Level, Policy, Rule
from core.ticket import Metric

_NAMES = {
    Metric.FIRST_RESPONSE: "first response",
    Metric.NEXT_RESPONSE: "next response",
    Metric.UPDATE: "update",
    Metric.RESOLUTION: "resolution",
}


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """One table: every row has a cell for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def policy_tables(policy: Policy, *, clauses: bool) -> Iterator[PolicyTable]:
    """Yield a policy's parts, in the order in which they are shown.

    Args:
        policy: as loaded.
        clauses: also list the document's clause for every target.
    """
    form = policy.form
    yield _matrix(policy)
    if clauses:
        yield _table("Clauses", ["target", "within", "clause"], _clauses(policy))
    yield _table("Calendars", ["name", "hours", "zone", "holidays"], _calendars(policy))
    if form.plans:
        yield _table("Plans, from the cheapest", ["plan", "calendar", "channels", "tickets a year"], _plans(policy))
    yield _table("Rules", ["rule", "reading"], _rules(policy))
    if policy.tier_rules:
        rows = [[f"tier {rule.tier}", str(rule.when), rule.clause] for rule in policy.tier_rules]
        yield _table("Tiers, the first that matches", ["tier", "when", "clause"], rows)
    if policy.cover:
        yield _table("Not covered", ["name", "when", "because", "clause"], _reasons(policy.cover))
    if policy.exclusions:
        yield _table("Exclusions", ["name", "when", "because", "clause"], _reasons(policy.exclusions))
    if policy.ladders:
        yield _table("Escalation", ["clock", "for", "level", "when", "who"], _ladders(policy))
    yield from _service(policy)
    if form.parameters:
        yield _table("Parameters", ["parameter", "value", "about"], _parameters(policy))
    if form.assumptions:
        rows = [[each.about, each.reading, each.why] for each in form.assumptions]
        yield _table("Assumptions, where the document leaves something open", ["about", "reading", "why"], rows)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> PolicyTable:
    return PolicyTable(title, tuple(columns), tuple(tuple(row) for row in rows))


def _matrix(policy: Policy) -> PolicyTable:
    """Return the targets with a row for each priority or tier and metric, and a column for each plan."""
    selectors = [target.selector for target in policy.targets]
    plans: Sequence[str | None] = list(policy.plans) if any(each.plans for each in selectors) else [None]
    priorities: Sequence[str | None] = policy.priorities or [None]
    by_tier = any(each.tiers for each in selectors)
    tiers: Sequence[int | None] = policy.tiers if by_tier else [None]
    first = [*(["priority"] if policy.priorities else []), *(["tier"] if by_tier else []), "target"]
    rows = []
    for priority in priorities:
        for tier in tiers:
            for metric in policy.metrics:
                cells = [_cell(policy, metric, Case(plan, priority, tier)) for plan in plans]
                if by_tier and not _reachable(policy, priority, tier):
                    continue
                label = [*([priority or "any"] if policy.priorities else []), *([f"tier {tier}"] if by_tier else [])]
                rows.append([*label, _NAMES[metric], *cells])
    return _table("Targets", [*first, *(plan or "within" for plan in plans)], _without_repeats(rows, len(first) - 1))


def _reachable(policy: Policy, priority: str | None, tier: int | None) -> bool:
    """Return whether a rule on priority alone keeps a ticket of this priority out of this tier."""
    lowest = [
        rule.tier
        for rule in policy.tier_rules
        if any(name == "priority" and priority in values for each in rule.when.alternatives for name, values in each)
    ]
    return tier is None or not lowest or tier >= min(lowest)


def _without_repeats(rows: Sequence[Sequence[str]], labels: int) -> Iterator[Sequence[str]]:
    """Yield the rows with a label that only repeats the row above left out, as vendors print them."""
    above: Sequence[str] = [""] * labels
    for row in rows:
        same = list(row[:labels]) == list(above)
        yield [*([""] * labels if same else row[:labels]), *row[labels:]]
        above = row[:labels]


def _cell(policy: Policy, metric: Metric, case: Case) -> str:
    target = policy.target(metric, case)
    if target is None:
        return "-"
    return target.within.text + (f" ({target.calendar})" if target.calendar else "")


def _clauses(policy: Policy) -> Iterator[Sequence[str]]:
    for target in policy.targets:
        chosen = target.selector
        words = [*sorted(chosen.priorities), *sorted(chosen.plans), *(f"tier {t}" for t in sorted(chosen.tiers))]
        words += [chosen.add_on] if chosen.add_on else []
        yield [f"{_NAMES[target.metric]}: {', '.join(words) or 'all'}", target.within.text, target.clause]


def _calendars(policy: Policy) -> Iterator[Sequence[str]]:
    for name, written in policy.form.calendars.items():
        calendar = policy.calendars[name]
        zone = f"the customer's, else {calendar.timezone}" if calendar.uses_customer_zone else calendar.timezone
        yield [name, hours_in_words(written), zone, _holidays(written.get("holidays"))]


def _holidays(written: object) -> str:
    sources = []
    for each in written if isinstance(written, list) else []:
        if isinstance(each, dict):
            place = "-".join(str(each[key]) for key in ("country", "subdivision") if key in each)
            kinds = ", ".join(each.get("categories", []))
            sources.append(f"{place} ({kinds})" if kinds else place)
        else:
            sources.append(str(each))
    return "; ".join(sources) or "none"


def _plans(policy: Policy) -> Iterator[Sequence[str]]:
    for name, plan in policy.plans.items():
        label = f"{name} (default)" if name == policy.default_plan else name
        channels = ", ".join(policy.form.plans[name].channels or []) or "any"
        limit = "no limit" if plan.tickets_per_year is None else str(plan.tickets_per_year)
        yield [label, plan.calendar or policy.form.default_calendar or "", channels, limit]


def _rules(policy: Policy) -> Iterator[Sequence[str]]:
    form = policy.form
    if form.priorities:
        default = f"; until it is set: {form.priorities.default}" if form.priorities.default else ""
        yield ["who decides the priority", form.priorities.decided_by + default]
        for priority, meaning in form.priorities.meanings.items():
            yield [f"  {priority}", meaning]
    for metric in policy.metrics:
        yield [f"{_NAMES[metric]} pauses in", ", ".join(sorted(policy.pauses.get(metric, ()))) or "nothing"]
    yield ["resolution is met by", "solving or a workaround" if policy.met_by_workaround else "solving"]
    yield ["at risk from", f"{form.at_risk:.0%} of the target"]
    yield ["a change of target counts from", "the change" if form.on_change == "restart" else "the clock's start"]
    yield ["a business day ends", "at closing" if policy.end_of_day else "at the same time of day"]


def _reasons(rules: Sequence[Rule]) -> Iterator[Sequence[str]]:
    for rule in rules:
        yield [rule.name, str(rule.when), rule.because, rule.clause]


def _ladders(policy: Policy) -> Iterator[Sequence[str]]:
    for ladder in policy.ladders:
        chosen = ladder.selector
        words = [*sorted(chosen.priorities), *sorted(chosen.plans), *(f"tier {t}" for t in sorted(chosen.tiers))]
        for level in ladder.levels:
            who = (level.role or "").replace("_", " ") + (f" (to tier {level.raise_tier})" if level.raise_tier else "")
            who += " (in working hours)" if level.in_working_hours else ""
            yield [_NAMES[ladder.metric], ", ".join(words) or "all", f"{level.number} {level.key}", _at(level), who]


def _at(level: Level) -> str:
    if level.share:
        return f"{level.share:.0%} of the target"
    if level.wait is None:
        return str(level.at)
    return f"request (again after {level.wait})" if level.at == "request" else f"{level.wait} {level.at}"


def _service(policy: Policy) -> Iterator[PolicyTable]:
    """Yield what a policy promises beside tickets: availability, notices, add-ons."""
    promise = policy.form.availability
    if promise is not None:
        rows = [
            ["commitment", f"{promise.at_least:.2%} of each calendar month, {promise.timezone}", promise.clause],
            [
                "scheduled downtime",
                f"{promise.scheduled.notice_hours:g} hours' notice, at most {promise.scheduled.most_hours:g} hours",
                promise.scheduled.clause,
            ],
            [
                "emergency maintenance",
                f"at most {promise.emergency.most_hours:g} hours, {promise.emergency.per_month or 'any'} a month",
                promise.emergency.clause,
            ],
            ["excused", "; ".join(promise.excused.values()), "Exclusions"],
            ["not counted", "; ".join(promise.not_counted.values()), "Exclusions"],
            [
                "credit",
                f"{promise.credit.share_of_yearly_fee} of the yearly fee, "
                f"claimed within {promise.credit.claim_within_days} days of the month's end",
                promise.credit.clause,
            ],
        ]
        yield _table("Availability of the service", ["promise", "reading", "clause"], rows)
    if policy.form.notices:
        rows = [[each.about, each.at_least, each.clause] for each in policy.form.notices]
        yield _table("Notices, documented and not timed", ["about", "at least", "clause"], rows)
    if policy.form.add_ons:
        rows = [[name, each.about, each.clause] for name, each in policy.form.add_ons.items()]
        yield _table("Add-ons", ["add-on", "about", "clause"], rows)


def _parameters(policy: Policy) -> Iterator[Sequence[str]]:
    for name, value in policy.parameters.items():
        mark = "EXAMPLE " if name in policy.examples else ""
        shown = "no limit" if value is None else str(value)
        yield [name, mark + shown, policy.form.parameters[name].about]
