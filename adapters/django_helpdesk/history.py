"""From a ticket's follow-ups and sightings to the canonical ticket: its state at creation, then what happened. Pure.

Source of each rule: SEMANTICS section 4 (what counts as a response) and README.md in this folder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.common.values import tick_boxes
from adapters.django_helpdesk.customers import (
    Value,
    fact_value,
    is_ticked,
    organization_of,
    requester_of,
)
from adapters.django_helpdesk.entries import Entry
from adapters.django_helpdesk.payloads import TicketBody
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.sightings import RECORDED, Sightings, initial, told_by
from adapters.django_helpdesk.tables import PLATFORM
from core.errors import RefusedError
from core.ticket import Event, Kind, Organization, Setter, Status, Ticket

_REPLIES = {
    "customer_replied": Kind.CUSTOMER_REPLIED,
    "agent_replied": Kind.AGENT_REPLIED,
    "noted": Kind.NOTE_ADDED,
}
_OUR_TAG_PREFIX = "sla_"


def to_ticket(body: TicketBody, seen: Sightings, settings: DjangoHelpdeskSettings, connection: str) -> Ticket:
    """Return the canonical ticket; ``seen`` has seen ``body``.

    Raises:
        RefusedError: the site has a status without a category; the message says where to give it one.
    """
    return _Replay(body, seen, settings, connection).ticket()


class _Replay:
    """One pass over what happened, oldest first, with the values as they are at that moment."""

    def __init__(self, body: TicketBody, seen: Sightings, settings: DjangoHelpdeskSettings, connection: str) -> None:
        self._body, self._seen, self._settings, self._connection = body, seen, settings, connection
        self._now: dict[str, Value] = {name: values[0][1] for name, values in seen.values.items() if values}
        self._now |= {name: initial(name, settings) for name in RECORDED}
        self._created_at = seen.created_at or seen.values["priority"][0][0]

    def ticket(self) -> Ticket:
        body, settings, now = self._body, self._settings, self._now
        opening = next((entry for entry in self._seen.entries if entry.what == "opened"), None)
        by_agent = opening is not None and opening.by is not None and not opening.by_web
        priority = self._priority(now["priority"])
        ticket = Ticket(
            id=str(body.id),
            platform=PLATFORM,
            connection=self._connection,
            url=f"{settings.base_url}/tickets/{body.id}/",
            subject=body.title,
            created_at=self._created_at,
            status=self._category(),
            priority=priority,
            priority_by=("agent" if by_agent else "requester") if priority else None,
            channel=None if opening is None or by_agent else "web" if opening.by_web else "email",
            opened_by="agent" if by_agent else None,
            tags=tuple(tag for tag in sorted(tags_of(body, settings)) if not tag.startswith(_OUR_TAG_PREFIX)),
            facts={
                name: value
                for name, fact in settings.facts.items()
                if (value := fact_value(fact, now.get(fact.field))) is not None
            },
            requester=requester_of(now["submitter_email"], settings),
            organization=organization_of(now, settings),
        )
        return replace(ticket, events=(*self._at_creation(), *self._events()))

    def _at_creation(self) -> Iterator[Event]:
        """Yield what tick-boxes said when they were seen first."""
        for name, (ticked, _) in self._tick_boxes().items():
            if is_ticked(self._now.get(name)):
                yield Event(at=self._created_at, kind=ticked, id=f"created:{name}")

    def _tick_boxes(self) -> Mapping[str, tuple[Kind, Kind | None]]:
        """Return our tick-boxes by name: what ticking means, what unticking means."""
        return tick_boxes(self._settings.workaround_field, self._settings.escalate_field)

    # -- events ------------------------------------------------------------------------------------------------------

    def _events(self) -> Iterator[Event]:
        """Yield everything in order: follow-ups by their instants, sightings after those of the same instant."""
        happened: list[tuple[datetime, int, Entry | tuple[str, Value]]] = [
            (entry.at, 0, entry) for entry in self._seen.entries
        ]
        for name, values in self._seen.values.items():
            first = 0 if name == "merged_to" else 1  # a ticket is not merged at creation, whenever it is seen first
            happened += [(at, 1, (name, value)) for at, value in values[first:]]
        for name, values in self._seen.corrections.items():
            happened += [(at, 1, (name, value)) for at, value in values]
        self._now["merged_to"] = None
        for at, _, what in sorted(happened, key=lambda each: each[:2]):
            if isinstance(what, Entry):
                yield from self._follow_up(what)
            else:
                yield from self._sighting(at, *what)

    def _follow_up(self, entry: Entry) -> Iterator[Event]:
        by = str(entry.by) if entry.by is not None else None
        role: Setter = "requester" if entry.what == "customer_replied" else "agent"
        if kind := _REPLIES.get(entry.what):
            yield Event(at=entry.at, kind=kind, id=str(entry.id), by=by or self._submitter(role), by_role=role)
        before = self._category()
        for name in RECORDED:
            told = told_by(entry, name)
            self._now[name] = told if told is not None else self._now[name]
        base = Event(at=entry.at, kind=Kind.STATUS_CHANGED, id=f"{entry.id}:status", by=by or self._submitter(role))
        yield from _if_changed(replace(base, by_role=role), before, self._category())

    def _sighting(self, at: datetime, name: str, value: Value) -> Iterator[Event]:
        """Yield what a value that was seen to differ means; one field can be several facts."""
        before, was = dict(self._now), self._category()
        self._now[name] = value
        base = Event(at=at, kind=Kind.FACT_CHANGED, id=f"{name}:{at.isoformat()}", observed=True)
        numbered = enumerate([*self._seen_change(base, name, before), *self._plan_change(base, before)])
        for number, event in numbered:
            yield replace(event, id=f"{event.id}:{number}") if number else event
        yield from _if_changed(replace(base, kind=Kind.STATUS_CHANGED), was, self._category())

    def _seen_change(self, base: Event, name: str, before: dict[str, Value]) -> Iterator[Event]:
        now, settings = self._now, self._settings
        if name == "priority":
            was, is_ = self._priority(before[name]), self._priority(now[name])
            yield from _if_changed(replace(base, kind=Kind.PRIORITY_CHANGED), was, is_)
        if name == "assigned_to":
            was, is_ = _text(before[name]), _text(now[name])
            yield from _if_changed(replace(base, kind=Kind.ASSIGNED), was, is_)
        if name == "submitter_email":
            if requester := requester_of(now[name], settings):
                yield replace(base, kind=Kind.REQUESTER_CHANGED, to=requester)
            organization = organization_of(now, settings)
            if organization != organization_of(before, settings):
                yield replace(base, kind=Kind.ORGANIZATION_CHANGED, to=organization or Organization())
        if name == "merged_to" and now[name] != before.get(name):
            yield replace(base, kind=Kind.RESTORED if now[name] is None else Kind.MERGED)
        for fact_name, fact in settings.facts.items():
            if fact.field == name:
                facts = fact_value(fact, before[name]), fact_value(fact, now[name])
                yield from _if_changed(replace(base, name=fact_name), *facts)
        if (kinds := self._tick_boxes().get(name)) and is_ticked(before[name]) != is_ticked(now[name]):
            kind = kinds[0] if is_ticked(now[name]) else kinds[1]
            if kind:
                yield replace(base, kind=kind)

    def _plan_change(self, base: Event, before: dict[str, Value]) -> Iterator[Event]:
        was, is_ = (organization_of(values, self._settings) for values in (before, self._now))
        plans = was.plan if was else None, is_.plan if is_ else None
        yield from _if_changed(replace(base, kind=Kind.PLAN_CHANGED), *plans)

    # -- values now --------------------------------------------------------------------------------------------------

    def _category(self) -> Status:
        """Return the category: of a ticket that is not solved, being on hold decides."""
        number = self._now["status"]
        found = self._settings.categories.get(number) if isinstance(number, int) else None
        if found is None:
            raise RefusedError(
                f"{PLATFORM}: status {str(number)[:20]} has no category; give it one under the connection's `statuses`",
                platform=PLATFORM,
                ticket_id=str(self._body.id),
            )
        return self._settings.hold if self._now["on_hold"] and not found.is_solved else found

    def _priority(self, raw: Value) -> str | None:
        return None if not isinstance(raw, int) else self._settings.priorities.get(raw, str(raw))

    def _submitter(self, role: Setter) -> str | None:
        """Return who wrote without being signed in, as far as that is known."""
        return _text(self._now["submitter_email"]) if role == "requester" else None


def tags_of(body: TicketBody, settings: DjangoHelpdeskSettings) -> frozenset[str]:
    """Return the tags in the connection's text field."""
    raw = body.custom.get(settings.tags_field or "")
    return frozenset(tag for part in raw.split(",") if (tag := part.strip())) if isinstance(raw, str) else frozenset()


def _if_changed(base: Event, before: Any, after: Any) -> Iterator[Event]:
    if before != after:
        yield replace(base, from_=before, to=after)


def _text(raw: Value) -> str | None:
    return None if raw in (None, "") else str(raw)
