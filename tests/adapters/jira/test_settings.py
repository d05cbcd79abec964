"""What `sidecar.yaml` may say of a Jira connection: every fault with its place and what to write."""

import pytest

from adapters import registry
from adapters.jira import ADAPTER
from core.errors import ConfigError
from core.update import Field

CLOUD = {"site": "https://acme.atlassian.net/", "email": "sla@acme.example", "projects": ["SUP"]}


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"site": "http://acme.example"}, "site"),
        ({"site": "acme.atlassian.net"}, "site"),
        ({"projects": []}, "projects"),
        ({"projects": ['SUP" OR 1=1']}, "projects.0"),
        ({"cloud_id": "../x"}, "cloud_id"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"statuses": {"1": "waiting"}}, "statuses.1"),
        ({"facts": {"x": {"field": "summary"}}}, "facts.x.field"),
        ({"organization_property": "a/b"}, "organization_property"),
        ({"organizations": {"Acme": {"zone": "UTC"}}}, "organizations.Acme.zone"),
        ({"plan": [{"from": "issue_field"}]}, "plan.0"),
        ({"plan": [{"from": "labels"}]}, "plan.0"),
        ({"fields": {"sla_next_due": {"field": "customfield_1", "kind": "text"}}}, "settings"),
        ({"fields": {"sla_state": {"field": "customfield_1", "kind": "datetime"}}}, "settings"),
        ({"signed": False}, "settings"),
        ({"email": None}, "settings"),
        ({"deployment": "data_center", "cloud_id": "12345678"}, "settings"),
        ({"webhook": "x"}, "webhook"),
    ],
)
def test_faults(more, path):
    """A setting that cannot be used is a ConfigError that names it."""
    with pytest.raises(ConfigError) as caught:
        registry.read_settings("jira", {**CLOUD, **more})
    assert any(fault.path.endswith(path) for fault in caught.value.faults)


def test_addresses():
    """Calls go to the site, or with a cloud id to the gateway; the sandbox on this machine may be plain http."""
    read = ADAPTER.settings.model_validate
    assert read(CLOUD).url == "https://acme.atlassian.net"
    assert read({**CLOUD, "cloud_id": "35273b54-3f06"}).url == "https://api.atlassian.com/ex/jira/35273b54-3f06"
    assert read({**CLOUD, "site": "http://127.0.0.1:8080"}).url == "http://127.0.0.1:8080"


def test_what_connect_writes_is_read_back():
    """A settings file round-trips through JSON, with enums and sets as text and lists."""
    conf = ADAPTER.settings.model_validate(
        {
            **CLOUD,
            "fields": {"sla_next_due": {"field": "customfield_1", "kind": "datetime"}},
            "statuses": {"5": "solved"},
            "merged_resolutions": ["Duplicate", "10002"],
        }
    )
    again = ADAPTER.settings.model_validate(conf.model_dump(mode="json", by_alias=True))
    assert again == conf
    assert again.fields[Field.NEXT_DUE].field == "customfield_1"


def test_the_registry_knows_it():
    """`jira` is a platform; the token is its one required secret."""
    assert registry.factory("jira") is ADAPTER
    assert ADAPTER.required_secrets({}) == ("api_token",)
    assert set(ADAPTER.secrets) == {"api_token", "webhook_secret", "webhook_secret_previous"}
