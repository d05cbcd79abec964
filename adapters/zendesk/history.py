"""From a ticket's audits to the canonical ticket: its state at creation, then what happened. Pure.

Source of each rule: SEMANTICS section 4 (what counts as a response) and README.md in this folder (how Zendesk says it).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from adapters.common.values import tick_boxes
from adapters.zendesk.entries import Entry, Value
from adapters.zendesk.payloads import OrganizationBody, TicketBody, UserBody
from adapters.zendesk.people import Body, Sightings, requester_of
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.tables import (
    CHANNELS,
    DELETED,
    MERGE_TAG,
    OUR_TAG_PREFIX,
    PLATFORM,
    STATUSES,
    ZENDESK_ITSELF,
)
from adapters.zendesk.values import (
    custom_of,
    fact_value,
    id_of,
    id_text,
    is_follow_up,
    is_ticked,
    plan_of,
    plan_owner,
    tags_of,
    word_of,
)
from core.errors import RefusedError
from core.ticket import Event, FactValue, Kind, Organization, Requester, Setter, Status, Ticket

_PLAN_SEEN = "@plan"  # an entry of ours: at its instant a plan was seen to differ


@dataclass(frozen=True, slots=True)
class Known:
    """All that a ticket is made of."""

    body: TicketBody
    entries: Sequence[Entry]
    users: Mapping[int, UserBody]
    organizations: Mapping[int, OrganizationBody]
    sightings: Sightings


def requester_ids(body: TicketBody, entries: Iterable[Entry]) -> set[int]:
    """Return everybody who ever was the ticket's requester."""
    return _ids_in("requester_id", body.requester_id, entries)


def organization_ids(body: TicketBody, entries: Iterable[Entry]) -> set[int]:
    """Return every organization that the ticket ever belonged to."""
    return _ids_in("organization_id", body.organization_id, entries)


def see_plans(known: Known, settings: ZendeskSettings, now: datetime) -> None:
    """Note today's plan of everybody whom the ticket ever belonged to: Zendesk keeps no history of it."""
    owners: dict[str, list[OrganizationBody] | list[UserBody]] = {
        "organization": _those(known.organizations, organization_ids(known.body, known.entries)),
        "requester": _those(known.users, requester_ids(known.body, known.entries)),
    }
    for source in settings.plan:
        for body in owners.get(source.source.partition("_")[0], []):
            raw = body.tags if source.key is None else custom_of(body).get(str(source.key))
            known.sightings.plans.see(plan_owner(source, body.id), plan_of(source, raw), now)


def to_ticket(known: Known, settings: ZendeskSettings, connection: str) -> Ticket:
    """Return the canonical ticket.

    Raises:
        RefusedError: Zendesk names a status that has no category; the message says where to give it one.
    """
    return _Replay(known, settings, connection).ticket()


