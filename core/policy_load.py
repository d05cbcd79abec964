"""From a policy file's text to a :class:`Policy`: every fault at once, each with file, line, path and remedy."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from pydantic import ValidationError

from core.calendars import Calendar
from core.errors import CalendarError, ConfigError, Fault
from core.facts import BUILT_IN, When, when
from core.levels import ladder
from core.parameters import Filled, fill, references
from core.policy import Case, Ladder, Plan, Policy, Rule, Selector, Target, TierRule, strongest
from core.policy_file import LadderForm, PolicyForm, TargetForm
from core.ticket import Metric, Role, Status
from core.yaml_text import Document, Path, parts, read_yaml


def load_policy(
    text: str, source: str = "", parameters: Mapping[str, Any] | None = None, *, use_examples: bool = False
) -> Policy:
    """Return the policy that a file's text describes.

    Args:
        text: the file's content.
        source: its name, for messages.
        parameters: the admin's values for what the document leaves open.
        use_examples: let the file's ``example_parameters`` stand in for values that are not given.

    Raises:
        ConfigError: with every fault at once.
    """
    document = read_yaml(text, source)
    if not isinstance(document.data, dict):
        raise ConfigError((Fault("is not a policy; it must be a mapping that begins with `policy: name`", "", source),))
    filled, faults = fill(document, parameters or {}, use_examples=use_examples)
    try:
        form = PolicyForm.model_validate(filled.data)
    except ValidationError as err:
        errors = [(_form_path(document, error), error) for error in err.errors(include_url=False)]
        faults += [_form_fault(document, path, error) for path, error in errors if path not in filled.unfilled]
        raise ConfigError(_in_order(faults)) from None
    if filled.unfilled:  # what rests on a missing value would only be noise beside the fault that names it
        raise ConfigError(_in_order(faults))
    return _Loader(document, filled, form, faults).policy()


class _Loader:
    """One load: collects faults while the parts are made."""

    def __init__(self, document: Document, filled: Filled, form: PolicyForm, faults: list[Fault]) -> None:
        self.document, self.filled, self.form, self.faults = document, filled, form, faults

    def policy(self) -> Policy:
        form = self.form
        calendars = self._calendars()
        policy = Policy(
            name=form.policy,
            version=_version(self.filled),
            form=form,
            parameters=self.filled.values,
            examples=self.filled.examples,
            calendars=calendars,
            plans={
                name: Plan(
                    name,
                    rank,
                    plan.calendar,
                    None if plan.channels is None else frozenset(plan.channels),
                    plan.tickets_per_year,
                    plan.clause,
                )
                for rank, (name, plan) in enumerate(form.plans.items())
            },
            priorities=tuple(form.priorities.scale) if form.priorities else (),
            targets=tuple(self._target(n, target) for n, target in enumerate(form.targets)),
            ladders=tuple(self._ladder(n, each) for n, each in enumerate(form.escalations)),
            tier_rules=tuple(
                TierRule(rule.tier, self._when(rule.when, ("tiers", n, "when")), rule.clause)
                for n, rule in enumerate(form.tiers)
            ),
            cover=tuple(
                Rule(r.name, self._when(r.when, ("cover", n, "when")), r.because, r.clause, frozenset(Metric))
                for n, r in enumerate(form.cover)
            ),
            exclusions=tuple(
                Rule(
                    r.name,
                    self._when(r.when, ("exclusions", n, "when")),
                    r.because,
                    r.clause,
                    frozenset(r.cancels or Metric),
                )
                for n, r in enumerate(form.exclusions)
            ),
            pauses={metric: frozenset(Status(s) for s in statuses) for metric, statuses in form.pauses.items()},
            met_by_workaround="workaround" in form.met_by.get("resolution", []),
        )
        self._references(calendars)
        self._names()
        if not self.faults:
            self._ties(policy)
        if self.faults:
            raise ConfigError(_in_order(self.faults))
        return policy

    def _fault(self, path: Path, message: str) -> None:
        self.faults.append(self.document.fault(path, message))

    def _calendars(self) -> dict[str, Calendar]:
        calendars = {}
        for name, written in self.form.calendars.items():
            path: Path = ("calendars", name)
            try:
                calendar = Calendar.from_mapping(written, name)
            except CalendarError as err:
                for fault in err.faults:
                    self._fault((*path, *parts(fault.path)), fault.message)
                continue
            if calendar.never_opens():
                self._fault(path, "never opens, so no target that uses it can be reached; give it hours")
            calendars[name] = calendar
        return calendars

    def _selector(self, form: TargetForm | LadderForm, path: Path) -> Selector:
        scale = self.form.priorities.scale if self.form.priorities else []
        for key, values, known in (("plan", form.plan, self.form.plans), ("priority", form.priority, scale)):
            for value in values:
                if value not in known:
                    self._fault((*path, key), f"`{value}` is not a {key} of this policy; it has {_list(known)}")
        tiers = {rule.tier for rule in self.form.tiers} | {self.form.default_tier} | self._raised()
        for tier in form.tier:
            if tier not in tiers:
                self._fault((*path, "tier"), f"no rule puts a ticket into tier {tier}; add one under `tiers`")
        add_on = form.add_on if isinstance(form, TargetForm) else None
        if add_on is not None and add_on not in self.form.add_ons:
            self._fault((*path, "add_on"), f"`{add_on}` is not an add-on of this policy; declare it under `add_ons`")
        return Selector(frozenset(form.plan), frozenset(form.priority), frozenset(form.tier), add_on)

    def _raised(self) -> set[int | None]:
        return {level.raise_tier for each in self.form.escalations for level in each.levels}

    def _target(self, number: int, form: TargetForm) -> Target:
        path: Path = ("targets", number)
        selector = self._selector(form, path)
        unset = [name for name in form.plan or self.form.plans if not getattr(self.form.plans.get(name), "calendar", 1)]
        if not form.calendar and not self.form.default_calendar and (unset or not self.form.plans):
            who = f"the plan {unset[0]}" if unset else "the policy"
            self._fault(path, f"has no calendar: give `calendar` here, for {who}, or a `default_calendar`")
        return Target(number, form.metric, form.within, selector, form.calendar, form.clause)

    def _ladder(self, number: int, form: LadderForm) -> Ladder:
        path: Path = ("escalations", number)
        selector = self._selector(form, path)
        levels, faults = ladder(form)
        for level, key, message in faults:
            self._fault((*path, "levels", level, key), message)
        return Ladder(form.metric, selector, levels)

    def _when(self, written: Any, path: Path) -> When:
        """Return the rule; a fact that is not declared, or a value that it never has, is a fault."""
        rule = when(written)
        for conditions in rule.alternatives:
            for name, values in conditions:
                domain = self._domain(name)
                if domain is None:
                    known = _list([*self.form.facts, *BUILT_IN])
                    self._fault(path, f"`{name}` is not a fact of this policy; it has {known}")
                elif domain:
                    for value in sorted(values - domain, key=str):
                        self._fault(path, f"`{name}` is never `{value}`; it is one of {_list(sorted(domain, key=str))}")
            if not conditions:
                self._fault(path, "is empty and would match every ticket; name a fact and its value")
        return rule

    def _domain(self, name: str) -> frozenset[Any] | None:
        """Return the values that a fact can have: empty if any, None if there is no such fact."""
        if name in self.form.facts:
            declared = self.form.facts[name]
            if declared == "boolean":
                return frozenset([True, False])
            return frozenset(declared) if isinstance(declared, list) else frozenset()
        scale = self.form.priorities.scale if self.form.priorities else []
        built_in = {"plan": self.form.plans, "priority": scale, "channel": (), "requester": list(Role)}
        return frozenset(built_in[name]) if name in built_in else None

    def _references(self, calendars: Mapping[str, Calendar]) -> None:
        form = self.form
        used: list[tuple[Path, str | None]] = [(("default_calendar",), form.default_calendar)]
        used += [(("plans", name, "calendar"), plan.calendar) for name, plan in form.plans.items()]
        used += [(("targets", n, "calendar"), target.calendar) for n, target in enumerate(form.targets)]
        for path, name in used:
            if name is not None and name not in form.calendars:
                self._fault(path, f"`{name}` is not a calendar of this policy; it has {_list(calendars)}")
        if form.default_plan is not None and form.default_plan not in form.plans:
            self._fault(("default_plan",), f"`{form.default_plan}` is not a plan; the plans are {_list(form.plans)}")
        if form.priorities and form.priorities.default not in (None, *form.priorities.scale):
            self._fault(("priorities", "default"), f"is not on the scale {_list(form.priorities.scale)}")
        if form.priorities and len(set(form.priorities.scale)) < len(form.priorities.scale):
            self._fault(("priorities", "scale"), "names a priority twice; keep one")

    def _names(self) -> None:
        """Report what is named twice, or declared and never used."""
        keys = [
            ((each.metric, level.key), ("escalations", n, "levels", m, "key"))
            for n, each in enumerate(self.form.escalations)
            for m, level in enumerate(each.levels)
        ]
        names = [(("cover", rule.name), ("cover", n, "name")) for n, rule in enumerate(self.form.cover)]
        names += [(("excl", rule.name), ("exclusions", n, "name")) for n, rule in enumerate(self.form.exclusions)]
        seen: set[Any] = set()
        for key, path in [*keys, *names]:
            if key in seen:
                self._fault(path, f"`{key[1]}` is used twice; every key names one step of one metric")
            seen.add(key)
        used = {name for _, name in references(self.document.data)}
        for name in self.form.parameters.keys() - used:
            self._fault(("parameters", name), "is never used; refer to it as {parameter: " + name + "} or remove it")
        for name in self.form.example_parameters.keys() - self.form.parameters.keys():
            self._fault(("example_parameters", name), "is not declared under `parameters`")

    def _ties(self, policy: Policy) -> None:
        """Report two targets of one metric that match the same ticket equally well."""
        seen: set[tuple[int, int]] = set()
        for metric, case in product(policy.metrics, cases(policy)):
            best = strongest(policy.targets, metric, case)
            if len(best) > 1 and (pair := (best[0].number, best[1].number)) not in seen:
                seen.add(pair)
                first = self.document.lines.get(("targets", pair[0]))
                self._fault(
                    ("targets", pair[1]),
                    f"ties with targets[{pair[0]}] (line {first}) for {metric}, {case}; "
                    "make one of them more specific or remove it",
                )


def cases(policy: Policy) -> Iterator[Case]:
    """Yield every combination of plan, priority, tier and add-ons that a covered ticket can have."""
    plans: Iterable[str | None] = policy.plans or [None]
    priorities: Iterable[str | None] = [*policy.priorities, None] if policy.priorities else [None]
    tiers: Iterable[int | None] = policy.tiers if policy.form.default_tier else [*policy.tiers, None]
    add_ons = [frozenset[str](), *(frozenset([name]) for name in policy.form.add_ons)]
    for plan, priority, tier, bought in product(plans, priorities, tiers, add_ons):
        yield Case(plan, priority, tier, bought)


def _version(filled: Filled) -> str:
    """Return the hash of everything that decides; comments and the order of keys do not."""
    deciding = {key: value for key, value in filled.data.items() if key not in ("tests", "example_parameters")}
    text = json.dumps([deciding, filled.values], sort_keys=True, ensure_ascii=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _form_path(document: Document, error: Any) -> Path:
    """Return where in the file a pydantic error stands; the names of its models and unions are left out."""
    path: Path = ()
    for part in error["loc"]:
        missing = error["type"] == "missing" and part == error["loc"][-1]
        if (*path, part) in document.lines or missing:
            path = (*path, part)
    return path


def _form_fault(document: Document, path: Path, error: Any) -> Fault:
    """Return one pydantic error in our words, on its line."""
    kind, context = error["type"], error.get("ctx", {})
    message = {
        "missing": "is required",
        "extra_forbidden": "is not a key here; correct its spelling or remove it",
        "value_error": str(context.get("error", "")),
        "string_type": "must be text; put it in quotes",
        "string_pattern_mismatch": "must be lower-case letters, digits and _",
        "list_type": "must be a list",
        "dict_type": "must be a mapping",
        "model_type": "must be a mapping",
        "too_short": "must not be empty",
    }.get(kind, str(error["msg"]))
    return document.fault(path, message)


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line or 0, fault.path)))


def _list(names: Iterable[Any]) -> str:
    return ", ".join(str(name) for name in names) or "none"
