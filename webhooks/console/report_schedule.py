"""When the report of a week is due. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.wall_time import first_instant
from webhooks.console.figures import WEEK, monday
from webhooks.console.report_settings import ReportSettings


@dataclass(frozen=True, slots=True)
class Schedule:
    """Once a week, at a time of day of a zone, always about the last week that is over."""

    settings: ReportSettings
    zone: ZoneInfo

    def due_at(self, week: date) -> datetime:
        """Return the instant at which the report of the week that begins on a Monday is due: in the week after it."""
        day = week + WEEK + timedelta(days=self.settings.days_after_monday)
        return first_instant(self.zone.key, datetime.combine(day, self.settings.at))

    def latest(self, now: datetime) -> date:
        """Return the Monday of the last week whose report is due by now."""
        week = last_week(self.zone, now)
        return week if self.due_at(week) <= now else week - WEEK


def last_week(zone: ZoneInfo, now: datetime) -> date:
    """Return the Monday of the last week that is over."""
    return monday(now.astimezone(zone).date()) - WEEK
