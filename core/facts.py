"""Rules on a ticket's facts: ``when`` in a policy file, and what it is held against."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.ticket import FactValue

Conditions = tuple[tuple[str, frozenset[FactValue]], ...]

BUILT_IN = ("plan", "priority", "channel", "requester")
"""What a rule may ask about beside the policy's own facts; ``requester`` is the requester's role."""


@dataclass(frozen=True, slots=True)
class When:
    """A rule: any of its alternatives holds; an alternative holds when all of its conditions do.

    A condition names a fact and the values that satisfy it. A fact that is absent satisfies none.
    """

    alternatives: tuple[Conditions, ...]

    def holds(self, facts: Mapping[str, FactValue]) -> bool:
        """Return whether the rule matches these facts."""
        for conditions in self.alternatives:
            for name, wanted in conditions:
                value = facts.get(name)
                if value is None or not _in(value, wanted):
                    break
            else:
                return True
        return False

    def names(self) -> frozenset[str]:
        """Return the facts that the rule asks about."""
        return frozenset(name for conditions in self.alternatives for name, _ in conditions)

    def __str__(self) -> str:
        return ", or ".join(
            " and ".join(f"{name} is {' or '.join(_word(v) for v in sorted(wanted, key=str))}" for name, wanted in each)
            for each in self.alternatives
        )


def _in(value: FactValue, wanted: Iterable[FactValue]) -> bool:
    """Return whether value is among wanted, telling True from 1."""
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in wanted)


def _word(value: FactValue) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def when(written: Mapping[str, object] | list[Mapping[str, object]]) -> When:
    """Return the rule that a policy writes: one mapping, or a list of mappings of which any may hold."""
    mappings = written if isinstance(written, list) else [written]
    return When(tuple(tuple((name, _values(value)) for name, value in each.items()) for each in mappings))


def _values(value: object) -> frozenset[FactValue]:
    return frozenset(value) if isinstance(value, list) else frozenset([value])  # type: ignore[list-item]
