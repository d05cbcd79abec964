"""The five vendors' policies: known answers, their own tests, and their tables word by word."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.evaluate import evaluate
from core.policy import Case
from core.policy_file import PolicyForm
from core.policy_load import load_policy
from core.policy_tests import run_tests
from core.ticket import Metric, Ticket
from tests.support import ROOT, shared

NAMES = ("glassbeam", "spirion", "vidizmo", "vitrium", "vmoso")


def text_of(name: str) -> str:
    return (ROOT / "policies" / f"{name}.yaml").read_text("utf-8")


POLICIES = {name: load_policy(text_of(name), name, use_examples=True) for name in NAMES}


@pytest.mark.shared
@pytest.mark.parametrize("file", ["policies.jsonl", "policies_changes.jsonl"])
def test_known_answers(file):
    """Every known answer about a ticket: tier, and state and due instant of each metric's last cycle."""
    wrong = []
    lines = shared("golden", file).read_text("utf-8").splitlines()
    for line in lines:
        case = json.loads(line)
        policy = POLICIES[case["policy"]]
        result = evaluate(Ticket.from_mapping(case["ticket"]), policy, datetime.fromisoformat(case["now"])).to_mapping()
        last = {clock["metric"]: clock for clock in result["clocks"]}
        expected = case["expected"]
        found = {
            metric: {key: last.get(metric, {}).get(key) for key in ("state", "due_at")} for metric in expected["clocks"]
        }
        if found != expected["clocks"] or expected["tier"] not in (None, result["tier"]):
            wrong.append((case["id"], expected, found, result["tier"]))
    assert len(lines) == 60
    assert not wrong


@pytest.mark.parametrize("name", NAMES)
def test_own_tests(name):
    """The cases that each policy brings with it pass."""
    outcomes = list(run_tests(text_of(name), name))
    assert len(outcomes) >= 3
    assert [each for each in outcomes if each.differences] == []


def test_a_failing_case_is_reported():
    """A policy's test that expects something else says what was found."""
    text = text_of("vmoso").replace("due_at: 2026-11-23T09:00:00Z", "due_at: 2026-11-23T10:00:00Z")
    differences = [difference for each in run_tests(text, "vmoso") for difference in each.differences]
    assert differences == ["first_response.due_at: expected 2026-11-23T10:00:00Z, found 2026-11-23T09:00:00Z"]


