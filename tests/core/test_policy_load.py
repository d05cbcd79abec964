"""Loading a policy: every fault at once, with file, line, path and remedy."""

import contextlib
import copy

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.policy_load import load_policy
from tests.core.stories import DESK


def faults(text, **options):
    with pytest.raises(ConfigError) as caught:
        load_policy(text, "desk.yaml", **options)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ("within: 2 business hours", "within: 2 hours"),
            "desk.yaml:11: targets[0].within: `2 hours` does not say whose",
        ),
        (("within: 2 business hours", "withn: 2 business hours"), "targets[0].within: is required"),
        (("within: 2 business hours", "withn: 2 business hours"), "targets[0].withn: is not a key here"),
        (("metric: first_response", "metric: response"), "targets[0].metric: Input should be 'first_response'"),
        (
            ("priority: P1, within: 2", "priority: P7, within: 2"),
            "`P7` is not a priority of this policy; it has P1, P2",
        ),
        (
            ("Europe/London", "Europe/Londn"),
            "desk.yaml:6: calendars.office.timezone: 'Europe/Londn' is not a time zone",
        ),
        (('"09:00-17:00"', '"09:00-27:00"'), "calendars.office.hours.mon-fri: '27:00' is not a time of day"),
        (('{mon-fri: "09:00-17:00"}', "{}"), "calendars.office: never opens"),
        (
            ("default_calendar: office", "default_calendar: offce"),
            "`offce` is not a calendar of this policy; it has office",
        ),
        (("default_calendar: office\n", ""), "targets[0]: has no calendar: give `calendar` here"),
        (("scale: [P1, P2]", "scale: [P1, P2], default: P3"), "priorities.default: is not on the scale P1, P2"),
        (("scale: [P1, P2]", "scale: [P1, P2, P1]"), "names a priority twice"),
        (("policy: desk", "policy: Desk 1"), "policy: must be lower-case letters"),
        (("title: Desk", "title: Desk\ntitle: Desk"), "desk.yaml:4: title: is given twice, first on line 3"),
        (("[network, weather]", "[network, weather"), "is not YAML"),
        (("pauses: {resolution: [pending]", "pauses: {resolution: [waiting]"), "pauses.resolution[0]: Input should be"),
    ],
)
def test_faults_of_the_file(change, says):
    """Each fault names its place and what to write."""
    assert change[0] in DESK
    found = faults(DESK.replace(*change, 1))
    assert any(says in fault for fault in found), found


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("at_risk: 80\n", "at_risk: `80` is not a share; write a percentage"),
        ("at_risk: 0%\n", "write a percentage above 0%"),
        ("on_change: maybe\n", "on_change: Input should be 'recompute' or 'restart'"),
        ("default_plan: Gold\n", "default_plan: `Gold` is not a plan; the plans are none"),
        ('tiers: [{tier: 2, when: {hard: true}, clause: "1"}]\n', "`hard` is not a fact of this policy"),
        (
            'tiers: [{tier: 2, when: {critical: yes}, clause: "1"}]\n',
            "`critical` is never `yes`; it is one of False, True",
        ),
        (
            'tiers: [{tier: 2, when: {cause: rain}, clause: "1"}]\n',
            "`cause` is never `rain`; it is one of network, weather",
        ),
        ('tiers: [{tier: 2, when: [{}], clause: "1"}]\n', "is empty and would match every ticket"),
        (
            'escalations: [{metric: update, clause: "1", levels: [{key: a, at: later}]}]\n',
            "escalations[0].levels[0].at: `later` does not say when; write `80%`",
        ),
        (
            'escalations: [{metric: update, clause: "1", levels: [{key: a, at: request}]}]\n',
            "requests belong to the resolution clock",
        ),
        (
            'escalations: [{metric: update, clause: "1", levels: [{key: a, at: after breach}]}]\n',
            "needs one amount",
        ),
        (
            'escalations: [{metric: update, clause: "1", levels: [{key: a, at: 1 day after previous}]}]\n',
            "the first level has none before it",
        ),
        (
            'escalations: [{metric: update, clause: "1", levels: [{key: a, at: 1 business day before due}]}]\n',
            "cannot be counted back from a deadline",
        ),
        (
            'escalations: [{metric: update, clause: "1", levels: [{key: a, at: breach}, {key: a, at: 50%}]}]\n',
            "`a` is used twice",
        ),
        ("parameters: {wait: {about: a wait, kind: duration}}\n", "parameters.wait: has no value (a wait)"),
        ("parameters: {wait: {about: a wait, default: 1 day}}\n", "is never used; refer to it as {parameter: wait}"),
        ("example_parameters: {wait: 1 day}\n", "example_parameters.wait: is not declared under `parameters`"),
        ("default_tier: {parameter: best}\n", "`best` is not declared under `parameters`"),
    ],
)
def test_faults_of_rules(more, says):
    """References, rules and ladders are checked against the rest of the file."""
    found = faults(DESK + more)
    assert any(says in fault for fault in found), found


