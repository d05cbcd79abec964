"""The whole way in through a provider, in a real browser that keeps to the console's content policy."""

import socket
import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.browser import chromium
from tests.console.op import OpenIdProvider
from tests.console.seed import World, console_settings

pytestmark = pytest.mark.browser


@pytest.fixture
def op():
    made = OpenIdProvider()
    yield made
    made.close()


@pytest.fixture
def address(op, tmp_path):
    """Serve a console that trusts the provider; for a browser the two are different sites."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    settings = console_settings(openid=op.settings())
    world = World(f"sqlite:///{tmp_path / 'db'}", settings, public_url=f"http://127.0.0.1:{port}")
    server = make_server("127.0.0.1", port, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}/console"
    server.shutdown()
    server.server_close()
    thread.join()
    world.close()


@pytest.fixture
def page(address):
    """A page of a browser; what the browser complains of, such as a blocked address, is in ``faults``."""
    with chromium() as browser:
        page = browser.new_page()
        faults: list[str] = []
        page.on("console", lambda message: message.type in ("error", "warning") and faults.append(message.text))
        page.faults = faults
        yield page


def test_the_whole_way_in(page, address, op):
    """From a page that was wanted to the provider and back to it, signed in under one's name; and out again."""
    page.goto(f"{address}/policies")
    page.get_by_role("link", name="Sign in with Acme Login").click()
    page.wait_for_url(f"{address}/policies")
    expect(page.get_by_role("heading", level=1)).to_have_text("Policies")
    expect(page.locator(".who")).to_contain_text("Ann@Example.com")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto(f"{address}/policies")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert "authorize" in op.seen
    assert page.faults == []


def test_a_stranger(page, address, op):
    """Whom nobody let in is told so by name, as text, and can still use the password."""
    op.person |= {"email": "<b>eve</b>@example.com"}
    page.goto(f"{address}/openid")
    expect(page.get_by_role("alert")).to_contain_text("Acme Login knows you as <b>eve</b>@example.com")
    page.get_by_label("Password").fill("operator's password")
    page.get_by_role("button", name="Sign in with the password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