def test_schema_is_current():
    """The schema that editors read is the one that the model gives."""
    written = json.loads((ROOT / "policies" / "schema.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(PolicyForm.model_json_schema())), "run `sla-sidecar policy schema`"


@pytest.mark.parametrize("name", NAMES)
def test_every_target_names_its_clause_and_every_reading_its_reason(name):
    """Nothing is promised without the place in the document that it comes from."""
    policy = POLICIES[name]
    assert all(target.clause for target in policy.targets)
    assert policy.form.assumptions


# Table 2 of Glassbeam's Support Terms, as printed: response, resolution or workaround, update.
GLASSBEAM = {
    ("P1", "Standard"): ("1 business day", "5 business days", "1 week"),
    ("P1", "Silver"): ("4 business hours", "2 business days", "1 business day"),
    ("P1", "Gold"): ("2 business hours", "1 business day", "4 business hours"),
    ("P2", "Standard"): ("5 business days", "10 business days", "1 week"),
    ("P2", "Silver"): ("1 business day", "5 business days", "1 business day"),
    ("P2", "Gold"): ("4 business hours", "48 business hours", "1 business day"),
    ("P3", "Standard"): ("2 business weeks", "1 month", "as needed"),
    ("P3", "Silver"): ("5 business days", "10 business days", "1 week"),
    ("P3", "Gold"): ("1 business day", "5 business days", "1 business day"),
}


@pytest.mark.parametrize(("cell", "expected"), GLASSBEAM.items())
def test_glassbeam_table_2(cell, expected):
    """Glassbeam's targets are those of Table 2, word by word."""
    priority, plan = cell
    case = Case(plan, priority, None)
    metrics = (Metric.FIRST_RESPONSE, Metric.RESOLUTION, Metric.UPDATE)
    targets = [POLICIES["glassbeam"].target(metric, case) for metric in metrics]
    assert tuple(target.within.text for target in targets if target) == expected


@pytest.mark.parametrize(
    ("name", "case", "metric", "within"),
    [
        ("spirion", Case(None, "S1", None), Metric.FIRST_RESPONSE, "4 business hours"),
        ("spirion", Case(None, "S3", None), Metric.FIRST_RESPONSE, "4 business hours"),
        ("spirion", Case(None, "S1", None), Metric.RESOLUTION, "24 clock hours"),
        ("spirion", Case(None, "S2", None), Metric.RESOLUTION, "48 business hours"),
        ("spirion", Case(None, "S3", None), Metric.RESOLUTION, "none"),
        ("vitrium", Case("Standard", None, 1), Metric.FIRST_RESPONSE, "8 business hours"),
        ("vitrium", Case("Elite", None, 2), Metric.FIRST_RESPONSE, "2 business hours"),
        ("vitrium", Case("Elite", None, 3), Metric.FIRST_RESPONSE, "1 clock hour"),
        ("vitrium", Case("Standard", None, 3), Metric.RESOLUTION, "8 clock hours"),
        ("vmoso", Case(None, "P1", None), Metric.FIRST_RESPONSE, "2 business hours"),
        ("vmoso", Case(None, "P2", None), Metric.FIRST_RESPONSE, "4 business hours"),
        ("vmoso", Case(None, "P3", None), Metric.FIRST_RESPONSE, "8 business hours"),
        ("vmoso", Case(None, "P4", None), Metric.FIRST_RESPONSE, "16 business hours"),
    ],
)
def test_figures_of_the_documents(name, case, metric, within):
    """The figures of the other documents."""
    target = POLICIES[name].target(metric, case)
    assert target is not None
    assert target.within.text == within


def test_vidizmo_asks_for_every_figure():
    """VIDIZMO's document gives no figures: loading without them lists each one."""
    with pytest.raises(ConfigError) as caught:
        load_policy(text_of("vidizmo"), "vidizmo.yaml")
    missing = [fault.path for fault in caught.value.faults]
    assert len(missing) == 2 + 3 * 4 * 2
    assert "parameters.resolution_premium_plus_s4" in missing


def test_spirion_availability():
    """Spirion's commitment, its exclusions and its credit are part of the file."""
    promise = POLICIES["spirion"].form.availability
    assert promise is not None
    assert (promise.at_least, promise.credit.share_of_yearly_fee, promise.credit.claim_within_days) == (
        0.99,
        "1/12",
        60,
    )
    assert (promise.scheduled.notice_hours, promise.scheduled.most_hours) == (48, 6)
    assert (promise.emergency.most_hours, promise.emergency.per_month) == (4, 1)
    assert set(promise.excused) == {"customer_fault", "third_party_vendor", "beyond_control"}
    assert set(promise.not_counted) == {"beta", "trial", "pilot"}


@pytest.mark.parametrize(
    ("facts", "plan", "tier"),
    [
        ({"inoperable": True, "affected": "many_users"}, None, 3),
        ({"affected": "many_users", "request": "question"}, None, 2),
        ({"request": "bug", "critical": True}, None, 2),
        ({"request": "bug", "critical": False}, None, 1),
        ({"request": "enhancement"}, None, 1),
        ({}, None, 1),
        ({"request": "custom_development"}, "Elite", 1),
    ],
)
def test_vitrium_tiers(facts, plan, tier):
    """Vitrium's definitions in the order 3, 2, 1; tier 1 when nothing matches."""
    ticket = Ticket.from_mapping(
        {
            "id": "1",
            "platform": "test",
            "connection": "test",
            "created_at": "2026-11-23T15:00:00Z",
            "status": "new",
            "facts": facts,
            "organization": {"plan": plan},
        }
    )
    evaluation = evaluate(ticket, POLICIES["vitrium"], datetime.fromisoformat("2026-11-23T16:00:00Z"))
    assert (evaluation.standing.case.tier, evaluation.refusal) == (tier, None)


def test_no_vendor_is_named_in_the_core():
    """The core knows no vendor's and no platform's word."""
    words = [*NAMES, "zendesk", "jira", "freshdesk", "django"]
    for path in sorted(Path(ROOT / "core").glob("*.py")):
        text = path.read_text("utf-8").lower()
        assert [word for word in words if word in text] == [], path.name
