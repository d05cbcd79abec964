"""A worker that turns people back, and dies: ``python -m tests.effects.replier URL DESK POINT``.

POINT is ``step:moment`` as in ``tests.webhooks.worker``, with the steps of replying beside it.
"""

import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.base import Snapshot
from core.update import Note, Reply, TicketRef, TicketUpdate, Wanted
from tests.webhooks.conftest import make_settings
from tests.webhooks.desk import OPENED_AT, Desk, DeskAdapter, evaluate
from tests.webhooks.worker import STEPS, arm, hurry
from webhooks.effects import reply as rules
from webhooks.effects.plan import REPLY_KEY, TURN_BACK, Reached
from webhooks.engine.ticket import Link
from webhooks.service import Service, open_store
from webhooks.settings import Settings
from webhooks.store.memory import Effect, EffectKind, EffectState, Memories

SHORT = timedelta(seconds=0.5)


class ReplyingDesk(DeskAdapter):
    """A desk whose replies stand among its notes, under a key of their own."""

    def reply(self, reply: Reply) -> bool:
        self.desk.write(TicketUpdate(reply.ref, notes=(Note(reply.key, reply.text),)))
        return True

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        snapshot = super().fetch(ref, observations)
        shown = replace(snapshot.shown, reply_keys=snapshot.shown.note_keys & {REPLY_KEY})
        return replace(snapshot, shown=shown)


REPLYING = {
    **STEPS,
    "reply": (ReplyingDesk, "reply"),
    "under_way": (Memories, "put_off"),
}
POINTS = [f"{step}:{moment}" for step in ("reply", "under_way", "record") for moment in ("before", "after")]


def settings_of(url: str) -> Settings:
    return make_settings(url, engine={"window_seconds": 0.05})


def link_of(desk: Desk) -> Link:
    """Return a link to the desk that turns everybody back."""
    adapter = ReplyingDesk("desk", desk)

    def reached(_verdict: Any) -> tuple[Reached, ...]:
        now = datetime.now(UTC)
        said = {"text": "Please ask them."}
        reply = Effect(EffectKind.REPLY, REPLY_KEY, EffectState.INTENDED, now, OPENED_AT, detail=said)
        return (Reached(EffectKind.TURN_BACK, TURN_BACK, now, OPENED_AT, actions=(reply,)),)

    def wanted(_ticket: Any, _evaluation: Any, states: Mapping[str, EffectState], _reply: Effect | None) -> Wanted:
        return Wanted(notes=tuple(Note(key, "Turned back.") for key in states))

    return Link(adapter, evaluate, wanted, writes=True, reached=reached, reply=adapter.reply)


def wait_shortly() -> None:
    """Look for a reply that may have been sent after a moment."""
    rules.WAITS = (SHORT,) * 3


def main(url: str, desk: str, point: str) -> None:
    hurry()
    wait_shortly()
    arm(point, REPLYING)
    settings = settings_of(url)
    service = Service(settings, open_store(settings), lambda *_: link_of(Desk(Path(desk))))
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    service.start()
    stopped.wait()
    service.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
