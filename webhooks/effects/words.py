"""The words of a note, a mail and a webhook about a level: ours alone, never a customer's. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from core.evaluate import Evaluation
from core.explain import in_words, length
from core.policy_file import CoverForm
from core.result import written
from webhooks.effects.steps import Step
from webhooks.store.memory import Effect, EffectState

LATE_AFTER = timedelta(minutes=5)  # up to this nobody calls it late
ESCALATION_REACHED = "sla.escalation.reached"


def note_text(step: Step, now: datetime, *, reaches_somebody: bool) -> str:
    """Return a level's private note.

    Args:
        now: when it takes effect; well after its time it says how late.
        reaches_somebody: whether a person or system of the level's role hears of it.
    """
    lines = [f"SLA escalation, step {step.level.number}: {called(step)}", *_lines(step)]
    if behind := late(step.effect_at, now):
        lines.append(behind)
    if step.level.role and not reaches_somebody:
        lines.append(f"No person is named for the {called(step)}: tell them yourself, and name one under `roles`")
    return "\n".join(lines)


def mail_subject(step: Step, evaluation: Evaluation) -> str:
    """Return the subject of a level's mail."""
    metric = step.clock.metric.value.replace("_", " ")
    return f"SLA escalation: ticket {evaluation.ticket.id}, {metric}, step {step.level.number}"


def mail_text(step: Step, evaluation: Evaluation) -> str:
    """Return the text of a level's mail; how late it is, is added when it is sent."""
    ticket = evaluation.ticket
    lines = [f"For the {called(step)}", "", f"Ticket {ticket.id}", *([ticket.url] if ticket.url else [])]
    lines += [f"{evaluation.policy.form.title}: {evaluation.standing.case}", *_lines(step)]
    return "\n".join(lines)


def hook_body(step: Step, evaluation: Evaluation) -> dict[str, Any]:
    """Return the body of a level's webhook: the same at each attempt."""
    standing, clock, level = evaluation.standing, step.clock, step.level
    return {
        "type": ESCALATION_REACHED,
        "timestamp": written(step.escalation.reached_at),
        "data": {
            "connection": evaluation.ticket.connection,
            "ticket": evaluation.ticket.id,
            "url": evaluation.ticket.url,
            "policy": evaluation.policy.name,
            "plan": standing.case.plan,
            "priority": standing.case.priority,
            "tier": standing.case.tier,
            "key": step.key,
            "metric": clock.metric.value,
            "cycle": clock.cycle.number,
            "level": level.number,
            "role": level.role,
            "target": clock.target.within.text,
            "due_at": written(clock.due_at),
            "reached_at": written(step.escalation.reached_at),
            "effect_at": written(step.effect_at),
            "clause": level.clause,
        },
    }


def late(effect_at: datetime, now: datetime) -> str:
    """Return ``2 h 5 min late``, or nothing up to LATE_AFTER."""
    behind = now - effect_at
    return f"{length(behind // timedelta(minutes=1) * 60)} late" if behind > LATE_AFTER else ""


def turn_back_text(rule: CoverForm, reply: Effect | None = None) -> str:
    """Return the private note about somebody who is turned back, with what agents still have to send themselves.

    Args:
        rule: why, and in which words.
        reply: what became of the public reply; None where an agent is to send it.
    """
    lines = [f"Not covered: {rule.because}"]
    if rule.turn_back is not None:
        lines.append(f"{_to_requester(reply)}:\n{rule.turn_back.reply}")
        lines.append(f"Draft for the customer's contact, not sent:\n{rule.turn_back.tell_customer}")
    return "\n\n".join([*lines, f"Source: {rule.clause}"])


def _to_requester(reply: Effect | None) -> str:
    if reply is None:
        return "Draft for the requester, not sent"
    if reply.state is EffectState.DONE:
        return "Sent to the requester in public"
    return f"Draft for the requester, not sent by us ({reply.reason})"


def called(step: Step) -> str:
    """Return the role that a level calls, in words."""
    return step.level.role.replace("_", " ") if step.level.role else "nobody in particular"


def _lines(step: Step) -> Iterator[str]:
    """Yield what happened: target, deadline, when it was reached, what follows, and the clause it comes from."""
    clock, level = step.clock, step.level
    local = clock.calendar.local
    yield f"{clock.metric.value.replace('_', ' ')}: {clock.target.within}"
    if clock.due_at is not None:
        yield f"due {in_words(local(clock.due_at))}"
    yield f"reached {in_words(local(step.escalation.reached_at))}"
    if step.effect_at > step.escalation.reached_at:
        yield f"told in working hours, {in_words(local(step.effect_at))}"
    if clock.cycle.met_at is not None:
        yield f"met {in_words(local(clock.cycle.met_at))}"
    if level.raise_tier is not None:
        yield f"the ticket rises to tier {level.raise_tier}"
    yield f"Source: {level.clause}"
