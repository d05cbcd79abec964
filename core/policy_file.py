# ruff: noqa: RUF012 - pydantic copies defaults
"""The form of a policy file, for people who write one: pydantic models, and the JSON schema made from them.

What follows from a file (which target holds, which calendar counts) is in ``core.policy``.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from core.policy_test_file import TestForm
from core.policy_words import Form, Share, Text, WhenForm, Within, Word, Words, Zone, listed
from core.ticket import Metric


class ParameterForm(Form):
    """What the document leaves to the admin. Without a default it has to be given.

    Attributes:
        about: what it is, for the admin who is asked for it.
        kind: what a value must be.
        default: the value where the admin gives none; without it one has to be given.
        optional: null is an answer: no limit, no restriction.
    """

    about: Text
    kind: Literal["duration", "timezone", "hours", "holidays", "count", "text"] = "text"
    default: Any = None
    optional: bool = False


class PlanForm(Form):
    """What the customer bought; plans are written from the cheapest to the best.

    Attributes:
        calendar: the calendar of the plan's targets.
        channels: the channels that the plan covers; absent: all.
        tickets_per_year: how many tickets a year it covers; absent: any number.
        clause: the place in the document.
    """

    calendar: str | None = None
    channels: list[str] | None = None
    tickets_per_year: Annotated[int, Field(ge=0)] | None = None
    clause: str = ""


class PriorityForm(Form):
    """The policy's own scale, from the most urgent, and who decides.

    Attributes:
        scale: the priorities, the most urgent first.
        decided_by: whose choice counts: the ``customer``'s until an agent changes it, or only the ``vendor``'s.
        default: the priority until one is decided; absent: none.
        meanings: priority to the document's words for it.
    """

    scale: Annotated[list[str], Field(min_length=1)]
    decided_by: Literal["customer", "vendor"] = "customer"
    default: str | None = None
    meanings: dict[str, str] = {}


class TierForm(Form):
    """A rule that puts a ticket into a tier; the first that matches counts.

    Attributes:
        tier: the line of support.
        when: facts and their values; a list of such mappings means any of them.
        clause: the place in the document.
    """

    tier: Annotated[int, Field(ge=1, le=9)]
    when: WhenForm
    clause: Text


class TargetForm(Form):
    """The time that the policy allows one metric, for any of plan, priority, tier and add-on.

    Attributes:
        metric: what is timed.
        within: how long it may take.
        plan: the plans for which it holds; absent: all.
        priority: the priorities for which it holds; absent: all.
        tier: the tiers for which it holds; absent: all.
        add_on: holds only for tickets with this add-on.
        calendar: instead of the plan's.
        clause: the place in the document.
    """

    metric: Metric
    within: Within
    plan: Words = []
    priority: Words = []
    tier: Annotated[list[int], BeforeValidator(listed)] = []
    add_on: str | None = None
    calendar: str | None = None
    clause: Text


class TurnBackForm(Form):
    """What to say to somebody who is turned back, and to the customer whom it concerns.

    Attributes:
        reply: to the requester.
        tell_customer: to the customer.
    """

    reply: Text
    tell_customer: Text


class CoverForm(Form):
    """A kind of request that is not covered.

    Attributes:
        name: a name for reports.
        when: facts and their values; a list of such mappings means any of them.
        because: the reason, as agents read it.
        clause: the place in the document.
        turn_back: what is said to the requester.
    """

    name: Word
    when: WhenForm
    because: Text
    clause: Text
    turn_back: TurnBackForm | None = None


class ExclusionForm(Form):
    """A cause outside the vendor's control; the clocks named are cancelled while it holds (none named: all).

    Attributes:
        name: a name for reports.
        when: facts and their values; a list of such mappings means any of them.
        cancels: the metrics whose clocks are cancelled; absent: all.
        because: the reason, as agents read it.
        clause: the place in the document.
    """

    name: Word
    when: WhenForm
    cancels: list[Metric] = []
    because: Text
    clause: Text


class LevelForm(Form):
    """One step of a ladder.

    ``at`` is a share (``80%``), an amount before due (``1 business hour before due``), an amount since the clock
    started (``2 business hours after start``), ``breach``, an amount after it (``1 business day after breach``),
    an amount after the step before (``1 business day after previous``), or ``request``. The amount can also be
    given as ``wait``, which lets a parameter fill it in. ``notify`` changes no instant: it says whether the people are
    told when the step is reached, or when the clock's calendar is open next.

    Attributes:
        key: a name that stays when the ladder is edited: by it a step is taken once.
        at: when it is reached; see above.
        role: who is called; the connection says who that is.
        raise_tier: the tier to which the ticket rises.
        wait: the amount that ``at`` leaves out; for ``request``: repeats within this time count once.
        notify: ``at_once``, or in the clock's ``working_hours``.
        clause: the place in the document.
    """

    key: Word
    at: Text
    role: str | None = None
    raise_tier: Annotated[int, Field(ge=1, le=9)] | None = None
    wait: Within | None = None
    notify: Literal["at_once", "working_hours"] = "at_once"
    clause: str = ""


class LadderForm(Form):
    """The escalation of one metric, for any of plan, priority and tier.

    Attributes:
        metric: whose clock it follows.
        plan: the plans for which it holds; absent: all.
        priority: the priorities for which it holds; absent: all.
        tier: the tiers for which it holds; absent: all.
        levels: its steps, in order.
        clause: the place in the document.
    """

    metric: Metric
    plan: Words = []
    priority: Words = []
    tier: Annotated[list[int], BeforeValidator(listed)] = []
    levels: Annotated[list[LevelForm], Field(min_length=1)]
    clause: Text


class AddOnForm(Form):
    """A service bought beside the plan; a ticket has it when the fact of that name is true.

    Attributes:
        about: what it is.
        clause: the place in the document.
    """

    about: Text
    clause: Text


class NoticeForm(Form):
    """A promise to give notice. It is documented, not timed.

    Attributes:
        about: of what notice is given.
        at_least: how long before.
        clause: the place in the document.
    """

    about: Text
    at_least: Text
    clause: Text


class AllowanceForm(Form):
    """Downtime that does not count against availability.

    Attributes:
        most_hours: hours that are left out at most.
        clause: the place in the document.
    """

    most_hours: Annotated[float, Field(gt=0)]
    clause: Text


class ScheduledForm(AllowanceForm):
    """Announced downtime, any number of times.

    Attributes:
        notice_hours: elapsed hours of notice that it takes, from the announcement to its begin.
    """

    notice_hours: Annotated[float, Field(ge=0)] = 0


class EmergencyForm(AllowanceForm):
    """Emergency maintenance.

    Attributes:
        per_month: how often in a calendar month; absent: any number of times.
    """

    per_month: Annotated[int, Field(ge=1)] | None = None


class CreditForm(Form):
    """What the customer gets for a month that misses the commitment.

    Attributes:
        share_of_yearly_fee: a fraction.
        claim_within_days: days after the month's end in which it can be claimed.
        clause: the place in the document.
    """

    share_of_yearly_fee: Annotated[str, StringConstraints(pattern=r"^[1-9]\d?/[1-9]\d{0,2}$")]
    claim_within_days: Annotated[int, Field(ge=1, le=366)]
    clause: Text


class AvailabilityForm(Form):
    """A promise about the service itself, by the full calendar month.

    Attributes:
        at_least: the share of the month that is promised.
        timezone: whose months count.
        scheduled: announced downtime.
        emergency: unannounced maintenance.
        excused: causes that are left out, each with the document's words.
        not_counted: services to which the promise does not apply, each with the document's words.
        credit: what a missed month gives.
        clause: the place in the document.
    """

    at_least: Share
    timezone: Zone
    scheduled: ScheduledForm
    emergency: EmergencyForm
    excused: dict[Word, Text]
    not_counted: dict[Word, Text]
    credit: CreditForm
    clause: Text


class AssumptionForm(Form):
    """What the document leaves open, the reading chosen, and why.

    Attributes:
        about: what is open.
        reading: what the policy says.
        why: the reason.
    """

    about: Text
    reading: Text
    why: Text


class PolicyForm(Form):
    """One vendor's support policy.

    Attributes:
        policy: its name for commands and settings.
        title: its name for people.
        source: the document from which it was written.
        parameters: what the document leaves to the admin; ``{parameter: name}`` stands for the value.
        example_parameters: values with which it can be shown and tested.
        calendars: opening hours by name: ``timezone``, ``hours`` or ``open: 24x7``, ``holidays``, ``special``.
        default_calendar: the calendar where neither target nor plan names one.
        business_day: a business day ends at the ``same_time`` of day, or at the ``end_of_day``.
        default_plan: the plan of a customer without a known one; absent: such a ticket is not covered.
        plans: what customers buy, from the cheapest to the best.
        priorities: the scale, and who decides.
        facts: what rules may ask of a ticket: boolean, number, text, or a list of the values.
        tiers: which line of support handles a ticket: rules in order.
        default_tier: the tier where no rule matches.
        add_ons: services bought beside the plan.
        targets: what is promised; the most specific holds, a tie is an error.
        met_by: what meets ``resolution``: solving, or a workaround too.
        pauses: metric to the statuses in which its clock stands still; nothing else pauses it.
        at_risk: the share of a target from which a running clock is at risk.
        on_change: after a change of target the deadline is reckoned anew from the start (``recompute``) or from the
            change (``restart``).
        agent_opened: a ticket that an agent opens counts, counts ``after_first_customer_reply``, or does not
            (``exclude``).
        cover: kinds of requests that are not covered.
        exclusions: causes outside the vendor's control.
        escalations: the ladders.
        availability: a promise about the service itself.
        notices: promises to give notice, documented only.
        assumptions: what the document leaves open, and the reading chosen.
        tests: cases worked out by hand.
    """

    policy: Word
    title: Text
    source: Text
    parameters: dict[Word, ParameterForm] = {}
    example_parameters: dict[str, Any] = {}
    calendars: Annotated[dict[Word, dict[str, Any]], Field(min_length=1)]
    default_calendar: str | None = None
    business_day: Literal["same_time", "end_of_day"] = "same_time"
    default_plan: str | None = None
    plans: dict[str, PlanForm] = {}
    priorities: PriorityForm | None = None
    facts: dict[Word, Literal["boolean", "number", "text"] | list[str]] = {}
    tiers: list[TierForm] = []
    default_tier: Annotated[int, Field(ge=1, le=9)] | None = None
    add_ons: dict[Word, AddOnForm] = {}
    targets: Annotated[list[TargetForm], Field(min_length=1)]
    met_by: dict[Literal["resolution"], list[Literal["solved", "workaround"]]] = {}
    pauses: dict[Metric, list[Literal["new", "open", "pending", "on_hold"]]] = {}
    at_risk: Share = 0.8
    on_change: Literal["recompute", "restart"] = "recompute"
    agent_opened: Literal["count", "after_first_customer_reply", "exclude"] = "count"
    cover: list[CoverForm] = []
    exclusions: list[ExclusionForm] = []
    escalations: list[LadderForm] = []
    availability: AvailabilityForm | None = None
    notices: list[NoticeForm] = []
    assumptions: list[AssumptionForm] = []
    tests: list[TestForm] = []
