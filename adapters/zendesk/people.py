"""Users and organizations, cached; and what was seen of them first, so that today does not rewrite history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adapters.common.plans import PlansSeen
from adapters.http import ApiClient
from adapters.services import Cache
from adapters.zendesk.payloads import OrganizationBody, Payload, Sideloads, UserBody
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.tables import PLATFORM, SUPPORT_ROLES, ZENDESK_ITSELF
from core.ticket import Requester, Role

KEEP_SECONDS = 1800.0
MOST_IDS_A_CALL = 100
Body = TypeVar("Body", UserBody, OrganizationBody)


class Directory:
    """The account's users and organizations, as far as they were seen lately."""

    def __init__(self, connection: str, client: ApiClient, cache: Cache) -> None:
        self._prefix, self._client, self._cache = f"{PLATFORM}:{connection}:", client, cache

    def learn(self, seen: Sideloads) -> None:
        """Keep what came along with another answer."""
        for user in seen.users:
            self._put("user", user.id, user)
        for organization in seen.organizations:
            self._put("organization", organization.id, organization)

    def users(self, ids: Iterable[int | None]) -> dict[int, UserBody]:
        """Return users by id; only those that nobody has seen lately cost a call. Deleted ones have no role."""
        return self._many("user", ids, UserBody)

    def organizations(self, ids: Iterable[int | None]) -> dict[int, OrganizationBody]:
        """Return organizations by id; only those that nobody has seen lately cost a call."""
        return self._many("organization", ids, OrganizationBody)

    def _many(self, kind: str, ids: Iterable[int | None], model: type[Body]) -> dict[int, Body]:
        wanted = {id_ for id_ in ids if id_ is not None and id_ > 0}
        found = {id_: body for id_ in wanted if (body := self._kept(kind, id_, model))}
        missing = sorted(wanted - set(found))
        for start in range(0, len(missing), MOST_IDS_A_CALL):
            batch = missing[start : start + MOST_IDS_A_CALL]
            answer = self._client.get(f"/api/v2/{kind}s/show_many", {"ids": ",".join(map(str, batch))})
            self.learn(answer.read(Sideloads, PLATFORM))
            for id_ in batch:
                if self._kept(kind, id_, model) is None:  # deleted: remembered, or it would cost a call at each look
                    self._put(kind, id_, model(id=id_))
                found[id_] = self._kept(kind, id_, model) or model(id=id_)
        return found

    def _kept(self, kind: str, id_: int, model: type[Body]) -> Body | None:
        kept = self._cache.get(f"{self._prefix}{kind}:{id_}")
        return None if kept is None else model.model_validate(kept)

    def _put(self, kind: str, id_: int, body: Payload) -> None:
        self._cache.put(f"{self._prefix}{kind}:{id_}", body.model_dump(mode="json"), KEEP_SECONDS)


@dataclass(slots=True)
class Sightings:
    """What is not in any history: the role in which each person was first seen, and each plan with its instants.

    Kept with the ticket's observations. A person who is promoted later was still a customer when they wrote; a plan
    that was seen to change did not hold before.

    Attributes:
        roles: user id to "agent" or "customer".
        plans: "organization:3" or "user:7" to the plans that were seen.
    """

    roles: dict[int, str] = field(default_factory=dict)
    plans: PlansSeen = field(default_factory=PlansSeen)

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any]) -> "Sightings":
        """Return what :meth:`to_mapping` gave."""
        return cls(
            roles={int(id_): role for id_, role in kept.get("roles", {}).items()},
            plans=PlansSeen.from_mapping(kept.get("plans", {})),
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "roles": {str(id_): role for id_, role in sorted(self.roles.items())},
            "plans": self.plans.to_mapping(),
        }

    def see_role(self, user: UserBody) -> None:
        """Keep a user's side, unless it is known already or the user is deleted."""
        if user.role:
            self.roles.setdefault(user.id, "agent" if user.role in SUPPORT_ROLES else "customer")

    def is_support(self, user_id: int | None) -> bool:
        """True for an agent or admin; somebody unknown or deleted is not support, nor is Zendesk itself."""
        return user_id is not None and user_id != ZENDESK_ITSELF and self.roles.get(user_id) == "agent"


def requester_of(user_id: int, user: UserBody | None, sightings: Sightings, settings: ZendeskSettings) -> Requester:
    """Return who asked, in our terms."""
    role = Role.CUSTOMER
    rule = settings.end_customers
    if sightings.is_support(user_id):
        role = Role.AGENT
    elif user and (rule.user_tag in user.tags or (rule.user_field and user.user_fields.get(rule.user_field) is True)):
        role = Role.END_CUSTOMER
    return Requester(id=str(user_id), email=user.email if user else None, name=user.name if user else None, role=role)
