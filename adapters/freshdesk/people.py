"""Agents, contacts and companies, cached: a ticket names most of them by id only."""

from collections.abc import Mapping
from typing import Any, TypeVar

from adapters.freshdesk.paging import PAGE_SIZE, has_next, read_page
from adapters.freshdesk.payloads import AgentBody, Agents, CompanyBody, ContactBody, Person
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.tables import PLATFORM
from adapters.http import ApiClient
from adapters.services import Cache
from core.errors import GoneError, RefusedError
from core.ticket import Requester, Role

KEEP_SECONDS = 900.0
MOST_PAGES = 50
Body = TypeVar("Body", CompanyBody, ContactBody)


class Directory:
    """The account's people and companies, as far as they were seen lately."""

    def __init__(self, connection: str, client: ApiClient, cache: Cache) -> None:
        self._prefix, self._client, self._cache = f"{PLATFORM}:{connection}:", client, cache

    def agents(self) -> Mapping[int, str | None] | None:
        """Return every agent's id and e-mail address; None where the key may not see agents (it is no admin's)."""
        kept = self._cache.get(f"{self._prefix}agents")
        if kept is None:
            kept = self._read_agents()
            self._cache.put(f"{self._prefix}agents", kept, KEEP_SECONDS)
        return {int(id_): email for id_, email in kept["emails"].items()} if kept["seen"] else None

    def company(self, id_: int | None) -> CompanyBody | None:
        """Return a company, None for no id or one that is gone."""
        return self._one("companies", id_, CompanyBody)

    def contact(self, id_: int | None) -> ContactBody | None:
        """Return a contact, None for no id, for somebody who is gone, and for an agent."""
        return self._one("contacts", id_, ContactBody)

    def forget_company(self, id_: int) -> None:
        """Ask for a company anew the next time, because it changed."""
        self._cache.drop(f"{self._prefix}companies:{id_}")

    def is_support(self, user_id: int) -> bool | None:
        """Return whether somebody is an agent; None if nobody can tell.

        Who is neither agent nor contact was an agent: agents can be deleted, contacts are only set aside.
        """
        agents = self.agents()
        if agents is None:
            return None
        return user_id in agents or self.contact(user_id) is None

    def _read_agents(self) -> dict[str, Any]:
        agents: list[AgentBody] = []
        try:
            for page in range(1, MOST_PAGES + 1):
                answer = self._client.get("/api/v2/agents", {"per_page": PAGE_SIZE, "page": page})
                agents += read_page(answer, Agents).rows
                if not has_next(answer.headers):
                    break
        except RefusedError as err:
            if err.status != 403:
                raise
            return {"seen": False, "emails": {}}
        return {"seen": True, "emails": {str(agent.id): agent.contact.email for agent in agents}}

    def _one(self, kind: str, id_: int | None, model: type[Body]) -> Body | None:
        if id_ is None or id_ <= 0:
            return None
        key = f"{self._prefix}{kind}:{id_}"
        kept = self._cache.get(key)
        if kept is None:
            body = self._read(kind, id_, model)
            self._cache.put(key, body.model_dump(mode="json"), KEEP_SECONDS)
        else:
            body = model.model_validate(kept)
        return body if body.id else None

    def _read(self, kind: str, id_: int, model: type[Body]) -> Body:
        """Return somebody; who is gone is remembered too, or each look would ask again."""
        try:
            return self._client.get(f"/api/v2/{kind}/{id_}").read(model, PLATFORM)
        except (GoneError, RefusedError) as err:
            if err.status != 404:
                raise
            return model(id=0)


def requester_of(
    id_: int, person: ContactBody | Person | None, settings: FreshdeskSettings, *, is_agent: bool
) -> Requester:
    """Return who asked, in our terms."""
    role = Role.AGENT if is_agent else Role.CUSTOMER
    rule = settings.end_customers
    if isinstance(person, ContactBody) and not is_agent:
        ticked = bool(rule.contact_field) and person.custom_fields.get(str(rule.contact_field)) is True
        if ticked or rule.contact_tag in person.tags:
            role = Role.END_CUSTOMER
    return Requester(
        id=str(id_), email=person.email if person else None, name=person.name if person else None, role=role
    )
