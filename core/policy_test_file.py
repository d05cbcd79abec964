# ruff: noqa: RUF012 - pydantic copies defaults
"""The form of a policy's own tests: a ticket, an instant, and what is expected."""

from typing import Any, Literal

from core.policy_words import Form, Text
from core.ticket import FactValue, Metric, Status


class TestTicketForm(Form):
    """A ticket of a policy's own test: the canonical form, less what a test need not say.

    Attributes:
        created_at: the instant, with its zone.
        status: at creation.
        priority: at creation.
        priority_by: who set it; absent: an agent.
        channel: by which it came.
        opened_by: who opened it; absent: the requester.
        facts: at creation.
        requester: as in a ticket: ``role``, …
        organization: as in a ticket: ``plan``, ``timezone``, ``country``, …
        events: as in a ticket: ``at``, ``kind``, and ``to`` where something changes.
    """

    created_at: str
    status: Status = Status.NEW
    priority: str | None = None
    priority_by: Literal["requester", "customer", "end_customer", "agent"] | None = None
    channel: str | None = None
    opened_by: Literal["requester", "customer", "end_customer", "agent"] | None = None
    facts: dict[str, FactValue] = {}
    requester: dict[str, Any] = {}
    organization: dict[str, Any] = {}
    events: list[dict[str, Any]] = []


class ExpectedClockForm(Form):
    """What is expected of the last cycle of one metric; what is left out is not asked.

    Attributes:
        state: running, paused, met, breached, missed or cancelled.
        due_at: the instant.
        cycle: the number of the last cycle, from 1.
        breached_at: the instant.
    """

    state: str | None = None
    due_at: str | None = None
    cycle: int | None = None
    breached_at: str | None = None


class ExpectForm(Form):
    """What a policy's test expects; what is left out is not asked.

    Attributes:
        state: of the whole ticket.
        plan: the plan by which it is judged.
        priority: the priority by which it is judged.
        tier: the effective tier.
        covered: whether the plan covers it.
        exclusion: the name of the exclusion that holds.
        escalations: the keys of the steps that are reached, in order.
        clocks: metric to what is expected of it.
    """

    state: str | None = None
    plan: str | None = None
    priority: str | None = None
    tier: int | None = None
    covered: bool | None = None
    exclusion: str | None = None
    escalations: list[str] | None = None
    clocks: dict[Metric, ExpectedClockForm] = {}


class TestForm(Form):
    """One case of a policy's own tests, worked out from the document by hand.

    Attributes:
        name: the rule that it guards.
        ticket: the ticket.
        now: the instant at which it is judged.
        parameters: values in place of the examples.
        expect: what comes out.
    """

    name: Text
    ticket: TestTicketForm
    now: str
    parameters: dict[str, Any] = {}
    expect: ExpectForm
