"""What Jira sends: signed or turned away, read or refused, always down to one issue."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from adapters.base import WebhookRequest
from adapters.jira import ADAPTER
from core.errors import ConfigError, PayloadError, SignatureError
from core.update import TicketRef
from tests.adapters.doubles import Lent
from tests.adapters.jira.builders import CARLA, REF, SECRETS, US, adapter, settings, user
from tests.support import SHARED, shared

CAPTURES = sorted((SHARED / "fixtures" / "jira").glob("*/*.json"))
CAPTURES = [path for path in CAPTURES if path.parent.name != "oas-examples"]
COMMENT_SELF = "https://acme.atlassian.net/rest/api/2/issue/10021/comment/7001"


def request(body, headers=()):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookRequest("POST", "/webhooks/acme/t0ken", dict(headers), raw)


def signed(body, secret="s3cret", **more):
    found = request(body)
    digest = hmac.new(secret.encode(), found.body, hashlib.sha256).hexdigest()
    return request(found.body, {"x-hub-signature": f"sha256={digest}", **more})


def updated(**more):
    return {"timestamp": 1550286678321, "webhookEvent": "jira:issue_updated", "issue": {"id": "10021"}, **more}


# -- signatures --------------------------------------------------------------------------------------------------------


def test_the_documented_vector():
    """Secret and body of Atlassian's page give the signature printed there."""
    conf = settings()
    mine = ADAPTER.create("acme", conf, {**SECRETS, "webhook_secret": "It's a Secret to Everybody"}, Lent().services)
    given = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    mine.verify(request(b"Hello World!", {"X-Hub-Signature": given}))


@pytest.mark.parametrize("secret", ["s3cret", "0ld"])
def test_either_secret_signs_while_one_is_replaced(secret):
    """The previous secret holds until everybody has the new one: a 401 loses the event for ever."""
    mine = ADAPTER.create("acme", settings(), {**SECRETS, "webhook_secret_previous": "0ld"}, Lent().services)
    mine.verify(signed(updated(), secret))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature": ""},
        {"X-Hub-Signature": "sha256="},
        {"X-Hub-Signature": "sha256=" + "0" * 64},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
        {"X-Hub-Signature": "0" * 64},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature": "sha256=é"},
    ],
)
def test_unsigned_is_turned_away(headers):
    """No header, another header, another method or another digest proves nothing."""
    with pytest.raises(SignatureError):
        adapter(Lent()).verify(request(updated(), headers))


def test_without_a_secret_nothing_passes():
    """A connection that holds no secret refuses everything, and says how to get one."""
    mine = ADAPTER.create("acme", settings(), {"api_token": "t"}, Lent().services)
    with pytest.raises(SignatureError, match="connect"):
        mine.verify(signed(updated()))


def test_an_unsigned_data_center_relies_on_its_address():
    """`signed: false` is for a Data Center that cannot sign; on Cloud it is refused when it is read."""
    mine = adapter(Lent(), deployment="data_center", email=None, signed=False)
    mine.verify(request(updated()))
    with pytest.raises(ValueError, match="Cloud signs"):
        settings(signed=False)


