"""Every page is fit for whoever sees little, hears the page, or holds a phone: axe-core finds nothing at all."""

import pytest

from tests.console.browsing import opened, served, signed_in
from tests.console.seed import World
from tests.console.tour import pages
from tests.page_checks import DAYLIGHT, WAYS, barriers

pytestmark = pytest.mark.browser


def barriers_on(page, base, paths, ways=WAYS):
    found = []
    for path in paths:
        page.goto(base + path)
        found += barriers(page, ways)
    return "\n".join(found)


@pytest.mark.timeout(900)
def test_every_page(day, browser):
    """In light and dark, at a desk and on a phone, no page breaks a rule, not even a minor one."""
    with served(day) as address:
        base = address.removesuffix("/console")
        operator = signed_in(browser, address, bypass_csp=True)
        assert barriers_on(operator, base, pages(day.client())) == ""
        stranger = opened(browser, bypass_csp=True)
        assert barriers_on(stranger, base, pages(day.client(None))) == ""


def test_every_empty_page(world, browser):
    """So it is on the first day, when there is nothing to show."""
    with served(world) as address:
        page = signed_in(browser, address, bypass_csp=True)
        paths = [path for path in pages(world.client()) if "?" not in path]
        assert barriers_on(page, address.removesuffix("/console"), paths, [DAYLIGHT]) == ""


def test_where_no_connection_is_configured(tmp_path, browser):
    """And before the first helpdesk is connected."""
    world = World(f"sqlite:///{tmp_path / 'db'}", connections={})
    with served(world) as address:
        page = signed_in(browser, address, bypass_csp=True)
        paths = ["/console/connections", "/console/policies"]
        assert barriers_on(page, address.removesuffix("/console"), paths, [DAYLIGHT]) == ""
    world.close()


def test_after_a_wrong_password(day, browser):
    """The sign-in page is as good when it complains."""
    with served(day) as address:
        page = opened(browser, bypass_csp=True)
        page.goto(f"{address}/sign-in")
        page.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert barriers(page) == []
