"""A pydantic model in words: its parts, and of each key the type, the default, the meaning and an example."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from core.described import attributes, summary

LONGEST_EXAMPLE = 90
_QUOTED = re.compile(r"[{}\[\],#\"']|:\s|:$")
PART, ANY = "part", "any value"
_NOTHING = ("", None, {}, [])
_SIMPLE = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


@dataclass(frozen=True, slots=True)
class Row:
    """One key of a part. ``refers`` names the parts that its type links to."""

    key: str
    type: str
    refers: tuple[str, ...]
    default: str
    meaning: str
    example: str = ""


@dataclass(slots=True)
class Part:
    """One model, and where in the file it stands: ``connections.NAME``, ``targets[]``; the whole file is at ""."""

    name: str
    about: str
    rows: list[Row]
    places: list[str] = field(default_factory=list)


def parts(root: type[BaseModel], samples: Sequence[Mapping[str, Any]] = ()) -> list[Part]:
    """Return a model and all that it is made of, in the order of the file.

    Args:
        root: the model of a whole file.
        samples: contents of such files, from which examples are taken, the best first.
    """
    kinds = {each.__name__: each for each in _models(root)}
    schema = root.model_json_schema()
    defs: Mapping[str, Any] = {**schema.get("$defs", {}), root.__name__: schema}
    examples: dict[tuple[str, str], str] = {}
    for sample in samples:
        _collect(sample, root.__name__, defs, examples)
    found: dict[str, Part] = {}
    waiting = [(root.__name__, "")]
    while waiting:
        name, place = waiting.pop(0)
        if name not in found:
            found[name] = Part(name, summary(kinds[name]), list(_rows(kinds[name], defs, examples)))
            waiting += [
                (inner, f"{place}.{key}{suffix}".lstrip("."))
                for key, value in defs[name]["properties"].items()
                for inner, suffix in _parts_in(value, defs)
            ]
        found[name].places.append(place)
    return list(found.values())


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield every model within a type, itself included."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for each in kind.model_fields.values():
            yield from _models(each.annotation)
    for inner in get_args(kind):
        yield from _models(inner)


def _rows(kind: type[BaseModel], defs: Mapping[str, Any], examples: Mapping[tuple[str, str], str]) -> Iterator[Row]:
    said = attributes(kind)
    for name, each in kind.model_fields.items():
        key = each.alias or name
        shape = defs[kind.__name__]["properties"][key]
        default = "required" if each.is_required() else _default(each.get_default(call_default_factory=True))
        refers = tuple(inner for inner, _ in _parts_in(shape, defs))
        yield Row(
            key,
            _words(shape, defs),
            refers,
            default,
            said.get(name, ""),
            _shortened(examples.get((kind.__name__, key), "")),
        )


def _shortened(text: str) -> str:
    return textwrap.shorten(text, LONGEST_EXAMPLE, placeholder=" …")


def _default(value: Any) -> str:
    plain = TypeAdapter(Any).dump_python(value, mode="json")
    return "" if plain in _NOTHING or isinstance(value, BaseModel) else _flow(plain)


def _parts_in(shape: Any, defs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the parts that a key's value holds, each with how one gets there from the key."""
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        if "properties" in defs[name]:
            yield name, ""
    for inner in shape.get("anyOf", ()):
        yield from _parts_in(inner, defs)
    for step, inner in (("[]", shape.get("items")), (".NAME", _mapped(shape))):
        if inner:
            yield from ((name, f"{step}{suffix}") for name, suffix in _parts_in(inner, defs))


def _mapped(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a mapping's values are; with a pattern for its keys the schema says it elsewhere."""
    inner = [shape.get("additionalProperties"), *shape.get("patternProperties", {}).values()]
    return next((each for each in inner if isinstance(each, dict)), {})


def _words(shape: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """Return a JSON schema's type as people say it."""
    if "$ref" in shape:
        inner = defs[shape["$ref"].rpartition("/")[2]]
        return PART if "properties" in inner else _words(inner, defs)
    if "anyOf" in shape:
        several = [_words(each, defs) for each in shape["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(several))
    if "const" in shape or "enum" in shape:
        return ", ".join(f"``{_flow(each)}``" for each in shape.get("enum", [shape.get("const")]))
    if shape.get("type") == "array":
        inner = _words(shape.get("items", {}), defs)
        return "list" if inner == PART else f"list of {inner}"
    if shape.get("type") == "object":
        inner = _words(_mapped(shape), defs)
        return "mapping" if inner in (PART, ANY) else f"mapping to {inner}"
    if shape.get("format") == "password":
        return "secret: ``${NAME}`` or ``{file: path}``"
    return _SIMPLE.get(shape.get("type", ""), ANY) + _bounds(shape)


def _bounds(shape: Mapping[str, Any]) -> str:
    low, high = (next((shape[key] for key in keys if key in shape), None) for keys in _BOUNDS)
    if low is None and high is None:
        return ""
    if high is None:
        return f", {'above' if 'exclusiveMinimum' in shape else 'from'} {low:g}"
    return f", up to {high:g}" if low is None else f", {low:g} to {high:g}"


_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def _collect(value: Any, name: str, defs: Mapping[str, Any], into: dict[tuple[str, str], str]) -> None:
    """Note the first short value of every key, or the shortest; what stands for a parameter is no example."""
    for key, inner in value.items():
        shape = defs[name]["properties"].get(key)
        if shape is None:
            continue
        known, said = into.get((name, key)), _flow(inner)
        if "{parameter:" not in said and (known is None or LONGEST_EXAMPLE < len(known) > len(said)):
            into[name, key] = said
        for part, _ in _parts_in(shape, defs):
            for each in _within(inner, shape):
                if isinstance(each, Mapping):
                    _collect(each, part, defs, into)


def _within(value: Any, shape: Mapping[str, Any]) -> Sequence[Any]:
    """Return a list's items, a mapping's values if it maps names to parts, else the value itself."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) and shape.get("type") == "object" else [value]


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _QUOTED.search(value) else value
    return json.dumps(value)
