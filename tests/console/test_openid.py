"""Signing in through a provider, over real sockets, and every way in which it must not work."""

import logging
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from joserfc.jwk import RSAKey

from tests.console.op import SECRET, Misbehaviour, OpenIdProvider
from tests.console.seed import AROUND, OPERATOR, World, console_settings, csrf_of
from webhooks.console.check import console_findings
from webhooks.console.console import EXTENSION

BASE = "https://sla.example"


@pytest.fixture
def op():
    made = OpenIdProvider()
    yield made
    made.close()


@pytest.fixture
def make(op, tmp_path):
    """Make a console that trusts the provider; settings of ``openid`` may be changed."""
    made = []

    def make(console=None, **changes):
        settings = console_settings(openid=op.settings(**changes), **(console or {}))
        made.append(World(f"sqlite:///{tmp_path / f'{len(made)}.sqlite3'}", settings, public_url=BASE))
        return made[-1]

    yield make
    for world in made:
        world.close()


def go(client, wanted="/console/today"):
    """Go to the provider and come back as a browser does; return the console's answer."""
    return come_back(client, begin(client, wanted))


def begin(client, wanted="/console/today"):
    """Return where the provider is."""
    answer = client.get("/console/openid", query_string={"next": wanted}, base_url=BASE)
    assert answer.status_code == 302, answer.text
    return answer.location


def come_back(client, location):
    back = requests.get(location, allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith(f"{BASE}/console/openid/callback?")
    return client.get(back.removeprefix(BASE), base_url=BASE)


def who(client):
    page = client.get("/console/today", base_url=BASE)
    return page.status_code, "Retry" in page.text


def test_in_and_out(make, op):
    """A known address signs in, comes to the page that was wanted, is named on it, and signs out again."""
    client = make().app.test_client()
    answer = go(client, "/console/policies?x=1")
    assert (answer.status_code, answer.location) == (302, "/console/policies?x=1")
    page = client.get("/console/policies", base_url=BASE)
    assert "Ann@Example.com" in page.text
    with client.session_transaction("/console/", base_url=BASE) as session:
        assert session["role"] == "operator"
        assert not {"asked", "id_token", "access_token"} & set(session)
        token = session["csrf"]
    headers = {"Referer": f"{BASE}/console/policies"}
    client.post("/console/sign-out", data={"csrf": token}, base_url=BASE, headers=headers)
    assert client.get("/console/policies", base_url=BASE).status_code == 302


def test_what_is_asked(make):
    """The question is the code flow with PKCE, a state and a nonce, and nothing secret is in the address."""
    client = make(scopes=["openid", "groups"]).app.test_client()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begin(client)).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid groups"
    assert asked["redirect_uri"] == f"{BASE}/console/openid/callback"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 30
    assert "code_verifier" not in asked
    assert SECRET not in str(asked)


def test_the_discovery_document_is_read_once_an_hour(make, op):
    """The document is kept for an hour; the keys are fetched at each sign-in, so that they may change at any time."""
    world = make()
    for _ in range(2):
        assert go(world.app.test_client()).status_code == 302
        op.key = RSAKey.generate_key(2048, {"kid": "second"})
    assert go(world.app.test_client()).status_code == 302
    assert (op.seen.count("openid-configuration"), op.seen.count("keys")) == (1, 3)


