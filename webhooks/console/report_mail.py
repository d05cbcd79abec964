"""Mailing the weekly report: once for each week, by whichever worker comes first, and again until it is taken."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.engine import Connection

from core.errors import ConfigError, PlatformError, RefusedError, RetryLaterError
from webhooks.console.figures import WEEK, iso_week
from webhooks.console.queries import Reading
from webhooks.console.report import Report, report_of
from webhooks.console.report_letter import html_of, subject_of, text_of
from webhooks.console.report_schedule import Schedule
from webhooks.effects.mail import MAIL, Letter, Mailer
from webhooks.engine.look import Outcome
from webhooks.settings import Settings
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import Begun, LookKey, LookKind, Looks
from webhooks.store.runtime import Runtime

log = logging.getLogger(__name__)

REPORT = LookKey("", LookKind.REPORT)
FEED = "report"  # among the cursors: the last week that was mailed
MAILED = "report_mailed"  # in the audit
AFTER_REFUSAL = timedelta(hours=1)
AFTER_SILENCE = timedelta(minutes=15)


class ReportMail:
    """Writes and sends the report of a week, and remembers which was sent.

    Raises:
        ConfigError: the settings name nobody who gets it, or no server that sends it.
    """

    def __init__(self, settings: Settings, database: Database, runtime: Runtime) -> None:
        console, server = settings.console, settings.report_mail
        if console is None or console.report is None or server is None:
            raise ConfigError(
                "nobody gets the weekly report; name them in `sidecar.yaml`: `console: {report: {to: …}}`"
            )
        self.to: Sequence[str] = console.report.to
        self.schedule = Schedule(console.report, console.zone)
        self._console_url = settings.console_url
        self._reading, self._runtime = Reading(database), runtime
        self._mailer = Mailer(server)
        self._service = "\n".join([settings.console_url or "", *sorted(settings.connections)])

    def send(self, week: date, now: datetime, to: Sequence[str] = ()) -> Mapping[str, str]:
        """Send the report of a week, and return the addresses that were refused, each with the reason.

        Args:
            to: to these instead of those in the settings.

        Raises:
            RetryLaterError, RefusedError: it was not sent; see :meth:`Mailer.send`.
        """
        report = report_of(self._reading, self.schedule.zone, week, now)
        letter = Letter(
            id=self._id(report, to),
            to=to or self.to,
            subject=subject_of(report),
            text=text_of(report, self._console_url),
            written_at=now,
            html=html_of(report, self._console_url),
        )
        return self._mailer.send(letter)

    def was_sent(self, week: date) -> bool:
        """Return whether the report of this week, or of a later one, went to those in the settings."""
        return (self._runtime.cursor("", FEED) or "") >= iso_week(week)

    def note_sent(
        self, connection: Connection, week: date, actor: str, refused: Mapping[str, str], *, counts: bool = True
    ) -> None:
        """Remember that the report of a week was sent; inside the caller's transaction.

        Args:
            counts: False for a further copy, which keeps none from being sent in its time.
        """
        undone = "; ".join(f"{address}: {why}" for address, why in refused.items())
        detail = {"week": iso_week(week)} | ({"undone": undone} if undone else {})
        if counts:
            self._runtime.move_cursor(connection, "", FEED, iso_week(week))
        self._runtime.note(connection, "", FEED, actor, MAILED, detail)
        if undone:
            log.warning("report not taken for every address", extra={"reason": undone})

    def _id(self, report: Report, to: Sequence[str]) -> str:
        """Return the mail's id: the same at each attempt, so that a server knows a repeated one."""
        whole = "\n".join([self._service, report.name, *(to or ())])
        return f"sla-report-{report.name.lower()}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class ReportLook:
    """Mails the last report that is due, unless it was; one that was missed is made up for, and only the last.

    Attributes:
        mail: None where nobody gets it; a look from other times then ends.
    """

    database: Database
    clock: Clock
    looks: Looks
    mail: ReportMail | None

    def __call__(self, begun: Begun) -> Outcome:
        """Send it.

        Raises:
            RetryLaterError: it was not sent, and is tried again for as long as it takes.
            SupersededError: another run has taken over.
        """
        if self.mail is None:
            return Outcome(None, result="off")
        mail, now = self.mail, self.clock.now()
        week = mail.schedule.latest(now)
        due_at, next_at = mail.schedule.due_at(week), mail.schedule.due_at(week + WEEK)
        if due_at < begun.first_asked_at or mail.was_sent(week):
            return Outcome(next_at, result="waited")
        with self.database.write() as connection:
            self.looks.check(connection, begun.claim)
        try:
            refused = mail.send(week, now)
        except PlatformError as err:
            wait = AFTER_REFUSAL if isinstance(err, RefusedError) else AFTER_SILENCE
            message = f"the report {iso_week(week)} was not mailed: {err}"
            raise RetryLaterError(message, platform=MAIL, retry_after=wait.total_seconds()) from err
        return Outcome(next_at, lambda connection: mail.note_sent(connection, week, "engine", refused), result="mailed")
