"""A worker that tells people, and dies: ``python -m tests.effects.worker URL DESK POINT MAIL_PORT HOOK_URL``.

POINT is ``step:moment`` as in ``tests.webhooks.worker``, with the steps of sending beside it.
"""

import signal
import sys
import threading
from pathlib import Path
from typing import Any

from tests.webhooks.conftest import make_settings
from tests.webhooks.desk import Desk, DeskAdapter, Verdict, evaluate, wanted
from tests.webhooks.worker import STEPS, arm, hurry
from webhooks.effects.courier import Courier
from webhooks.effects.hooks import HookSender
from webhooks.effects.mail import Mailer
from webhooks.effects.messages import Hook, Mail
from webhooks.effects.plan import Reached
from webhooks.engine.ticket import Link
from webhooks.service import Service, open_store
from webhooks.settings import Settings
from webhooks.store.looks import Looks
from webhooks.store.memory import Effect, EffectKind, EffectState

SENDING = {
    **STEPS,
    "send": (Courier, "send"),
    "mail": (Mailer, "send"),
    "hook": (HookSender, "send"),
    "ask": (Looks, "request"),
}
POINTS = [f"{step}:{moment}" for step in ("send", "mail", "hook", "ask", "record") for moment in ("before", "after")]


def settings_of(url: str, mail_port: int, hook_url: str) -> Settings:
    """Return settings in which the lead is mailed and called."""
    mail = {"host": "127.0.0.1", "port": mail_port, "tls": "off", "sender": "sla@example.com", "timeout_seconds": 5}
    notify = {"mail": mail, "webhooks": {"ops": {"url": hook_url, "secret": "${SIGNING}"}}}
    roles = {"lead": {"email": "lead@example.com", "webhook": "ops"}}
    return make_settings(url, connection={"notify": notify, "roles": roles}, engine={"window_seconds": 0.05})


def link_of(settings: Settings, desk: Desk) -> Link:
    """Return a link to the desk whose levels mail and call."""
    own = settings.connections["desk"]

    def reached(verdict: Verdict) -> tuple[Reached, ...]:
        return tuple(_reached(each.key, each.reached_at) for each in verdict.escalations)

    courier = Courier.of(own.roles, own.notify)
    return Link(DeskAdapter("desk", desk), evaluate, wanted, writes=True, reached=reached, courier=courier)  # type: ignore[arg-type]


def _reached(key: str, at: Any) -> Reached:
    details = {
        EffectKind.EMAIL: (key, Mail("lead", "Reached", "Reached.").to_mapping()),
        EffectKind.WEBHOOK: (f"{key}:ops", Hook("ops", "{}").to_mapping()),
    }
    actions = [Effect(kind, name, EffectState.INTENDED, at, at, detail=d) for kind, (name, d) in details.items()]
    return Reached(EffectKind.ESCALATION, key, at, at, actions=tuple(actions))


def main(url: str, desk: str, point: str, mail_port: str, hook_url: str) -> None:
    hurry()
    arm(point, SENDING)
    settings = settings_of(url, int(mail_port), hook_url)
    service = Service(settings, open_store(settings), lambda *_: link_of(settings, Desk(Path(desk))))
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    service.start()
    stopped.wait()
    service.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
