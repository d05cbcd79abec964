"""Platforms by name: ours, and plug-ins."""

from importlib.metadata import EntryPoint

import pytest
from pydantic import BaseModel, ConfigDict

from adapters import registry
from adapters.base import Adapter
from adapters.services import Services
from adapters.zendesk import ADAPTER
from core.errors import ConfigError


class AcmeSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    address: str


class AcmeFactory:
    name = "acmedesk"
    settings = AcmeSettings
    secrets = {"token": "what it is for"}  # noqa: RUF012

    def create(self, connection, settings, secrets, services):
        return (connection, settings, secrets, services)


ACME = AcmeFactory()
HALF = object()


@pytest.fixture
def plug_ins(monkeypatch):
    def install(**targets):
        entries = [EntryPoint(name, target, registry.GROUP) for name, target in targets.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == registry.GROUP else [])

    return install


def test_ours():
    """Zendesk is built in, and its adapters keep the protocol."""
    assert registry.factory("zendesk") is ADAPTER
    settings = {"subdomain": "acme", "client_id": "sidecar"}
    adapter = registry.create("zendesk", "acme", settings, {"client_secret": "s"}, Services())
    assert isinstance(adapter, Adapter)


def test_plug_in(plug_ins):
    """Another distribution's adapter is found by its entry point, listed, and gets its own settings model."""
    plug_ins(acmedesk="tests.adapters.test_registry:ACME")
    assert {"acmedesk", "zendesk"} <= set(registry.platforms())
    services = Services()
    made = registry.create("acmedesk", "one", {"address": "a"}, {"token": "t"}, services)
    assert made == ("one", AcmeSettings(address="a"), {"token": "t"}, services)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("tests.adapters.no_such_module:ADAPTER", "cannot be loaded: ModuleNotFoundError"),
        ("tests.adapters.test_registry:NOTHING", "cannot be loaded: AttributeError"),
        ("tests.adapters.test_registry:HALF", "needs name, settings, secrets and create"),
    ],
)
def test_broken_plug_in(plug_ins, target, said):
    """A plug-in that cannot be used is named with the reason; it is no traceback."""
    plug_ins(acmedesk=target)
    with pytest.raises(ConfigError, match=said):
        registry.factory("acmedesk")


def test_unknown_platform_lists_the_known(plug_ins):
    """A wrong name is answered with the right ones."""
    plug_ins()
    with pytest.raises(ConfigError, match=r"unknown platform 'zendsk'; write one of .*zendesk"):
        registry.factory("zendsk")


def test_every_fault_of_the_settings_at_once():
    """Unknown keys and wrong values are all named, with their paths, and no value is repeated."""
    with pytest.raises(ConfigError) as caught:
        registry.read_settings(
            "zendesk",
            {"subdomain": "Not A Host", "client_id": "c", "sub_domain": "x", "fields": {"sla_state": {"a": 1}}},
        )
    paths = {fault.path for fault in caught.value.faults}
    assert paths == {"settings.subdomain", "settings.sub_domain", "settings.fields.sla_state.a"}
    assert "Not A Host" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "secrets", "said"),
    [
        ({"subdomain": "acme", "client_id": "c"}, {}, "needs the secret `client_secret`"),
        ({"subdomain": "acme", "auth": "api_token", "email": "a@b.example"}, {}, "needs the secret `api_token`"),
        ({"subdomain": "acme"}, {}, "needs `client_id`"),
        ({"client_id": "c"}, {}, "write `subdomain`"),
        ({"base_url": "http://acme.example", "client_id": "c"}, {}, "plain http is for the sandbox"),
        ({"subdomain": "acme", "client_id": "c", "timezone": "Europe/Berln"}, {}, "Europe/Berlin"),
    ],
)
def test_incomplete_settings(settings, secrets, said):
    """What is missing or wrong is named before any call is made."""
    with pytest.raises(ConfigError, match=said):
        registry.create("zendesk", "acme", settings, secrets, Services())