def test_a_token_is_needed():
    """Without a token no adapter is made; the message names the secret."""
    with pytest.raises(ConfigError, match="api_token"):
        ADAPTER.create("acme", settings(), {}, Lent().services)


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_change_of_an_issue():
    """An event names the issue by its id, who did it, and when; its id is the identifier that repeats keep."""
    body = updated(user=user(CARLA))
    delivery = adapter(Lent()).read(request(body, {"X-Atlassian-Webhook-Identifier": "w-1"}))
    assert (delivery.id, delivery.kind, delivery.refs) == ("w-1", "jira:issue_updated", (REF,))
    assert (delivery.actor, delivery.at) == (CARLA, datetime(2019, 2, 16, 3, 11, 18, 321000, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "issue_id", "actor"),
    [
        (updated(issue={"id": 10021}), "10021", None),
        ({"webhookEvent": "comment_created", "comment": {"self": COMMENT_SELF, "author": user(CARLA)}}, "10021", CARLA),
        (
            {"webhookEvent": "comment_updated", "comment": {"self": COMMENT_SELF, "updateAuthor": user(CARLA)}},
            "10021",
            CARLA,
        ),
        ({"webhookEvent": "comment_deleted", "comment": {"self": COMMENT_SELF, "author": user(US)}}, "10021", None),
        ({"webhookEvent": "jira:issue_deleted", "issue": {"id": "10021", "fields": None}}, "10021", None),
        (updated(user={"key": "JIRAUSER1", "name": "carla"}), "10021", "JIRAUSER1"),
        (updated(user={"key": "", "name": "carla"}), "10021", "carla"),
        (updated(user="carla"), "10021", None),
        (updated(timestamp="yesterday"), "10021", None),
        (updated(timestamp=10**30), "10021", None),
    ],
)
def test_issue_and_actor(body, issue_id, actor):
    """Ids come as text or number; a comment without an issue has it in its address; nobody says who deleted one."""
    delivery = adapter(Lent()).read(request(body))
    assert (delivery.refs, delivery.actor) == ((TicketRef("acme", issue_id),), actor)


@pytest.mark.parametrize("kind", ["issue_property_set", "jira:worklog_updated", "user_created", "made_up_tomorrow"])
def test_other_kinds_mean_nothing(kind):
    """An event that moves no clock is no error: a refusal would only fill Jira's log."""
    assert adapter(Lent()).read(request({**updated(), "webhookEvent": kind})) is None


@pytest.mark.parametrize(
    "body",
    [
        {"timestamp": 1, "issue": {"id": "10021"}},
        {"webhookEvent": "jira:issue_updated"},
        {"webhookEvent": "jira:issue_updated", "issue": None},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "../myself"}},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "0"}},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": True}},
        {"webhookEvent": "comment_created", "comment": {"self": "https://acme.atlassian.net/"}},
        {"webhookEvent": "comment_created", "comment": {"self": 7}},
        {"webhookEvent": 7, "issue": {"id": "10021"}},
    ],
)
def test_what_names_no_issue_is_refused(body):
    """A looked-at event that names no issue is a PayloadError that names the field."""
    with pytest.raises(PayloadError):
        adapter(Lent()).read(request(body))


def test_our_own_work_needs_no_look():
    """What our account did is no delivery; where people share the account, it is one after all."""
    ours = request(updated(user=user(US)))
    assert adapter(Lent()).read(ours) is None
    assert adapter(Lent(), own_account=False).read(ours).actor == US
    deleted = request({**updated(user=user(US)), "webhookEvent": "jira:issue_deleted"})
    assert adapter(Lent()).read(deleted).refs == (REF,)  # whoever used our account: we never delete


def test_a_delivery_without_an_identifier_is_known_by_its_bytes():
    """Data Center sends no identifier: the same bytes are the same delivery, others are another."""
    mine = adapter(Lent())
    ids = [mine.read(request(updated(timestamp=at))).id for at in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.shared
@pytest.mark.parametrize("path", CAPTURES or [None], ids=lambda path: path.stem if path else "no captures")
def test_real_deliveries(path):
    """Every captured delivery, of Cloud and of servers old and new, names the issue that a person would read in it."""
    if path is None:
        shared("fixtures", "jira")
    raw = path.read_bytes()
    body = json.loads(raw)
    delivery = adapter(Lent(), account_id="nobody").read(request(raw))
    expected = (body.get("issue") or {}).get("id") or body["comment"]["self"].split("/")[-3]
    assert [ref.ticket_id for ref in delivery.refs] == [str(expected)]
    assert delivery.kind == body["webhookEvent"]
    assert round(delivery.at.timestamp() * 1000) == body["timestamp"]
