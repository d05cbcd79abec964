"""Plays a month on a stage, and lets go wrong what can go wrong: deliveries, the platform, the processes."""

import random
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.webhooks.faults import DeliveryFault
from tests.simulation.month import MONTH, Deed
from tests.simulation.stage import BEGIN, POLL_MINUTES, Stage

SLICE = timedelta(hours=6)  # how often everybody is waited for; within one, the service may fall behind
OUTAGE, STEP = timedelta(hours=1), timedelta(minutes=10)
AFTERMATH = timedelta(hours=4)  # until everything that was put off is done


@dataclass(frozen=True, slots=True)
class Luck:
    """How much goes wrong.

    Attributes:
        deliveries: the share of actions whose deliveries are lost, late, doubled, reordered or held back for long.
        outages: in how many slices of the month the platform answers nothing but 503 for an hour.
        drops: how many writes are done by the platform, which then drops the connection without an answer.
        kills: how often a process is killed.
    """

    deliveries: float = 0.0
    outages: int = 0
    drops: int = 0
    kills: int = 0


FAIR_WEATHER = Luck()


def play(stage: Stage, deeds: Sequence[Deed], luck: Luck, seed: int, *, workers: int = 0) -> None:
    """Play a month to its end, with ``workers`` processes beside the one that serves."""
    _Player(stage, luck, random.Random(seed), workers).play(deeds)


class _Player:
    def __init__(self, stage: Stage, luck: Luck, rng: random.Random, workers: int) -> None:
        self.stage, self.luck, self.rng = stage, luck, rng
        self.running: list[tuple[str, subprocess.Popen[bytes]]] = [("serve", stage.start())]
        self.running += [("worker", stage.start("worker")) for _ in range(workers)]
        slices = range(int(MONTH / SLICE))
        self.outages = set(rng.sample(slices, luck.outages))
        self.drops = set(rng.sample(slices, luck.drops))
        self.kills = set(rng.sample(slices, luck.kills))

    def play(self, deeds: Sequence[Deed]) -> None:
        left = list(reversed(deeds))
        for number in range(int(MONTH / SLICE)):
            end = (number + 1) * SLICE
            if number in self.drops:
                self.stage.state.faults.add(ApiFault(FaultKind.DROP, "PUT", "/api/v2/tickets/", after=True))
            doomed = self.rng.random() if number in self.kills else None
            fails = number in self.outages
            while left and left[-1].after < end:
                if fails and left[-1].after >= end - OUTAGE:
                    self._fail(end)
                    fails = False
                deed = left.pop()
                self._act(deed)
                if doomed is not None and (deed.after % SLICE) / SLICE >= doomed:
                    doomed = self._kill()
            if fails:
                self._fail(end)
            if doomed is not None:
                self._kill()
            self._pass(end)
            if self.rng.random() < 0.2:
                self.stage.state.courier.release(reverse=True)
            self.stage.settle()
        self._mend()

    def _act(self, deed: Deed) -> None:
        """Do one thing, with bad luck for what tells of it; signatures are fresh for minutes, so all else arrives."""
        stage = self.stage
        stage.move_to(BEGIN + deed.after)
        if self.rng.random() < self.luck.deliveries:
            fault = self.rng.choice(list(DeliveryFault))
            stage.state.courier.faults.add(fault, times=self.rng.randint(1, 4), seconds=0.05)
        stage.do(deed)
        stage.state.courier.wait_idle()
        stage.state.courier.faults.clear()

    def _kill(self) -> None:
        """Kill a process in the middle of whatever it does, and start it anew."""
        command, process = victim = self.rng.choice(self.running)
        time.sleep(self.rng.uniform(0.05, 0.2))  # the last deed's looks begin after the window and take so long
        self.stage.kill(process)
        self.running.remove(victim)
        self.running.append((command, self.stage.start(command)))

    def _fail(self, end: timedelta) -> None:
        """Let the platform answer 503 from an hour before ``end`` on."""
        self.stage.move_to(BEGIN + end - OUTAGE)
        self.stage.state.faults.add(ApiFault(FaultKind.ANSWER, "", "/api/v2/", times=10**9, status=503))

    def _pass(self, end: timedelta) -> None:
        """Let the rest of a slice pass; while the platform fails nobody can be waited for, and looks try in vain."""
        if self.stage.state.faults.waiting() > self.luck.drops:
            for left in range(int(OUTAGE / STEP), 0, -1):
                self.stage.move_to(BEGIN + end - left * STEP)
                time.sleep(0.1)
            self.stage.state.faults.clear()
        self.stage.move_to(BEGIN + end)

    def _mend(self) -> None:
        """Let nothing go wrong any more, and time go on until all that was put off is done."""
        self.stage.state.faults.clear()
        self.stage.state.courier.release(reverse=True)
        for minutes in range(0, int(AFTERMATH / timedelta(minutes=1)), POLL_MINUTES):
            self.stage.move_to(BEGIN + MONTH + timedelta(minutes=minutes))
            self.stage.settle()
