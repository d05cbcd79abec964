"""What every agent's page does before its own work: refuse foreign forms, name the desk, begin with the list."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response


def agent_pages(import_name: str, platform: str, desk_name: Callable[[], str]) -> Blueprint:
    """Return the blueprint ``agent``, to which a stand-in adds ``index`` and its other pages.

    Args:
        import_name: of the module that adds them; its folder has the templates and static files.
        platform: what this stands in for.
        desk_name: what the desk is called, asked anew for each page.
    """
    pages = Blueprint("agent", import_name, url_prefix="/agent", template_folder="templates", static_folder="static")
    pages.before_request(_only_from_here)
    pages.context_processor(lambda: {"desk_name": desk_name(), "platform": platform})
    pages.register_error_handler(ValueError, _unreadable)
    pages.add_url_rule("/", "home", _home)
    pages.add_url_rule("/dashboard", "home", _home)
    return pages


def parts_of(values: Mapping[str, Any], *own: str) -> dict[str, str]:
    """Return a ticket's parts, rendered: the shared ones and the desk's own."""
    shared = {name: render_template(f"desk/_{name}.html", **values) for name in ("sla", "conversation", "history")}
    return shared | {name: render_template(f"_{name}.html", **values) for name in own}


def message(title: str, text: str, status: int) -> tuple[str, int]:
    """Return a page that only says something."""
    return render_template("desk/message.html", title=title, text=text), status


def differs(name: str) -> bool:
    """Return whether a form's field is not what it showed; only that is written, so that nothing is undone."""
    before = request.form.get(f"{name}_before")
    return before is not None and " ".join(request.form.getlist(name)) != before


def _only_from_here() -> None:
    """Refuse forms that another site sends."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        abort(403)


def _unreadable(_: ValueError) -> tuple[str, int]:
    """Say that a form cannot be read; only a hand-made one gets here."""
    return message("Not understood", "This form has a value of the wrong kind.", 400)


def _home() -> Response:
    """Begin with the list."""
    return redirect(url_for("agent.index"))
