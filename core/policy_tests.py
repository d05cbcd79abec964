"""A policy's own tests, run: each is a ticket with what the document says about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import CalendarError, ConfigError, TicketError
from core.evaluate import evaluate
from core.policy import Policy
from core.policy_load import load_policy
from core.policy_test_file import ExpectForm, TestForm
from core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test's outcome; ``differences`` is empty when it passed."""

    name: str
    differences: tuple[str, ...]


def run_tests(text: str, source: str, parameters: Mapping[str, Any] | None = None) -> Iterator[Outcome]:
    """Yield the outcome of every test in a policy file, in the file's order.

    Parameters that are not given take the file's examples; a test's own override both.

    Raises:
        ConfigError: the file cannot be loaded.
    """
    given = dict(parameters or {})
    policy = load_policy(text, source, given, use_examples=True)
    for n, test in enumerate(policy.form.tests):
        try:
            own = load_policy(text, source, {**given, **test.parameters}, use_examples=True)
            yield Outcome(test.name, tuple(_differences(test, own if test.parameters else policy, n)))
        except (ConfigError, TicketError, CalendarError, ValueError) as err:
            yield Outcome(test.name, (f"cannot be run: {err}",))


def _differences(test: TestForm, policy: Policy, number: int) -> Iterator[str]:
    given = test.ticket.model_dump(mode="json", exclude_defaults=True)
    given |= {"id": f"test-{number + 1}", "platform": "test", "connection": "test", "status": test.ticket.status.value}
    result = evaluate(Ticket.from_mapping(given), policy, datetime.fromisoformat(test.now)).to_mapping()
    for name in ExpectForm.model_fields:
        if name in test.expect.model_fields_set and name not in ("clocks", "escalations"):
            yield from _difference(name, getattr(test.expect, name), result[name])
    if test.expect.escalations is not None:
        yield from _difference("escalations", test.expect.escalations, [each["key"] for each in result["escalations"]])
    last = {each["metric"]: each for each in result["clocks"]}
    for metric, expected in test.expect.clocks.items():
        found = last.get(metric.value)
        if found is None:
            yield f"{metric}: there is no such clock"
            continue
        for name in expected.model_fields_set:
            yield from _difference(f"{metric}.{name}", getattr(expected, name), found[name])


def _difference(name: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"{name}: expected {expected}, found {found}"
