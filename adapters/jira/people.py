"""Who is on which side, and what is known of organizations: asked for once, then cached."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from adapters.http import ApiClient
from adapters.jira.payloads import OrganizationBody, PropertyBody, StatusBody, UserBody, objects_in
from adapters.jira.settings import Customer, JiraSettings
from adapters.jira.sightings import Side
from adapters.jira.tables import AGENT_PERMISSION, APP, CUSTOMER, PLATFORM, PORTAL_ID_PREFIX
from adapters.services import Cache
from core.errors import GoneError, RefusedError

KEEP_SECONDS = 1800.0
STATUSES_SECONDS = 6 * 3600.0


class Directory:
    """The site's people, organizations and statuses, as far as they were asked for lately."""

    def __init__(self, connection: str, client: ApiClient, cache: Cache, settings: JiraSettings) -> None:
        self._prefix, self._client, self._cache = f"{PLATFORM}:{connection}:", client, cache
        self._settings = settings

    def side_of(self, user: UserBody, project_key: str) -> Side:
        """Return on which side somebody is; only whether an account of Atlassian's is an agent costs a call.

        An account's type alone does not tell: an internal desk's customers are employees with full accounts.
        """
        account, support = user.id or "", self._settings.support
        if account == self._settings.account_id or account in self._settings.automation_users:
            return "app"
        if account in support.agents:
            return "agent"
        if account in support.customers or user.account_type == CUSTOMER or account.startswith(PORTAL_ID_PREFIX):
            return "customer"
        if user.account_type == APP:
            return "app"
        if support.groups and self._in_groups(user):
            return "agent"
        return "agent" if support.by_permission and self._is_agent(user, project_key) else "customer"

    def organization_name(self, organization_id: str) -> str | None:
        """Return an organization's name; None for one that is gone or may not be seen."""
        key = f"organization:{organization_id}"
        path = f"/rest/servicedeskapi/organization/{organization_id}"
        body = self._known(key, path, OrganizationBody)
        return OrganizationBody.model_validate({"id": organization_id, **body}).name

    def customer_by_property(self, organization_id: str) -> Customer:
        """Return what an organization's property says of it; nothing where it has none, or none that can be read."""
        name = self._settings.organization_property
        key = f"organization:{organization_id}:{name}"
        path = f"/rest/servicedeskapi/organization/{organization_id}/property/{name}"
        body = self._known(key, path, PropertyBody)
        value = body.get("value")
        try:
            return Customer.model_validate({"plan": value} if isinstance(value, str) else value or {})
        except ValidationError:
            return Customer()

    def status_categories(self) -> Mapping[str, str]:
        """Return the category's key of each of the site's statuses, by id."""
        kept = self._kept("statuses")
        if kept is None:
            found = objects_in(self._client.get(f"{self._settings.differences.api}/status"))
            bodies = [StatusBody.model_validate(each) for each in found if _is_status(each)]
            kept = {body.id: body.category.key for body in bodies if body.category}
            self._put("statuses", kept, STATUSES_SECONDS)
        return kept

    def _is_agent(self, user: UserBody, project_key: str) -> bool:
        """Return whether an account is an agent of the project's service desk.

        Raises:
            RefusedError: we may not ask; the message says what to do instead.
        """
        differences, handle = self._settings.differences, user.handle or ""
        params = {differences.user_query: handle, "permissions": AGENT_PERMISSION, "projectKey": project_key}
        return self._yes(
            f"agent:{project_key}:{handle}",
            f"{differences.api}/user/permission/search",
            params,
            lambda found: any(handle in (each.get("accountId"), each.get("name")) for each in found),
            "give our account Administer projects, or name agents under `support`",
        )

    def _in_groups(self, user: UserBody) -> bool:
        params = {self._settings.differences.user_query: user.handle or ""}
        groups = self._settings.support.groups
        return self._yes(
            f"groups:{user.handle}",
            f"{self._settings.differences.api}/user/groups",
            params,
            lambda found: any(group.get("name") in groups for group in found),
            "give our account Browse users and groups, or name agents under `support`",
        )

    def _yes(self, key: str, path: str, params: Mapping[str, str], test: Any, remedy: str) -> bool:
        kept = self._kept(key)
        if kept is None:
            try:
                found = objects_in(self._client.get(path, params))
            except RefusedError as err:
                if err.status == 404:  # deleted people
                    found = []
                else:
                    raise RefusedError(f"{err}: {remedy}", platform=PLATFORM, status=err.status) from err
            kept = {"yes": test(found)}
            self._put(key, kept, KEEP_SECONDS)
        return bool(kept["yes"])

    def _known(self, key: str, path: str, model: type[OrganizationBody] | type[PropertyBody]) -> Mapping[str, Any]:
        """Return one thing of the service-desk API, {} where it is not there: remembered, or each look would ask."""
        kept = self._kept(key)
        if kept is not None:
            return kept
        body: dict[str, Any] = {}
        try:
            body = self._client.get(path).read(model, PLATFORM).model_dump(mode="json")
        except (RefusedError, GoneError) as err:
            if err.status not in (403, 404):
                raise
        self._put(key, body, KEEP_SECONDS)
        return body

    def _kept(self, key: str) -> Mapping[str, Any] | None:
        return self._cache.get(self._prefix + key)

    def _put(self, key: str, value: Mapping[str, Any], seconds: float) -> None:
        self._cache.put(self._prefix + key, value, seconds)


def _is_status(raw: Any) -> bool:
    """True for a status that can be read; one that cannot is one less that is known."""
    try:
        StatusBody.model_validate(raw)
    except ValidationError:
        return False
    return True
