"""The part of ``init`` that asks for the policy and for what its document leaves open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import ConfigError, Fault
from core.parameters import needed
from core.policy_load import load_policy
from core.yaml_text import read_yaml
from webhooks.cli.asking import Asker
from webhooks.cli.draft import Draft
from webhooks.policy_files import PolicyText, bundled, policy_text


def ask_policy(asker: Asker, draft: Draft, name: str, policy: str | None, given: Mapping[str, Any]) -> None:
    """Put the policy of a connection into the draft, with the parameters that it needs.

    Args:
        asker: asks, and keeps what is wrong with the options.
        draft: where the answers go.
        name: the connection's name.
        policy: a bundled name or a path from the draft's folder, where an option gave it.
        given: the parameters that options gave.
    """
    folder, known = draft.file.path.parent, ", ".join(bundled())
    text = f"Support policy ({known}, or a file's path)"
    chosen = asker.ask("--policy", text, policy, lambda answer: _policy_problem(answer, folder))
    if chosen is None:
        return
    found, values = _found(chosen, folder), dict(given)
    for key, value in given.items():
        others = {other: each for other, each in given.items() if other != key}
        asker.faults += [Fault(each, f"--parameter {key}") for each in _spoilt(found, others, key, value)]
    document = read_yaml(found.text, found.source)
    examples = document.data.get("example_parameters", {})
    for key, about in needed(document).items():
        if key not in given:
            such = f", such as {examples[key]}" if key in examples else ""
            asker.ask(f"--parameter {key}=…", f"{key}: {about}{such}", None, _Trial(found, values, key))
    draft.put(("connections", name, "policy"), chosen)
    if values:
        draft.put(("connections", name, "parameters"), values)


class _Trial:
    """Checks an answer by loading the policy with it; one that passes is kept among the values."""

    def __init__(self, found: PolicyText, values: dict[str, Any], key: str) -> None:
        self._found, self._values, self._key = found, values, key

    def __call__(self, answer: str) -> str | None:
        try:
            value = read_yaml(answer, self._key).data
        except ConfigError as err:
            return f"cannot be read: {err}"
        if said := _spoilt(self._found, self._values, self._key, value):
            return f"cannot be used: {'; '.join(said)}"
        self._values[self._key] = value
        return None


def _found(policy: str, folder: Path) -> PolicyText:
    return policy_text(policy if policy in bundled() else str(folder / policy))


def _policy_problem(policy: str, folder: Path) -> str | None:
    try:
        found = _found(policy, folder)
    except ConfigError:
        return f"is neither a bundled policy nor a file; write one of {', '.join(bundled())}, or a path"
    if any(not each.path.startswith("parameters.") for each in _faults(found, {})):
        return "has faults; `sla-sidecar policy check` lists them with what to write instead"
    return None


def _spoilt(found: PolicyText, values: Mapping[str, Any], key: str, value: Any) -> list[str]:
    """Return what a further parameter spoils; the policy's examples stand in for those that are not given yet."""
    before, after = (_faults(found, each) for each in (values, {**values, key: value}))
    return [each.message for each in after if each not in before]


def _faults(found: PolicyText, values: Mapping[str, Any]) -> tuple[Fault, ...]:
    try:
        load_policy(found.text, found.source, values, use_examples=True)
    except ConfigError as err:
        return err.faults
    return ()
