"""Logs as one JSON object a line: what happened to which id, and never a secret or a customer's text.

A message is a constant of ours; what varies is given by name (``extra={"look": …}``) and only names listed here are
written. An exception is told by its type and its places in the code: a message of a library may hold anything.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from core.errors import SidecarError

NAMES = ("connection", "look", "result", "seconds", "reason", "status", "delivery", "pid", "signal", "role", "address")
QUIET = ("procrastinate", "sqlalchemy", "alembic", "urllib3", "requests", "werkzeug", "asyncio", "psycopg")
ROOT = Path(__file__).parent.parent
_TOKEN = re.compile(r"(/webhooks/[^/\s]+/)[^\s?\"']+")  # a server may name the address that it could not serve


class JsonFormatter(logging.Formatter):
    """Writes a record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _TOKEN.sub(r"\1…", record.getMessage()),
        }
        entry |= {name: getattr(record, name) for name in NAMES if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            entry["error"] = _told(record.exc_info[1])
            entry["trace"] = _places(record.exc_info[2])
        return json.dumps(entry, ensure_ascii=False, default=str)


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send all logs of this process to ``stream`` (standard error by default) in this form."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, SidecarError) else type(error).__name__


def _places(trace: TracebackType | None) -> list[str]:
    """Return where an exception passed, innermost last: file, line and function, no values."""
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace, limit=-12)]


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-2:])