@pytest.mark.parametrize(
    ("settings", "person", "role"),
    [
        pytest.param({}, {}, "operator", id="an address, in whatever case"),
        pytest.param({}, {"email": "ben@example.com"}, "viewer", id="a viewer's address"),
        pytest.param({"viewers": "ANN@example.com"}, {}, "operator", id="both: the operator's role"),
        pytest.param({"claim": "groups", "operators": "staff"}, {}, "operator", id="a group"),
        pytest.param({"claim": "groups", "operators": "STAFF"}, {}, None, id="a group of another name"),
        pytest.param(
            {"claim": "groups", "viewers": "staff"}, {"groups": "staff"}, "viewer", id="a group not in a list"
        ),
        pytest.param(
            {"claim": "realm_access.roles", "viewers": "sla"},
            {"realm_access": {"roles": ["sla"]}},
            "viewer",
            id="a path",
        ),
        pytest.param(
            {"claim": "https://x.example/roles", "viewers": "sla"},
            {"https://x.example/roles": ["sla"]},
            "viewer",
            id="a URL",
        ),
        pytest.param({}, {"email": "eve@example.com"}, None, id="a stranger"),
        pytest.param({}, {"email": None}, None, id="nobody's address"),
        pytest.param({}, {"email": ["ann@example.com", 7, None]}, "operator", id="a list of addresses"),
        pytest.param({}, {"email_verified": False}, None, id="not verified"),
        pytest.param({}, {"email_verified": None}, None, id="not known to be verified"),
        pytest.param({}, {"email_verified": "true"}, None, id="verified, as text"),
        pytest.param(
            {"claim": "groups", "operators": "staff"}, {"email_verified": False}, "operator", id="by group alone"
        ),
        pytest.param({"claim": "groups", "operators": "staff"}, {"groups": {"staff": 1}}, None, id="of another form"),
    ],
)
def test_roles(make, op, settings, person, role):
    """The claim's values decide; who has none of them is told so (403), and has no session."""
    op.person = {name: value for name, value in (op.person | person).items() if value is not None}
    client = make(**settings).app.test_client()
    answer = go(client)
    assert answer.status_code == (302 if role else 403), answer.text
    with client.session_transaction("/console/", base_url=BASE) as session:
        assert session.get("role") == role


@pytest.mark.parametrize(
    ("wrong", "status", "reason"),
    [
        pytest.param(Misbehaviour(token={"nonce": "another"}), 400, "id token: nonce", id="another nonce"),
        pytest.param(Misbehaviour(token={"nonce": None}), 400, "id token: nonce", id="no nonce"),
        pytest.param(Misbehaviour(token={"aud": "another"}), 400, "id token: aud", id="for another client"),
        pytest.param(
            Misbehaviour(token={"aud": ["another"], "azp": "sla-sidecar"}), 400, "id token: aud", id="azp only"
        ),
        pytest.param(
            Misbehaviour(token={"aud": ["sla-sidecar", "b"], "azp": "b"}), 400, "id token: azp", id="of another"
        ),
        pytest.param(Misbehaviour(token={"iss": "https://evil.example"}), 400, "id token: iss", id="another issuer"),
        pytest.param(Misbehaviour(token={"exp": 1}), 400, "id token: exp", id="expired"),
        pytest.param(Misbehaviour(token={"exp": None}), 400, "id token: exp", id="never expires"),
        pytest.param(Misbehaviour(token={"iat": 9_999_999_999}), 400, "id token: iat", id="from the future"),
        pytest.param(Misbehaviour(token={"sub": None}), 400, "id token: sub", id="about nobody"),
        pytest.param(Misbehaviour(token={"at_hash": "x"}), 400, "id token: at_hash", id="another access token"),
        pytest.param(Misbehaviour(alg="none"), 400, "id token: ", id="not signed"),
        pytest.param(Misbehaviour(alg="HS256"), 400, "id token: ", id="signed by the public key"),
        pytest.param(Misbehaviour(no_id_token=True), 400, "id token: ", id="no ID token"),
        pytest.param(
            Misbehaviour(key=RSAKey.generate_key(2048, {"kid": "first"})),
            400,
            "id token: bad_signature",
            id="another key",
        ),
        pytest.param(Misbehaviour(error="access_denied"), 403, "answered with an error", id="denied there"),
        pytest.param(Misbehaviour(statuses={"token": 500}), 503, "cannot be reached: 500", id="fails"),
        pytest.param(Misbehaviour(statuses={"keys": 404}), 502, "answered 404 to ", id="has no keys"),
        pytest.param(
            Misbehaviour(only_userinfo=("email",), userinfo={"sub": "8"}),
            400,
            "somebody else",
            id="userinfo of another",
        ),
    ],
)
def test_what_is_not_believed(make, op, wrong, status, reason, caplog):
    """Whatever is wrong in an answer: a page with a way on, no session, and in the log its reason without a secret."""
    op.wrong = wrong
    client = make().app.test_client()
    with caplog.at_level(logging.WARNING):
        answer = go(client)
    assert answer.status_code == status
    assert "Sign in with Acme Login" in answer.text
    assert "<b>no</b>" not in answer.text
    assert client.get("/console/today", base_url=BASE).status_code == 302
    (record,) = [each for each in caplog.records if each.message == "console sign-in failed"]
    assert reason in record.reason
    for secret in (SECRET, "an-access-token", op.form.get("code_verifier", "-no-"), "Ann@"):
        assert secret not in str(record.__dict__)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        pytest.param(Misbehaviour(statuses={"openid-configuration": 503}), 503, id="down"),
        pytest.param(Misbehaviour(statuses={"openid-configuration": 200}), 503, id="another page"),
        pytest.param(Misbehaviour(statuses={"openid-configuration": 404}), 502, id="not there"),
        pytest.param(Misbehaviour(document={"issuer": "https://evil.example"}), 502, id="another issuer"),
        pytest.param(Misbehaviour(document={"token_endpoint": None}), 502, id="no token endpoint"),
    ],
)
def test_a_provider_that_cannot_be_used(make, op, wrong, status):
    """Without a usable discovery document there is a page that says so, and the password still works."""
    op.wrong = wrong
    client = make().app.test_client()
    answer = client.get("/console/openid", base_url=BASE)
    assert answer.status_code == status
    assert "Acme Login" in answer.text
    assert "console/sign-in" in answer.text
    op.wrong = Misbehaviour()
    if status == 502:
        assert go(client).status_code == 302, "and once it is mended, it works"


