"""Small rules about values that hold on every platform. Pure."""

from collections.abc import Mapping
from datetime import datetime

from core.ticket import Kind
from core.update import FieldValue


def whole(value: FieldValue) -> FieldValue:
    """Return an instant in whole seconds, as platforms keep it; any other value as it is."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def tick_boxes(workaround: str | None, escalate: str | None) -> Mapping[str, tuple[Kind, Kind | None]]:
    """Return what ticking and unticking mean, by the names of the tick-boxes that are there."""
    boxes: dict[str, tuple[Kind, Kind | None]] = {}
    if workaround:
        boxes[workaround] = (Kind.WORKAROUND_PROVIDED, Kind.WORKAROUND_WITHDRAWN)
    if escalate:
        boxes[escalate] = (Kind.ESCALATION_REQUESTED, None)
    return boxes
