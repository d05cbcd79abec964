"""Every page of the console, found in the application's own URL map: a page that is added cannot be forgotten."""

from collections.abc import Iterator, Mapping, Sequence

from flask import Flask
from flask.testing import FlaskClient

EXAMPLES = {"connection": "acme", "ticket_id": "2", "number": "7", "_rest": "no-such-page"}
More = Sequence[tuple[str, Mapping[str, str]]]
MORE: More = (  # where one address does not show all that a page can
    ("console.today", {"show": "all"}),
    ("console.today", {"show": "all", "plan": "Gold"}),
    ("console.today", {"show": "running", "plan": "Nobody"}),
    ("console.ticket", {"ticket_id": "1"}),
    ("console.ticket", {"ticket_id": "3"}),
    ("console.ticket", {"ticket_id": "4"}),
    ("console.ticket", {"ticket_id": "6"}),
    ("console.availability", {"change": "patch"}),
    ("console.availability", {"connection": "cloud", "month": "2026-10"}),
    ("console.policy", {"connection": "beta"}),
    ("console.playground", {"plan": "Silver", "priority": "P3", "fact_cause": "network"}),
    ("console.compliance", {"weeks": "4", "connection": "beta"}),
    ("console.report", {"week": "2026-W48"}),
)


def addresses(app: Flask, more: More = MORE, **examples: str) -> Iterator[str]:
    """Yield the address of everything under ``/console`` that can be fetched, static files apart.

    Args:
        app: with the console mounted.
        more: further addresses, by endpoint and what they name and ask.
        examples: other values than ``EXAMPLES`` for what an address names.
    """
    known = EXAMPLES | examples
    build = app.url_map.bind("console.example").build
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/console") or "GET" not in (rule.methods or ()) or "filename" in rule.arguments:
            continue
        unknown = rule.arguments - known.keys()
        assert not unknown, f"{rule.rule} names {unknown}, of which tests/console/tour.py has no example; give it one"
        yield build(rule.endpoint, {name: known[name] for name in rule.arguments})
    for endpoint, values in more:
        (rule,) = app.url_map.iter_rules(endpoint)
        yield build(endpoint, {name: known[name] for name in rule.arguments} | values)


def forms(app: Flask, **examples: str) -> Iterator[str]:
    """Yield the address of everything under ``/console`` that a form may be sent to."""
    known = EXAMPLES | examples
    build = app.url_map.bind("console.example").build
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/console") and "POST" in (rule.methods or ()):
            yield build(rule.endpoint, {name: known[name] for name in rule.arguments}, method="POST")


def pages(client: FlaskClient, more: More = MORE, **examples: str) -> list[str]:
    """Return the addresses that are pages for a client, an error's page among them; what leads elsewhere is none."""
    found = []
    for address in addresses(client.application, more, **examples):
        answer = client.get(address)
        assert answer.status_code in (200, 302, 404), f"{address} answers {answer.status_code}"
        if answer.status_code != 302 and answer.mimetype == "text/html":
            found.append(address)
    return found
