"""What webhooks say: any wrapper, any order, broken JSON; only the ticket's id is believed."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.base import WebhookRequest
from core.errors import ConfigError, PayloadError, SignatureError
from core.update import TicketRef
from tests.adapters.doubles import Lent
from tests.adapters.freshdesk.builders import adapter
from tests.support import SHARED, shared

KEY = {"X-Sidecar-Key": "s3cret"}


def request(body, query=None, headers=KEY):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookRequest("POST", "/webhooks/acme/t", headers, raw, query or {})


@pytest.mark.parametrize(
    ("body", "query", "ticket", "kind"),
    [
        pytest.param({"ticket_id": 11}, {}, "11", "rule", id="flat, a number"),
        pytest.param({"ticket_id": " 11 "}, {}, "11", "rule", id="flat, text"),
        pytest.param(
            {"freshdesk_webhook": {"ticket_id": "11", "triggered_event": "{status:{from:4,to:6}}"}},
            {},
            "11",
            "status",
            id="wrapper",
        ),
        pytest.param(
            {"data": {"ticket": {"id": 320}}, "event": "onTicketUpdate"},
            {},
            "320",
            "onTicketUpdate",
            id="product event",
        ),
        pytest.param({"data": {"conversation": {"id": 5, "ticket_id": 452}}}, {}, "452", "rule", id="conversation"),
        pytest.param({"ticket": {"id": "9"}}, {}, "9", "rule", id="the API's wrapper"),
        pytest.param({"event": "{note_type:private}"}, {"ticket_id": "7"}, "7", "note_type", id="id in the address"),
        pytest.param(
            b'{"event": "{type:{from:"a",to:b}}", "ticket_id": "12"}', {}, "12", "rule", id="a quote broke the JSON"
        ),
        pytest.param(b"not JSON at all", {"ticket_id": "8"}, "8", "rule", id="no JSON, id in the address"),
        pytest.param({"ticket_id": "3"}, {"ticket_id": "{{ticket.id}}"}, "3", "rule", id="placeholder not filled in"),
    ],
)
def test_the_ticket_is_found(body, query, ticket, kind):
    """The id comes from the address, else from the body in whatever wrapper, as number or text."""
    delivery = adapter().read(request(body, query))
    assert delivery.refs == (TicketRef("acme", ticket),)
    assert delivery.kind == kind


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ticket_id": 0},
        {"ticket_id": "11; x"},
        {"ticket_id": True},
        {"ticket_id": [1]},
        {"ticket_id": "9" * 30},
        b"\xff",
        [],
    ],
    ids=str,
)
def test_no_ticket_is_refused(body):
    """Without a usable id the message says what the rule's body must hold."""
    with pytest.raises(PayloadError, match="ticket_id"):
        adapter().read(request(body))


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        pytest.param(
            {"ticket_id": 1, "by": "Sidecar@X.example"}, {"agent_email": "sidecar@x.example"}, id="our own echo"
        ),
        pytest.param(
            {"ticket_id": 1, "url": "https://acme-sandbox.freshdesk.com/a/tickets/1"}, {}, id="a copied account"
        ),
        pytest.param({"ticket_id": 1, "domain": "acme.freshservice.com"}, {}, id="Freshservice"),
        pytest.param({"event": "onContactUpdate", "data": {"contact": {"id": 2}}}, {}, id="a contact"),
    ],
)
def test_not_for_us(body, settings):
    """Our own writing, another account's ticket and what is no ticket are answered 2xx and ignored."""
    assert adapter(**settings).read(request(body)) is None


def test_a_portal_of_its_own_is_no_other_account():
    """A host name that is not Freshdesk's may be the account's portal, so it proves nothing."""
    body = {"ticket_id": 1, "url": "https://help.acme.example/a/tickets/1"}
    assert adapter().read(request(body)).refs == (TicketRef("acme", "1"),)


def test_content_is_the_id_of_a_delivery():
    """The same content in the same second is one delivery; later it may be a second reply in the same words."""
    lent = Lent()
    one = adapter(lent)
    first = [one.read(request({"ticket_id": 1})).id for _ in range(2)]
    other = [one.read(request({"ticket_id": 1}, {"ticket_id": "1"})).id, one.read(request({"ticket_id": 2})).id]
    lent.time.now += timedelta(seconds=1)
    later = one.read(request({"ticket_id": 1})).id
    assert first[0] == first[1]
    assert len({first[0], *other, later}) == 4


