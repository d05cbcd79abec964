"""What somebody else changed of what we wrote, and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluate import evaluate
from core.ticket import Event, Kind, Organization, Status, Ticket
from core.update import Field, Shown, TicketRef
from webhooks.engine.drift import Drift, drift, expected
from webhooks.engine.rewrites import LEFT_ALONE
from webhooks.engine.wanted import fields
from webhooks.policy_files import open_policy
from webhooks.store.memory import LastWrite

POLICIES = [open_policy("glassbeam"), open_policy("vmoso"), open_policy("vitrium")]
OPENED_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
REF = TicketRef("desk", "1")
RESULT = evaluate(
    Ticket(
        id="1",
        platform="desk",
        connection="desk",
        created_at=OPENED_AT,
        status=Status.NEW,
        priority="P1",
        organization=Organization(plan="Gold"),
    ),
    POLICIES[0],
    OPENED_AT,
).to_mapping()
WRITTEN = expected(RESULT)
DUE = OPENED_AT + timedelta(hours=2)


def shown(**others: object) -> Shown:
    return Shown(fields={**WRITTEN, **{Field(name): value for name, value in others.items()}})


def test_what_stands_there_as_written_is_no_drift():
    """Nothing is reported where nothing differs."""
    assert WRITTEN[Field.FIRST_RESPONSE_DUE] == DUE
    assert drift(REF, RESULT, LastWrite(), shown(), respect=False) == Drift()


def test_a_field_that_somebody_set_is_repaired_once_and_then_left_alone():
    """The first time it is written again, the second time it is left as it is."""
    changed = shown(sla_state="met")
    assert drift(REF, RESULT, LastWrite(), changed, respect=False) == Drift(repair={"sla_state": "running"})
    repaired = LastWrite(wrote={"sla_state": ("running", 1)})
    assert drift(REF, RESULT, repaired, changed, respect=False) == Drift(leave={"sla_state": "running"})


def test_people_may_set_our_fields_where_the_admin_says_so():
    """With ``drift: respect`` nothing is written over what somebody set."""
    changed = shown(sla_next_due=None)
    assert drift(REF, RESULT, LastWrite(), changed, respect=True) == Drift(leave={"sla_next_due": DUE.isoformat()})


def test_what_is_left_alone_or_refused_is_no_news():
    """A refusal, or what was left alone before, is not reported again until our own value changes."""
    last = LastWrite(refused={"sla_state": ("running", LEFT_ALONE)})
    assert not drift(REF, RESULT, last, shown(sla_state="met"), respect=False)
    other = LastWrite(refused={"sla_state": ("at_risk", LEFT_ALONE)})
    assert drift(REF, RESULT, other, shown(sla_state="met"), respect=False).repair == {"sla_state": "running"}


def test_a_field_that_the_platform_has_not_got_is_no_drift():
    """A field without a place on the platform cannot drift."""
    assert not drift(REF, RESULT, LastWrite(), Shown(fields={}), respect=False)


_EVENTS = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 9),
        st.sampled_from(
            [
                (Kind.AGENT_REPLIED, None),
                (Kind.CUSTOMER_REPLIED, None),
                (Kind.STATUS_CHANGED, "pending"),
                (Kind.STATUS_CHANGED, "open"),
                (Kind.STATUS_CHANGED, "solved"),
                (Kind.PRIORITY_CHANGED, "P2"),
                (Kind.DELETED, None),
            ]
        ),
    ),
    max_size=8,
)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@given(happened=_EVENTS, looked_after=st.integers(0, 60 * 24 * 10))
def test_a_stored_result_tells_what_was_written(policy, happened, looked_after):
    """From a result alone follow the very fields that the look which left it wrote."""
    ticket = Ticket(
        id="1",
        platform="desk",
        connection="desk",
        created_at=OPENED_AT,
        status=Status.NEW,
        priority="P1",
        organization=Organization(plan="Gold"),
        events=tuple(
            Event(at=OPENED_AT + timedelta(minutes=after), kind=kind, to=to) for after, (kind, to) in happened
        ),
    )
    evaluation = evaluate(ticket, policy, OPENED_AT + timedelta(minutes=looked_after))
    assert expected(evaluation.to_mapping()) == fields(evaluation)
