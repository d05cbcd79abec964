"""What ``doctor`` says about people: who is named, who is not, and whether mail can be sent."""

from collections.abc import Iterator

from adapters.base import Finding, Severity
from core.errors import SidecarError
from webhooks.effects.mail import Mailer
from webhooks.policy_book import PolicyBook
from webhooks.settings import ConnectionSettings


def people_findings(connection: ConnectionSettings, book: PolicyBook, name: str) -> Iterator[Finding]:
    """Yield whether everybody whom the policies call is named, and whether they can be reached.

    Logs in to the mail server and sends nothing; a receiver of webhooks is not called, since any call is a message.
    """
    levels = [level for policy in book.policies for ladder in policy.ladders for level in ladder.levels]
    called = {level.role for level in levels if level.role}
    reached = {role for role, people in connection.roles.items() if people.reaches_somebody}
    if called - reached:
        yield Finding(
            f"{name}: roles",
            Severity.WARNING,
            f"nobody is named for {', '.join(sorted(called - reached))}: their steps leave a note and reach no person",
            f"name a group, a person, an address or a webhook under `connections.{name}.roles`",
        )
    elif called:
        yield Finding(f"{name}: roles", Severity.OK, f"everybody is named: {', '.join(sorted(called))}")
    if unknown := set(connection.roles) - called:
        yield Finding(
            f"{name}: roles",
            Severity.WARNING,
            f"no policy of the connection calls {', '.join(sorted(unknown))}",
            "correct the role's name, or remove it",
        )
    for receiver, hook in connection.notify.webhooks.items():
        if not hook.url.startswith("https://"):
            message = "is not https: its messages are signed, and readable on the way"
            yield Finding(f"{name}: webhook {receiver}", Severity.WARNING, message, "write an https address")
    if connection.notify.mail:
        try:
            Mailer(connection.notify.mail).check()
            yield Finding(f"{name}: mail server", Severity.OK, connection.notify.mail.host)
        except SidecarError as err:
            yield Finding(f"{name}: mail server", Severity.FAULT, str(err), "correct `notify.mail` or the server")
