"""How a story is told: scene by scene with time to look, or a whole week in a minute."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webhooks.demo.desks import Desk
from webhooks.demo.news import News
from webhooks.demo.story import Scene
from webhooks.demo.times import DemoTime
from webhooks.service import Store
from webhooks.store.gauges import backlog

Say = Callable[[str], None]
A_WEEK = timedelta(days=7)
STEP = timedelta(hours=1)  # the longest: the clock on the pages shall be seen to move
SHORTEST_STEP = timedelta(minutes=15)
SETTLE_SECONDS = 3.0
SOON = timedelta(seconds=1)  # a delivery waits so long for others about its ticket


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a story is told, in real seconds.

    Attributes:
        passing, looking: for each scene's passing of time, and for looking at it.
        week: for a whole week.
    """

    passing: float = 3.0
    looking: float = 4.0
    week: float = 60.0


class Teller:
    """Tells stories on every desk at once; ends early once ``stopped`` is set."""

    def __init__(
        self, desks: Sequence[Desk], store: Store, clock: DemoTime, pace: Pace, stopped: threading.Event, say: Say
    ) -> None:
        self._desks, self._store, self._clock, self._pace = desks, store, clock, pace
        self._stopped, self._say = stopped, say

    def scenes(self, scenes: Iterable[Scene]) -> None:
        """Let time run to each scene, play it, and leave time to look."""
        begin = self._clock.now()
        for scene in scenes:
            if self._stopped.is_set():
                return
            self._clock.move_to(begin + scene.after, self._pace.passing)
            self._play(scene)
            self._stopped.wait(self._pace.looking)

    def week(self, scenes: Iterable[Scene]) -> None:
        """Let a week pass: from one instant at which something happens to the next, and at an even pace."""
        left = list(scenes)[::-1]
        news = News(self._store, self._desks[0].platform, self._desks[0].subject_of)
        began, begin = time.monotonic(), self._clock.now()
        while (passed := self._clock.now() - begin) < A_WEEK and not self._stopped.is_set():
            self._clock.jump_to(self._next(begin, left))
            while left and begin + left[-1].after <= self._clock.now():
                self._play(left.pop())
            self._settle()
            for line in news.latest():
                self._tell(f"  {line}")
            self._stopped.wait(max(began + self._pace.week * (passed / A_WEEK) - time.monotonic(), 0))

    def _next(self, begin: datetime, left: Sequence[Scene]) -> datetime:
        """Return the next instant at which somebody does something, or the service has a look."""
        now = self._clock.now()
        ahead = [now + STEP, begin + A_WEEK, *(begin + scene.after for scene in left[-1:])]
        due_at = self._store.looks.next_due_at()
        return max(min([*ahead, due_at] if due_at else ahead), now + SHORTEST_STEP)

    def _settle(self) -> None:
        """Wait until the service has done what there was to do; not for ever, since a look may fail and wait."""
        until = time.monotonic() + SETTLE_SECONDS
        while not self._is_settled() and time.monotonic() < until:
            self._stopped.wait(0.03)

    def _is_settled(self) -> bool:
        if not all(desk.is_quiet() for desk in self._desks):
            return False
        work = backlog(self._store.database, self._store.clock)
        due_at = self._store.looks.next_due_at()
        return not (work.due or work.held) and (due_at is None or due_at > self._store.clock.now() + SOON)

    def _play(self, scene: Scene) -> None:
        for desk in self._desks:
            scene.happens(desk)
        self._tell(scene.says)

    def _tell(self, words: str) -> None:
        self._say(f"{self._clock.now():%a %H:%M} UTC  {words}")
