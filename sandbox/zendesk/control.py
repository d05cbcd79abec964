"""What Zendesk's stand-in adds to the control API: the automation that closes solved tickets."""

from datetime import timedelta
from typing import Any

from flask import Blueprint

from sandbox.common.control import Order, control, ordered
from sandbox.zendesk.limits import Limits
from sandbox.zendesk.state import State


class CloseOrder(Order):
    """Close what has been solved for so many seconds."""

    solved_for_seconds: float = 0.0


def control_of(state: State, limits: Limits) -> Blueprint:
    """Return the routes that control one account."""
    made = control(state, limits, lambda: _summary(state))

    @made.post("/automations/close")
    def close_solved() -> dict[str, list[int]]:
        """Run the automation that closes what has been solved for long."""
        closed = state.close_solved(timedelta(seconds=ordered(CloseOrder).solved_for_seconds))
        return {"closed": [ticket.id for ticket in closed]}

    return made


def _summary(state: State) -> dict[str, Any]:
    with state.lock:
        return {
            "tickets": len(state.tickets),
            "users": len(state.users),
            "organizations": len(state.organizations),
            "webhooks": len(state.webhooks),
        }
