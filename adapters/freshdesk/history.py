"""From what was seen of a ticket to the canonical ticket: its state at creation, then what happened. Pure.

Source of each rule: SEMANTICS section 4 (what counts as a response) and README.md here (how Freshdesk says it).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from adapters.freshdesk.entries import Entry
from adapters.freshdesk.observed import Kept, Raw, Response, Seen, value_at
from adapters.freshdesk.payloads import CompanyBody, ContactBody, Person, TicketBody
from adapters.freshdesk.people import requester_of
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.statuses import AT_ONCE, is_explained
from adapters.freshdesk.tables import CHANNELS, CLOSED, OUTBOUND_EMAIL, PLATFORM
from adapters.freshdesk.values import fact_value, id_of, is_ticked, others_tags, plan_name, plan_of, word_of
from core.ticket import Event, FactValue, Kind, Organization, Requester, Setter, Ticket

_STATUS = "status"


@dataclass(frozen=True, slots=True)
class Known:
    """All that a ticket is made of.

    Attributes:
        body: as it is now.
        kept: what was ever seen of it, this look included.
        people: everybody who ever was its requester, as far as they are known.
        companies: every company it ever belonged to, as far as they are known.
        agents: the ids of those of ``people`` who are agents.
    """

    body: TicketBody
    kept: Kept
    people: Mapping[int, ContactBody | Person]
    companies: Mapping[int, CompanyBody]
    agents: frozenset[int]


def to_ticket(known: Known, settings: FreshdeskSettings, connection: str) -> Ticket:
    """Return the canonical ticket."""
    return _Replay(known, settings, connection).ticket()


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of one value; ``before`` is what held until then."""

    name: str
    seen: Seen
    before: Raw


