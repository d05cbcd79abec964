"""Webhooks: what is signed, what it says, and that nothing else comes of any body."""

import base64
import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import WebhookRequest
from adapters.services import Services
from adapters.zendesk import ADAPTER
from adapters.zendesk.tables import SUBSCRIPTIONS, TEST_SECRET
from core.errors import PayloadError, SignatureError
from core.update import TicketRef
from tests.adapters.zendesk.builders import START, settings, stamp
from tests.support import shared

INVOCATION = "01HANA2B5D5W9XSJS3NE5SQA1J"


def adapter(kind="events", now=START, **secrets):
    lent = Services(now=lambda: now)
    return ADAPTER.create(
        "acme", settings(webhook=kind), {"client_secret": "c", "signing_secret": "new", **secrets}, lent
    )


def signed(body, secret="new", at=None, **headers):
    at = at or stamp()
    digest = hmac.new(secret.encode(), at.encode() + body, hashlib.sha256).digest()
    return WebhookRequest(
        "POST",
        "/webhooks/acme/t0ken",
        {
            "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": at,
            "X-Zendesk-Webhook-Invocation-Id": INVOCATION,
            **headers,
        },
        body,
    )


def envelope(kind, event=None, **detail):
    return {
        "type": f"zen:event-type:{kind}",
        "account_id": 1,
        "id": "cbe4028c-7239-495d-b020-f22348516046",
        "time": "2026-11-20T14:59:58.672717030Z",
        "zendesk_event_version": "2022-11-06",
        "subject": "zen:ticket:5158",
        "detail": {"id": "5158", "actor_id": "20", "status": "OPEN", **detail},
        "event": event or {},
    }


def read(body, kind="events"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return adapter(kind).read(signed(raw))


# -- signature ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["new", "old"])
def test_both_secrets_are_valid_while_one_is_replaced(secret):
    """The webhook's secret, and the one before it, sign deliveries."""
    adapter(signing_secret_previous="old").verify(signed(b"{}", secret))


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(signed(b"{}", "other"), id="another secret"),
        pytest.param(signed(b"{}", at=stamp(-5.1)), id="five minutes and six seconds ago"),
        pytest.param(signed(b"{}", at=stamp(5.1)), id="from the future"),
        pytest.param(signed(b"{}", at="1234"), id="a timestamp that is none"),
        pytest.param(WebhookRequest("POST", "/", {}, b"{}"), id="unsigned"),
    ],
)
def test_what_zendesk_did_not_sign_lately_is_turned_away(request_):
    """Another secret, an old capture or no signature: 401."""
    with pytest.raises(SignatureError) as caught:
        adapter().verify(request_)
    assert caught.value.status == 401


def test_an_attempt_within_the_window_passes():
    """Zendesk signs each attempt anew: five minutes are enough for what is on its way."""
    adapter(now=START + timedelta(seconds=300)).verify(signed(b"{}"))


def test_the_public_test_secret_never_signs():
    """Anybody can sign with Zendesk's fixed test secret: it is not accepted even where an admin configured it."""
    with pytest.raises(SignatureError):
        adapter(signing_secret=TEST_SECRET, signing_secret_previous=TEST_SECRET).verify(signed(b"{}", TEST_SECRET))


@pytest.mark.shared
def test_known_signatures():
    """The signatures of shared/fixtures/zendesk/webhook-events/signature-vectors.json, one of a real client's test."""
    from adapters.signing import base64_hmac

    folder = shared("fixtures", "zendesk", "webhook-events")
    vectors = json.loads((folder / "signature-vectors.json").read_text())
    for vector in vectors["vectors"]:
        body = (folder / vector["body_file"]).read_bytes() if "body_file" in vector else vector["body"].encode()
        assert base64_hmac(vectors["secret"], vector["timestamp"].encode() + body) == vector["signature"]


# -- events ------------------------------------------------------------------------------------------------------------


def test_an_event_names_its_ticket():
    """Ids are text, times have nine fraction digits, the delivery's id is the invocation's."""
    got = read(envelope("ticket.status_changed", {"current": "OPEN", "previous": "NEW"}))
    assert (got.id, got.event_id) == (INVOCATION, "cbe4028c-7239-495d-b020-f22348516046")
    assert got.refs == (TicketRef("acme", "5158"),)
    assert (got.kind, got.actor, got.organization_id) == ("ticket.status_changed", "20", None)
    assert got.at == datetime(2026, 11, 20, 14, 59, 58, 672717, UTC)


@pytest.mark.parametrize("kind", SUBSCRIPTIONS)
def test_everything_that_we_subscribe_to_is_read(kind):
    """No subscription is there for nothing."""
    got = read(envelope(kind.removeprefix("zen:event-type:")))
    assert f"zen:event-type:{got.kind}" == kind
    if got.kind.startswith("organization."):
        assert (got.organization_id, got.refs) == ("5158", ())
    else:
        assert (got.organization_id, got.refs) == (None, (TicketRef("acme", "5158"),))


def test_a_merge_moves_both_tickets():
    """The ticket that went away and the one that goes on."""
    got = read(envelope("ticket.merged", {"target_ticket_id": "5200"}))
    assert [ref.ticket_id for ref in got.refs] == ["5158", "5200"]


