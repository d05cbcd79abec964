"""What a document leaves to the admin: ``{parameter: name}`` in a policy file, filled in before it is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.durations import parse
from core.errors import CalendarError, DurationError, Fault
from core.yaml_text import Document, Path
from core.zones import zone

REFERENCE = "parameter"
_DECLARING: frozenset[Path] = frozenset([("parameters",), ("example_parameters",)])


@dataclass(frozen=True, slots=True)
class Filled:
    """A policy file's data with every reference replaced.

    Attributes:
        values: the value of each declared parameter.
        examples: the parameters for which the file's example stands in.
        unfilled: where a reference to a parameter without a value stands.
    """

    data: Any
    values: Mapping[str, Any]
    examples: frozenset[str]
    unfilled: frozenset[Path]


def fill(document: Document, given: Mapping[str, Any], *, use_examples: bool) -> tuple[Filled, list[Fault]]:
    """Return the document's data with its parameters filled in, and what is wrong with them, all at once.

    Args:
        document: a policy file.
        given: the admin's values.
        use_examples: let ``example_parameters`` stand in for what is not given.
    """
    data = document.data if isinstance(document.data, dict) else {}
    declared = {n: d for n, d in _mapping(data.get("parameters")).items() if isinstance(d, dict)}
    examples = _mapping(data.get("example_parameters")) if use_examples else {}
    faults = [
        Fault(f"is not a parameter of this policy; it has: {', '.join(declared) or 'none'}", name, "parameters")
        for name in given
        if name not in declared
    ]
    values: dict[str, Any] = {}
    used_examples: set[str] = set()
    for name, declaration in declared.items():
        if name in given:
            values[name] = given[name]
        elif name in examples:
            values[name] = examples[name]
            used_examples.add(name)
        elif _may_be_left_out(declaration):
            values[name] = declaration.get("default")
        else:
            about = declaration.get("about", "no description")
            faults.append(document.fault(("parameters", name), f"has no value ({about}); give it under `parameters`"))
            continue
        problem = _problem(values[name], declaration)
        if problem:
            faults.append(document.fault(("parameters", name), problem))
    unfilled: set[Path] = set()
    for path, name in references(data):
        if name not in declared:
            faults.append(
                document.fault(path, f"`{name}` is not declared under `parameters`; declare it or correct it")
            )
        if name not in values:
            unfilled.add(path)
    filled = _filled(data, values)
    return Filled(filled, values, frozenset(used_examples), frozenset(unfilled)), faults


def needed(document: Document) -> dict[str, str]:
    """Return the parameters of a policy file that an admin has to give, each with what it is about."""
    data = document.data if isinstance(document.data, dict) else {}
    declared = {n: d for n, d in _mapping(data.get("parameters")).items() if isinstance(d, dict)}
    return {n: str(d.get("about", n)) for n, d in declared.items() if not _may_be_left_out(d)}


def _may_be_left_out(declaration: Mapping[str, Any]) -> bool:
    return "default" in declaration or declaration.get("optional") is True


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def references(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield each reference to a parameter in a file's data: where it stands, and the parameter's name."""
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from references(item, (*path, n))
    elif isinstance(value, dict):
        if set(value) == {REFERENCE}:
            yield path, str(value[REFERENCE])
            return
        for key, item in value.items():
            if (*path, key) not in _DECLARING:
                yield from references(item, (*path, key))


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {REFERENCE}:
        return values.get(str(value[REFERENCE]))
    return {key: _filled(item, values) for key, item in value.items()}


def _problem(value: Any, declaration: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a parameter's value, or None; calendars judge hours and holidays themselves."""
    if value is None:
        return None if declaration.get("optional") is True else "is null; give it a value"
    try:
        match declaration.get("kind"):
            case "duration":
                parse(value)
            case "timezone":
                zone(value)
            case "count" if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                return f"{value!r} is not a count; write a whole number"
            case _:
                pass
    except (DurationError, CalendarError) as err:
        return str(err)
    return None
