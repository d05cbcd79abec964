"""A console served on a free port, and a browser in it that keeps what the page complained of."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.console.seed import OPERATOR, World


class Quiet(WSGIRequestHandler):
    """Prints no line for each request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@contextmanager
def served(world: World) -> Iterator[str]:
    """Serve a console on a free port; yield its address."""
    server = make_server("127.0.0.1", 0, world.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/console"
    finally:
        server.shutdown()
        thread.join()


def opened(browser: Browser, **options: Any) -> Page:
    """Return a page of a new browser that nobody has signed in to; its ``faults`` are what it complained of."""
    page = browser.new_context(**options).new_page()
    faults: list[str] = []
    page.on("console", lambda message: message.type in ("error", "warning") and faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.faults = faults
    return page


def signed_in(browser: Browser, address: str, **options: Any) -> Page:
    """Return a page of a new browser in which the operator has signed in."""
    page = opened(browser, **options)
    page.goto(f"{address}/today")
    page.get_by_label("Password").fill(OPERATOR)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Today").wait_for()
    return page
