"""Verdicts that stand: a clock that ended is not judged anew because the policy file has a new version. Pure.

Source: issue "Time passes", item 5: finished verdicts stay as they were judged unless asked.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from core.clocks import Clock, State
from core.escalation import Ladderwork
from core.evaluate import Evaluation
from core.result import written

REJUDGE = "rejudge"  # a key of a stored result: its verdicts are not to be kept
JUDGED_BY = "judged_by"  # a key of a stored clock: the version of the policy that gave a verdict which stands
_VERDICTS = frozenset({State.MET.value, State.MISSED.value})
_Key = tuple[str, int]


@dataclass(frozen=True)
class Kept(Evaluation):
    """An evaluation in which some clocks keep the verdict of an earlier version of the policy.

    Attributes:
        verdicts: the stored clocks that are kept, by metric and cycle; each says by which version it was judged.
    """

    verdicts: Mapping[_Key, Mapping[str, Any]] = field(default_factory=dict)

    def to_mapping(self) -> dict[str, Any]:
        """Return the result with the kept clocks as they were stored, and a line that says so."""
        mapping = super().to_mapping()
        found = {_key(each): each for each in mapping["clocks"]}
        mapping["clocks"] = [self.verdicts.get(key, each) for key, each in found.items()]
        mapping["clocks"] += [each for key, each in self.verdicts.items() if key not in found]
        mapping["explanation"] += [
            {"at": each["met_at"], "text": _said(each), "clause": each["clause"]} for each in self.verdicts.values()
        ]
        return mapping


def kept(evaluation: Evaluation, stored: Mapping[str, Any] | None) -> Evaluation:
    """Return the evaluation with the verdicts that an earlier version of its policy had given.

    A clock keeps its verdict when it was met or missed then and the ticket's history still says that it ended at the
    same instant; one that was reopened is judged anew. Of a metric that the new version no longer times the verdict
    is kept in the list of clocks only.

    Args:
        evaluation: by the policy as it is now.
        stored: the result of the last look; None at the first.
    """
    if not stored or stored.get(REJUDGE) or not stored.get("policy_version"):
        return evaluation
    ended = {_key(each): each for each in stored.get("clocks", ()) if each["state"] in _VERDICTS}
    by = {key: each.get(JUDGED_BY) or stored["policy_version"] for key, each in ended.items()}
    now = {(each.metric.value, each.cycle.number): each for each in evaluation.clocks}
    verdicts = {
        key: {**each, JUDGED_BY: by[key]}
        for key, each in ended.items()
        if by[key] != evaluation.policy.version and (key not in now or _same_end(each, now[key]))
    }
    if not verdicts:
        return evaluation
    parts = {each.name: getattr(evaluation, each.name) for each in fields(Evaluation)}
    parts["clocks"] = tuple(_judged(each, verdicts.get(key)) for key, each in now.items())
    known = {each["key"] for each in stored.get("escalations", ())}
    parts["work"] = tuple(
        _within(each, known) if key in verdicts else each for key, each in zip(now, evaluation.work, strict=True)
    )
    return Kept(**parts, verdicts=verdicts)


def _same_end(stored: Mapping[str, Any], clock: Clock) -> bool:
    ended = (stored["started_at"], stored["met_at"])
    return ended == (written(clock.cycle.started_at), written(clock.cycle.met_at))


def _within(work: Ladderwork, known: Set[str]) -> Ladderwork:
    """Return what a ladder came to without the levels that only the new version would have an ended clock reach."""
    return replace(work, reached=tuple(each for each in work.reached if each.key in known))


def _judged(clock: Clock, verdict: Mapping[str, Any] | None) -> Clock:
    """Return a clock with its stored verdict, so that everything that follows from its state follows from that."""
    if verdict is None:
        return clock
    return replace(
        clock,
        state=State(verdict["state"]),
        due_at=_instant(verdict["due_at"]),
        breached_at=_instant(verdict["breached_at"]),
        cancelled_at=None,
        is_at_risk=False,
    )


def _key(clock: Mapping[str, Any]) -> _Key:
    return clock["metric"], clock["cycle"]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _said(clock: Mapping[str, Any]) -> str:
    name = str(clock["metric"]).replace("_", " ")
    return f"{name}, cycle {clock['cycle']}: judged by an earlier version of the policy; its verdict stands"
