import pytest

from core.policy import Policy
from tests.console.seed import NOW
from webhooks.console.playground import answer, question
from webhooks.policy_files import bundled, open_policy


def due(policy: Policy, **given: str) -> dict[str, str]:
    """Return what is promised: metric to deadline, in UTC."""
    evaluation = answer(policy, question(policy, given, NOW))
    return {each.metric.value: f"{each.due_at:%m-%d %H:%M}" for each in evaluation.clocks if each.due_at}


@pytest.mark.parametrize(
    ("given", "promised"),
    [
        pytest.param(
            {"plan": "Gold", "priority": "P1", "at": "2026-11-21T21:00"},
            {"first_response": "11-22 07:00", "update": "11-22 09:00", "resolution": "11-23 05:00"},
            id="Gold counts every hour",
        ),
        pytest.param(
            {"plan": "Standard", "priority": "P1", "at": "2026-11-25T12:00"},
            {"first_response": "11-27 20:00", "update": "12-02 20:00", "resolution": "12-03 20:00"},
            id="Standard leaves out Thanksgiving",
        ),
        pytest.param({"plan": "Gold", "priority": "P1", "fact_cause": "network"}, None, id="an exclusion cancels"),
        pytest.param({"plan": "Standard", "priority": "P1", "channel": "phone"}, None, id="no phone for Standard"),
    ],
)
def test_glassbeam(given, promised):
    """The playground promises what the document does: its own tests' cases, by wall time in Los Angeles."""
    policy = open_policy("glassbeam")
    evaluation = answer(policy, question(policy, given, NOW))
    if promised is None:
        assert not [each for each in evaluation.clocks if not each.is_finished]
    else:
        assert due(policy, **given) == promised


def test_facts_decide_the_tier():
    """Facts that are chosen reach the rules, tick-boxes as yes and no."""
    policy = open_policy("vitrium")
    evaluation = answer(policy, question(policy, {"fact_inoperable": "yes"}, NOW))
    assert evaluation.standing.case.tier == 3
    assert answer(policy, question(policy, {"fact_inoperable": "no"}, NOW)).standing.case.tier == 1
    assert answer(policy, question(policy, {"requester": "end_customer"}, NOW)).refusal is not None


@pytest.mark.parametrize(
    "given",
    [
        {"at": "never"},
        {"at": "0001-01-01T00:00"},
        {"at": "9999-12-31T23:59"},
        {"at": "2026-11-24T10:00Z"},
        {"plan": "Platinum"},
    ],
)
def test_what_cannot_be_chosen_is_left_at_its_default(given):
    """A value that the form does not offer is the default: now, or the default plan."""
    policy = open_policy("glassbeam")
    asked = question(policy, given, NOW)
    assert asked.at == "2026-11-24T10:00"
    chosen = {each.name: each.chosen for each in asked.choices}
    assert chosen == {"plan": "Standard", "priority": "P1", "fact_cause": "", "channel": ""}


@pytest.mark.parametrize("name", bundled())
def test_every_bundled_policy_can_be_tried(name):
    """Each policy offers what its rules ask about, and answers."""
    policy = open_policy(name, use_examples=True)
    asked = question(policy, {}, NOW)
    assert all(each.chosen in {value for value, _ in each.values} for each in asked.choices)
    assert answer(policy, asked).clocks
