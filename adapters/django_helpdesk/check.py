"""``sla-sidecar doctor`` for a django-helpdesk connection: each finding says what to do about it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from adapters.base import Finding, Severity
from adapters.common.clock import clock_finding
from adapters.django_helpdesk.payloads import FieldForm, TicketsPage
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.setup import described, wrong_types
from adapters.django_helpdesk.tables import CUSTOM_PREFIX, PLATFORM
from adapters.http import ApiClient
from core.errors import PlatformError

_SYNCHRONISE = "synchronise both (NTP): deadlines depend on it"
_STAFF = "the credential's user needs the staff status, and the right to see the queues"


def findings(
    client: ApiClient, settings: DjangoHelpdeskSettings, has_webhook_secret: bool, now: Callable[[], datetime]
) -> Iterator[Finding]:
    """Yield every finding; without a credential nothing else is asked."""
    try:
        fields = described(client)
        answer = client.get("/api/tickets/", {"page_size": 1})
        count = answer.read(TicketsPage, PLATFORM).count
    except PlatformError as err:
        yield Finding("credential", Severity.FAULT, str(err), _STAFF)
        return
    yield Finding("credential", Severity.OK, f"accepted; {count} tickets can be read")
    yield clock_finding(answer, now(), "the site's", _SYNCHRONISE)
    yield from _fields(fields, settings)
    yield from _values(fields, settings)
    yield from _webhook(has_webhook_secret)


def _fields(fields: Mapping[str, FieldForm], settings: DjangoHelpdeskSettings) -> Iterator[Finding]:
    ours = {*settings.fields.values(), *settings.observed, *([settings.tags_field] if settings.tags_field else [])}
    missing = sorted(name for name in ours if f"{CUSTOM_PREFIX}{name}" not in fields and name not in fields)
    wrong = wrong_types(fields, settings)
    if missing:
        remedy = "add them in Django's admin under Custom fields, or correct their names in the settings"
        yield Finding("fields", Severity.FAULT, f"not on the site: {', '.join(missing)}", remedy)
    if wrong:
        remedy = "make them Character fields: a list or a date does not take our values"
        yield Finding("field types", Severity.FAULT, f"not for text: {', '.join(wrong)}", remedy)
    if not missing and not wrong:
        yield Finding("fields", Severity.OK, f"{len(settings.fields)} of our fields are there")


def _values(fields: Mapping[str, FieldForm], settings: DjangoHelpdeskSettings) -> Iterator[Finding]:
    """Yield which statuses and priorities of the site mean nothing to us."""
    for name, known in (("status", settings.categories), ("priority", settings.priorities)):
        choices = [choice.value for choice in fields[name].choices] if name in fields else []
        unknown = [str(value) for value in choices if value not in known]
        if unknown:
            setting = "statuses" if name == "status" else "priorities"
            severity = Severity.FAULT if name == "status" else Severity.WARNING
            message = f"the site's {', '.join(unknown)} mean nothing to us"
            yield Finding(name, severity, message, f"name them under the connection's `{setting}`")


def _webhook(has_secret: bool) -> Iterator[Finding]:
    if has_secret:
        message = "is in Django's settings, where it cannot be read; a reply shows in `sla-sidecar deliveries list`"
        yield Finding("webhook", Severity.OK, message)
    else:
        yield Finding(
            "webhook",
            Severity.WARNING,
            "the connection has no `webhook_secret`: only the token in the address guards it",
            "run sla-sidecar connect django_helpdesk and write the new address into Django's settings",
        )