class _Replay:
    """One pass over everything in order of time, with the values as they are at that moment."""

    def __init__(self, known: Known, settings: FreshdeskSettings, connection: str) -> None:
        self._known, self._settings, self._connection = known, settings, connection
        self._now = {name: seen[0].value for name, seen in known.kept.values.items()}
        self._plan = self._plan_now(known.body.created_at)

    def ticket(self) -> Ticket:
        body, settings = self._known.body, self._settings
        by: Setter = "agent" if body.source == OUTBOUND_EMAIL else "requester"
        priority = settings.priority(self._now[self._priority_name])
        ticket = Ticket(
            id=str(body.id),
            platform=PLATFORM,
            connection=self._connection,
            url=f"{settings.url}/a/tickets/{body.id}",
            subject=body.subject,
            created_at=body.created_at,
            status=settings.category(self._now[_STATUS]),
            priority=priority,
            priority_by=by if priority is not None else None,
            channel=CHANNELS.get(body.source, f"source {body.source}") if body.source is not None else None,
            opened_by="agent" if by == "agent" else None,
            tags=others_tags(self._now.get("tags")),
            facts={
                name: value
                for name, fact in settings.facts.items()
                if (value := fact_value(fact, self._now[fact.field])) is not None
            },
            requester=self._requester(),
            organization=self._organization(),
        )
        return replace(ticket, events=tuple(self._events()))

    @property
    def _priority_name(self) -> str:
        return self._settings.priority_field or "priority"

    # -- events ------------------------------------------------------------------------------------------------------

    def _events(self) -> Iterator[Event]:
        steps: list[tuple[datetime, int, Entry | Response | _Change]] = []
        said_at = [entry.at for entry in self._known.kept.entries.values()]
        steps += [(entry.at, 0, entry) for entry in sorted(self._known.kept.entries.values(), key=lambda each: each.id)]
        steps += [
            (each.at, 0, each)
            for each in sorted(self._known.kept.responses, key=lambda each: (each.at, each.by_support))
            if not is_explained(each, said_at)
        ]
        for name, seen in sorted(self._known.kept.values.items()):
            steps += [(after.at, 1, _Change(name, after, before.value)) for before, after in pairwise(seen)]
        for _, _, step in sorted(steps, key=lambda each: each[:2]):
            if isinstance(step, Entry):
                yield from self._entry(step)
            elif isinstance(step, Response):
                kind = Kind.AGENT_REPLIED if step.by_support else Kind.CUSTOMER_REPLIED
                yield Event(at=step.at, kind=kind, id=f"stats:{kind.value}:{step.at.isoformat()}")
            else:
                self._now[step.name] = step.seen.value
                yield from self._change(step)

    def _entry(self, entry: Entry) -> Iterator[Event]:
        """Yield what a conversation means. Rules, merges, automatic mail, our own and other programs' mean nothing."""
        author, settings = entry.author, self._settings
        if entry.no_reply or entry.note_keys or not entry.side:
            return
        if author is not None and (author == settings.agent_id or author in settings.automation_users):
            return
        if entry.side == "support" and entry.private:
            kind = Kind.NOTE_ADDED
        elif entry.side == "support" and author != id_of(self._now["requester_id"]):
            kind = Kind.AGENT_REPLIED
        else:
            kind = Kind.CUSTOMER_REPLIED
        by_role: Setter = "agent" if entry.side == "support" else "customer"
        if author is not None and author == id_of(self._now["requester_id"]):
            by_role = "requester"
        by = str(author) if author is not None else None
        yield Event(at=entry.at, kind=kind, id=str(entry.id), by=by, by_role=by_role)

    def _change(self, change: _Change) -> Iterator[Event]:
        """Yield what a change means; one field can be several facts, and any change may bring another plan."""
        id_ = f"{change.name}:{change.seen.at.isoformat()}"
        base = Event(at=change.seen.at, kind=Kind.FACT_CHANGED, id=id_, observed=change.seen.observed)
        before = self._plan
        self._plan = self._plan_now(change.seen.at)
        events = [*self._changed(change, base), *self._facts(change, base)]
        if before != self._plan and change.name != "company_id":  # another organization brings its plan along
            events.append(replace(base, kind=Kind.PLAN_CHANGED, from_=before, to=self._plan))
        for number, event in enumerate(events):
            yield replace(event, id=f"{id_}:{number}") if number else event

    def _changed(self, change: _Change, base: Event) -> Iterator[Event]:
        settings, after = self._settings, change.seen.value
        if change.name == _STATUS:
            was, is_ = settings.category(change.before), settings.category(after)
            if after == CLOSED and self._is_merged_at(change.seen.at):
                yield replace(base, kind=Kind.MERGED)
            elif was is not is_:
                yield replace(base, kind=Kind.STATUS_CHANGED, from_=was.value, to=is_.value)
        elif change.name == self._priority_name:
            yield from _if_changed(
                base, Kind.PRIORITY_CHANGED, settings.priority(change.before), settings.priority(after)
            )
        elif change.name == "requester_id" and (requester := self._requester()):
            yield replace(base, kind=Kind.REQUESTER_CHANGED, to=requester)
        elif change.name == "company_id":
            yield replace(base, kind=Kind.ORGANIZATION_CHANGED, to=self._organization() or Organization())
        elif change.name == "responder_id":
            yield from _if_changed(base, Kind.ASSIGNED, _text(change.before), _text(after))

    def _facts(self, change: _Change, base: Event) -> Iterator[Event]:
        for name, fact in self._settings.facts.items():
            if fact.field == change.name:
                was, is_ = fact_value(fact, change.before), fact_value(fact, change.seen.value)
                yield from _if_changed(base, Kind.FACT_CHANGED, was, is_, name=name)
        ticked = is_ticked(change.seen.value)
        if ticked is is_ticked(change.before):
            return
        if change.name == self._settings.workaround_field:
            yield replace(base, kind=Kind.WORKAROUND_PROVIDED if ticked else Kind.WORKAROUND_WITHDRAWN)
        elif change.name == self._settings.escalate_field and ticked:
            yield replace(base, kind=Kind.ESCALATION_REQUESTED)

    def _is_merged_at(self, at: datetime) -> bool:
        """True where the ticket was closed with a note that says it was merged into another."""
        return any(entry.merged_away and abs(entry.at - at) <= AT_ONCE for entry in self._known.kept.entries.values())

    # -- values now --------------------------------------------------------------------------------------------------

    def _requester(self) -> Requester | None:
        id_ = id_of(self._now["requester_id"])
        if id_ is None:
            return None
        return requester_of(id_, self._known.people.get(id_), self._settings, is_agent=id_ in self._known.agents)

    def _organization(self) -> Organization | None:
        id_ = id_of(self._now["company_id"])
        body = self._known.companies.get(id_) if id_ is not None else None
        if id_ is None and self._plan is None:
            return None
        where = self._settings.company
        country = word_of(body.value(where.country)) if body and where.country else None
        return Organization(
            id=str(id_) if id_ is not None else None,
            name=body.name if body else None,
            plan=self._plan,
            timezone=word_of(body.value(where.timezone)) if body and where.timezone else None,
            country=country.upper() if country else None,
            subdivision=word_of(body.value(where.subdivision)) if body and where.subdivision else None,
        )

    def _plan_now(self, at: datetime) -> str | None:
        """Return the plan from the first place that names one."""
        for source in self._settings.plan:
            if source.is_of_company or source.is_of_contact:
                owner = "company_id" if source.is_of_company else "requester_id"
                kept = self._known.kept.values.get(plan_name(source, id_of(self._now[owner])), [])
                held = value_at(kept, at)
                plan = held if isinstance(held, str) else None
            else:
                plan = plan_of(source, self._now["tags" if source.source == "ticket_tags" else str(source.key)])
            if plan is not None:
                return plan
        return None


def _if_changed(base: Event, kind: Kind, before: FactValue, after: FactValue, **more: Any) -> Iterator[Event]:
    if before != after:
        yield replace(base, kind=kind, from_=before, to=after, **more)


def _text(raw: Raw) -> str | None:
    id_ = id_of(raw)
    return str(id_) if id_ is not None else None
