import pytest
import time_machine
from flask import Flask

from tests.console.seed import NOW, OPERATOR, VIEWER, World, console_settings, csrf_of
from tests.console.tour import addresses, forms, pages
from webhooks.console.app import register
from webhooks.console.throttle import FAILURES

OPEN = {"/console/sign-in", "/console/icon.svg", "/console/openid", "/console/openid/callback"}
ANYBODYS = {"/console/sign-in", "/console/sign-out"}  # forms
LOOK = {"connection": "acme", "kind": "ticket", "subject": "2"}


def closed(world):
    """Return the address of everything that is for those who have signed in, found in the application's URL map."""
    return [address for address in addresses(world.app, more=()) if address not in OPEN]


def operators(world):
    """Return the address of every form that changes something, found in the application's URL map."""
    return [address for address in forms(world.app) if address not in ANYBODYS]


def test_what_is_open_is_listed_here(world):
    """Nothing is open but what this list says, and all of that is there."""
    open_to_all = {each for each in addresses(world.app, more=()) if each not in closed(world)}
    assert open_to_all == OPEN
    assert set(forms(world.app)) - set(operators(world)) == ANYBODYS


def test_nothing_is_readable_without_signing_in(day):
    """A stranger is sent to the sign-in page, and from there back; nothing of the page is in the answer."""
    for page in closed(day):
        answer = day.client(None).get(page)
        assert answer.status_code == 302, page
        assert answer.location.startswith("/console/sign-in?next=")
        assert "acme" not in answer.text.replace("/acme", "")


def test_a_viewer_changes_nothing(day):
    """A viewer reads; what changes something is for operators, and the answer says so."""
    client = day.client(VIEWER)
    for form in operators(day):
        answer = client.post(form, data={"csrf": csrf_of_page(client), **LOOK})
        assert answer.status_code == 403, form
        assert "operator" in answer.text
    for page in closed(day):
        allowed = [form for form in operators(day) if f'action="{form}"' in client.get(page).text]
        assert allowed == [], f"{page} offers a viewer what only operators may do"


@pytest.mark.parametrize("token", ["", "guessed"])
def test_a_form_of_another_site_does_nothing(day, token):
    """A form without this session's token is refused before anything happens."""
    client = day.client()
    for form in forms(day.app):
        assert client.post(form, data={"csrf": token, **LOOK}).status_code == 400, form
        assert client.get("/console/today").status_code == 200, "still signed in"


def test_headers(day):
    """Every answer forbids scripts and styles that are not ours, frames, and guessing of types."""
    client = day.client()
    for page in [*addresses(day.app, more=()), "/console/static/console.css"]:
        headers = client.get(page).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, page
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        cached = headers["Cache-Control"]
        assert cached in ("no-store", "no-cache") or page == "/console/icon.svg"


def test_pages_have_nothing_inline(day):
    """No page has a script, a style or a handler in itself, so that the policy need not allow any."""
    client = day.client()
    for page in pages(client):
        text = client.get(page).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert text.count("<script") == text.count("<script src="), page


def test_the_cookie(world):
    """The session's cookie is not for scripts, not for other sites and not for other paths."""
    client = world.app.test_client()
    cookie = client.get("/console/sign-in").headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/console"):
        assert part in cookie


def test_the_cookie_is_for_https_where_the_service_is(tmp_path):
    """Behind HTTPS the cookie is never sent in the clear."""
    world = World(f"sqlite:///{tmp_path / 'db'}", public_url="https://sla.example")
    cookie = world.app.test_client().get("/console/sign-in").headers["Set-Cookie"]
    assert "Secure" in cookie
    world.close()


