"""What leaves the platform, as it is stored with its intent: our own words, and under which id it is sent."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.evaluate import Evaluation
from core.update import TicketRef
from webhooks.effects.steps import Step
from webhooks.effects.words import hook_body, mail_subject, mail_text
from webhooks.store.memory import Effect, EffectKind, EffectState


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to whoever has a role when it is sent."""

    role: str
    subject: str
    text: str

    def to_mapping(self) -> dict[str, Any]:
        """Return the JSON object that is stored."""
        return {"role": self.role, "subject": self.subject, "text": self.text}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Mail":
        """Return what :meth:`to_mapping` stored."""
        return cls(str(mapping["role"]), str(mapping["subject"]), str(mapping["text"]))


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook to one of the connection's receivers; ``body`` is the JSON text that is signed."""

    receiver: str
    body: str

    def to_mapping(self) -> dict[str, Any]:
        """Return the JSON object that is stored."""
        return {"receiver": self.receiver, "body": self.body}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Hook":
        """Return what :meth:`to_mapping` stored."""
        return cls(str(mapping["receiver"]), str(mapping["body"]))


def mail_effect(step: Step, evaluation: Evaluation, role: str) -> Effect:
    """Return the intent of a level's mail: one for each level, to all who have the role."""
    mail = Mail(role, mail_subject(step, evaluation), mail_text(step, evaluation))
    return _intended(EffectKind.EMAIL, step.key, step, mail.to_mapping())


def hook_effect(step: Step, evaluation: Evaluation, receiver: str) -> Effect:
    """Return the intent of a level's webhook: one for each level and receiver."""
    hook = Hook(receiver, json.dumps(hook_body(step, evaluation), separators=(",", ":")))
    return _intended(EffectKind.WEBHOOK, f"{step.key}:{receiver}", step, hook.to_mapping())


def stable_id(ref: TicketRef, effect: Effect) -> str:
    """Return an id that is the same at each attempt, so that a receiver can tell a repetition."""
    named = "\0".join((ref.connection, ref.ticket_id, effect.kind.value, effect.key))
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def _intended(kind: EffectKind, key: str, step: Step, detail: Mapping[str, Any]) -> Effect:
    return Effect(
        kind, key, EffectState.INTENDED, step.escalation.reached_at, effect_at=step.effect_at, detail=dict(detail)
    )
