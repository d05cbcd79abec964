"""What our account may do, and what an issue lets itself be edited: asked for once, then cached."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.http import ApiClient
from adapters.jira.payloads import EditMeta
from adapters.jira.place import Place
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import PLATFORM
from adapters.services import Cache

META_SECONDS, RIGHTS_SECONDS = 3600.0, 3600.0
_SILENT = ("ADMINISTER", "ADMINISTER_PROJECTS")  # either lets us write without an e-mail to every watcher


def permissions(client: ApiClient, settings: JiraSettings, project_key: str, names: Iterable[str]) -> set[str]:
    """Return those of the named permissions that our account has in a project."""
    params = {"projectKey": project_key, "permissions": ",".join(names)}
    body = client.get(f"{settings.differences.api}/mypermissions", params).mapping(PLATFORM)
    held = body.get("permissions")
    return {
        name
        for name, each in (held.items() if isinstance(held, dict) else ())
        if isinstance(each, dict) and each.get("havePermission") is True
    }


@dataclass(frozen=True, slots=True)
class Editable:
    """What of an issue can be edited now: our fields with their choices, by id; ``anything`` also counts others'."""

    fields: Mapping[str, Any]
    anything: bool


class Rights:
    """Rights of one connection, cached."""

    def __init__(self, connection: str, client: ApiClient, cache: Cache, settings: JiraSettings) -> None:
        self._prefix, self._client, self._cache = f"{PLATFORM}:{connection}:", client, cache
        self._settings = settings

    def may_be_silent(self, project_key: str) -> bool:
        """Return whether ``notifyUsers=false`` is ours to send; without the right it is ignored or refused."""
        key = f"{self._prefix}silent:{project_key}"
        kept = self._cache.get(key)
        if kept is None:
            kept = {"yes": bool(permissions(self._client, self._settings, project_key, _SILENT))}
            self._cache.put(key, kept, RIGHTS_SECONDS)
        return bool(kept["yes"])

    def editable(self, place: Place) -> Editable:
        """Return what can be edited: the same for all issues of one project, type and status."""
        key = self._key(place)
        kept = self._cache.get(key)
        if kept is None:
            path = f"{self._settings.differences.api}/issue/{place.issue_id}/editmeta"
            meta = self._client.get(path, ticket_id=place.issue_id).read(EditMeta, PLATFORM, place.issue_id)
            ours = {id_: _short(each) for id_, each in meta.fields.items() if id_ in self._asked}
            kept = {"fields": ours, "anything": bool(meta.fields)}
            self._cache.put(key, kept, META_SECONDS)
        return Editable(kept["fields"], kept["anything"])

    def forget(self, place: Place) -> None:
        """Ask again at the next write: a screen or a status has changed."""
        self._cache.drop(self._key(place))

    @property
    def _asked(self) -> frozenset[str]:
        """The fields that we may write."""
        group = self._settings.group_field
        ours = {target.field for target in self._settings.fields.values()}
        return frozenset(ours | {"labels", "priority", "assignee"} | ({group.field} if group else set()))

    def _key(self, place: Place) -> str:
        return f"{self._prefix}editmeta:{place.project_id}:{place.type_id}:{place.status_id}"


def _short(meta: Any) -> dict[str, Any]:
    """Return what of one field's meta we need: its choices, by id and name."""
    allowed = meta.get("allowedValues") if isinstance(meta, dict) else None
    if not isinstance(allowed, list):
        return {}
    names = ("id", "name", "value")
    return {"allowedValues": [{k: each[k] for k in names if k in each} for each in allowed if isinstance(each, dict)]}