def test_a_provider_that_is_down_is_left_alone(make, op):
    """The first who meets a dead provider waits for it; for half a minute nobody else does."""
    op.wrong.statuses["openid-configuration"] = 503
    client = make().app.test_client()
    for _ in range(3):
        assert client.get("/console/openid", base_url=BASE).status_code == 503
    assert len(op.seen) == 1


def test_a_wrong_secret(make, op, caplog):
    """A client that the provider does not know is told to the log, with what to correct."""
    world = make(client_secret="${KEY}")
    assert go(world.app.test_client()).status_code == 502
    assert "correct `client_id` and `client_secret`" in caplog.records[-1].reason
    assert AROUND.environment["KEY"] not in str(caplog.records[-1].__dict__)


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic", "client_secret_post"], None])
def test_how_the_client_shows_who_it_is(make, op, methods):
    """The secret is sent as the provider wants it; by the standard's default if it does not say."""
    op.wrong.document["token_endpoint_auth_methods_supported"] = methods
    assert go(make().app.test_client()).status_code == 302
    assert ("client_secret" in op.form) == (methods == ["client_secret_post"])


@pytest.mark.parametrize("only", [("email", "email_verified"), ("email_verified",)])
def test_claims_from_userinfo(make, op, only):
    """What the ID token leaves out is asked for at the UserInfo endpoint."""
    op.wrong.only_userinfo = only
    assert go(make().app.test_client()).status_code == 302
    assert op.seen[-1] == "userinfo"


def test_keys_of_unknown_kinds(make, op):
    """A published key that nobody here understands is passed over."""
    op.wrong.others = [{"kty": "future", "kid": "x"}, "no key", {"kty": "RSA", "kid": "broken"}]
    assert go(make().app.test_client()).status_code == 302


def test_an_answer_is_taken_once_and_by_who_asked(make, op):
    """A stolen or repeated answer is worth nothing: not in another browser, not a second time, not too late."""
    world = make()
    client, stranger = world.app.test_client(), world.app.test_client()
    back = requests.get(begin(client), allow_redirects=False, timeout=10).headers["Location"].removeprefix(BASE)
    assert stranger.get(back, base_url=BASE).status_code == 400
    assert client.get(back, base_url=BASE).status_code == 302
    assert client.get(back, base_url=BASE).status_code == 400
    assert client.get("/console/openid/callback", base_url=BASE).status_code == 400
    with time_machine.travel(0, tick=False) as clock:
        late = world.app.test_client()
        location = begin(late)
        clock.shift(601)
        assert come_back(late, location).status_code == 400


