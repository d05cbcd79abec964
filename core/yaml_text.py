"""YAML read strictly: safe types, no duplicate keys, no aliases, bounded size and depth, a line for every value.

Of YAML's guesses only true, false, null and plain numbers are kept: ``NO`` is Norway and ``10:30`` is a time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from core.errors import ConfigError, Fault

MAX_CHARACTERS = 256 * 1024
MAX_DEPTH = 40

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its data, and the line on which the value at each path begins."""

    data: Any
    lines: Mapping[Path, int]
    source: str

    def fault(self, path: Path, message: str) -> Fault:
        """Return a fault at ``path``, on the line of the nearest value that is in the file."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        return Fault(message, dotted(path), self.source, self.lines.get(near))


def dotted(path: Path) -> str:
    """Return a path as people write it: ``targets[3].within``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def parts(dotted: str) -> Path:
    """Return the path that :func:`dotted` wrote."""
    path: list[str | int] = []
    for word in dotted.replace("[", ".[").split("."):
        if re.fullmatch(r"\[[0-9]+\]", word):
            path.append(int(word[1:-1]))
        elif word:
            path.append(word)
    return tuple(path)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C loader is optional
    """Resolves only what a reader of YAML 1.2 expects."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the library's own class attribute


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)\Z"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(null|~|)\Z"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]{0,17})\Z"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}\Z"), list("-0123456789")
)


def read_yaml(text: str, source: str = "") -> Document:
    """Return the one document in ``text``.

    Args:
        text: the file's content.
        source: its name, for messages.

    Raises:
        ConfigError: it is too large, not YAML, too deep, has an alias, a tag or a duplicate key.
    """
    if len(text) > MAX_CHARACTERS:
        raise ConfigError((Fault(f"is longer than {MAX_CHARACTERS // 1024} KiB; split it", "", source),))
    try:
        faults = list(_refused(text, source))
        if faults:
            raise ConfigError(tuple(faults))
        root = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, UnicodeError) as err:
        raise ConfigError((_yaml_fault(err, source),)) from None
    lines: dict[Path, int] = {}
    data = _value(root, (), lines, faults, source)
    if faults:
        raise ConfigError(tuple(faults))
    return Document(data, lines, source)


def _refused(text: str, source: str) -> Iterator[Fault]:
    """Yield what YAML allows and a configuration should not hold; reads events only, so nothing can recurse."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            yield Fault("aliases (*name) are not supported; write the value out", "", source, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                yield Fault(f"is nested more than {MAX_DEPTH} levels deep; flatten it", "", source, line)
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            yield Fault(f"the tag {tag} is not supported; write the value without it", "", source, line)


def _value(node: Any, path: Path, lines: dict[Path, int], faults: list[Fault], source: str) -> Any:
    if node is None:
        return None
    lines[path] = line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, n), lines, faults, source) for n, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node)
    mapping: dict[str, Any] = {}
    for key_node, child in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            faults.append(Fault("a key must be a plain word", dotted(path), source, line))
            continue
        key = key_node.value
        if key in mapping:
            where = key_node.start_mark.line + 1
            first = lines[(*path, key)]
            faults.append(
                Fault(f"is given twice, first on line {first}; keep one", dotted((*path, key)), source, where)
            )
            continue
        mapping[key] = _value(child, (*path, key), lines, faults, source)
        lines[(*path, key)] = key_node.start_mark.line + 1
    return mapping


def _scalar(node: Any) -> str | int | float | bool | None:
    text: str = node.value
    match node.tag.rpartition(":")[2]:
        case "bool":
            return text == "true"
        case "null":
            return None
        case "int":
            return int(text)
        case "float":
            return float(text)
        case _:
            return text


def _yaml_fault(err: Exception, source: str) -> Fault:
    mark = getattr(err, "problem_mark", None)
    problem = getattr(err, "problem", None) or getattr(err, "reason", None) or "cannot be read"
    return Fault(f"is not YAML: {problem}", "", source, mark.line + 1 if mark else None)
