"""What a policy does not cover, and the causes that suspend it. Source: SEMANTICS section 5."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.policy import Policy
from core.ticket import Metric
from core.tiers import Standing
from core.timeline import Span, Timeline


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a ticket is not covered: the rule, its reason and the clause of the document."""

    name: str
    because: str
    clause: str


@dataclass(frozen=True, slots=True)
class Suspension:
    """Spans in which clocks are cancelled.

    Attributes:
        spans: for each metric, in order of time, disjoint; one without an end holds now.
        refusal: why the ticket is not covered now, or None.
        exclusion: the name of the exclusion that holds now, or None.
    """

    spans: dict[Metric, tuple[Span, ...]]
    refusal: Refusal | None
    exclusion: str | None


def suspension(timeline: Timeline, standings: Sequence[Standing], policy: Policy) -> Suspension:
    """Return when which clocks are cancelled: by removal, by exclusions, and by want of cover.

    Want of cover counts as it is now: a ticket that is covered (again) runs as though it always had been.
    """
    refusals = [refusal(each, timeline, policy) for each in standings]
    everywhere = list(timeline.removed)
    if refusals[-1] is not None:
        since = len(refusals) - 1
        while since and refusals[since - 1] is not None:
            since -= 1
        everywhere.append(Span(standings[since].since, None, "not covered"))
    excluded = _exclusions(standings, policy)
    spans = {}
    for metric in Metric:
        own = [span for span, cancels in excluded if metric in cancels]
        spans[metric] = tuple(joined([*everywhere, *own])) if own or everywhere else ()
    holding = [span.why for span, _ in excluded if span.end is None]
    return Suspension(spans, refusals[-1], holding[0] if holding else None)


def refusal(standing: Standing, timeline: Timeline, policy: Policy) -> Refusal | None:
    """Return why the policy does not cover a ticket that stands so, or None."""
    if policy.form.agent_opened == "exclude" and timeline.ticket.opened_by == "agent":
        return Refusal("agent_opened", "the policy leaves out tickets that an agent opened", "")
    if policy.plans and standing.case.plan is None:
        return Refusal("no_plan", "no plan known", "")
    plan = policy.plans.get(standing.case.plan or "")
    if plan is not None:
        channel = standing.facts.get("channel")
        if plan.channels is not None and channel in policy.known_channels and channel not in plan.channels:
            return Refusal("channel", f"the plan {plan.name} does not include the channel {channel}", plan.clause)
        used, most = standing.facts.get("tickets_this_year"), plan.tickets_per_year
        if most is not None and isinstance(used, int | float) and not isinstance(used, bool) and used > most:
            return Refusal("yearly_number", f"the plan {plan.name} includes {most} tickets a year", plan.clause)
    for rule in policy.cover:
        if rule.when.holds(standing.facts):
            return Refusal(rule.name, rule.because, rule.clause)
    return None


def _exclusions(standings: Sequence[Standing], policy: Policy) -> list[tuple[Span, frozenset[Metric]]]:
    """Return each span in which an exclusion held, with the metrics that it cancels."""
    found = []
    for rule in policy.exclusions:
        began: datetime | None = None
        for each in standings:
            holds = rule.when.holds(each.facts)
            if holds and began is None:
                began = each.since
            elif not holds and began is not None:
                found.append((Span(began, each.since, rule.name), rule.cancels))
                began = None
        if began is not None:
            found.append((Span(began, None, rule.name), rule.cancels))
    return found


def joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the union of spans in order of time; touching ones are one, under the reason of the first."""
    current: Span | None = None
    for span in sorted(spans, key=lambda span: span.begin):
        if current is None:
            current = span
        elif current.end is None or span.begin <= current.end:
            end = None if current.end is None or span.end is None else max(current.end, span.end)
            why = current.why if span.why == current.why else f"{current.why}, then {span.why}"
            current = Span(current.begin, end, why, current.observed or span.observed)
        else:
            yield current
            current = span
    if current is not None:
        yield current
