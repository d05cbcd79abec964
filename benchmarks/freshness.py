"""What a new calendar costs: the time until its first answer, and its memory for ten years."""

import subprocess
import sys
import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from benchmarks.rounds import Case, Times
from benchmarks.scene import MAPPING
from core.calendars import Calendar

FRESH, TEN_YEARS = "first answer", "answer ten years ahead"
_NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
_TEN_YEARS_ON = datetime(2035, 12, 31, tzinfo=UTC)
_EIGHT_HOURS = 8 * 3600
_ROOT = Path(__file__).parent.parent
_numbers = count()


def cases() -> list[Case]:
    """Return a calendar's making up to its first answer, and up to one that lies ten years ahead."""
    return [
        Case((FRESH, "", ""), lambda: _fresh().add(_NOW, _EIGHT_HOURS)),
        Case((TEN_YEARS, "", ""), lambda: _fresh().between(_NOW, _TEN_YEARS_ON)),
    ]


def cold(processes: int) -> Times:
    """Return the first answer's time in so many new processes, where zone and country are unknown as well."""
    command = [sys.executable, "-m", "benchmarks.freshness"]
    return Times(tuple(float(subprocess.check_output(command, text=True, cwd=_ROOT)) for _ in range(processes)))


def ten_years_bytes() -> int:
    """Return the memory of a calendar that has been asked about ten years."""
    _fresh().between(_NOW, _TEN_YEARS_ON)  # what calendars of one zone and country share is not this one's
    tracemalloc.start()
    try:
        calendar = _fresh()
        calendar.between(_NOW, _TEN_YEARS_ON)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def _fresh() -> Calendar:
    """Return a calendar that nobody has seen: equal ones share what is compiled, so a holiday far away differs."""
    far = date(2100, 1, 1) + timedelta(days=next(_numbers) % 50_000)
    return Calendar.from_mapping({**MAPPING, "holidays": [{"country": "US"}, far]}, "fresh")


def _first_answer_seconds() -> float:
    begun = time.perf_counter()
    _fresh().add(_NOW, _EIGHT_HOURS)
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(_first_answer_seconds())
