"""The stand-in's own API under /sandbox: the request log, faults, the clock, the deliveries. Not Zendesk's."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from sandbox.common.clock import Clock
from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.api.routing import running
from sandbox.zendesk.webhooks.faults import DeliveryFault
from sandbox.zendesk.webhooks.invocations import Invocation

control = Blueprint("control", __name__, url_prefix="/sandbox")


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FaultOrder(_Order):
    """One API fault; see :class:`sandbox.common.faults.ApiFault`."""

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: int = Field(default=1, ge=1)
    after: bool = False
    status: int = 500
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0


class DeliveryFaultOrder(_Order):
    """One delivery fault; see :meth:`sandbox.zendesk.webhooks.faults.DeliveryFaults.add`."""

    fault: DeliveryFault
    times: int = Field(default=1, ge=1)
    webhook_id: str | None = None
    event: str = ""
    seconds: float = 1.0


class ClockOrder(_Order):
    """Move the clock: to an instant, or on by some seconds."""

    at: AwareDatetime | None = None
    advance_seconds: float = 0.0


class SwitchOrder(_Order):
    """Switch rate limits or deliveries on and off."""

    limits: bool | None = None
    deliveries: bool | None = None


class CloseOrder(_Order):
    """Close what has been solved for so many seconds."""

    solved_for_seconds: float = 0.0


class ReleaseOrder(_Order):
    """Send what was held back."""

    reverse: bool = False


@control.errorhandler(ValidationError)
def refuse(err: ValidationError) -> tuple[dict[str, Any], int]:
    """Say which key of an order is wrong."""
    faults = [{"key": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in err.errors()]
    return {"error": "the order cannot be read", "faults": faults}, 400


def _json() -> Any:
    return request.get_json(silent=True) or {}


@control.get("/")
def summary() -> dict[str, Any]:
    """Return what there is."""
    state = running().state
    with state.lock:
        return {
            "now": state.clock().isoformat(),
            "tickets": len(state.tickets),
            "users": len(state.users),
            "organizations": len(state.organizations),
            "webhooks": len(state.webhooks),
            "requests": len(state.log.find()),
            "faults_waiting": state.faults.waiting(),
        }


@control.get("/requests")
def requests_() -> Response | dict[str, Any]:
    """Return the request log: JSON, or with ``?format=jsonl`` one object a line; ``method`` and ``path`` filter it."""
    log = running().state.log
    if request.args.get("format") == "jsonl":
        return Response(log.to_json_lines(), mimetype="application/x-ndjson")
    found = log.find(request.args.get("method", ""), request.args.get("path", ""))
    entries = [
        {"method": e.method, "path": e.path, "query": e.query, "status": e.status, "at": e.at, "body": e.body}
        for e in found
    ]
    return {"count": len(found), "reads": sum(not e.writes for e in found), "requests": entries}


@control.delete("/requests")
def forget_requests() -> tuple[str, int]:
    """Empty the request log."""
    running().state.log.clear()
    return "", 204


@control.post("/faults")
def add_fault() -> tuple[dict[str, Any], int]:
    """Let the API go wrong for the next matching requests."""
    order = FaultOrder.model_validate(_json())
    book = running().state.faults
    book.add(ApiFault(**order.model_dump()))
    return {"waiting": book.waiting()}, 201


@control.delete("/faults")
def clear_faults() -> tuple[str, int]:
    """Drop all faults, of the API and of deliveries."""
    running().state.faults.clear()
    running().state.courier.faults.clear()
    return "", 204


@control.post("/deliveries/faults")
def add_delivery_fault() -> tuple[dict[str, Any], int]:
    """Let the next matching deliveries come late, twice, out of order, or never."""
    order = DeliveryFaultOrder.model_validate(_json())
    running().state.courier.faults.add(
        order.fault, times=order.times, webhook_id=order.webhook_id, event=order.event, seconds=order.seconds
    )
    return {"fault": order.fault}, 201


@control.post("/deliveries/release")
def release() -> dict[str, int]:
    """Send what was held back."""
    order = ReleaseOrder.model_validate(_json())
    return {"released": running().state.courier.release(order.reverse)}


@control.post("/deliveries/<invocation_id>/again")
def again(invocation_id: str) -> tuple[dict[str, Any], int]:
    """Send one delivery once more, under the same invocation id."""
    known = running().state.courier.redeliver(invocation_id)
    return {"sent": known}, 200 if known else 404


@control.get("/deliveries")
def deliveries() -> dict[str, Any]:
    """Return the deliveries, newest first."""
    return {"deliveries": [_delivery(entry) for entry in running().state.courier.invocations()]}


@control.delete("/deliveries")
def forget_deliveries() -> tuple[str, int]:
    """Empty the log of deliveries."""
    running().state.courier.clear()
    return "", 204


def _delivery(entry: Invocation) -> dict[str, Any]:
    return {
        "id": entry.id,
        "webhook_id": entry.webhook.id,
        "event": entry.event,
        "status": entry.status,
        "attempts": [{"status": a.status, "status_code": a.status_code} for a in entry.attempts],
        "done": entry.done,
    }


@control.post("/clock")
def move_clock() -> tuple[dict[str, Any], int]:
    """Move the account's clock forward."""
    clock = running().state.clock
    if not isinstance(clock, Clock):
        return {"error": "this account's clock cannot be moved: it was started with a clock of its own"}, 409
    order = ClockOrder.model_validate(_json())
    now = clock.move_to(order.at) if order.at else clock.advance(timedelta(seconds=order.advance_seconds))
    return {"now": now.isoformat()}, 200


@control.post("/switches")
def switch() -> dict[str, bool]:
    """Switch rate limits or deliveries on and off."""
    order, here = SwitchOrder.model_validate(_json()), running()
    if order.limits is not None:
        here.limits.enabled = order.limits
    if order.deliveries is not None:
        here.state.courier.enabled = order.deliveries
    return {"limits": here.limits.enabled, "deliveries": here.state.courier.enabled}


@control.post("/automations/close")
def close_solved() -> dict[str, list[int]]:
    """Run the automation that closes what has been solved for long."""
    order = CloseOrder.model_validate(_json())
    closed = running().state.close_solved(timedelta(seconds=order.solved_for_seconds))
    return {"closed": [ticket.id for ticket in closed]}
