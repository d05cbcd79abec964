"""What ``doctor`` says about the console: the provider, the proxies before it, the report by mail."""

from collections.abc import Iterator

from adapters.base import Finding, Severity
from core.errors import SidecarError
from webhooks.console.provider import provider_of
from webhooks.console.queries import Reading
from webhooks.console.report_mail import REPORT
from webhooks.effects.mail import Mailer
from webhooks.settings import Settings
from webhooks.store.database import Database


def console_findings(settings: Settings, database: Database) -> Iterator[Finding]:
    """Yield whether people can sign in and the report can be mailed. Signs nobody in and sends nothing."""
    if settings.console is None:
        return
    provider = provider_of(settings)
    if provider is not None:
        try:
            provider.check()
            yield Finding(
                "sign-in provider", Severity.OK, f"{provider.settings.issuer}; come back to {provider.callback}"
            )
        except SidecarError as err:
            remedy = "correct `console.openid`, or ask the provider's administrator"
            yield Finding("sign-in provider", Severity.FAULT, str(err), remedy)
    if (settings.console_url or "").startswith("https://") and not settings.trusted_proxies:
        message = "is 0 though the address is https: behind a proxy all sign-ins seem to come from one place"
        yield Finding("trusted_proxies", Severity.WARNING, message, "write how many proxies stand before the service")
    if settings.console.report is not None and settings.report_mail is not None:
        yield from _report(settings, database)


def _report(settings: Settings, database: Database) -> Iterator[Finding]:
    look = Reading(database).look(REPORT)
    if look and look["error"]:
        remedy = "`sla-sidecar report --mail` tries it now" if look["look_at"] else "retry it in the console"
        yield Finding("weekly report", Severity.FAULT, look["error"], remedy)
    server = settings.report_mail
    if server is not None and all(each.notify.mail != server for each in settings.connections.values()):
        try:
            Mailer(server).check()
            yield Finding("weekly report: mail server", Severity.OK, server.host)
        except SidecarError as err:
            remedy = "correct `console.report.mail` or the server"
            yield Finding("weekly report: mail server", Severity.FAULT, str(err), remedy)
