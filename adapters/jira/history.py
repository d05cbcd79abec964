"""From an issue's history to the canonical ticket: its state at creation, then what happened. Pure.

Source of each rule: SEMANTICS section 4 (what counts as a response) and README.md in this folder (how Jira says it).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from adapters.common.values import tick_boxes
from adapters.jira.entries import Entry
from adapters.jira.payloads import IssueBody
from adapters.jira.settings import Customer, JiraSettings
from adapters.jira.sightings import Sightings
from adapters.jira.tables import CATEGORIES, CHANNEL_PROPERTY, CHANNELS, OUR_LABEL_PREFIX, PLATFORM
from adapters.jira.values import NOTHING, Value, fact_value, ids_in, is_ticked, labels_of, plan_of, value_of
from core.errors import RefusedError
from core.ticket import Event, FactValue, Kind, Organization, Requester, Role, Setter, Status, Ticket

_PLAN_SEEN = "@plan"  # the field of an entry of ours: at its instant a plan was seen to differ


@dataclass(frozen=True, slots=True)
class Known:
    """All that a ticket is made of.

    Attributes:
        issue: the issue as it is now.
        entries: its history and comments, each in Jira's order.
        sightings: what no history says.
        categories: status id to the key of Jira's category, for those that the settings do not map.
        customers: organization id to what is known of it.
        names: organization id to its name.
    """

    issue: IssueBody
    entries: Sequence[Entry]
    sightings: Sightings
    categories: Mapping[str, str]
    customers: Mapping[str, Customer]
    names: Mapping[str, str | None]


def values_ever(issue: IssueBody, entries: Iterable[Entry], field: str | None) -> list[Value]:
    """Return everything that a field ever held, today's value first."""
    if field is None:
        return []
    changes = [entry for entry in entries if entry.field == field]
    return [value_of(issue.raw.get(field)), *(value for entry in changes for value in (entry.after, entry.before))]


def to_ticket(known: Known, settings: JiraSettings, connection: str) -> Ticket:
    """Return the canonical ticket.

    Raises:
        RefusedError: a status has no category; the message says where to give it one.
    """
    return _Replay(known, settings, connection).ticket()