class _Replay:
    """One pass over the entries, oldest first, with the values as they are at that moment."""

    def __init__(self, known: Known, settings: ZendeskSettings, connection: str) -> None:
        self._known, self._settings, self._connection = known, settings, connection
        self._now = {name: self._initial(name) for name in settings.tracked}
        self._description = next((entry for entry in known.entries if entry.kind == "comment"), None)
        if self._now["status"] == DELETED:  # deleted without a history: it was something else before
            self._now["status"] = "open"
        self._status = self._category()
        self._plan = self._plan_now(known.body.created_at)

    def ticket(self) -> Ticket:
        body, settings = self._known.body, self._settings
        requester_id = id_of(self._now["requester_id"])
        ticket = Ticket(
            id=str(body.id),
            platform=PLATFORM,
            connection=self._connection,
            url=f"{settings.url}/agent/tickets/{body.id}",  # the answer's own `url` can name another host
            subject=body.subject,
            created_at=body.created_at,
            status=self._status,
            priority=self._priority(self._now[settings.priority_name]),
            priority_by=self._priority_by(),
            channel=CHANNELS.get(str(body.via.channel), str(body.via.channel)) if body.via.channel else None,
            opened_by="agent" if self._opened_by_agent(requester_id) else None,
            tags=tuple(sorted(tag for tag in tags_of(self._now["tags"]) if not tag.startswith(OUR_TAG_PREFIX))),
            facts={
                name: value
                for name, fact in settings.facts.items()
                if (value := fact_value(fact, self._now[str(fact.field)])) is not None
            },
            requester=self._requester(requester_id),
            organization=self._organization(),
        )
        return replace(ticket, events=(*self._at_creation(), *self._events()))

    # -- values at creation ------------------------------------------------------------------------------------------

    def _initial(self, name: str) -> Value:
        """Return a field's value at creation: as created, or as before its first change, or as it is now."""
        mine = [entry for entry in self._known.entries if entry.field == name]
        for entry in mine:
            if entry.kind == "created":
                return entry.value
        if mine:
            return mine[0].previous
        now = self._known.body.value(name)
        return tuple(now) if isinstance(now, list) else now

    def _at_creation(self) -> Iterator[Event]:
        """Yield what tick-boxes say at creation; on a follow-up they are the old ticket's, not its own."""
        if is_follow_up(self._known.body.via):
            return
        at, by = self._known.body.created_at, str(self._known.body.submitter_id or "") or None
        for name, kind in self._tick_boxes().items():
            if is_ticked(self._now[name]):
                yield Event(at=at, kind=kind[0], id=f"created:{name}", by=by)

    def _tick_boxes(self) -> Mapping[str, tuple[Kind, Kind | None]]:
        """Return our tick-boxes by name: what ticking means, what unticking means."""
        ours = (self._settings.workaround_field, self._settings.escalate_field)
        return tick_boxes(*(str(field) if field else None for field in ours))

    def _priority_by(self) -> Setter | None:
        name = self._settings.priority_name
        if self._now[name] is None:
            return None
        for entry in self._known.entries:
            if entry.field == name and entry.kind == "created":
                return self._setter(entry.author, entry.via)
        return self._setter(self._known.body.submitter_id, "")

    def _opened_by_agent(self, requester_id: int | None) -> bool:
        submitter = self._known.body.submitter_id
        return submitter != requester_id and self._known.sightings.is_support(submitter)

    # -- events ------------------------------------------------------------------------------------------------------

    def _events(self) -> Iterator[Event]:
        seen = [
            Entry(id=f"{who}:{at.isoformat()}", audit=0, at=at, kind="changed", field=_PLAN_SEEN)
            for who, plans in self._known.sightings.plans.items()
            for at, _ in plans[1:]
        ]
        ordered = sorted([*self._known.entries, *seen], key=lambda entry: entry.at)  # stable: audits stay together
        for _, group in groupby(ordered, key=lambda entry: (entry.at, entry.audit)):
            entries = list(group)
            for entry in entries:
                yield from self._event(entry)
            yield from self._status_events(entries)

    def _event(self, entry: Entry) -> Iterator[Event]:
        if entry.kind == "comment":
            yield from self._comment(entry)
        elif entry.kind == "changed" and entry.field not in ("status", "custom_status_id"):
            before = self._now.get(entry.field)
            self._now[entry.field] = entry.value
            for number, event in enumerate([*self._changed(entry, before), *self._plan_event(entry)]):
                yield replace(event, id=f"{entry.id}:{number}") if number else event  # one change, several facts

    def _comment(self, entry: Entry) -> Iterator[Event]:
        """Yield what a comment means. Rules, merges, automatic mail, our own and other programs' mean nothing."""
        author, settings = entry.author, self._settings
        if entry is self._description or entry.via or entry.automatic or entry.note_keys:
            return
        if author in (None, ZENDESK_ITSELF, settings.user_id) or author in settings.automation_users:
            return
        support = self._known.sightings.is_support(author)
        if support and not entry.public:
            kind = Kind.NOTE_ADDED
        elif support and author != id_of(self._now["requester_id"]):
            kind = Kind.AGENT_REPLIED
        else:
            kind = Kind.CUSTOMER_REPLIED  # an end user's private comment is still an answer to us
        yield Event(at=entry.at, kind=kind, id=entry.id, by=str(author), by_role=self._setter(author, ""))

    def _changed(self, entry: Entry, before: Value) -> Iterator[Event]:
        """Yield what a change of a field means; one field can be several facts."""
        by = str(entry.author) if entry.author and not entry.via else None
        role = self._setter(entry.author, entry.via)
        base = Event(at=entry.at, kind=Kind.FACT_CHANGED, id=entry.id, by=by, by_role=role)
        name, settings = entry.field, self._settings
        if name == settings.priority_name:
            yield from _if_changed(base, Kind.PRIORITY_CHANGED, self._priority(before), self._priority(entry.value))
        if name == "requester_id" and (requester := self._requester(id_of(entry.value))):
            yield _event(base, Kind.REQUESTER_CHANGED, to=requester)
        if name == "organization_id":
            self._plan = self._plan_now(entry.at)
            yield _event(base, Kind.ORGANIZATION_CHANGED, to=self._organization() or Organization())
        if name == "assignee_id":
            yield from _if_changed(base, Kind.ASSIGNED, id_text(before), id_text(entry.value))
        for fact_name, fact in settings.facts.items():
            if str(fact.field) == name:
                was, is_ = fact_value(fact, before), fact_value(fact, entry.value)
                yield from _if_changed(base, Kind.FACT_CHANGED, was, is_, name=fact_name)
        kinds = self._tick_boxes().get(name)
        if kinds and is_ticked(before) != is_ticked(entry.value):
            kind = kinds[0] if is_ticked(entry.value) else kinds[1]
            if kind:
                yield _event(base, kind)

    def _plan_event(self, entry: Entry) -> Iterator[Event]:
        """Yield the change of plan that another organization, requester, field, tag or a new sighting brings."""
        before, self._plan = self._plan, self._plan_now(entry.at)
        if before != self._plan:
            yield Event(
                at=entry.at,
                kind=Kind.PLAN_CHANGED,
                id=entry.id,
                from_=before,
                to=self._plan,
                observed=entry.field == _PLAN_SEEN,
            )

    def _status_events(self, entries: Sequence[Entry]) -> Iterator[Event]:
        """Yield what one audit did to the status: its last word counts, whatever it passed through."""
        changes = [entry for entry in entries if entry.kind == "changed" and entry.field == "status"]
        customs = [entry for entry in entries if entry.kind == "changed" and entry.field == "custom_status_id"]
        if not changes and not customs:
            return
        last = (changes or customs)[-1]
        was_deleted = self._now["status"] == DELETED
        self._now["status"] = changes[-1].value if changes else self._now["status"]
        self._now["custom_status_id"] = customs[-1].value if customs else None  # a custom one belongs to one status
        by = str(last.author) if last.author and not last.via else None
        if self._now["status"] == DELETED:
            yield Event(at=last.at, kind=Kind.DELETED, id=last.id, by=by)
            return
        if was_deleted:
            yield Event(at=last.at, kind=Kind.RESTORED, id=f"{last.id}:restored", by=by)
        before, self._status = self._status, self._category()
        if self._status is Status.CLOSED and _is_merge(entries):
            yield Event(at=last.at, kind=Kind.MERGED, id=last.id, by=by)
        elif before is not self._status:
            yield Event(
                at=last.at,
                kind=Kind.STATUS_CHANGED,
                id=last.id,
                by=by,
                by_role=self._setter(last.author, last.via),
                from_=before.value,
                to=self._status.value,
            )

    # -- values now --------------------------------------------------------------------------------------------------

    def _category(self) -> Status:
        word, custom = str(self._now["status"]), self._now["custom_status_id"]
        found = (
            self._settings.statuses.get(str(custom)) or self._settings.statuses.get(word) or STATUSES.get(word.lower())
        )
        if found is None:
            raise RefusedError(
                f"zendesk: status {word[:40]!r} has no category; give it one under the connection's `statuses`",
                platform=PLATFORM,
                ticket_id=str(self._known.body.id),
            )
        return found

    def _priority(self, raw: Value) -> str | None:
        return None if raw in (None, "") else self._settings.priorities.get(str(raw), str(raw))

    def _setter(self, author: int | None, via: str) -> Setter | None:
        """Return who somebody is to the vendor; None (counts as an agent) for rules and for nobody."""
        if via or author is None or author == ZENDESK_ITSELF:
            return None
        if author == id_of(self._now["requester_id"]):
            return "requester"
        return "agent" if self._known.sightings.is_support(author) else "customer"

    def _requester(self, user_id: int | None) -> Requester | None:
        if user_id is None:
            return None
        return requester_of(user_id, self._known.users.get(user_id), self._known.sightings, self._settings)

    def _organization(self) -> Organization | None:
        id_ = id_of(self._now["organization_id"])
        body = self._known.organizations.get(id_) if id_ is not None else None
        if id_ is None and self._plan is None:
            return None
        where = self._settings.organization
        fields = body.organization_fields if body else {}
        country = word_of(fields.get(where.country or ""))
        return Organization(
            id=str(id_) if id_ is not None else None,
            name=body.name if body else None,
            plan=self._plan,
            timezone=word_of(fields.get(where.timezone or "")),
            country=country.upper() if country else None,
            subdivision=word_of(fields.get(where.subdivision or "")),
        )

    def _plan_now(self, at: datetime) -> str | None:
        """Return the plan from the first place that names one."""
        for source in self._settings.plan:
            if source.source == "ticket_field":
                plan = plan_of(source, self._now[str(source.key)])
            elif source.source == "ticket_tags":
                plan = plan_of(source, self._now["tags"])
            else:
                owner = "organization_id" if source.source.startswith("organization") else "requester_id"
                plan = self._known.sightings.plans.held_at(plan_owner(source, id_of(self._now[owner])), at)
            if plan is not None:
                return plan
        return None


def _is_merge(entries: Sequence[Entry]) -> bool:
    return any(entry.via == "merge" for entry in entries) or any(
        entry.field == "tags" and MERGE_TAG in tags_of(entry.value) for entry in entries
    )


def _event(base: Event, kind: Kind, **changes: Any) -> Event:
    return replace(base, kind=kind, **changes)


def _if_changed(base: Event, kind: Kind, before: FactValue, after: FactValue, **more: Any) -> Iterator[Event]:
    if before != after:
        yield _event(base, kind, from_=before, to=after, **more)


def _those(bodies: Mapping[int, Body], ids: Iterable[int]) -> list[Body]:
    return [bodies[id_] for id_ in sorted(ids) if id_ in bodies]


def _ids_in(name: str, now: int | None, entries: Iterable[Entry]) -> set[int]:
    values = [now, *(value for entry in entries if entry.field == name for value in (entry.value, entry.previous))]
    return {id_ for value in values if (id_ := id_of(value)) is not None}
