"""A delivery's body made fit to be shown: indented JSON, with whatever names a secret masked."""

import json
import re
from typing import Any

MASK = "••••••"
MOST_CHARACTERS = 100_000
_SECRET = re.compile(
    r"secret|token|passw|authorization|api[_-]?key|signature|credential|cookie|session|private[_-]?key", re.IGNORECASE
)


def shown_body(body: bytes) -> str:
    """Return a body as text; one that is no JSON is not shown, since nothing in it can be told apart."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return f"({len(body)} bytes that are not JSON)"
    text = json.dumps(_masked(data), indent=2, ensure_ascii=False)
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n… ({len(text) - MOST_CHARACTERS} more characters)"


def _masked(value: Any) -> Any:
    """Return a JSON value in which every member with a secret's name holds the mask, whatever it held."""
    if isinstance(value, dict):
        return {key: MASK if _SECRET.search(key) else _masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value