def test_every_fault_at_once():
    """A file with several faults reports them all, in the order of lines."""
    text = DESK.replace("within: 2 business hours", "within: 2 hours", 1).replace(
        "within: 16 business hours", "within: 16"
    )
    found = faults(text)
    assert [fault.split(":")[1] for fault in found] == ["11", "18"]


def test_ties():
    """Two targets that match the same ticket equally well are refused, with both lines."""
    tie = '  - {metric: update, priority: [P2, P1], within: 1 business hour, clause: "9"}\n'
    remedy = "make one of them more specific or remove it"
    assert faults(DESK.replace("met_by:", f"{tie}met_by:")) == [
        f"desk.yaml:19: targets[8]: ties with targets[2] (line 13) for update, P1; {remedy}",
        f"desk.yaml:19: targets[8]: ties with targets[6] (line 17) for update, P2; {remedy}",
    ]


def test_parameters():
    """Required parameters are listed when absent, examples stand in on request, unknown ones are refused."""
    text = DESK.replace("within: 2 business hours", "within: {parameter: quick}").replace(
        "within: 4 business hours", "within: {parameter: slow}"
    ) + (
        "parameters: {quick: {about: the fast one, kind: duration}, slow: {about: the slow one, kind: duration}}\n"
        "example_parameters: {quick: 1 business hour, slow: 2 business hours}\n"
    )
    assert [fault.split(": ", 1)[1] for fault in faults(text)] == [
        "parameters.quick: has no value (the fast one); give it under `parameters`",
        "parameters.slow: has no value (the slow one); give it under `parameters`",
    ]
    assert "`9 hours` does not say" in faults(text, parameters={"quick": "9 hours", "slow": "1 day"})[0]
    assert "parameters: fast: is not a parameter of this policy" in faults(text, parameters={"fast": 1})[0]
    given_one = load_policy(text, parameters={"quick": "3 business hours"}, use_examples=True)
    assert (given_one.examples, given_one.parameters["quick"]) == (frozenset(["slow"]), "3 business hours")


def test_the_version_is_of_what_decides():
    """Comments and examples change nothing; figures and parameters do."""
    version = load_policy(DESK).version
    assert load_policy("# a comment\n" + DESK).version == version
    assert load_policy(DESK.replace("16 business hours", "17 business hours")).version != version


@pytest.mark.parametrize("text", ["", "[]", "just text", "policy: 3", "- policy: x", "null", "a: [1, 2"])
def test_what_is_no_policy(text):
    """Anything else than a policy is a fault, not a crash."""
    assert faults(text)


def _places(value, path=()):
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(item, (*path, key))


BASE = yaml.safe_load(DESK)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(
        ["24x7", "mon-fri", "09:00-17:00", "customer", "none", "1 business day", "2026-02-30", "P1", "80%"]
    ),
    st.lists(st.sampled_from(["P1", 3, None, {}]), max_size=3),
    st.dictionaries(st.text(max_size=6), st.sampled_from([1, "x", None, []]), max_size=3),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_policies_raise_nothing_else(data):
    """A valid policy with one to three values replaced loads, or raises a ConfigError."""
    changed = copy.deepcopy(BASE)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([place for place in _places(changed) if place]))
        target = changed
        for part in path[:-1]:
            target = target[part]
        if data.draw(st.booleans()) and isinstance(target, dict):
            del target[path[-1]]
        else:
            target[path[-1]] = data.draw(ODD)
    with contextlib.suppress(ConfigError):
        load_policy(yaml.safe_dump(changed), "fuzz.yaml", use_examples=True)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(DESK) - 1), st.text(max_size=4), st.integers(0, 8))
def test_damaged_text_raises_nothing_else(place, inserted, removed):
    """A policy file with characters lost and added loads or is refused."""
    with contextlib.suppress(ConfigError):
        load_policy(DESK[:place] + inserted + DESK[place + removed :], "fuzz.yaml")
