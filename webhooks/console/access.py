"""The door: nothing but the sign-in page and the style sheet is readable without a session."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.security import check_password_hash
from werkzeug.wrappers import Response

from webhooks.console.blueprint import blueprint
from webhooks.console.console import Console, console
from webhooks.console.sessions import CSRF_FIELD, Identity, Role, begin, csrf_token, current, end, is_ours

log = logging.getLogger(__name__)

OPEN = frozenset({"console.sign_in", "console.openid", "console.openid_callback", "console.static", "console.icon"})
LONGEST_PASSWORD = 1024  # hashing a longer one would only cost time

P = ParamSpec("P")
Answer = TypeVar("Answer")


@blueprint.before_request
def guard() -> Response | None:
    """Turn away who is not signed in, and any form that did not come from a page of this session."""
    here = console()
    g.identity = current(here.stamp, here.settings.longest, here.settings.idle)
    if request.method not in ("GET", "HEAD", "OPTIONS") and not is_ours(request.form.get(CSRF_FIELD, "")):
        abort(400, "This form is too old. Go back, load the page again and repeat what you did.")
    if g.identity is None and request.endpoint not in OPEN:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("console.sign_in", next=wanted))
    return None


def operators_only(page: Callable[P, Answer]) -> Callable[P, Answer]:
    """Let only operators use a page; others are told why (403)."""

    @wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Answer:
        if not g.identity.may_operate:
            abort(403, "You may look at everything. To change something, sign in as an operator.")
        return page(*args, **kwargs)

    return guarded


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Ask for a password. Failures are counted, and an address with too many has to wait (429)."""
    here = console()
    address = request.remote_addr or ""
    if request.method == "GET":
        return sign_in_form("") if g.identity is None else redirect(wanted_page())
    wait = here.throttle.wait_seconds(address)
    if wait > 0:
        minutes = int(wait // 60) + 1
        message = f"Too many wrong passwords. Wait {minutes} minutes and try again."
        return sign_in_form(message), 429, {"Retry-After": str(int(wait) + 1)}
    identity = _identify(here, request.form.get("password", ""))
    if identity is None:
        here.throttle.failed(address)
        log.warning("console sign-in failed", extra={"address": address})
        return sign_in_form("That is not the password."), 401
    here.throttle.succeeded(address)
    begin(identity, here.stamp)
    log.info("console sign-in", extra={"role": identity.role.value, "address": address})
    return redirect(wanted_page())


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    end()
    return redirect(url_for("console.sign_in"))


def sign_in_form(message: str) -> str:
    """Return the page with every way to sign in, and why the last one did not work."""
    return render_template(
        "console/sign_in.html",
        message=message,
        csrf=csrf_token(),
        settings=console().settings,
        wanted=request.args.get("next"),
    )


def _identify(here: Console, password: str) -> Identity | None:
    """Return whose password this is. Both are compared, so that the time taken does not tell which exist."""
    if len(password) > LONGEST_PASSWORD:
        return None
    operator, viewer = here.settings.operator_password, here.settings.viewer_password
    operates = check_password_hash(operator or viewer or "", password)
    views = check_password_hash(viewer or operator or "", password)
    if operates and operator:
        return Identity("operator", Role.OPERATOR)
    return Identity("viewer", Role.VIEWER) if views and viewer else None


def wanted_page() -> str:
    """Return where to go after signing in: a page of ours that was asked for, never another site."""
    wanted = request.args.get("next", "")
    home = url_for("console.today")
    return wanted if wanted.startswith("/console/") and "\\" not in wanted else home
