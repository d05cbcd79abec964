"""The JSON form of an evaluation: the contract of ``sla-sidecar evaluate`` and of what the service stores."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.clocks import Clock
from core.zones import TZDATA_VERSION

if TYPE_CHECKING:
    from core.evaluate import Evaluation


def mapping_of(evaluation: "Evaluation") -> dict[str, Any]:
    """Return an evaluation as plain JSON values, keys in a fixed order, instants in UTC."""
    standing = evaluation.standing
    priority = standing.case.priority if evaluation.policy.priorities else evaluation.timeline.latest.priority
    return {
        "schema": 1,
        "ticket": evaluation.ticket.id,
        "policy": evaluation.policy.name,
        "policy_version": evaluation.policy.version,
        "tzdata": TZDATA_VERSION,
        "now": written(evaluation.now),
        "plan": standing.case.plan,
        "priority": priority,
        "tier": standing.case.tier,
        "covered": evaluation.refusal is None,
        "exclusion": evaluation.suspension.exclusion,
        "state": evaluation.state.value,
        "problems": list(evaluation.problems),
        "clocks": [_clock(each) for each in evaluation.clocks],
        "escalations": [
            {
                "key": each.key,
                "level": each.level.number,
                "role": each.level.role,
                "raise_tier": each.level.raise_tier,
                "reached_at": written(each.reached_at),
            }
            for each in evaluation.escalations
        ],
        "upcoming": [
            {
                "key": f"{clock.metric.value}/{clock.cycle.number}/{level.key}",
                "level": level.number,
                "role": level.role,
                "raise_tier": level.raise_tier,
                "at": written(at),
            }
            for clock, work in zip(evaluation.clocks, evaluation.work, strict=True)
            if not clock.is_finished
            for at, level in work.upcoming
        ],
        "next_wake_at": written(evaluation.next_wake_at),
        "explanation": [
            {"at": written(step.at), "text": str(step), "clause": step.clause} for step in evaluation.explanation
        ],
    }


def _clock(each: Clock) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "metric": each.metric.value,
        "cycle": each.cycle.number,
        "state": each.state.value,
        "at_risk": each.is_at_risk,
        "target": each.target.within.text,
        "calendar": each.calendar.name,
        "started_at": written(each.cycle.started_at),
        "due_at": written(each.due_at),
        "met_at": written(each.cycle.met_at) if each.cancelled_at is None else None,
        "breached_at": written(each.breached_at),
        "cancelled_at": written(each.cancelled_at),
        "elapsed_seconds": _number(each.elapsed_seconds),
        "remaining_seconds": None if each.remaining_seconds is None else _number(each.remaining_seconds),
        "pauses": [
            {
                "from": written(pause.begin),
                "to": written(pause.end),
                "because": pause.why,
                "counted_seconds": _number(pause.seconds),
            }
            for pause in each.pauses
        ],
        "manual": None,
        "observed": each.observed,
        "clause": each.target.clause,
    }
    if each.manual is not None:
        mapping["manual"] = {
            "due_at": written(each.manual.due_at),
            "derived_due_at": written(each.derived_due_at),
            "set_at": written(each.manual.set_at),
            "until": written(each.manual.until),
            "by": each.manual.by,
            "reason": each.manual.reason,
        }
    return mapping


def written(at: datetime | None) -> str | None:
    """Return an instant as ``2026-11-20T15:00:00Z``, with a fraction only where it has one."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _number(seconds: float) -> int | float:
    return int(seconds) if float(seconds).is_integer() else round(seconds, 6)
