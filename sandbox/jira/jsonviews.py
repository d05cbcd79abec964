"""How single records look in JSON: people, statuses, priorities, options, projects, organizations."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.jira.adf import document
from sandbox.jira.dates import stamp
from sandbox.jira.model import CATEGORIES, Named, Option, Organization, Project, RequestType, Status, User

if TYPE_CHECKING:
    from sandbox.jira.store import Store

SIZES = {"48x48": "48", "24x24": "24", "16x16": "16", "32x32": "32"}


@dataclass(frozen=True, slots=True)
class View:
    """How answers are written for one caller.

    Attributes:
        base: scheme and host before ``/rest``.
        rich: version 3 of the API, which has documents where version 2 has text.
        zone: the caller's time zone, which instants are given in.
        mails: whether addresses are shown at all; webhooks have none.
    """

    store: "Store"
    base: str
    rich: bool = False
    zone: str = "UTC"
    mails: bool = True

    @property
    def api(self) -> str:
        """The address of the API that ``self`` links lead to."""
        return f"{self.base}/rest/api/{'3' if self.rich else '2'}"

    def at(self, when: datetime | None) -> str | None:
        """Return an instant in the caller's zone."""
        return stamp(when, self.zone) if when else None

    def text(self, value: str | None) -> Any:
        """Return a long text: a document in version 3."""
        return document(value) if self.rich and value is not None else value


def avatars(view: View, seed: str) -> dict[str, str]:
    """Return the four sizes of a picture."""
    return {size: f"{view.base}/avatar/{quote(seed)}?s={number}" for size, number in SIZES.items()}


def user(view: View, account_id: str | None) -> dict[str, Any] | None:
    """Return a person, or None for nobody; Data Center knows names where Cloud has account ids."""
    person = view.store.users.get(account_id or "")
    if person is None:
        return None
    if view.store.switches.data_center:
        body: dict[str, Any] = {
            "self": f"{view.api}/user?username={quote(person.key)}",
            "name": person.key,
            "key": f"JIRAUSER{10000 + list(view.store.users).index(person.account_id)}",
            "emailAddress": person.email,
        }
    else:
        body = {
            "self": f"{view.api}/user?accountId={quote(person.account_id, safe='')}",
            "accountId": person.account_id,
            "accountType": person.kind,
        }
        if view.mails and person.email and not person.hides_email:
            body["emailAddress"] = person.email
    return body | {
        "avatarUrls": avatars(view, person.account_id),
        "displayName": person.name,
        "active": person.active,
        "timeZone": person.time_zone,
    }


def desk_user(view: View, account_id: str | None) -> dict[str, Any] | None:
    """Return a person as the service desk API does."""
    person = view.store.users.get(account_id or "")
    if person is None:
        return None
    body = user(view, account_id) or {}
    links = {"jiraRest": body["self"], "avatarUrls": body["avatarUrls"], "self": body["self"]}
    kept = {"accountId", "name", "key", "emailAddress", "displayName", "active", "timeZone"}
    return {key: value for key, value in body.items() if key in kept} | {"_links": links}


def category(view: View, key: str) -> dict[str, Any]:
    """Return a status category."""
    number, name, color = CATEGORIES[key]
    return {
        "self": f"{view.api}/statuscategory/{number}",
        "id": number,
        "key": key,
        "colorName": color,
        "name": name,
    }


def status(view: View, record: Status) -> dict[str, Any]:
    """Return a status with its category."""
    return {
        "self": f"{view.api}/status/{record.id}",
        "description": record.description,
        "iconUrl": f"{view.base}/images/icons/statuses/generic.png",
        "name": record.name,
        "id": record.id,
        "statusCategory": category(view, record.category),
    }


def priority(view: View, record: Named) -> dict[str, Any]:
    """Return a priority as issues carry it."""
    icon = f"{view.base}/images/icons/priorities/{record.name.lower()}.svg"
    return {"self": f"{view.api}/priority/{record.id}", "iconUrl": icon, "name": record.name, "id": record.id}


def whole_priority(view: View, record: Named) -> dict[str, Any]:
    """Return a priority as the list of priorities has it."""
    return priority(view, record) | {"statusColor": record.color, "description": record.description}


def resolution(view: View, record: Named) -> dict[str, Any]:
    """Return a resolution."""
    return {
        "self": f"{view.api}/resolution/{record.id}",
        "id": record.id,
        "description": record.description,
        "name": record.name,
    }


def issue_type(view: View, record: Named) -> dict[str, Any]:
    """Return an issue type."""
    return {
        "self": f"{view.api}/issuetype/{record.id}",
        "id": record.id,
        "description": record.description,
        "iconUrl": f"{view.api}/universal_avatar/view/type/issuetype/avatar/10318?size=medium",
        "name": record.name,
        "subtask": record.subtask,
        "avatarId": 10318,
        "hierarchyLevel": -1 if record.subtask else 0,
    }


def option(view: View, record: Option) -> dict[str, Any]:
    """Return the choice of a select field."""
    return {"self": f"{view.api}/customFieldOption/{record.id}", "value": record.value, "id": record.id}


def project(view: View, record: Project) -> dict[str, Any]:
    """Return a project as issues carry it."""
    return {
        "self": f"{view.api}/project/{record.id}",
        "id": record.id,
        "key": record.key,
        "name": record.name,
        "projectTypeKey": record.type_key,
        "simplified": record.simplified,
        "avatarUrls": avatars(view, record.key),
    }


def organization(view: View, record: Organization) -> dict[str, Any]:
    """Return an organization as the service desk API does."""
    links = {"self": f"{view.base}/rest/servicedeskapi/organization/{record.id}"}
    return {"id": record.id, "name": record.name, "_links": links}


def request_type(view: View, record: RequestType) -> dict[str, Any]:
    """Return a request type as the service desk API does."""
    desk = f"{view.base}/rest/servicedeskapi/servicedesk/{record.service_desk_id}"
    icons = avatars(view, record.name)
    return {
        "_expands": ["field"],
        "id": record.id,
        "_links": {"self": f"{desk}/requesttype/{record.id}"},
        "name": record.name,
        "description": record.description,
        "helpText": "",
        "issueTypeId": record.issue_type_id,
        "serviceDeskId": record.service_desk_id,
        "portalId": record.service_desk_id,
        "groupIds": list(record.group_ids),
        "icon": {"id": "10500", "_links": {"iconUrls": icons}},
    }


def account(view: View, person: User) -> dict[str, Any]:
    """Return the person that is asking, as ``/myself`` does."""
    body = user(view, person.account_id) or {}
    groups = [view.store.groups[group_id] for group_id in sorted(person.groups)]
    return body | {
        "locale": "en_US",
        "groups": {
            "size": len(groups),
            "items": [
                {"name": group.name, "groupId": group.id, "self": f"{view.api}/group?groupId={group.id}"}
                for group in groups
            ],
        },
        "applicationRoles": {"size": 1, "items": []},
        "expand": "groups,applicationRoles",
    }