def test_wrong_passwords_are_throttled(world):
    """After five wrong passwords an address has to wait, also with the right one."""
    client = world.client(None)
    token = csrf_of(client)
    for _ in range(FAILURES):
        assert client.post("/console/sign-in", data={"csrf": token, "password": "wrong"}).status_code == 401
    answer = client.post("/console/sign-in", data={"csrf": token, "password": OPERATOR})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "waits"),
    [
        pytest.param(0, ["1.1.1.1", "2.2.2.2"], True, id="no proxy: what the header says is not believed"),
        pytest.param(1, ["1.1.1.1", "2.2.2.2"], False, id="one proxy: each address counts for itself"),
        pytest.param(
            1, ["9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1"], True, id="what somebody put before it is not believed"
        ),
        pytest.param(2, ["1.1.1.1, 5.5.5.5", "2.2.2.2, 5.5.5.5"], False, id="two proxies: the second from the right"),
        pytest.param(2, ["1.1.1.1", "2.2.2.2"], True, id="fewer than there should be: not believed"),
    ],
)
def test_the_address_behind_proxies(tmp_path, proxies, forwarded, waits):
    """Wrong passwords count for the address that the trusted proxies saw, and for nothing that anybody may write."""
    world = World(f"sqlite:///{tmp_path / 'db'}", trusted_proxies=proxies)
    guesser, other = forwarded
    client = world.client(None)
    form = {"csrf": csrf_of(client), "password": "wrong"}
    for _ in range(FAILURES):
        client.post("/console/sign-in", data=form, headers={"X-Forwarded-For": guesser})
    answer = client.post("/console/sign-in", data=form, headers={"X-Forwarded-For": other})
    assert answer.status_code == (429 if waits else 401)
    world.close()


def test_a_very_long_password_is_not_hashed(world):
    """A password that is longer than any is refused without the work."""
    client = world.client(None)
    answer = client.post("/console/sign-in", data={"csrf": csrf_of(client), "password": "x" * 100_000})
    assert answer.status_code == 401


def test_without_a_viewers_password_there_is_no_viewer(tmp_path):
    """The second password is optional."""
    world = World(f"sqlite:///{tmp_path / 'db'}", console_settings(viewer_password=None))
    client = world.client(None)
    assert client.post("/console/sign-in", data={"csrf": csrf_of(client), "password": VIEWER}).status_code == 401
    world.close()


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/console/policies?x=1", "/console/policies?x=1"),
        ("https://evil.example/", "/console/today"),
        ("//evil.example/console/", "/console/today"),
        ("/console/\\evil.example", "/console/today"),
        ("javascript:alert(1)", "/console/today"),
    ],
)
def test_after_signing_in(world, wanted, goes_to):
    """One comes to the page one wanted, if it is one of ours."""
    client = world.client(None)
    form = {"csrf": csrf_of(client), "password": OPERATOR}
    assert client.post("/console/sign-in", query_string={"next": wanted}, data=form).location == goes_to


def test_a_session_ends(world):
    """An hour without a page, twelve hours with pages, or signing out end a session."""
    with time_machine.travel(NOW, tick=False) as clock:
        client = world.client()
        clock.shift(59 * 60)
        assert client.get("/console/today").status_code == 200
        clock.shift(61 * 60)
        assert client.get("/console/today").status_code == 302, "an hour without a page"
        client = world.client()
        for _ in range(13):
            clock.shift(58 * 60)
            client.get("/console/today")
        assert client.get("/console/today").status_code == 302, "twelve hours"
        client = world.client()
        assert client.post("/console/sign-out", data={"csrf": csrf_of_page(client)}).status_code == 302
        assert client.get("/console/today").status_code == 302, "signed out"


def test_a_new_password_signs_everybody_out(world, tmp_path):
    """A cookie from before the password was changed is worth nothing."""
    client = world.client()
    cookie = client.get_cookie("sla_console", path="/console")
    other = World(f"sqlite:///{tmp_path / 'other'}")  # the same key, other salts: other hashes
    stranger = other.app.test_client()
    stranger.set_cookie("sla_console", cookie.value, path="/console")
    assert stranger.get("/console/today").status_code == 302
    other.close()


def test_without_settings_there_is_no_console(world):
    """The console is not there unless the settings have it; mounting it twice is mounting it once."""
    app = Flask("bare")
    world.service.settings = world.service.settings.model_copy(update={"console": None})
    register(app, world.service)
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/console")]
    register(world.app, world.service)


def csrf_of_page(client):
    """Return the token that the pages of a signed-in client carry."""
    client.get("/console/today")
    with client.session_transaction("/console/") as session:
        return session["csrf"]
