"""What a new version of a policy changes: in the policy itself, as a manager reads it, and on a ticket. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from core.explain import hours_in_words
from core.policy import Case, Level, Policy, Rule, Selector
from core.policy_file import PolicyForm
from core.ticket import Metric

NOTHING = "-"
TEXT_ONLY = frozenset({"policy", "title", "source", "example_parameters", "tests", "assumptions"})  # decide nothing
_COMPARED = frozenset(
    {"parameters", "calendars", "plans", "priorities", "tiers", "targets", "pauses", "met_by", "cover", "exclusions"}
    | {"escalations", "default_calendar", "default_plan", "default_tier", "at_risk", "on_change", "business_day"}
    | {"agent_opened"}
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different.

    Attributes:
        part: ``targets``, ``calendars``, ``pauses``, ``escalation``, … for a policy; for a ticket ``due``, ``state``, …
        about: what of that part, as ``first response, Gold, P1``.
        old: what it was; ``-`` where it was not.
        new: what it is; ``-`` where it is no more.
    """

    part: str
    about: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.part}: {self.about}: {self.old} → {self.new}"


def policy_changes(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Return what decides otherwise in ``new``, in the order of ``sla-sidecar policy show``.

    Clauses, assumptions and tests decide nothing and are not compared.
    """
    parts: Sequence[tuple[str, Callable[[Policy], Mapping[str, str]]]] = (
        ("calendars", _calendars),
        ("plans", _plans),
        ("rules", _rules),
        ("pauses", _pauses),
        ("tiers", _tiers),
        ("not covered", lambda policy: _reasons(policy.cover)),
        ("exclusions", lambda policy: _reasons(policy.exclusions)),
        ("escalation", _ladders),
        ("parameters", lambda policy: {name: _words(value) for name, value in policy.parameters.items()}),
        ("others", _others),
    )
    found = list(_targets(old, new))
    for part, read in parts:
        found += _compared(part, read(old), read(new))
    return tuple(found)


def result_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what a ticket's result (``core.result``) changes between two policies: verdicts, deadlines, levels.

    What the passing of time alone changes (elapsed and remaining time) is left out.
    """
    found = _compared("ticket", _whole(old), _whole(new))
    before, after = _clocks(old), _clocks(new)
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key, {}), after.get(key, {})
        found += _compared_clock(key, was, now)
    reached = {each["key"]: str(each["reached_at"]) for each in old.get("escalations", ())}
    reaches = {each["key"]: str(each["reached_at"]) for each in new.get("escalations", ())}
    found += [Change("escalation", key, NOTHING, at) for key, at in reaches.items() if key not in reached]
    return tuple(found)