@pytest.mark.parametrize(
    ("secrets", "given", "good"),
    [
        ({"webhook_key": "new", "webhook_key_previous": "old"}, "new", True),
        ({"webhook_key": "new", "webhook_key_previous": "old"}, "old", True),
        ({"webhook_key": "new"}, "old", False),
        ({"webhook_key": "new"}, "", False),
        ({}, "", False),
    ],
)
def test_key(secrets, given, good):
    """The present key and the one before are accepted; a connection without one accepts nothing."""
    one = adapter(secrets={"api_key": "k", **secrets})
    asked = request({}, headers={"x-sidecar-key": given})
    if good:
        one.verify(asked)
    else:
        with pytest.raises(SignatureError):
            one.verify(asked)


def test_api_key_is_needed():
    """Without an API key there is no adapter, and the message names the secret."""
    with pytest.raises(ConfigError, match="api_key"):
        adapter(secrets={"webhook_key": "x"})


# -- real payloads ---------------------------------------------------------------------------------------------------

REAL = [
    ("zulip/ticket_created", "test1234zzz", "11", "ticket_action"),
    ("zulip/status_changed", "test1234zzz", "11", "status"),
    ("zulip/priority_changed", "test1234zzz", "11", "priority"),
    ("zulip/private_note", "test1234zzz", "11", "note_type"),
    ("zulip/public_note", "test1234zzz", "11", "note_type"),
    ("zulip-more/inline_images", "test1234zzz", "12", "ticket_action"),
    ("zulip-more/status_changed_fixture_with_missing_key", "test1234zzz", "11", "rule"),
    ("zulip-more/unknown_payload", "test1234zzz", "11", "unknown_event"),
    ("marketplace-events/onTicketCreate", "unmarried", "320", "rule"),
    ("marketplace-events/onTicketUpdate", "sample", "1", "rule"),
    ("marketplace-events/onTicketUpdate-with-envelope", "sample", "40", "onTicketUpdate"),
    ("marketplace-events/onConversationCreate", "sample", "452", "rule"),
    ("marketplace-events-more/onTicketCreate.external_events_app", "sample", "1", "onTicketCreate"),
]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "domain", "ticket", "kind"), REAL, ids=[case[0] for case in REAL])
def test_real_payloads_are_read(name, domain, ticket, kind):
    """Captured deliveries and the vendor's samples name their ticket; those of another account are ignored."""
    asked = request(shared("fixtures", "freshdesk", f"{name}.json").read_bytes())
    delivery = adapter(domain=domain).read(asked)
    assert (delivery.refs, delivery.kind) == ((TicketRef("acme", ticket),), kind)
    assert adapter(domain="elsewhere").read(asked) is None


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["marketplace-events/onTicketUpdate-freshservice", "marketplace-events-more/onContactUpdate"]
)
def test_real_payloads_that_are_none_of_ours(name):
    """Freshservice's events and contacts' are ignored."""
    asked = request(shared("fixtures", "freshdesk", f"{name}.json").read_bytes())
    assert adapter(domain="sample").read(asked) is None


@pytest.mark.shared
def test_a_product_event_has_an_instant():
    """Milliseconds since 1970 in the newer envelope."""
    name = "marketplace-events/onTicketUpdate-with-envelope.json"
    asked = request(shared("fixtures", "freshdesk", *name.split("/")).read_bytes())
    delivery = adapter(domain="sample").read(asked)
    assert delivery.at == datetime(2017, 6, 2, 10, 45, 54, 326000, tzinfo=UTC)


FIXTURES = SHARED / "fixtures" / "freshdesk"
ALL = sorted(path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*.json"))


@pytest.mark.shared
@pytest.mark.parametrize("name", ALL or [None])
def test_whatever_is_sent_to_us(name):
    """Any recorded object posted to us names a ticket, is ignored, or is a payload error; never anything else."""
    asked = request(shared("fixtures", "freshdesk", name or "").read_bytes())
    with contextlib.suppress(PayloadError):
        delivery = adapter(domain="sample").read(asked)
        assert delivery is None or delivery.refs[0].ticket_id.isdigit()
