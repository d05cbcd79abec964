"""compose.yaml and the Kubernetes example, held against the image, the commands and the settings."""

import re
import shlex

import click
import pytest
import yaml

from adapters import registry
from tests.deploy.dockerfile import instructions
from tests.support import ROOT
from webhooks.cli import cli
from webhooks.links import books_of
from webhooks.settings import read_settings

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
FOLDER = ROOT / "deploy" / "kubernetes"
OBJECTS = [each for path in sorted(FOLDER.glob("*.yaml")) for each in yaml.safe_load_all(path.read_text("utf-8"))]
IMAGE = dict(instructions((ROOT / "Dockerfile").read_text("utf-8")))  # the last of each instruction
ENVIRONMENT = dict(pair.split("=", 1) for pair in shlex.split(IMAGE["ENV"]))
PORT = int(ENVIRONMENT["SIDECAR_LISTEN"].rpartition(":")[2])
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "sla-sidecar"}
PODS = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in OBJECTS if "template" in each.get("spec", {})
}
VOLUME = re.compile(r"^(?P<source>[a-z]+):(?P<target>/[a-z/]+)$")


def known(kind: str, name: str | None = None) -> list[dict]:
    return [each for each in OBJECTS if each["kind"] == kind and name in (None, each["metadata"]["name"])]


def test_the_port_is_one():
    """What the image listens on is what it exposes, what Compose forwards and what Kubernetes asks."""
    assert int(IMAGE["EXPOSE"]) == PORT
    assert OURS["service"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    (container,) = PODS["sla-sidecar"]["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": PORT}]


@pytest.mark.parametrize("name", OURS)
def test_compose_service(name):
    """Each runs a command that there is, read-only, without rights, its data in the volume that the settings lie in."""
    each = OURS[name]
    command = each["command"][0]
    assert command == "--help" or cli.get_command(click.Context(cli), command) is not None
    assert each["read_only"] is True
    assert each["tmpfs"] == ["/tmp"]
    assert each["cap_drop"] == ["ALL"]
    assert each["security_opt"] == ["no-new-privileges:true"]
    (volume,) = map(VOLUME.fullmatch, each["volumes"])
    assert volume["source"] in COMPOSE["volumes"]
    assert volume["target"] == IMAGE["VOLUME"] == IMAGE["WORKDIR"]
    assert ENVIRONMENT["SIDECAR_SETTINGS"].startswith(f"{volume['target']}/")
    waited = {other: how["condition"] for other, how in each["depends_on"].items()}
    assert waited["postgres"] == "service_healthy"
    assert (waited.get("upgrade") == "service_completed_successfully") == (name in ("service", "worker"))
    assert each.get("healthcheck", {}).get("disable", False) == (name != "service")


def test_compose_as_a_whole():
    """One PostgreSQL with a health check, one service, two workers; what is secret comes from the environment."""
    assert COMPOSE["services"]["worker"]["deploy"]["replicas"] == 2
    postgres = COMPOSE["services"]["postgres"]
    assert postgres["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert re.fullmatch(r"postgres:\d+(\.\d+)?-[a-z]+", postgres["image"])
    for each in COMPOSE["services"].values():
        for value in each["environment"].values():
            assert value in ("sidecar",) or re.match(r"\$\{[A-Z_]+:[?-]", value)


def test_compose_passes_on_every_platforms_secret():
    """What `init` proposes as a variable for each platform's secret is passed on to the containers."""
    for platform in registry.BUILT_IN:
        for secret in registry.needed_secrets(platform, {}):
            assert f"{platform}_{secret}".upper() in OURS["service"]["environment"]


def test_composes_own_instructions(tmp_path):
    """The database that its head tells to give to init can be read, and is the one that it starts."""
    head = (ROOT / "compose.yaml").read_text("utf-8").partition("services:")[0]
    (url,) = re.findall(r"--database '([^']+)'", head)
    settings = read_settings(f'database: "{url}"', "sidecar.yaml", tmp_path, {"POSTGRES_PASSWORD": "s3cret"})
    postgres = COMPOSE["services"]["postgres"]["environment"]
    assert settings.database == f"postgresql://{postgres['POSTGRES_USER']}:s3cret@postgres/{postgres['POSTGRES_DB']}"
    assert "postgres" in COMPOSE["services"]


@pytest.mark.parametrize("name", PODS)
def test_pod(name):
    """Each runs a command that there is as the image's user, on a read-only root, without a token for the cluster."""
    pod = PODS[name]
    (container,) = pod["containers"]
    assert cli.get_command(click.Context(cli), container["args"][0]) is not None
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert str(pod["securityContext"]["runAsUser"]) == IMAGE["USER"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts == {"settings": IMAGE["WORKDIR"], "tmp": "/tmp"}
    assert {volume["name"] for volume in pod["volumes"]} == set(mounts)
    assert known("ConfigMap", pod["volumes"][0]["configMap"]["name"])
    assert known("Secret", container["envFrom"][0]["secretRef"]["name"])
    assert re.fullmatch(r"sla-sidecar:\d+\.\d+\.\d+", container["image"])


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_probe(probe):
    """The service is asked at addresses that it has; readiness is about the database, life is not."""
    (container,) = PODS["sla-sidecar"]["containers"]
    asked = container[probe]["httpGet"]
    assert asked == {"path": "/readyz" if probe == "readinessProbe" else "/healthz", "port": "http"}


def test_selectors_find_their_pods():
    """Deployments, the Service and the disruption budget select what carries their labels, and nothing else's."""
    labels = {each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"] for each in known("Deployment")}
    for each in known("Deployment"):
        assert each["spec"]["selector"]["matchLabels"] == labels[each["metadata"]["name"]]
        assert each["spec"]["replicas"] == 2
    (service,), (budget,) = known("Service"), known("PodDisruptionBudget")
    assert service["spec"]["selector"] == labels["sla-sidecar"] != labels["sla-sidecar-worker"]
    assert budget["spec"]["selector"]["matchLabels"] == labels["sla-sidecar"]
    assert service["spec"]["ports"][0]["targetPort"] == "http"
    assert not any("namespace" in each["metadata"] for each in OBJECTS)


def test_the_settings_load(tmp_path):
    """The ConfigMap's file with the Secret's values is what the service starts with, on PostgreSQL, writing off."""
    (configuration,), (secret,) = known("ConfigMap"), known("Secret")
    settings = read_settings(configuration["data"]["sidecar.yaml"], "sidecar.yaml", tmp_path, secret["stringData"])
    assert settings.database.startswith("postgresql://sidecar:replace-this@")
    assert settings.connections["zendesk"].write == "off"
    assert set(books_of(settings)) == {"zendesk"}
    assert all("{file:" not in value for value in configuration["data"].values())
