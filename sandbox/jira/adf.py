"""Text as version 3 of the API has it, the Atlassian Document Format, and as plain text."""

from typing import Any


def document(text: str) -> dict[str, Any]:
    """Return a document with one paragraph for each line that says something."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in text.split("\n") if line.strip()
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def is_document(given: Any) -> bool:
    """Return whether something is a document at all."""
    return isinstance(given, dict) and given.get("type") == "doc" and isinstance(given.get("content"), list)


def plain(node: Any) -> str:
    """Return the text of a document, a line for each block."""
    if not isinstance(node, dict):
        return ""
    match node.get("type"):
        case "text":
            return str(node.get("text", ""))
        case "hardBreak":
            return "\n"
        case "mention":
            return str((node.get("attrs") or {}).get("text", ""))
    between = "\n" if node.get("type") in ("doc", "bulletList", "orderedList", "blockquote") else ""
    return between.join(plain(child) for child in node.get("content") or [])
