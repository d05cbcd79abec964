"""The form of a policy file, for people who write one: pydantic models, and the JSON schema made from them.

What follows from a file (which target holds, which calendar counts) is in ``core.policy``.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from core.durations import Duration, parse
from core.errors import DurationError
from core.ticket import FactValue, Metric, Status
from core.zones import is_zone, unknown_zone


def _duration(written: object) -> Duration:
    if isinstance(written, Duration):
        return written
    try:
        return parse(written)
    except DurationError as err:
        raise ValueError(str(err)) from None


def _listed(written: object) -> object:
    return written if isinstance(written, list) or written is None else [written]


def _share(written: object) -> float:
    """Return a share such as ``80%`` as 0.8."""
    text = str(written).strip()
    if text.endswith("%"):
        try:
            share = float(text[:-1]) / 100
        except ValueError:
            share = 0.0
        if 0 < share <= 1:
            return share
    raise ValueError(f"`{written}` is not a share; write a percentage above 0% and up to 100%, such as 80%")


def _zone(written: str) -> str:
    if not is_zone(written):
        raise ValueError(unknown_zone(written))
    return written


Within = Annotated[
    Duration,
    BeforeValidator(_duration),
    WithJsonSchema(
        {
            "type": "string",
            "description": "A duration with its basis",
            "examples": ["4 business hours", "24 clock hours", "2 business days", "1 month", "none"],
        }
    ),
]
Zone = Annotated[str, AfterValidator(_zone)]
Share = Annotated[float, BeforeValidator(_share), WithJsonSchema({"type": "string", "examples": ["80%"]})]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Words = Annotated[list[str], BeforeValidator(_listed)]
Conditions = dict[str, FactValue | list[FactValue]]
WhenForm = Annotated[Conditions | list[Conditions], Field(min_length=1)]


class Form(BaseModel):
    """A part of the file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class ParameterForm(Form):
    """What the document leaves to the admin. Without a default it has to be given."""

    about: Text
    kind: Literal["duration", "timezone", "hours", "holidays", "count", "text"] = "text"
    default: Any = None
    optional: bool = Field(False, description="null is an answer: no limit, no restriction")


class PlanForm(Form):
    """What the customer bought; plans are written from the cheapest to the best."""

    calendar: str | None = None
    channels: list[str] | None = Field(None, description="the channels that the plan covers; absent: all")
    tickets_per_year: Annotated[int, Field(ge=0)] | None = None
    clause: str = ""


class PriorityForm(Form):
    """The policy's own scale, from the most urgent, and who decides."""

    scale: Annotated[list[str], Field(min_length=1)]
    decided_by: Literal["customer", "vendor"] = "customer"
    default: str | None = None
    meanings: dict[str, str] = {}


class TierForm(Form):
    """A rule that puts a ticket into a tier; the first that matches counts."""

    tier: Annotated[int, Field(ge=1, le=9)]
    when: WhenForm
    clause: Text


class TargetForm(Form):
    """The time that the policy allows one metric, for any of plan, priority, tier and add-on."""

    metric: Metric
    within: Within
    plan: Words = []
    priority: Words = []
    tier: Annotated[list[int], BeforeValidator(_listed)] = []
    add_on: str | None = None
    calendar: str | None = None
    clause: Text


class CoverForm(Form):
    """A kind of request that is not covered."""

    name: Word
    when: WhenForm
    because: Text
    clause: Text
    turn_back: "TurnBackForm | None" = None


class TurnBackForm(Form):
    """What to say to somebody who is turned back, and to the customer whom it concerns."""

    reply: Text
    tell_customer: Text


class ExclusionForm(Form):
    """A cause outside the vendor's control; the clocks named are cancelled while it holds (none named: all)."""

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
    """

    key: Word
    at: Text
    role: str | None = None
    raise_tier: Annotated[int, Field(ge=1, le=9)] | None = None
    wait: Within | None = Field(
        None, description="the amount that `at` leaves out; for `request`: repeats within this time count once"
    )
    notify: Literal["at_once", "working_hours"] = "at_once"
    clause: str = ""


class LadderForm(Form):
    """The escalation of one metric, for any of plan, priority and tier."""

    metric: Metric
    plan: Words = []
    priority: Words = []
    tier: Annotated[list[int], BeforeValidator(_listed)] = []
    levels: Annotated[list[LevelForm], Field(min_length=1)]
    clause: Text


class AddOnForm(Form):
    """A service bought beside the plan; a ticket has it when the fact of that name is true."""

    about: Text
    clause: Text


class NoticeForm(Form):
    """A promise to give notice. It is documented, not timed."""

    about: Text
    at_least: Text
    clause: Text


class AllowanceForm(Form):
    """Downtime that does not count against availability, up to ``most_hours``."""

    most_hours: Annotated[float, Field(gt=0)]
    clause: Text


class ScheduledForm(AllowanceForm):
    """Announced downtime, any number of times; elapsed hours from the announcement to its begin."""

    notice_hours: Annotated[float, Field(ge=0)] = 0


class EmergencyForm(AllowanceForm):
    """Emergency maintenance, so many times in a calendar month; any number if that is not said."""

    per_month: Annotated[int, Field(ge=1)] | None = None


class CreditForm(Form):
    """What the customer gets for a month that misses the commitment."""

    share_of_yearly_fee: Annotated[str, StringConstraints(pattern=r"^[1-9]\d?/[1-9]\d{0,2}$")]
    claim_within_days: Annotated[int, Field(ge=1, le=366)]
    clause: Text


class AvailabilityForm(Form):
    """A promise about the service itself, by the full calendar month."""

    at_least: Share
    timezone: Zone
    scheduled: ScheduledForm
    emergency: EmergencyForm
    excused: dict[Word, Text]
    not_counted: dict[Word, Text]
    credit: CreditForm
    clause: Text


class AssumptionForm(Form):
    """What the document leaves open, the reading chosen, and why."""

    about: Text
    reading: Text
    why: Text


class TestTicketForm(Form):
    """A ticket of a policy's own test: the canonical form, less what a test need not say."""

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
    """What is expected of the last cycle of one metric; what is left out is not asked."""

    state: str | None = None
    due_at: str | None = None
    cycle: int | None = None
    breached_at: str | None = None


class ExpectForm(Form):
    """What a policy's test expects; what is left out is not asked."""

    state: str | None = None
    plan: str | None = None
    priority: str | None = None
    tier: int | None = None
    covered: bool | None = None
    exclusion: str | None = None
    escalations: list[str] | None = None
    clocks: dict[Metric, ExpectedClockForm] = {}


class TestForm(Form):
    """One case of a policy's own tests, worked out from the document by hand."""

    name: Text
    ticket: TestTicketForm
    now: str
    parameters: dict[str, Any] = {}
    expect: ExpectForm


class PolicyForm(Form):
    """One vendor's support policy."""

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
