"""The part ``console.report`` of ``sidecar.yaml``: to whom the weekly report is mailed, and when."""

from datetime import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from webhooks.notify_settings import STRICT, Emails, MailSettings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _time(written: Any) -> time:
    try:
        hours, minutes = str(written).split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise ValueError('is no time of day; write "08:00"') from None


class ReportSettings(BaseModel):
    """Who gets the report of the last week that is over.

    Attributes:
        to: one address or a list.
        weekday, at: when, in the console's time zone.
        mail: the server that sends it; without it that of the connections, if they all have the same.
    """

    model_config = STRICT

    to: Annotated[Emails, Field(min_length=1)]
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    at: Annotated[time, BeforeValidator(_time)] = time(8)
    mail: MailSettings | None = None

    @property
    def days_after_monday(self) -> int:
        """The weekday as a number: Monday is 0."""
        return WEEKDAYS.index(self.weekday)