def test_two_tabs(make):
    """Two pages of one browser may sign in at the same time; a fourth forgets the first, since a cookie is small."""
    client = make().app.test_client()
    first, second, third, _ = (begin(client) for _ in range(4))
    with client.session_transaction("/console/", base_url=BASE) as session:
        assert len(session["asked"]) == 3
    assert come_back(client, first).status_code == 400
    assert come_back(client, third).status_code == 302
    assert come_back(client, second).status_code == 400, "the new session remembers no older question"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/console/", "/console/\\evil.example"])
def test_no_other_site_afterwards(make, wanted):
    """Signing in leads to a page of ours, whatever the link to it said."""
    assert go(make().app.test_client(), wanted).location == "/console/today"


def test_other_rules_sign_everybody_out(make):
    """Who was let in by a list that is no longer so has to sign in again."""
    client = make().app.test_client()
    assert go(client).status_code == 302
    cookie = client.get_cookie("sla_console", domain="sla.example", path="/console")
    other = make(operators=["ben@example.com"]).app.test_client()
    other.set_cookie("sla_console", cookie.value, domain="sla.example", path="/console")
    assert other.get("/console/today", base_url=BASE).status_code == 302


def test_without_passwords(make):
    """Where only the provider lets people in there is no password to guess."""
    world = make({"operator_password": None, "viewer_password": None})
    client = world.app.test_client()
    page = client.get("/console/sign-in", base_url=BASE).text
    assert 'type="password"' not in page
    with client.session_transaction("/console/", base_url=BASE) as session:
        form = {"csrf": session["csrf"], "password": ""}
    headers = {"Referer": BASE}
    assert client.post("/console/sign-in", data=form, base_url=BASE, headers=headers).status_code == 401
    assert go(client).status_code == 302


def test_without_a_provider(world):
    """Where there is none, its addresses do not exist, and the page does not speak of it."""
    client = world.app.test_client()
    assert client.get("/console/openid").status_code == 404
    assert client.get("/console/openid/callback?state=x&code=y").status_code == 404
    assert "Sign in with" not in client.get("/console/sign-in").text


def test_names(make, op):
    """Somebody is called by a verified address or by their name at the provider, shortened, in plain characters."""
    op.person |= {"email_verified": False, "preferred_username": "ann\x1b[1m" + "n" * 200}
    world = make(claim="groups", operators="staff")
    client = world.app.test_client()
    assert go(client).status_code == 302
    page = client.get("/console/today", base_url=BASE).text
    assert "Ann@" not in page
    assert "ann[1m" + "n" * 94 in page
    assert "n" * 101 not in page


def test_the_password_still_works(make):
    """Beside the provider the password goes on to let in."""
    world = make()
    client = world.app.test_client()
    csrf_of(client)
    assert world.app.extensions[EXTENSION].provider is not None
    client.get("/console/sign-in", base_url=BASE)
    with client.session_transaction("/console/", base_url=BASE) as session:
        form = {"csrf": session["csrf"], "password": OPERATOR}
    assert client.post("/console/sign-in", data=form, base_url=BASE, headers={"Referer": BASE}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "severity", "says"),
    [
        pytest.param(Misbehaviour(), "ok", f"come back to {BASE}/console/openid/callback", id="well"),
        pytest.param(
            Misbehaviour(statuses={"openid-configuration": 500}), "fault", "cannot be reached: 500", id="down"
        ),
        pytest.param(
            Misbehaviour(document={"issuer": "https://x.example"}), "fault", "write exactly that", id="another"
        ),
        pytest.param(Misbehaviour(document={"jwks_uri": None}), "fault", "look at: jwks_uri", id="no keys"),
    ],
)
def test_doctor(make, op, wrong, severity, says):
    """The doctor reads what the provider says of itself, and warns that sign-ins are counted by a proxy's address."""
    op.wrong = wrong
    world = make()
    provider, proxies = console_findings(world.service.settings, world.store.database)
    assert (provider.severity.value, says in provider.message) == (severity, True)
    assert (proxies.check, proxies.severity.value) == ("trusted_proxies", "warning")
