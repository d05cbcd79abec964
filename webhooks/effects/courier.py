"""Sends what leaves the platform, for one connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.errors import RefusedError
from core.update import TicketRef
from webhooks.effects.hooks import HookSender
from webhooks.effects.mail import Letter, Mailer
from webhooks.effects.messages import Hook, Mail, stable_id
from webhooks.effects.words import late
from webhooks.notify_settings import NotifySettings, RoleSettings
from webhooks.store.memory import Effect, EffectKind


@dataclass(frozen=True, slots=True)
class Courier:
    """The senders of one connection, and who has which role now."""

    roles: Mapping[str, RoleSettings]
    mailer: Mailer | None
    hooks: Mapping[str, HookSender]

    @classmethod
    def of(cls, roles: Mapping[str, RoleSettings], notify: NotifySettings) -> "Courier":
        """Return the courier for a connection's settings. Makes no call."""
        mailer = Mailer(notify.mail) if notify.mail else None
        return cls(roles, mailer, {name: HookSender(name, hook) for name, hook in notify.webhooks.items()})

    def send(self, ref: TicketRef, effect: Effect, now: datetime) -> str | None:
        """Send one intended message; return what of it was not done, for people, or None.

        Raises:
            RetryLaterError: it may work later.
            RefusedError: it will not, before somebody changes something.
        """
        if effect.kind is EffectKind.EMAIL:
            return self._mail(ref, effect, Mail.from_mapping(effect.detail or {}), now)
        hook = Hook.from_mapping(effect.detail or {})
        if hook.receiver not in self.hooks:
            raise RefusedError(f"there is no webhook {hook.receiver} any more; name it under `notify.webhooks` again")
        self.hooks[hook.receiver].send(f"msg_{stable_id(ref, effect)}", hook.body)
        return None

    def _mail(self, ref: TicketRef, effect: Effect, mail: Mail, now: datetime) -> str | None:
        people = self.roles.get(mail.role)
        if self.mailer is None or people is None or not people.email:
            raise RefusedError(f"nobody with a mail address has the role {mail.role} any more; name one under `roles`")
        behind = late(effect.effect_at or now, now)
        text = f"{mail.text}\n{behind}" if behind else mail.text
        refused = self.mailer.send(Letter(stable_id(ref, effect), people.email, mail.subject, text + "\n", now))
        return "; ".join(f"{address}: {why}" for address, why in refused.items()) or None
