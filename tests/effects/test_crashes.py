"""``kill -9`` around the effects that leave the platform: each is done, and a repetition is recognisable as one."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.effects import replier
from tests.effects.receiver import Receiver
from tests.effects.smtp import MailSink
from tests.effects.worker import POINTS, link_of, settings_of
from tests.support import ROOT
from tests.webhooks.desk import Desk
from tests.webhooks.helpers import deliver, wait_until
from webhooks.effects.plan import REPLY_KEY, TURN_BACK
from webhooks.service import Service, Store, open_store
from webhooks.store.memory import EffectState

KEY = "resolution/1/step1"
# Only a death between the effect and its record can repeat it: nobody can know that it was done.
REPEATED = {"mail:after": (2, 1), "hook:after": (1, 2), "send:after": (2, 1)}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice a dead worker in a second or two."""
    monkeypatch.setattr("webhooks.service.LEASE", timedelta(seconds=1))
    for name, seconds in {"HEARTBEAT": 0.3, "DEAD_AFTER": 1.0, "RECOVER": 0.3}.items():
        monkeypatch.setattr(f"webhooks.engine.clustered.{name}_SECONDS", seconds)


@pytest.mark.parametrize("point", POINTS)
def test_killed_around_an_effect(
    url: str, store: Store, desk: Desk, mail: MailSink, receiver: Receiver, quick, point: str
):
    """Killed before an effect it is done once; killed after it, it may be repeated, under the very same id."""
    desk.happen("1", level_at=store.clock.now() + timedelta(seconds=0.15))
    deliver(store, "d1", "1")
    _let_die("tests.effects.worker", url, str(desk.path), point, str(mail.port), receiver.url)
    settings = settings_of(url, mail.port, receiver.url)
    service = Service(settings, open_store(settings), lambda *_: link_of(settings, desk))
    service.start()
    try:
        wait_until(lambda: _states(store) == [EffectState.DONE] * 3)
    finally:
        service.stop()
    assert (len(mail.ids), len(receiver.ids)) == REPEATED.get(point, (1, 1))
    assert (len(set(mail.ids)), len(set(receiver.ids))) == (1, 1)
    assert desk.notes("1") == [KEY]


@pytest.mark.parametrize("point", replier.POINTS)
def test_killed_around_a_reply(url: str, store: Store, desk: Desk, quick, monkeypatch: pytest.MonkeyPatch, point: str):
    """Wherever the process dies around a public reply, the requester gets it exactly once, and then comes the note."""
    desk.happen("1")
    deliver(store, "d1", "1")
    _let_die("tests.effects.replier", url, str(desk.path), point)
    monkeypatch.setattr("webhooks.effects.reply.WAITS", (replier.SHORT,) * 3)
    settings = replier.settings_of(url)
    service = Service(settings, open_store(settings), lambda *_: replier.link_of(desk))
    service.start()
    try:
        wait_until(lambda: _states(store) == [EffectState.DONE] * 2)
    finally:
        service.stop()
    assert desk.notes("1") == [REPLY_KEY, TURN_BACK]


def _let_die(module: str, *arguments: str) -> None:
    dying = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        assert dying.wait(30) == -signal.SIGKILL
    finally:
        dying.kill()
        dying.wait()


def _states(store: Store) -> list[str]:
    return [row["state"] for row in store.listings.escalations("desk")]
