"""What takes effect once on a ticket, when, and by which actions. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.evaluate import Evaluation
from core.policy_file import CoverForm
from webhooks.effects.messages import hook_effect, mail_effect
from webhooks.effects.steps import Step, steps
from webhooks.notify_settings import RoleSettings
from webhooks.store.memory import Effect, EffectKind, EffectState

TURN_BACK = "turn_back"  # the key: once for each ticket
REPLY_KEY = f"{TURN_BACK}/reply"  # also the mark by which the reply is found on the ticket
Roles = Mapping[str, RoleSettings]
_NOBODY = RoleSettings()


@dataclass(frozen=True, slots=True)
class Reached:
    """Something that takes effect once.

    Attributes:
        key: unique on its ticket.
        reached_at: when; what lies before the ticket was first seen has no effect.
        effect_at: when it takes effect, at the earliest.
        too_late: somebody has dealt with it already, so that it has no effect.
        actions: what it does beside its note, each once: ROUTE, EMAIL, WEBHOOK, REPLY; all INTENDED.
    """

    kind: EffectKind
    key: str
    reached_at: datetime
    effect_at: datetime
    too_late: bool = False
    actions: tuple[Effect, ...] = ()


def reached(evaluation: Evaluation, roles: Roles, *, replies: bool = False) -> tuple[Reached, ...]:
    """Return everything that a ticket has reached, in order of time.

    Args:
        evaluation: the decision.
        roles: the people and groups of the policy's roles, as the connection names them.
        replies: whether somebody who is turned back is told so in public, by us.
    """
    levels = tuple(
        Reached(
            EffectKind.ESCALATION,
            step.key,
            step.escalation.reached_at,
            step.effect_at,
            actions=tuple(_actions(step, evaluation, people_of(step, roles))),
        )
        for step in steps(evaluation)
    )
    return (*levels, *_turned_back(evaluation, replies))


def people_of(step: Step, roles: Roles) -> RoleSettings:
    """Return who a level calls; nobody if the connection names none."""
    return roles.get(step.level.role or "", _NOBODY)


def without_person(evaluation: Evaluation, roles: Roles) -> tuple[str, ...]:
    """Return a problem for each role that was called and reaches nobody."""
    called = {each.level.role for each in steps(evaluation) if each.level.role}
    return tuple(
        f"the role {role} was called and names nobody; name somebody under `roles` of the connection"
        for role in sorted(called)
        if not roles.get(role, _NOBODY).reaches_somebody
    )


def turning_back(evaluation: Evaluation) -> CoverForm | None:
    """Return the rule that turns the requester back now; None if none does."""
    refusal = evaluation.refusal
    rules = (rule for rule in evaluation.policy.form.cover if refusal is not None and rule.name == refusal.name)
    return next((rule for rule in rules if rule.turn_back is not None), None)


def _turned_back(evaluation: Evaluation, replies: bool) -> Iterator[Reached]:
    """Yield that the requester is turned back; nobody is whom an agent has answered or whose ticket is solved."""
    rule, now = turning_back(evaluation), evaluation.now
    if rule is None or rule.turn_back is None:
        return
    moments = evaluation.timeline.moments
    dealt_with = any(moment.is_solved or True in moment.replies for moment in moments)
    asked_at, said = evaluation.ticket.created_at, {"text": rule.turn_back.reply}
    reply = Effect(EffectKind.REPLY, REPLY_KEY, EffectState.INTENDED, asked_at, now, detail=said)
    actions = (reply,) if replies else ()
    yield Reached(EffectKind.TURN_BACK, TURN_BACK, now, now, too_late=dealt_with, actions=actions)


def _actions(step: Step, evaluation: Evaluation, people: RoleSettings) -> Iterator[Effect]:
    if people.routes:
        yield Effect(EffectKind.ROUTE, step.key, EffectState.INTENDED, step.escalation.reached_at, step.effect_at)
    if people.email and step.level.role:
        yield mail_effect(step, evaluation, step.level.role)
    for receiver in people.webhook:
        yield hook_effect(step, evaluation, receiver)
