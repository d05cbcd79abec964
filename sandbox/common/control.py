"""A stand-in's own API under /sandbox: the request log, faults, the clock, the deliveries. Not the platform's."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from flask import Blueprint, Response, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from sandbox.common.clock import Clock, Now
from sandbox.common.deliveries import Delivery, DeliveryFault, DeliveryFaults
from sandbox.common.faults import ApiFault, FaultBook, FaultKind
from sandbox.common.requestlog import RequestLog


class Delivering(Protocol):
    """A delivery service, such as :class:`sandbox.common.courier.Courier`."""

    faults: DeliveryFaults
    enabled: bool

    def deliveries(self) -> Sequence[Delivery]:
        """Return the deliveries, newest first."""

    def release(self, reverse: bool = False) -> int:
        """Send what was held back; return how many those are."""

    def redeliver(self, delivery_id: str) -> bool:
        """Send an old delivery once more; False if it is not known."""

    def clear(self) -> None:
        """Forget the log of deliveries."""


class Desk(Protocol):
    """What of an account is controlled here."""

    clock: Now
    faults: FaultBook
    log: RequestLog

    @property
    def courier(self) -> Delivering:
        """The account's delivery service."""


class Limiting(Protocol):
    """Rate limits that can be switched off."""

    enabled: bool


class Order(BaseModel):
    """What somebody wants of the stand-in; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


AnyOrder = TypeVar("AnyOrder", bound=Order)


class FaultOrder(Order):
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


class DeliveryFaultOrder(Order):
    """One delivery fault; see :meth:`sandbox.common.deliveries.DeliveryFaults.add`."""

    fault: DeliveryFault
    times: int = Field(default=1, ge=1)
    webhook_id: str | None = None
    event: str = ""
    seconds: float = 1.0


class ClockOrder(Order):
    """Move the clock: to an instant, or on by some seconds."""

    at: AwareDatetime | None = None
    advance_seconds: float = 0.0


class SwitchOrder(Order):
    """Switch rate limits or deliveries on and off."""

    limits: bool | None = None
    deliveries: bool | None = None


class ReleaseOrder(Order):
    """Send what was held back."""

    reverse: bool = False


def control(desk: Desk, limits: Limiting, summary: Callable[[], Mapping[str, Any]]) -> Blueprint:
    """Return the routes that control one account; ``summary`` says what is in it."""
    made = Blueprint("control", __name__, url_prefix="/sandbox")
    made.register_error_handler(ValidationError, _refused)
    made.add_url_rule("/", view_func=lambda: _summary(desk, summary), endpoint="summary")
    _log_routes(made, desk)
    _fault_routes(made, desk)
    _delivery_routes(made, desk)
    _switch_routes(made, desk, limits)
    return made


def _refused(err: ValidationError) -> tuple[dict[str, Any], int]:
    """Say which key of an order is wrong."""
    faults = [{"key": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in err.errors()]
    return {"error": "the order cannot be read", "faults": faults}, 400


def ordered(model: type[AnyOrder]) -> AnyOrder:
    """Return the request's order; the blueprint answers 400 where it cannot be read."""
    return model.model_validate(request.get_json(silent=True) or {})


def _summary(desk: Desk, summary: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "now": desk.clock().isoformat(),
        **summary(),
        "requests": len(desk.log.find()),
        "faults_waiting": desk.faults.waiting(),
    }


def _log_routes(made: Blueprint, desk: Desk) -> None:
    @made.get("/requests")
    def requests_() -> Response | dict[str, Any]:
        """Return the request log: JSON, or with ``?format=jsonl`` one object a line; ``method``, ``path`` filter it."""
        if request.args.get("format") == "jsonl":
            return Response(desk.log.to_json_lines(), mimetype="application/x-ndjson")
        found = desk.log.find(request.args.get("method", ""), request.args.get("path", ""))
        entries = [
            {"method": e.method, "path": e.path, "query": e.query, "status": e.status, "at": e.at, "body": e.body}
            for e in found
        ]
        return {"count": len(found), "reads": sum(not e.writes for e in found), "requests": entries}

    @made.delete("/requests")
    def forget_requests() -> tuple[str, int]:
        """Empty the request log."""
        desk.log.clear()
        return "", 204


def _fault_routes(made: Blueprint, desk: Desk) -> None:
    @made.post("/faults")
    def add_fault() -> tuple[dict[str, Any], int]:
        """Let the API go wrong for the next matching requests."""
        desk.faults.add(ApiFault(**ordered(FaultOrder).model_dump()))
        return {"waiting": desk.faults.waiting()}, 201

    @made.delete("/faults")
    def clear_faults() -> tuple[str, int]:
        """Drop all faults, of the API and of deliveries."""
        desk.faults.clear()
        desk.courier.faults.clear()
        return "", 204

    @made.post("/deliveries/faults")
    def add_delivery_fault() -> tuple[dict[str, Any], int]:
        """Let the next matching deliveries come late, twice, out of order, or never."""
        order = ordered(DeliveryFaultOrder)
        desk.courier.faults.add(
            order.fault, times=order.times, webhook_id=order.webhook_id, event=order.event, seconds=order.seconds
        )
        return {"fault": order.fault}, 201


def _delivery_routes(made: Blueprint, desk: Desk) -> None:
    @made.get("/deliveries")
    def deliveries() -> dict[str, Any]:
        """Return the deliveries, newest first."""
        return {"deliveries": [_delivery(entry) for entry in desk.courier.deliveries()]}

    @made.delete("/deliveries")
    def forget_deliveries() -> tuple[str, int]:
        """Empty the log of deliveries."""
        desk.courier.clear()
        return "", 204

    @made.post("/deliveries/release")
    def release() -> dict[str, int]:
        """Send what was held back."""
        return {"released": desk.courier.release(ordered(ReleaseOrder).reverse)}

    @made.post("/deliveries/<delivery_id>/again")
    def again(delivery_id: str) -> tuple[dict[str, Any], int]:
        """Send one delivery once more, under the same id."""
        known = desk.courier.redeliver(delivery_id)
        return {"sent": known}, 200 if known else 404


def _delivery(entry: Delivery) -> dict[str, Any]:
    return {
        "id": entry.id,
        "webhook_id": entry.webhook_id,
        "event": entry.event,
        "attempts": [attempt.status for attempt in entry.attempts],
        "lost": entry.lost,
        "done": entry.done,
    }


def _switch_routes(made: Blueprint, desk: Desk, limits: Limiting) -> None:
    @made.post("/clock")
    def move_clock() -> tuple[dict[str, Any], int]:
        """Move the account's clock forward."""
        if not isinstance(desk.clock, Clock):
            return {"error": "this account's clock cannot be moved: it was started with a clock of its own"}, 409
        order = ordered(ClockOrder)
        now = desk.clock.move_to(order.at) if order.at else desk.clock.advance(timedelta(seconds=order.advance_seconds))
        return {"now": now.isoformat()}, 200

    @made.post("/switches")
    def switch() -> dict[str, bool]:
        """Switch rate limits or deliveries on and off."""
        order = ordered(SwitchOrder)
        if order.limits is not None:
            limits.enabled = order.limits
        if order.deliveries is not None:
            desk.courier.enabled = order.deliveries
        return {"limits": limits.enabled, "deliveries": desk.courier.enabled}
