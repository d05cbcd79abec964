"""HTML and plain text: Freshdesk keeps HTML and shows both."""

import html
import re

_BREAK = re.compile(r"<(?:br\s*/?|/p|/div|/li)>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def to_text(markup: str) -> str:
    """Return HTML without its tags, a line for each paragraph."""
    lines = html.unescape(_TAG.sub("", _BREAK.sub("\n", markup))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def to_html(text: str) -> str:
    """Return plain text as a browser's editor would send it."""
    return "".join(f"<div>{html.escape(line, quote=False)}</div>" for line in text.splitlines() or [""])
