"""A quiet day with 10,000 open tickets: what the service asks of each platform while nothing happens to any ticket.

On the stand-ins the day is played on a moved clock, and every request of their log is counted. 250 tickets stand there,
as many as the day's audits come to; the others are rows of the store, as nothing asks for them.

django-helpdesk is the real application, with 150 tickets. It has no list of changes: a poll reads every open ticket, so
one poll and one look are counted at its client and multiplied. It has no limit of its own.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

from adapters.django_helpdesk.feed import PAGE_SIZE
from benchmarks.allowances import SMALLEST
from benchmarks.bars import Bar
from benchmarks.desks import DESKS, Beside
from benchmarks.waiting import fill
from tests.conformance.platforms import django_helpdesk
from webhooks.engine.audit import TICKETS as AUDITED_AN_HOUR

OPEN_TICKETS, STANDING, OF_DJANGO = 10_000, 250, 150
BEGIN = datetime(2026, 10, 26, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLL = timedelta(minutes=5)  # the default
POLLS = DAY // POLL
MOST_SHARE = 0.01


def quiet_day(platform: str, folder: Path) -> Iterator[Bar]:
    """Yield what a stand-in counts on that day, as a share of what its smallest plan allows."""
    allowance = SMALLEST[platform]
    beside = Beside(DESKS[platform], folder, BEGIN, POLL / timedelta(minutes=1))
    try:
        for number in range(STANDING):
            beside.desk.open(f"quiet-{number}", "Standard", f"Quiet {number}", "Nothing is urgent.", "P3")
        beside.settle()
        fill(beside.store, beside.desk.platform, OPEN_TICKETS - STANDING)
        beside.move_to(BEGIN + HOUR)
        beside.settle()
        beside.log.clear()
        while (at := beside.store.looks.next_due_at()) is not None and at < BEGIN + HOUR + DAY:
            beside.move_to(at)
            beside.settle()
        entries = beside.log.find()
    finally:
        beside.close()
    spent = sum(map(allowance.cost, entries))
    share = spent / allowance.a_day
    said = f"{spent} {allowance.unit} in {len(entries)} requests, {share:.2%}"
    about = f"{platform}: a quiet day with {OPEN_TICKETS} open tickets ({allowance.plan})"
    yield Bar(about, said, "< 1% of it", share < MOST_SHARE)
    writes = [entry for entry in entries if entry.method == "PUT"]
    yield Bar(f"{platform}: writes on that day", str(len(writes)), "0", not writes)


def quiet_day_of_django_helpdesk() -> Iterator[Bar]:
    """Yield what the real application would be asked on that day, from one poll and one look that are counted."""
    with django_helpdesk() as platform:
        desk, adapter = platform.desk, platform.adapter
        refs = [desk.open_ticket() for _ in range(OF_DJANGO)]
        cursor = [change.cursor for change in adapter.changed_since(None)][-1]
        desk.reset_calls()
        began = time.perf_counter()
        changed = list(adapter.changed_since(cursor))
        seconds = time.perf_counter() - began
        pages = desk.calls().reads
        if changed or pages != ceil(OF_DJANGO / PAGE_SIZE):
            raise SystemExit(f"django-helpdesk: {pages} calls for {OF_DJANGO} tickets, {len(changed)} of them changed")
        desk.reset_calls()
        adapter.fetch(refs[0])
        look = desk.calls().reads
    polled, audited = POLLS * ceil(OPEN_TICKETS / PAGE_SIZE), 24 * AUDITED_AN_HOUR * look
    said = (
        f"{polled + audited} calls, from {pages} counted for a poll of {OF_DJANGO} tickets"
        f" ({seconds / pages * 1e3:.0f} ms each) and {look} for an audited one"
    )
    yield Bar(f"django-helpdesk: a quiet day with {OPEN_TICKETS} open tickets", said, "no limit", True)
