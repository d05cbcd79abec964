"""Signing in through a provider: two addresses, one that leads there and one to come back to.

Leading there is a link, not a form: the console's content policy lets a form go nowhere else.
"""

import logging

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from core.errors import PlatformError, RetryLaterError
from webhooks.console.access import sign_in_form, wanted_page
from webhooks.console.blueprint import blueprint
from webhooks.console.claims import SignInError, identity_of
from webhooks.console.console import Console, console
from webhooks.console.provider import CALLBACK, Provider
from webhooks.console.sessions import Asked, begin, remember_asked, take_asked

log = logging.getLogger(__name__)

Page = str | Response | tuple[str, int]


@blueprint.get("/openid")
def openid() -> Page:
    """Send the browser to the provider, with a question that only this browser can bring the answer to."""
    provider = _provider(console())
    try:
        question = provider.ask()
    except PlatformError as err:
        return _unusable(provider, err)
    remember_asked(question.state, Asked(question.nonce, question.verifier, wanted_page()))
    return redirect(question.url)


@blueprint.get(CALLBACK)
def openid_callback() -> Page:
    """Sign in whoever comes back with the answer to a question of this browser."""
    here = console()
    provider = _provider(here)
    try:
        asked = _answered(provider)
        claims = provider.claims(request.args["code"], asked.nonce, asked.verifier)
        identity = identity_of(claims, provider.settings)
    except SignInError as err:
        log.warning("console sign-in failed", extra={"reason": err.reason, "address": request.remote_addr})
        return sign_in_form(str(err)), err.status
    except PlatformError as err:
        return _unusable(provider, err)
    begin(identity, here.stamp)
    log.info("console sign-in", extra={"role": identity.role.value, "address": request.remote_addr})
    return redirect(asked.wanted)


def _provider(here: Console) -> Provider:
    return here.provider or abort(404, "This console has no sign-in provider; it takes the password.")


def _answered(provider: Provider) -> Asked:
    """Return what the browser asked.

    Raises:
        SignInError: it did not ask, or the provider answers that it lets nobody in.
    """
    asked = take_asked(request.args.get("state", ""))
    if asked is None:
        message = "This sign-in was begun in another browser, or too long ago. Start again from the button below."
        raise SignInError(message, "unknown state")
    if "code" not in request.args:
        message = f"{provider.settings.name} did not let you in. Start again, or ask its administrator."
        raise SignInError(message, "the provider answered with an error", 403)
    return asked


def _unusable(provider: Provider, error: PlatformError) -> tuple[str, int]:
    """Say that the provider cannot be used now; what is wrong with it is for the log."""
    log.error("console sign-in failed", extra={"reason": str(error), "address": request.remote_addr})
    name = provider.settings.name
    if isinstance(error, RetryLaterError):
        return sign_in_form(f"{name} does not answer. Try again in a minute."), 503
    return sign_in_form(f"{name} cannot be used. The reason is in the service's log and in `sla-sidecar doctor`."), 502
