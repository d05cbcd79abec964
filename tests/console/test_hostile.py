"""Whatever outsiders write is text on every page: nothing runs, nothing is injected, nothing leads astray."""

import csv
import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from policies import __file__ as bundled
from tests.console.browsing import opened, served, signed_in
from tests.console.desk import fill
from tests.console.hostile import HOSTILE, MARK, hostile, poison, wicked_policy
from tests.console.seed import NOW, World
from tests.console.tour import EXAMPLES, MORE, pages
from tests.page_checks import NONE, PHONE, intruders, text_of
from webhooks.console.ticket import web_address
from webhooks.console.words import coded, visible
from webhooks.store.tables import summaries, verdicts

NAMED = ("ticket_id", "plan", "priority")
SHOWN_ON = {
    "console.today", "console.ticket", "console.policies", "console.policy", "console.playground",
    "console.deliveries", "console.delivery", "console.connections", "console.compliance", "console.report",
    "console.availability",
}  # fmt: skip
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Wicked(World):
    """A console whose policy, tickets, deliveries and reasons are hostile throughout."""

    def __init__(self, folder: Path) -> None:
        glassbeam, policy = _wicked_file("glassbeam", folder)
        spirion, _ = _wicked_file("spirion", folder)
        acme = {"platform": "zendesk", "policy": str(glassbeam), "token": "${TOKEN}", "write": "on"}
        beta = {"platform": "zendesk", "policy": "vitrium", "token": "${TOKEN_B}"}
        cloud = {"platform": "zendesk", "policy": str(spirion), "token": "${TOKEN_C}"}
        super().__init__(
            f"sqlite:///{folder / 'sidecar.sqlite3'}",
            connections={"acme": acme, "beta": beta, "cloud": cloud},
            retention={"bodies_days": 7},
        )
        self.policies["acme"] = policy

    def look(self, ticket, connection="acme", now=NOW, **place):
        plan = hostile(ticket["organization"]["plan"])
        named = {"priority": hostile(ticket["priority"]), "organization": {"plan": plan}}
        return super().look({**ticket, **named}, connection, now, **place)


def _wicked_file(name, folder):
    file = folder / f"{name}.yaml"
    text, policy = wicked_policy((Path(bundled).parent / f"{name}.yaml").read_text())
    file.write_text(text)
    return file, policy


@pytest.fixture
def wicked(tmp_path):
    """A hostile day; the helpdesk's address of one ticket is a web address with more behind it."""
    made = Wicked(tmp_path)
    fill(made)
    poison(made)
    with made.store.database.write() as connection:
        where = summaries.c.ticket_id == hostile("6")
        connection.execute(sa.update(summaries).where(where).values(url=f"https://desk.example/{HOSTILE}"))
    yield made
    made.close()


@pytest.mark.browser
def test_every_page(wicked, browser):
    """In a browser: no script runs, nothing is added to the page, links lead to the web, all fits on a phone."""
    more = [(page, {k: hostile(v) if k in NAMED else v for k, v in values.items()}) for page, values in MORE]
    paths = pages(wicked.client(), more, ticket_id=hostile(EXAMPLES["ticket_id"]))
    match = wicked.app.url_map.bind("console.example").match
    shown_on = set()
    with served(wicked) as address:
        page = signed_in(browser, address, viewport=PHONE)
        base = address.removesuffix("/console")
        for path in paths:
            page.goto(base + path)
            assert intruders(page) == NONE, path
            text = text_of(page)
            assert not UNSEEN.search(text), path
            if MARK in text:
                shown_on.add(match(path.partition("?")[0])[0])
                assert "{{7*7}}" in text, "a template's braces are not run"
        assert [each for each in page.faults if "404" not in each] == []
        assert shown_on >= SHOWN_ON


@pytest.mark.browser
def test_where_a_stranger_may_write(world, browser):
    """The address from which somebody was sent to sign in is never taken for more than a place of ours."""
    with served(world) as address:
        page = opened(browser)
        page.goto(f"{address}/sign-in?next={HOSTILE}")
        assert (intruders(page), page.faults) == (NONE, [])


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝"])
def test_no_cell_of_the_download_is_a_formula(day, first):
    """No text of a CSV, whichever column it stands in, is a formula to a spreadsheet; the rest of it stays."""
    words = [c.name for c in verdicts.c if isinstance(c.type, sa.String) and c.name not in ("connection", "verdict")]
    with day.store.database.write() as connection:
        connection.execute(sa.update(verdicts).values({name: first + verdicts.c[name] for name in words}))
    answer = day.client().get("/console/compliance.csv")
    lines = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))
    cells = {line[name] for line in lines for name in words if line[name]}
    assert cells
    assert {cell[: len(first) + 1] for cell in cells} == {f"'{first}"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://desk.example/1", True),
        ("http://desk.example/1", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("//evil.example", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_links(url, shown):
    """A ticket's address is a link if it leads to the web, and else it is not there."""
    assert (web_address(url) is not None) is shown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("run `sla-sidecar doctor` now", "run <code>sla-sidecar doctor</code> now"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
        ("<b>`x`</b>", "&lt;b&gt;<code>x</code>&lt;/b&gt;"),
        ("one ` alone", "one ` alone"),
        ("", ""),
    ],
)
def test_commands_in_messages(text, html):
    """What stands between backticks is shown as a command; all of it is escaped."""
    assert coded(text) == html


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x00b", "a�b"),
        ("\u202egpj.exe", "�gpj.exe"),
        ("two\nlines\t", "two\nlines\t"),
        ("kůň", "kůň"),
        (7, 7),
    ],
)
def test_unseen_characters_are_shown(value, shown):
    """A character without a shape, or one that turns the others around, does not pass unseen."""
    assert visible(value) == shown
