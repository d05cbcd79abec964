"""The connections' policies, loaded once, and what the prover says about each on a day."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from core.policy import Policy
from core.prover import Finding, prove
from core.yaml_text import read_yaml
from webhooks.links import books_of
from webhooks.policy_files import policy_text
from webhooks.settings import Settings


@dataclass(frozen=True, slots=True)
class Shelved:
    """One policy of one connection; ``file`` is its bundled name or its path."""

    connection: str
    policy: Policy
    file: str


class Shelf:
    """Every policy in use; safe to share by threads.

    Raises:
        ConfigError: a policy cannot be loaded.
    """

    def __init__(self, settings: Settings) -> None:
        self._shelved: Mapping[str, tuple[Shelved, ...]] = {
            name: tuple(_shelved(name, settings, policies))
            for name, policies in (
                (name, [book.default, *(policy for _, policy in book.choices)])
                for name, book in books_of(settings).items()
            )
        }
        self._lock = threading.Lock()
        self._findings: dict[tuple[str, date], tuple[Finding, ...]] = {}

    def __iter__(self) -> Iterator[Shelved]:
        """Yield every policy, connection by connection, the default first."""
        for _, shelved in sorted(self._shelved.items()):
            yield from shelved

    def find(self, connection: str, version: str = "", name: str = "") -> Shelved | None:
        """Return a connection's policy of a version, else of a name, else none; its default if neither is asked."""
        shelved = self._shelved.get(connection, ())
        if not version and not name:
            return next(iter(shelved), None)
        exact = next((each for each in shelved if each.policy.version == version), None)
        return exact or next((each for each in shelved if each.policy.name == name), None)

    def findings(self, shelved: Shelved, on: date) -> tuple[Finding, ...]:
        """Return what the prover finds in a policy, as of a day. It takes a moment, so a day's findings are kept."""
        key = (shelved.policy.version, on)
        with self._lock:
            if key not in self._findings:
                text = policy_text(shelved.file)
                self._findings = {known: found for known, found in self._findings.items() if known[1] == on}
                self._findings[key] = prove(shelved.policy, read_yaml(text.text, text.source), on=on)
            return self._findings[key]


def _shelved(name: str, settings: Settings, policies: list[Policy]) -> Iterator[Shelved]:
    """Yield a connection's policies with their files, each version once."""
    connection = settings.connections[name]
    seen: set[str] = set()
    for file, policy in zip([connection.policy, *(each.policy for each in connection.policies)], policies, strict=True):
        if policy.version not in seen:
            seen.add(policy.version)
            path = settings.folder / file
            yield Shelved(name, policy, str(path) if path.is_file() else file)
