"""What a stand-in was asked and what it answered, for counting and for checking against an API description."""

import json
import re
import threading
import zlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SECRET_HEADERS = frozenset({"authorization", "cookie", "x-api-key"})
SECRET_KEYS = frozenset({"client_secret", "access_token", "full_token", "secret", "token", "password"})
REDACTED = "[redacted]"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer. ``status`` 0 is a connection that was dropped without an answer."""

    at: str
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    status: int
    packed_body: bytes
    packed_response: bytes

    @property
    def writes(self) -> bool:
        """True for a request that may change something."""
        return self.method not in ("GET", "HEAD", "OPTIONS")

    @property
    def body(self) -> Any:
        """What was sent: parsed if it is JSON, without secrets; None for nothing."""
        return _readable(zlib.decompress(self.packed_body))

    @property
    def response(self) -> Any:
        """What was answered, in the same form."""
        return _readable(zlib.decompress(self.packed_response))

    def to_mapping(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        return {
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": self.body,
            "status": self.status,
            "response": self.response,
        }


class RequestLog:
    """The newest requests, oldest first; safe to use from several threads. Bodies are kept packed."""

    def __init__(self, keep: int = 50_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._lock = threading.Lock()

    def add(
        self,
        at: datetime,
        method: str,
        path: str,
        query: Mapping[str, list[str]],
        headers: Mapping[str, str],
        body: bytes,
        status: int,
        response: bytes,
    ) -> None:
        """Append one exchange with everything secret replaced in its headers."""
        shown = {key: _header(key, value) for key, value in headers.items()}
        packed_body, packed_response = zlib.compress(body, 1), zlib.compress(response, 1)
        entry = Entry(at.isoformat(), method, path, query, shown, status, packed_body, packed_response)
        with self._lock:
            self._entries.append(entry)

    def find(self, method: str = "", path: str = "") -> list[Entry]:
        """Return the entries with this method (empty: any) whose path contains the pattern ``path``."""
        wanted = re.compile(path)
        with self._lock:
            entries = list(self._entries)
        return [entry for entry in entries if method in ("", entry.method) and wanted.search(entry.path)]

    def clear(self) -> None:
        """Forget all entries."""
        with self._lock:
            self._entries.clear()

    def to_json_lines(self) -> str:
        """Return one JSON object a line: method, path, query, headers, body, status, response."""
        return "".join(json.dumps(entry.to_mapping(), ensure_ascii=False) + "\n" for entry in self.find())


def _header(name: str, value: str) -> str:
    if name.lower() not in SECRET_HEADERS:
        return value
    scheme = value.split(" ")[0] if " " in value else ""
    return f"{scheme} {REDACTED}".strip()


def _readable(body: bytes) -> Any:
    if not body:
        return None
    text = body.decode("utf-8", "replace")
    try:
        return _redacted(json.loads(text))
    except ValueError:
        return text


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: REDACTED if key in SECRET_KEYS and isinstance(item, str) else _redacted(item)
            for key, item in value.items()
        }
    return [_redacted(item) for item in value] if isinstance(value, list) else value
