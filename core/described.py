"""What a model says of its fields: its docstring's part ``Attributes:``, for editors' schemas and for the manual."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

_SECTION = re.compile(r"^Attributes:\n((?:[ ]{4}.*\n?|\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^[ ]{4}([a-z][\w, ]*): (.*)$")


def summary(kind: type) -> str:
    """Return a class's docstring without its part ``Attributes:``."""
    return _SECTION.sub("", _docstring(kind)).strip()


def attributes(kind: type) -> dict[str, str]:
    """Return what a class's docstring says of each attribute, inherited ones first; ``a, b: …`` is said of both."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if section := _SECTION.search(_docstring(each)):
            found.update(_entries(section[1]))
    return found


def describe(schema: dict[str, Any], kind: type) -> None:
    """Put the docstring's sentences where an editor looks for them: pydantic's ``json_schema_extra``."""
    schema["description"] = summary(kind)
    said = attributes(kind)
    for name, part in schema.get("properties", {}).items():
        if name in said:
            part["description"] = said[name]


def _docstring(kind: type) -> str:
    own = kind.__dict__.get("__doc__")
    return inspect.cleandoc(own) if own else ""


def _entries(section: str) -> Iterator[tuple[str, str]]:
    """Yield each attribute and its text; a line that is indented further goes on with the text above it."""
    names: list[str] = []
    text: list[str] = []
    for line in [*section.splitlines(), "    end: "]:
        entry = _ENTRY.match(line)
        if entry is None:
            text.append(line.strip())
            continue
        yield from ((name, " ".join(text).strip()) for name in names)
        names, text = entry[1].split(", "), [entry[2]]
