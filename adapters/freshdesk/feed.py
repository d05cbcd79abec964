"""Which tickets changed: the list of tickets by their last update, and the open tickets of companies that changed.

Some tickets never set off a rule, and webhooks can be dropped, so this is not optional. The list is read by its key,
not by page numbers: rows move while one pages, and page 301 is refused.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.base import Change
from adapters.freshdesk.account import FreshdeskManners
from adapters.freshdesk.native import stamp
from adapters.freshdesk.paging import PAGE_SIZE, has_next, read_page
from adapters.freshdesk.payloads import Companies, CompanyBody, TicketBody, Tickets
from adapters.freshdesk.people import Directory
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.http import ApiClient
from core.errors import ConfigError, RetryLaterError
from core.update import TicketRef

OVERLAP = timedelta(minutes=5)  # rows that were written late are found by reading these minutes again
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # without a date the list holds 30 days only
SETTLED = timedelta(minutes=30)  # rows that are older are listed by now, unless our clock is far ahead (`doctor` tells)
SECOND = timedelta(seconds=1)
MOST_PAGES = 10_000
LAST_PAGE = 300
MOST_SEEN = 2000  # more rows in one overlap than that are looked at twice, which is harmless
_VERSION = "1"


@dataclass(slots=True)
class Cursor:
    """Up to when the list was read, and a mark of each row of the last minutes, which will be read again.

    Attributes:
        at: the latest update that was seen.
        open_until: of what was updated before, only open tickets count: when the first reading began.
        seen: mark to the row's update, for the rows within OVERLAP before ``at``.
    """

    at: datetime
    open_until: datetime
    seen: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str, connection: str) -> "Cursor":
        """Return what :meth:`to_text` wrote.

        Raises:
            ConfigError: it is not one of ours.
        """
        version, *rest = text.split(" ")
        try:
            at, open_until, *marks = rest
            since = datetime.fromisoformat(at)
            if version != _VERSION:
                raise ValueError(version)
            return cls(since, datetime.fromisoformat(open_until), dict.fromkeys(marks, since))
        except ValueError:
            said = f"{text[:40]!r} is no cursor of the Freshdesk list; run sla-sidecar backfill {connection}"
            raise ConfigError(said) from None

    def to_text(self) -> str:
        """Return it as one line."""
        return " ".join([_VERSION, stamp(self.at), stamp(self.open_until), *self.seen])

    def is_new(self, what: str, id_: int, updated_at: datetime) -> bool:
        """Return whether this version of a row was not read before, and note it."""
        mark = hashlib.sha256(f"{what}:{id_}:{stamp(updated_at)}".encode()).hexdigest()[:12]
        new = mark not in self.seen
        self.seen[mark] = updated_at
        self.at = max(self.at, updated_at)
        return new

    def trim(self) -> None:
        """Forget the rows that will not be read again."""
        kept = [(mark, at) for mark, at in self.seen.items() if at >= self.at - OVERLAP]
        self.seen = dict(kept[-MOST_SEEN:])


class Feed:
    """The lists of one account."""

    def __init__(
        self,
        connection: str,
        client: ApiClient,
        manners: FreshdeskManners,
        directory: Directory,
        settings: FreshdeskSettings,
    ) -> None:
        self._connection, self._client, self._manners = connection, client, manners
        self._directory, self._settings = directory, settings
        self._whole: tuple[str | None, datetime] | None = None  # the cursor after the last whole reading, and its begin

    def changes(self, text: str | None, now: datetime) -> Iterator[Change]:
        """Yield the tickets that changed since a cursor; None: every open one, then whatever changed meanwhile.

        The cursor is kept by the page: going on after a ticket in the middle of one gives that page again. When the
        account's calls run low it ends after a page, and the next time goes on from there.
        """
        cursor = Cursor(BEGINNING, now) if text is None else Cursor.from_text(text, self._connection)
        since, before, given = self._since(cursor, text), cursor.to_text(), text
        pages, progressed = self._pages(since), False
        while True:
            try:
                page = next(pages, None)
            except RetryLaterError as err:
                if err.status == 429 and progressed:
                    return
                raise
            if page is None:
                break
            new = [body for body in page if cursor.is_new("ticket", body.id, body.updated_at)]
            wanted = [body for body in new if self._is_open(body) or body.updated_at >= cursor.open_until]
            cursor.trim()
            after = cursor.to_text()
            for number, body in enumerate(wanted, start=1):
                given = after if number == len(wanted) else before
                yield Change(self._ref(body), body.updated_at, given)
            before, progressed = after, progressed or bool(wanted)
            if wanted and self._manners.is_scarce:
                return
        for change in self._of_companies(cursor, since):
            given = change.cursor
            yield change
        self._whole = given, now

    def _since(self, cursor: Cursor, text: str | None) -> datetime:
        """Return from which update on to read: after a bulk edit and then silence, not its thousand rows each time."""
        since = cursor.at - OVERLAP
        if text is None or self._whole is None or self._whole[0] != text:
            return since
        return max(since, self._whole[1] - SETTLED)

    def open_tickets_of(self, company_id: int) -> Iterator[TicketBody]:
        """Yield the open tickets of one company."""
        for page in self._pages(BEGINNING, company_id=company_id):
            yield from (body for body in page if self._is_open(body))

    def _of_companies(self, cursor: Cursor, since: datetime) -> Iterator[Change]:
        """Yield the open tickets of companies that changed: no rule tells of them, and the plan may be kept there."""
        if since < BEGINNING or not any(source.is_of_company for source in self._settings.plan):
            return  # at the first reading every open ticket comes anyway
        companies = [
            company
            for company in self._companies(since)
            if company.updated_at is not None and cursor.is_new("company", company.id, company.updated_at)
        ]
        cursor.trim()
        text = cursor.to_text()
        for company in companies:
            self._directory.forget_company(company.id)
            for body in self.open_tickets_of(company.id):
                yield Change(self._ref(body), body.updated_at, text)

    def _companies(self, since: datetime) -> Iterator[CompanyBody]:
        for page in range(1, LAST_PAGE + 1):
            params = {"updated_since": stamp(since), "per_page": PAGE_SIZE, "page": page}
            answer = self._client.get("/api/v2/companies", params)
            yield from read_page(answer, Companies).rows
            if not has_next(answer.headers):
                return

    def _pages(self, since: datetime, **more: Any) -> Iterator[list[TicketBody]]:
        """Yield pages of tickets by their last update, each row once.

        After each page it begins anew from the second before the last row's, so nothing is lost when rows move, and
        whether or not the list begins with that second; only where a whole page has one instant it turns the page.
        """
        page, seen = 1, set[tuple[int, str]]()
        for _ in range(MOST_PAGES):
            params = {"updated_since": stamp(since), "order_by": "updated_at", "order_type": "asc", **more}
            answer = self._client.get("/api/v2/tickets", {**params, "per_page": PAGE_SIZE, "page": page})
            rows = read_page(answer, Tickets).rows
            yield [body for body in rows if (body.id, body.updated_stamp) not in seen]
            if not rows or not has_next(answer.headers):
                return
            seen = {(body.id, body.updated_stamp) for body in rows} | (seen if page > 1 else set())
            last = rows[-1].updated_at - SECOND
            if last > since:
                since, page = last, 1
            elif page < LAST_PAGE:
                page += 1
            else:  # tens of thousands in one second
                since, page = since + SECOND, 1

    def _is_open(self, body: TicketBody) -> bool:
        return not self._settings.category(body.status).is_solved

    def _ref(self, body: TicketBody) -> TicketRef:
        return TicketRef(self._connection, str(body.id))
