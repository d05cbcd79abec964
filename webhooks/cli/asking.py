"""Questions to an admin: an option answers one, else it is asked, and every answer is checked at once."""

from collections.abc import Callable

import click

from core.errors import ConfigError, Fault

Check = Callable[[str], str | None]
"""Returns what is wrong with an answer and what to write instead, or None."""


class Asker:
    """Asks on the terminal, or, unattended, takes options and defaults.

    Attributes:
        unattended: nothing is asked; what is missing is a fault.
        faults: what is wrong with the options, to be raised together.
    """

    def __init__(self, *, unattended: bool) -> None:
        self.unattended = unattended
        self.faults: list[Fault] = []

    def ask(self, option: str, text: str, given: str | None, check: Check, default: str | None = None) -> str | None:
        """Return an answer that passes the check; None where an option is wrong or missing, which is then a fault.

        Args:
            option: what gives the same answer, for messages: ``--public-url``.
            text: the question.
            given: the option's value, which is not asked for.
            check: tries an answer.
            default: what an empty answer means; None if there has to be one.
        """
        if given is not None or self.unattended:
            return self._taken(option, text, default if given is None else given, check)
        while True:
            answer: str = click.prompt(text, default=default).strip()
            problem = check(answer)
            if problem is None:
                return answer
            click.echo(f"  error: {problem}", err=True)

    def _taken(self, option: str, text: str, given: str | None, check: Check) -> str | None:
        if given is None:
            self.faults.append(Fault(f"is needed: {text}", option))
        elif problem := check(given):
            self.faults.append(Fault(problem, option))
        else:
            return given
        return None

    def require(self, option: str, text: str, given: str | None, check: Check, default: str | None = None) -> str:
        """Return an answer on which others depend; as :meth:`ask`, but a fault is raised at once.

        Raises:
            ConfigError: with all that was found so far.
        """
        answer = self.ask(option, text, given, check, default)
        if answer is None:
            raise ConfigError(tuple(self.faults))
        return answer

    def confirm(self, text: str) -> bool:
        """Return whether the admin agrees; unattended is not agreeing."""
        return not self.unattended and click.confirm(text)

    def stop_at_faults(self) -> None:
        """Raise ConfigError with all that was found, if anything was."""
        if self.faults:
            raise ConfigError(tuple(self.faults))
