"""Payloads in Jira's shapes, as short as a test can say them. People: CARLA asks and CORA is her colleague (portal
accounts), ANDY and ANNA are agents, EMIL is an employee with a full account who is none, BOT is an app, US is the
account that we write as."""

from datetime import UTC, datetime, timedelta

from adapters.jira import ADAPTER
from adapters.jira.entries import comments_of, entries_of
from adapters.jira.history import Known, to_ticket
from adapters.jira.payloads import CommentBody, HistoryBody, IssueBody
from adapters.jira.settings import JiraSettings
from adapters.jira.sightings import Sightings
from core.update import TicketRef

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SITE = "https://acme.atlassian.net"
API = f"{SITE}/rest/api/3"
DESK = f"{SITE}/rest/servicedeskapi"
CARLA, CORA = "qm:1:carla", "qm:1:cora"
ANDY, ANNA, EMIL, BOT, US = "agent-andy", "agent-anna", "employee-emil", "app-bot", "us"
TYPES = {CARLA: "customer", CORA: "customer", BOT: "app"}
SIDES = {CARLA: "customer", CORA: "customer", ANDY: "agent", ANNA: "agent", EMIL: "customer", BOT: "app", US: "app"}
ORGANIZATIONS, AFFECTED, CRITICAL, WORKAROUND, ESCALATE, PLAN = (f"customfield_1000{n}" for n in range(6))
STATE, DUE, TIER = "customfield_20000", "customfield_20001", "customfield_20002"
STATUSES = {
    "1": ("Open", "new"),
    "3": ("Work in progress", "indeterminate"),
    "10002": ("Waiting for customer", "indeterminate"),
    "5": ("Resolved", "done"),
    "6": ("Closed", "done"),
}
ISSUE_ID = "10021"
REF = TicketRef("acme", ISSUE_ID)
SECRETS = {"api_token": "t0ken", "webhook_secret": "s3cret"}


def settings(**more):
    return JiraSettings.model_validate(
        {
            "site": SITE,
            "email": "sla@acme.example",
            "projects": ["SUP"],
            "account_id": US,
            "statuses": {"10002": "pending", "Closed": "closed"},
            "organizations_field": ORGANIZATIONS,
            "fields": {
                "sla_state": {"field": STATE, "kind": "select"},
                "sla_next_due": {"field": DUE, "kind": "datetime"},
                "sla_tier": {"field": TIER, "kind": "text"},
            },
            **more,
        }
    )


def adapter(lent, **more):
    return ADAPTER.create("acme", settings(**more), SECRETS, lent.services)


def stamp(minutes=0):
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def user(account):
    return account and {
        "accountId": account,
        "accountType": TYPES.get(account, "atlassian"),
        "displayName": account.title(),
    }


def status(id_):
    name, category = STATUSES[id_]
    return {"id": id_, "name": name, "statusCategory": {"id": 2, "key": category, "name": "translated"}}


def item(field, before=None, after=None, before_text=None, after_text=None, **more):
    """Return one change as a history of Cloud has it."""
    change = {"field": field, "fieldtype": "jira", "fieldId": field, "from": before, "to": after}
    return {**change, "fromString": before_text, "toString": after_text, **more}


def moved(before, after):
    """Return the change of a status."""
    return item("status", before, after, STATUSES[before][0], STATUSES[after][0])


def history(minutes, author, *items, id_=None):
    return {"id": str(id_ or 5000 + minutes), "author": user(author), "created": stamp(minutes), "items": list(items)}


def comment(minutes, author, public=True, text="Some words", id_=None, **more):
    document = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}
    document["content"][0]["content"].append({"type": "text", "text": text})
    return {
        "id": str(id_ or 7000 + minutes),
        "author": user(author),
        "updateAuthor": user(author),
        "body": document,
        "created": stamp(minutes),
        "updated": stamp(minutes),
        "jsdPublic": public,
        **more,
    }


def issue(histories=(), comments=(), properties=None, total=None, comment_total=None, **fields):
    """Return an issue as one look gets it: histories beside it newest first, comments oldest first."""
    return {
        "id": ISSUE_ID,
        "key": "SUP-22",
        "self": f"https://elsewhere.example/rest/api/3/issue/{ISSUE_ID}",
        "properties": properties or {},
        "changelog": {
            "startAt": 0,
            "maxResults": len(histories),
            "total": len(histories) if total is None else total,
            "histories": list(reversed(histories)),
        },
        "fields": {
            "summary": "It is broken",
            "created": stamp(),
            "updated": stamp(60),
            "status": status("1"),
            "project": {"id": "10000", "key": "SUP", "projectTypeKey": "service_desk", "simplified": False},
            "issuetype": {"id": "10001", "name": "Incident"},
            "priority": None,
            "resolution": None,
            "labels": [],
            "creator": user(CARLA),
            "reporter": user(CARLA),
            "assignee": None,
            ORGANIZATIONS: [],
            STATE: None,
            DUE: None,
            TIER: None,
            "comment": {
                "comments": list(comments),
                "total": len(comments) if comment_total is None else comment_total,
                "startAt": 0,
                "maxResults": len(comments),
            },
            **fields,
        },
    }


def canonical(histories=(), comments=(), conf=None, sightings=None, customers=None, **fields):
    """Return the canonical ticket of these histories and comments, as one look would."""
    conf, seen = conf or settings(), sightings or Sightings()
    body = IssueBody.model_validate(issue(histories, comments, **fields))
    seen.sides.update({account: side for account, side in SIDES.items() if account not in seen.sides})
    changes = tuple(entries_of([HistoryBody.model_validate(each) for each in histories], conf))
    replies = tuple(comments_of([CommentBody.model_validate(each) for each in comments], conf.account_id))
    seen.see_comments(replies)
    categories = {id_: category for id_, (_, category) in STATUSES.items()}
    return to_ticket(Known(body, (*changes, *replies), seen, categories, customers or {}, {"3": "Acme"}), conf, "acme")


def minutes(at):
    return round((at - START).total_seconds() / 60)


def kinds(ticket):
    """Return a ticket's events as (minutes, kind), in order of time."""
    return sorted((minutes(event.at), event.kind.value) for event in ticket.events)