def _compared(part: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    names = [*old, *(name for name in new if name not in old)]
    pairs = [(name, old.get(name, NOTHING), new.get(name, NOTHING)) for name in names]
    return [Change(part, name, was, now) for name, was, now in pairs if was != now]


# Of a policy


def _targets(old: Policy, new: Policy) -> Iterator[Change]:
    """Yield the targets that differ, case by case. A case is as detailed as one of the two policies asks."""
    both = [each.selector for policy in (old, new) for each in policy.targets]
    none: Sequence[None] = [None]
    plans = _union(old.plans, new.plans) if any(each.plans for each in both) else none
    priorities = _union(old.priorities, new.priorities) if any(each.priorities for each in both) else none
    tiers = sorted({*old.tiers, *new.tiers}) if any(each.tiers for each in both) else none
    add_ons = sorted({each.add_on for each in both if each.add_on})
    owned = [frozenset[str](), *(frozenset({each}) for each in add_ons)]
    for metric in [metric for metric in Metric if metric in {*old.metrics, *new.metrics}]:
        for plan, priority, tier, added in product(plans, priorities, tiers, owned):
            case = Case(plan, priority, tier, added)
            was, now = _target(old, metric, case), _target(new, metric, case)
            if was == now or (added and (was, now) == _without_add_on(old, new, metric, case)):
                continue
            yield Change("targets", f"{_spaced(metric)}, {case}", was, now)


def _without_add_on(old: Policy, new: Policy, metric: Metric, case: Case) -> tuple[str, str]:
    bare = Case(case.plan, case.priority, case.tier)
    return _target(old, metric, bare), _target(new, metric, bare)


def _target(policy: Policy, metric: Metric, case: Case) -> str:
    target = policy.target(metric, case)
    if target is None:
        return NOTHING
    plan = policy.plans.get(case.plan) if case.plan is not None else None
    calendar = target.calendar or (plan.calendar if plan else None) or policy.form.default_calendar
    return f"{target.within} ({calendar})"


def _calendars(policy: Policy) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, written in policy.form.calendars.items():
        found[f"{name}, hours"] = hours_in_words(written)
        found |= {f"{name}, {key}": _words(value) for key, value in written.items() if key not in ("hours", "open")}
    return found


def _plans(policy: Policy) -> Mapping[str, str]:
    found = {"from the cheapest": ", ".join(policy.plans) or NOTHING, "default": policy.default_plan or NOTHING}
    for name, plan in policy.plans.items():
        found[f"{name}, calendar"] = plan.calendar or policy.form.default_calendar or NOTHING
        found[f"{name}, channels"] = "any" if plan.channels is None else ", ".join(sorted(plan.channels))
        found[f"{name}, tickets a year"] = "no limit" if plan.tickets_per_year is None else str(plan.tickets_per_year)
    return found


def _rules(policy: Policy) -> Mapping[str, str]:
    form, priorities = policy.form, policy.form.priorities
    return {
        "priorities, from the most urgent": ", ".join(policy.priorities) or NOTHING,
        "who decides the priority": priorities.decided_by if priorities else NOTHING,
        "priority until it is set": (priorities.default if priorities else None) or NOTHING,
        "tier where no rule matches": _words(form.default_tier),
        "resolution is met by": "solving or a workaround" if policy.met_by_workaround else "solving",
        "at risk from": f"{form.at_risk:.0%} of the target",
        "a change of target counts from": "the change" if form.on_change == "restart" else "the clock's start",
        "a business day ends": "at closing" if policy.end_of_day else "at the same time of day",
        "a ticket that an agent opens": form.agent_opened.replace("_", " "),
    }


def _pauses(policy: Policy) -> Mapping[str, str]:
    return {_spaced(metric): ", ".join(sorted(policy.pauses.get(metric, ()))) or "nothing" for metric in policy.metrics}


def _tiers(policy: Policy) -> Mapping[str, str]:
    """Return the rules in their order, which decides."""
    return {f"rule {n}": f"tier {rule.tier} when {rule.when}" for n, rule in enumerate(policy.tier_rules, start=1)}


def _reasons(rules: Iterable[Rule]) -> Mapping[str, str]:
    return {rule.name: f"{rule.when}; cancels {_cancelled(rule)}" for rule in rules}


def _cancelled(rule: Rule) -> str:
    if rule.cancels == frozenset(Metric):
        return "every clock"
    return ", ".join(_spaced(metric) for metric in Metric if metric in rule.cancels)


def _ladders(policy: Policy) -> Mapping[str, str]:
    return {
        f"{_spaced(ladder.metric)}, {_for_whom(ladder.selector)}, {level.key}": _level(level)
        for ladder in policy.ladders
        for level in ladder.levels
    }


def _for_whom(chosen: Selector) -> str:
    words = [*sorted(chosen.plans), *sorted(chosen.priorities), *(f"tier {tier}" for tier in sorted(chosen.tiers))]
    return ", ".join(words) or "any ticket"


def _level(level: Level) -> str:
    when = f"{level.share:.0%} of the target" if level.share else f"{level.wait or ''} {level.at}".strip()
    who = (level.role or "nobody").replace("_", " ")
    rises = f", to tier {level.raise_tier}" if level.raise_tier else ""
    return f"step {level.number}, {when}: {who}{rises}{', in working hours' if level.in_working_hours else ''}"


def _others(policy: Policy) -> Mapping[str, str]:
    """Return every other part of the file, so that nothing that a later version adds goes unseen."""
    names = [name for name in PolicyForm.model_fields if name not in TEXT_ONLY | _COMPARED]
    whole = policy.form.model_dump(mode="json", include=set(names))
    return {name.replace("_", " "): _words(whole[name]) for name in names}


# Of a ticket


def _whole(result: Mapping[str, Any]) -> Mapping[str, str]:
    names = ("state", "plan", "priority", "tier", "covered", "exclusion")
    return {name: _words(result.get(name)) for name in names}


def _clocks(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {_clock_name(each["metric"], each["cycle"]): each for each in result.get("clocks", ())}


def _clock_name(metric: str, cycle: int) -> str:
    return f"{_spaced(metric)} {cycle}" if cycle > 1 else _spaced(metric)


def _compared_clock(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return [
        Change(part, key, _words(old.get(name)), _words(new.get(name)))
        for part, name in (("target", "target"), ("due", "due_at"), ("state", "state"), ("calendar", "calendar"))
        if old.get(name) != new.get(name)
    ]


def _union(old: Iterable[str], new: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*old, *new]))


def _spaced(metric: str) -> str:
    return metric.replace("_", " ")


def _words(value: Any) -> str:
    """Return a value of a file or a result for people; lists and mappings as JSON, keys in order."""
    if value is None or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
