"""What keeps a policy from saying more about a ticket, for the people who can put it right."""

from collections.abc import Iterator, Sequence

from core.clocks import Clock
from core.cover import Refusal
from core.policy import Policy
from core.ticket import Metric
from core.tiers import Standing
from core.timeline import Timeline
from core.zones import is_zone


def problems(
    timeline: Timeline, standing: Standing, refusal: Refusal | None, clocks: Sequence[Clock], policy: Policy
) -> tuple[str, ...]:
    """Return what is unknown or missing, in a fixed order."""
    if refusal is not None:
        clause = f" ({refusal.clause})" if refusal.clause else ""
        return (f"not covered: {refusal.because}{clause}",)
    found = [*_plan(standing, policy), *_priority(timeline, policy), *_zone(clocks, standing, policy)]
    return (*found, *_no_target(clocks, standing, policy), *_stray_deadlines(timeline, clocks))


def _plan(standing: Standing, policy: Policy) -> Iterator[str]:
    plan = standing.organization.plan
    if not policy.plans or plan in policy.plans:
        return
    said = "no plan is known" if plan is None else f"the plan {plan!r} is not in the policy"
    yield f"{said}; the default plan {policy.default_plan} is used"


def _priority(timeline: Timeline, policy: Policy) -> Iterator[str]:
    form, latest = policy.form.priorities, timeline.latest
    if form is None:
        return
    scale = ", ".join(form.scale)
    value = latest.priority_by_agent if form.decided_by == "vendor" else latest.priority
    if value is None:
        until = f"; {form.default} is used until then" if form.default else ""
        if form.decided_by == "vendor" and latest.priority is not None:
            yield f"the priority {latest.priority} was not set by an agent, who decides it ({scale}){until}"
        else:
            yield f"no priority is set ({scale}){until}"
    elif value not in form.scale:
        yield f"the priority {value!r} is not on the policy's scale {scale}; map it in the connection"


def _zone(clocks: Sequence[Clock], standing: Standing, policy: Policy) -> Iterator[str]:
    """Name the zone that stands in for a customer's own."""
    local = next((calendar for calendar in policy.calendars.values() if calendar.uses_customer_zone), None)
    if local is None or not clocks or is_zone(standing.organization.timezone):
        return
    zone = standing.organization.timezone
    said = "the customer's time zone is not known" if zone is None else f"{zone!r} is not a time zone"
    yield f"{said}; {local.timezone} is used"


def _no_target(clocks: Sequence[Clock], standing: Standing, policy: Policy) -> Iterator[str]:
    """Name the metrics that the policy times, but not for this ticket."""
    timed = {each.metric for each in clocks}
    for metric in policy.metrics:
        if metric not in timed and metric is not Metric.NEXT_RESPONSE and policy.target(metric, standing.case) is None:
            yield f"{metric}: the policy has no target for {standing.case}"


def _stray_deadlines(timeline: Timeline, clocks: Sequence[Clock]) -> Iterator[str]:
    timed = {each.metric for each in clocks}
    for manual in timeline.manual:
        if manual.metric not in timed:
            yield f"a deadline was set by hand for {manual.metric}, which the policy does not time for this ticket"
