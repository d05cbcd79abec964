"""What the site's deliveries say, and who is turned away."""

import json
from datetime import UTC, datetime

import pytest

from adapters.base import WebhookRequest
from adapters.django_helpdesk import ADAPTER
from adapters.services import Services
from core.errors import ConfigError, PayloadError, SignatureError
from core.update import TicketRef
from tests.adapters.django_helpdesk.builders import AGENT, follow_up, opening, settings, ticket
from tests.support import SHARED, shared

CAPTURED = sorted((SHARED / "fixtures" / "realdesk").glob("*.json"))
SAID = {  # by hand, from the captured files: ticket, kind, actor, instant
    "django-helpdesk-new-ticket": ("1", "new_ticket", "1", datetime(2026, 11, 21, 22, 45, 24, 727780, UTC)),
    "django-helpdesk-followup-private-note": ("1", "followup", "1", datetime(2026, 11, 21, 22, 45, 53, 478117, UTC)),
    "django-helpdesk-followup-reopened": ("1", "followup", "1", datetime(2026, 11, 21, 22, 45, 53, 639240, UTC)),
    "django-helpdesk-followup-assigned-from-ui": (
        "2",
        "followup",
        "2",
        datetime(2026, 11, 21, 22, 46, 33, 866048, UTC),
    ),
}


def adapter(**secrets):
    return ADAPTER.create("desk", settings(), {"token": "t0k", **secrets}, Services())


def request(body, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookRequest("POST", "/webhooks/desk/t0ken", headers, raw)


def event(*follow_ups, followup_id=None):
    more = {} if followup_id is None else {"followup_id": followup_id}
    return {"ticket": ticket(*follow_ups), "queue_slug": "support", **more}


@pytest.mark.shared
@pytest.mark.parametrize("path", CAPTURED or [None], ids=lambda path: path.stem if path else "no captures")
def test_captured(path):
    """Deliveries of django-helpdesk's name their ticket, actor and instant; another program's are refused."""
    if path is None:
        shared("fixtures", "realdesk")
    captured = json.loads(path.read_text())
    sent = request(captured["body"], **captured["headers"])
    if path.stem not in SAID:
        assert not path.stem.startswith("django-helpdesk")
        with pytest.raises(PayloadError, match=r"^(ticket|queue_slug|ticket\.followup_set): missing"):
            adapter().read(sent)
        return
    delivery = adapter().read(sent)
    ticket_id, kind, actor, at = SAID[path.stem]
    assert delivery.refs == (TicketRef("desk", ticket_id),)
    assert (delivery.kind, delivery.actor, delivery.at) == (kind, actor, at)


def test_our_own_note_is_no_event():
    """The event of a note of ours means nothing: it costs no look."""
    note = follow_up(2, 5, user=8, public=False, comment="Late. [sla-sidecar: update/1/breach]")
    assert adapter().read(request(event(opening(), note, followup_id=2))) is None


@pytest.mark.parametrize(
    ("comment", "public"),
    [
        pytest.param("Late. [sla-sidecar: update/1/breach]", True, id="quoted publicly"),
        pytest.param("what does sla-sidecar do?", False, id="a note about us"),
    ],
)
def test_others_words_are_an_event(comment, public):
    """Only an internal note with our marker is ours."""
    said = follow_up(2, 5, user=AGENT, public=public, comment=comment)
    assert adapter().read(request(event(opening(), said, followup_id=2))) is not None


def test_follow_up_that_is_gone():
    """A follow-up that was deleted meanwhile still means: look at the ticket."""
    delivery = adapter().read(request(event(opening(), followup_id=9)))
    assert (delivery.refs, delivery.actor, delivery.at) == ((TicketRef("desk", "7"),), None, None)


def test_ids():
    """The same bytes are the same delivery; another follow-up, or the same number on a site set up anew, is another."""
    one, two = follow_up(2, 5, comment="a"), follow_up(2, 6, comment="b")
    bodies = [event(opening(), one, followup_id=2), event(opening(), two, followup_id=2), event(opening())]
    ids = [adapter().read(request(body)).id for body in (*bodies, bodies[0])]
    assert ids[0] == ids[3]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        pytest.param("Basic c2lkZWNhcjpuZXc=", True, id="sidecar:new"),
        pytest.param("Basic c2lkZWNhcjpvbGQ=", True, id="sidecar:old, while it is replaced"),
        pytest.param("Basic c2lkZWNhcjpiYWQ=", False, id="sidecar:bad"),
        pytest.param("Basic eDpuZXc=", False, id="x:new"),
        pytest.param("new", False, id="the bare secret"),
        pytest.param("", False, id="nothing"),
        pytest.param("Basic \u00fc", False, id="not ASCII"),
    ],
)
def test_password_of_the_address(given, accepted):
    """The site sends the user and password of the webhook's address; either of two is valid."""
    one = adapter(webhook_secret="new", webhook_secret_previous="old")
    sent = request(event(opening()), **({"authorization": given} if given else {}))
    if accepted:
        one.verify(sent)
    else:
        with pytest.raises(SignatureError):
            one.verify(sent)


def test_without_a_password():
    """A connection without one relies on the token in the address, which the service has checked by then."""
    adapter().verify(request(event(opening())))


def test_no_credential():
    """Without a token there is no adapter, and the error names the secret."""
    with pytest.raises(ConfigError, match="`token`"):
        ADAPTER.create("desk", settings(), {}, Services())
    with pytest.raises(ConfigError, match="`password`"):
        ADAPTER.create("desk", settings(auth="basic", user="sidecar"), {"token": "x"}, Services())