class _Replay:
    """One pass over the entries, oldest first, with the values as they are at that moment."""

    def __init__(self, known: Known, settings: JiraSettings, connection: str) -> None:
        self._known, self._settings, self._connection = known, settings, connection
        self._now = {name: self._initial(name) for name in settings.tracked}
        self._status, self._is_merged = self._category(), False
        self._plan = self._plan_now(known.issue.fields.created)

    def ticket(self) -> Ticket:
        issue, settings = self._known.issue, self._settings
        creator = issue.fields.creator.id if issue.fields.creator else None
        priority = self._now["priority"]
        channel = issue.properties.get(CHANNEL_PROPERTY)
        channel = channel.get("value") if isinstance(channel, dict) else None
        is_agents = creator != self._now["reporter"].id and self._known.sightings.is_support(creator)
        ticket = Ticket(
            id=issue.id,
            platform=PLATFORM,
            connection=self._connection,
            url=f"{settings.site}/browse/{issue.key}",  # links in answers can name the gateway
            subject=issue.fields.summary,
            created_at=issue.fields.created,
            status=self._status,
            priority=self._priority(priority),
            priority_by=self._setter(creator) if priority else None,
            channel=CHANNELS.get(channel, channel) if isinstance(channel, str) else None,
            opened_by="agent" if is_agents else None,
            tags=tuple(
                sorted(label for label in labels_of(self._now["labels"]) if not label.startswith(OUR_LABEL_PREFIX))
            ),
            facts={
                name: value
                for name, fact in settings.facts.items()
                if (value := fact_value(fact, self._now[fact.field])) is not None
            },
            requester=self._requester(self._now["reporter"]),
            organization=self._organization(),
        )
        return replace(ticket, events=(*self._at_creation(creator), *self._events()))

    # -- values at creation ------------------------------------------------------------------------------------------

    def _initial(self, field: str) -> Value:
        """Return a field's value at creation: as before its first change, or as it is now."""
        first = next((entry for entry in self._known.entries if entry.field == field), None)
        return first.before if first else value_of(self._known.issue.raw.get(field))

    def _at_creation(self, creator: str | None) -> Iterator[Event]:
        """Yield what tick-boxes say at creation."""
        for field, kinds in self._tick_boxes().items():
            if is_ticked(self._now[field]):
                at = self._known.issue.fields.created
                yield Event(at=at, kind=kinds[0], id=f"created:{field}", by=creator)

    def _tick_boxes(self) -> Mapping[str, tuple[Kind, Kind | None]]:
        """Return our tick-boxes by name: what ticking means, what unticking means."""
        return tick_boxes(self._settings.workaround_field, self._settings.escalate_field)

    # -- events ------------------------------------------------------------------------------------------------------

    def _events(self) -> Iterator[Event]:
        seen = [
            Entry(
                id=f"{who}:{at.isoformat()}", batch=f"{who}:{at.isoformat()}", at=at, kind="changed", field=_PLAN_SEEN
            )
            for who, plans in self._known.sightings.plans.items()
            for at, _ in plans[1:]
        ]
        ordered = sorted([*self._known.entries, *seen], key=_order)
        for _, group in groupby(ordered, key=lambda entry: (entry.at, entry.batch)):
            batch = list(group)
            for entry in batch:
                yield from self._event(entry)
            yield from self._status_events(batch)

    def _event(self, entry: Entry) -> Iterator[Event]:
        if entry.kind == "comment":
            yield from self._comment(entry)
        elif entry.field not in ("status", "resolution"):
            before = self._now.get(entry.field, NOTHING)
            self._now[entry.field] = entry.after
            for number, event in enumerate([*self._changed(entry, before), *self._plan_event(entry)]):
                yield replace(event, id=f"{entry.id}:{number}") if number else event  # one change, several facts

    def _comment(self, entry: Entry) -> Iterator[Event]:
        """Yield what a comment means. Ours, apps' and other programs' mean nothing."""
        author, sightings = entry.author, self._known.sightings
        if entry.note_keys or author is None or sightings.sides.get(author) == "app":
            return
        if not entry.public:
            kind = Kind.NOTE_ADDED  # customers cannot write one
        elif sightings.is_support(author) and author != self._now["reporter"].id:
            kind = Kind.AGENT_REPLIED
        else:
            kind = Kind.CUSTOMER_REPLIED
        published = sightings.internal.get(entry.id) if entry.public else None
        yield Event(
            at=published or entry.at,
            kind=kind,
            id=entry.id,
            by=author,
            by_role=self._setter(author),
            observed=published is not None,
        )

    def _changed(self, entry: Entry, before: Value) -> Iterator[Event]:
        """Yield what a change of a field means; one field can be several facts."""
        role = self._setter(entry.author)
        base = Event(at=entry.at, kind=Kind.FACT_CHANGED, id=entry.id, by=entry.author, by_role=role)
        field, settings, after = entry.field, self._settings, entry.after
        if field == "priority":
            yield from _if_changed(base, Kind.PRIORITY_CHANGED, self._priority(before), self._priority(after))
        if field == "reporter" and (requester := self._requester(after)):
            yield replace(base, kind=Kind.REQUESTER_CHANGED, to=requester)
        if field == settings.organizations_field:
            self._plan = self._plan_now(entry.at)
            yield replace(base, kind=Kind.ORGANIZATION_CHANGED, to=self._organization() or Organization())
        if field == "assignee":
            yield from _if_changed(base, Kind.ASSIGNED, before.id, after.id)
        for name, fact in settings.facts.items():
            if fact.field == field:
                was, is_ = fact_value(fact, before), fact_value(fact, after)
                yield from _if_changed(base, Kind.FACT_CHANGED, was, is_, name=name)
        kinds = self._tick_boxes().get(field)
        if kinds and is_ticked(before) != is_ticked(after):
            kind = kinds[0] if is_ticked(after) else kinds[1]
            if kind:
                yield replace(base, kind=kind)

    def _plan_event(self, entry: Entry) -> Iterator[Event]:
        """Yield the change of plan that another organization, field, label or a new sighting brings."""
        before, self._plan = self._plan, self._plan_now(entry.at)
        if before != self._plan:
            seen = entry.field == _PLAN_SEEN
            yield Event(at=entry.at, kind=Kind.PLAN_CHANGED, id=entry.id, from_=before, to=self._plan, observed=seen)

    def _status_events(self, batch: Sequence[Entry]) -> Iterator[Event]:
        """Yield what one edit did to the status: its status and its resolution count together."""
        changes = [entry for entry in batch if entry.kind == "changed" and entry.field in ("status", "resolution")]
        for entry in changes:
            self._now[entry.field] = entry.after
        if not changes:
            return
        last = changes[-1]
        before, was_merged = self._status, self._is_merged
        self._status = self._category()
        self._is_merged = self._status.is_solved and self._is_merging(self._now["resolution"])
        base = Event(at=last.at, kind=Kind.MERGED, id=last.id, by=last.author)
        if self._is_merged:
            if not was_merged:
                yield base
            return
        if was_merged:
            yield replace(base, kind=Kind.RESTORED, id=f"{last.id}:restored")
        if before is not self._status:
            role = self._setter(last.author)
            yield replace(base, kind=Kind.STATUS_CHANGED, by_role=role, from_=before.value, to=self._status.value)

    # -- values now --------------------------------------------------------------------------------------------------

    def _category(self) -> Status:
        status, is_resolved = self._now["status"], bool(self._now["resolution"])
        found: Status | None = status.within(self._settings.statuses)
        if found is None:
            found = CATEGORIES.get(self._known.categories.get(status.id or "", ""))
        if found is None:
            raise RefusedError(
                f"jira: status {status.id or '?'} ({(status.text or '')[:40]}) has no category; give it one under the "
                "connection's `statuses`, by its id",
                platform=PLATFORM,
                ticket_id=self._known.issue.id,
            )
        if self._settings.solved_by == "resolution" and is_resolved is not found.is_solved:
            return Status.SOLVED if is_resolved else Status.OPEN
        return found

    def _is_merging(self, resolution: Value) -> bool:
        return bool({resolution.id, resolution.text} & self._settings.merged_resolutions)

    def _priority(self, value: Value) -> str | None:
        found: str | None = value.within(self._settings.priorities)
        return found or value.text or value.id

    def _setter(self, author: str | None) -> Setter | None:
        """Return who somebody is to the vendor; None (counts as an agent) for apps and for nobody."""
        side = self._known.sightings.sides.get(author or "")
        if author is None or side == "app":
            return None
        if author == self._now["reporter"].id:
            return "requester"
        return "agent" if side == "agent" else "customer"

    def _requester(self, value: Value) -> Requester | None:
        if value.id is None:
            return None
        fields, rule = self._known.issue.fields, self._settings.end_customers
        person = next((user for user in (fields.reporter, fields.creator) if user and user.id == value.id), None)
        role = Role.CUSTOMER
        if self._known.sightings.is_support(value.id):
            role = Role.AGENT
        elif value.id in rule.accounts or (rule.label and rule.label in labels_of(self._now["labels"])):
            role = Role.END_CUSTOMER
        name = person.display_name if person else value.text
        return Requester(id=value.id, email=person.email if person else None, name=name, role=role)

    def _organization_id(self) -> str | None:
        """Return the organization that the request is shared with; of several the first counts."""
        ids = ids_in(self._now.get(self._settings.organizations_field or "", NOTHING))
        return ids[0] if ids else None

    def _organization(self) -> Organization | None:
        id_ = self._organization_id()
        if id_ is None and self._plan is None:
            return None
        where = self._known.customers.get(id_ or "", Customer())
        country = where.country.upper() if where.country else None
        name = self._known.names.get(id_ or "")
        return Organization(id_, name, self._plan, where.timezone, country, where.subdivision)

    def _plan_now(self, at: datetime) -> str | None:
        """Return the plan from the first place that names one."""
        for source in self._settings.plan:
            if source.source == "issue_field":
                plan = plan_of(source, self._now[source.key or ""])
            elif source.source == "labels":
                plan = plan_of(source, self._now["labels"])
            else:
                plan = self._known.sightings.plans.held_at(f"{source.source}:{self._organization_id() or ''}", at)
            if plan is not None:
                return plan
        return None


def _order(entry: Entry) -> tuple[datetime, int]:
    """Return the order of entries: by instant, comments before changes (SEMANTICS, "one instant"); else Jira's."""
    return entry.at, 0 if entry.kind == "comment" else 1


def _if_changed(base: Event, kind: Kind, before: FactValue, after: FactValue, **more: Any) -> Iterator[Event]:
    if before != after:
        yield replace(base, kind=kind, from_=before, to=after, **more)