@pytest.mark.parametrize(
    "kind", ["ticket.csat_received", "ticket.updated", "user.deleted", "messaging_ticket.message_added", "", "x.y.z"]
)
def test_other_kinds_mean_nothing(kind):
    """What moves no clock, and what Zendesk may invent, is None and no error."""
    assert read(envelope(kind)) is None


@pytest.mark.parametrize(
    ("change", "ticket"),
    [
        ({"detail": None}, "5158"),
        ({"detail": {"id": 17}}, "17"),
        ({"detail": {"id": "0"}}, "5158"),
        ({"detail": [], "subject": "zen:ticket:9"}, "9"),
        ({"time": "noon"}, "5158"),
        ({"time": None, "event": None}, "5158"),
        ({"event": {"target_ticket_id": {"a": 1}}, "type": "zen:event-type:ticket.merged"}, "5158"),
    ],
)
def test_tolerance(change, ticket):
    """Zendesk's forms differ by kind and year: what names a ticket is enough."""
    assert read({**envelope("ticket.created"), **change}).refs == (TicketRef("acme", ticket),)


@pytest.mark.parametrize(
    "body",
    [
        {**envelope("ticket.created"), "detail": {"id": "../../x"}, "subject": "zen:ticket:../1"},
        {**envelope("ticket.created"), "detail": {"id": True}, "subject": 5},
        {**envelope("ticket.created"), "detail": {"id": 10**30}, "subject": None},
        {**envelope("ticket.created"), "type": 7},
        {**envelope("ticket.created"), "id": {"x": 1}},
        [],
        b"\xff",
        b'{"type": "zen:event-type:ticket.created"',
        b"",
    ],
)
def test_unreadable(body):
    """Without a ticket's id there is nothing to look at: 422, with the field and never its value."""
    with pytest.raises(PayloadError) as caught:
        read(body)
    assert caught.value.status == 422
    assert "../" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["type", "id", "time", "subject", "detail", "event", "ticket_id"])


@given(
    st.dictionaries(KEYS, JSON).map(lambda body: {**envelope("ticket.merged"), **body})
    | st.fixed_dictionaries({"detail": st.fixed_dictionaries({"id": JSON})}).map(
        lambda body: {**envelope("ticket.created"), **body}
    )
    | JSON,
    st.sampled_from(["events", "trigger"]),
)
def test_any_json_is_a_delivery_nothing_or_a_payload_error(body, kind):
    """Whatever JSON is signed, reading it ends in one of three ways."""
    try:
        got = read(json.dumps(body).encode(), kind)
    except PayloadError:
        return
    assert got is None or all(ref.ticket_id.isdigit() for ref in got.refs)


@given(st.binary(max_size=200), st.sampled_from(["events", "trigger"]))
def test_any_bytes(body, kind):
    """The same for bytes."""
    with contextlib.suppress(PayloadError):
        read(body, kind)


# -- triggers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"v": 1, "ticket_id": "5158"}',
        b'{"ticket_id": 5158, "title": "a "quoted" title\nof two lines"}',
        b'{"ticket_id" : "5158"',
    ],
)
def test_a_triggers_body_needs_only_the_ticket(body):
    """Placeholders are not escaped, so a title can break the JSON: the id is found all the same."""
    got = read(body, "trigger")
    assert (got.refs, got.id, got.kind) == ((TicketRef("acme", "5158"),), INVOCATION, "trigger")


@pytest.mark.parametrize("body", [b"", b'{"ticket_id": "{{ticket.id}}"}', b'{"ticket_id": "0"}', b'{"id": 5158}'])
def test_a_triggers_body_without_a_ticket(body):
    """The message says what the trigger's body must hold."""
    with pytest.raises(PayloadError, match=r"ticket\.id"):
        read(body, "trigger")


def test_without_an_invocation_id_the_bytes_are_the_id():
    """The same bytes, signed at the same time, are the same delivery; others are not."""
    one, again, other = (
        adapter("trigger").read(
            WebhookRequest("POST", "/", {"X-Zendesk-Webhook-Signature-Timestamp": at}, b'{"ticket_id": 1}')
        )
        for at in (stamp(), stamp(), stamp(1))
    )
    assert one.id == again.id != other.id


# -- real deliveries ---------------------------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "ticket"),
    [
        ("ticket.created.json", "5158"),
        ("ticket.comment_added.json", "71447"),
        ("user.deleted.raw", None),
        ("user.group_membership_created.raw", None),
    ],
)
def test_real_events(name, ticket):
    """Real deliveries: ticket events name their ticket, user events mean nothing to us."""
    got = read(shared("fixtures", "zendesk", "webhook-events", name).read_bytes())
    assert (got and [ref.ticket_id for ref in got.refs]) == ([ticket] if ticket else None)
    assert got is None or got.at is not None


@pytest.mark.shared
def test_real_trigger_body():
    """A real trigger's body, as an admin typed it: the ticket's number is there."""
    raw = shared("fixtures", "zendesk", "zulip-trigger-webhook", "ticket_create_update.json").read_bytes()
    assert [ref.ticket_id for ref in read(raw, "trigger").refs] == ["7"]
    with pytest.raises(PayloadError):
        read(raw, "events")
