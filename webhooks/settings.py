"""``sidecar.yaml``: read once at start, every fault at once, each with its line and what to write instead."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError

from adapters import registry
from core.errors import ConfigError, Fault
from core.ticket import FactValue
from core.yaml_text import Document, read_yaml
from webhooks.console.settings import ConsoleSettings, PublicUrl
from webhooks.engine.updates import Writes
from webhooks.notify_settings import STRICT, MailSettings, NotifySettings, RoleSettings, Text
from webhooks.secret import Secret, Surroundings
from webhooks.store.database import readable_url

DEFAULT_FILE = "sidecar.yaml"
DEFAULT_DATABASE = "sidecar.sqlite3"
DEFAULT_LISTEN = "127.0.0.1:8080"
_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-\[\]:]*:[0-9]{1,5}$")]
ConnectionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class PolicyChoice(BaseModel):
    """Another policy for some of a connection's tickets.

    Attributes:
        when: facts and values, as in a policy's rules: ``{brand_id: "41"}``; a list of values means any of them.
        policy, parameters: as of the connection.
    """

    model_config = STRICT

    when: Annotated[Mapping[Text, FactValue | list[FactValue]], Field(min_length=1)]
    policy: Text
    parameters: Mapping[str, Any] = Field(default_factory=dict)


class ConnectionSettings(BaseModel):
    """One account on one platform.

    Attributes:
        platform: the adapter's name.
        policy: a bundled policy's name or a file's path.
        parameters: values for what the policy's document leaves open.
        policies: others for some of the tickets, by brand, project or product; the first that matches holds.
        token: the secret part of the webhook's address, 16 characters or more.
        secrets: what the adapter needs, by the names that it declares.
        settings: the adapter's own settings: address, mappings, fields.
        roles: the policy's roles to people and groups.
        teams: what the console calls the platform's groups: ids to names; `connect` fills it in where it can.
        notify: by what people are told outside the platform.
        turn_back: whom the policy turns back gets a reply that an agent sends: ``draft``, as a private note; or one
            that this program sends: ``public``.
        write: ``off`` evaluates and reports only.
        may_write: what may be changed on a ticket while ``write`` is on.
        poll_minutes: how often the platform is asked what changed, in case a delivery was lost; 0 is never.
        drift: what becomes of a field of ours that somebody else set: ``repair`` it, or ``respect`` it until our own
            value changes.
    """

    model_config = STRICT

    platform: Text
    policy: Text
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    policies: tuple[PolicyChoice, ...] = ()
    token: Secret
    secrets: Mapping[str, Secret] = Field(default_factory=dict)
    settings: Mapping[str, Any] = Field(default_factory=dict)
    roles: Mapping[str, RoleSettings] = Field(default_factory=dict)
    teams: Mapping[Text, Text] = Field(default_factory=dict)
    notify: NotifySettings = NotifySettings()
    turn_back: Literal["draft", "public"] = "draft"
    write: Literal["off", "on"] = "off"
    may_write: frozenset[Writes] = frozenset({Writes.FIELDS, Writes.TAGS, Writes.NOTES})
    poll_minutes: Annotated[float, Field(ge=0, le=1440)] = 5
    drift: Literal["repair", "respect"] = "repair"


class EngineSettings(BaseModel):
    """How looks are done.

    Attributes:
        window_seconds: how long a delivery waits for others about the same ticket.
        poll_seconds: how late it is noticed that another process made something due; one's own wakes at once.
        threads: looks at the same time in one process.
        attempts: tries until a failing look is parked.
        outage_hours: how long a platform may be down before looks at its tickets are parked.
        max_crashes: how often one look may end the process before it is parked.
    """

    model_config = STRICT

    window_seconds: Annotated[float, Field(ge=0, le=600)] = 2
    poll_seconds: Annotated[float, Field(ge=0.02, le=5)] = 0.5
    threads: Annotated[int, Field(ge=1, le=64)] = 8
    attempts: Annotated[int, Field(ge=1, le=100)] = 8
    outage_hours: Annotated[float, Field(ge=0, le=720)] = 24
    max_crashes: Annotated[int, Field(ge=1, le=100)] = 5


class RetentionSettings(BaseModel):
    """How long things are kept.

    Attributes:
        days: deliveries' envelopes, the audit, and tickets on which nothing happens any more.
        bodies_days: deliveries' whole bodies, with customers' text in them; 0 keeps none.
    """

    model_config = STRICT

    days: Annotated[int, Field(ge=7, le=3650)] = 90
    bodies_days: Annotated[int, Field(ge=0, le=30)] = 0

    @property
    def keep(self) -> timedelta:
        """How long envelopes are kept."""
        return timedelta(days=self.days)

    @property
    def keep_bodies(self) -> timedelta:
        """How long bodies are kept."""
        return timedelta(days=self.bodies_days)


def _from_environment(value: Any, info: Any) -> Any:
    """Return a URL that may be, or contain, ``${NAME}``."""

    def replace(found: re.Match[str]) -> str:
        inserted = info.context.environment.get(found[1])
        if inserted is None:
            raise ValueError(f"the environment variable {found[1]} is not set; set it before starting")
        return str(inserted)

    return _NAME.sub(replace, value) if isinstance(value, str) else value


class Settings(BaseModel):
    """The whole file.

    Attributes:
        database: ``sqlite:///file`` or ``postgresql://…``; a password in it by ``${NAME}``.
        listen: address and port; ``SIDECAR_LISTEN`` and ``serve --listen`` win over it.
        public_url: how platforms reach this service.
        trusted_proxies: how many proxies stand before it, each of which adds to ``X-Forwarded-For``; 0 believes nobody.
        console: the pages under /console; without it there are none.
        max_body_kib: a larger delivery is refused unread.
        engine: how looks are done.
        retention: how long things are kept.
        connections: the accounts, each under a name of your own, which stands in the webhook's address.
        folder: where the file lies; relative paths in it start there.
    """

    model_config = STRICT

    database: Annotated[str, BeforeValidator(_from_environment), Field(repr=False)] = ""
    listen: Address = DEFAULT_LISTEN
    public_url: PublicUrl | None = None
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    max_body_kib: Annotated[int, Field(ge=1, le=10240)] = 1024
    engine: EngineSettings = EngineSettings()
    retention: RetentionSettings = RetentionSettings()
    console: ConsoleSettings | None = None
    connections: Mapping[ConnectionName, ConnectionSettings] = Field(default_factory=dict)
    folder: Path = Path()

    @property
    def max_body_bytes(self) -> int:
        """The largest delivery that is read."""
        return self.max_body_kib * 1024

    @property
    def console_url(self) -> str | None:
        """The address of the console's pages, without a slash at its end; None if nobody wrote one."""
        base = (self.console and self.console.public_url) or self.public_url
        return f"{base.rstrip('/')}/console" if base else None

    @property
    def report_mail(self) -> MailSettings | None:
        """The server that sends the weekly report; None where none is clear."""
        if self.console and self.console.report and self.console.report.mail:
            return self.console.report.mail
        servers = [each.notify.mail for each in self.connections.values() if each.notify.mail]
        return servers[0] if servers and servers.count(servers[0]) == len(servers) else None

    def webhook_url(self, name: str) -> str:
        """Return the address for a connection's webhook, with its secret token.

        Raises:
            ConfigError: ``public_url`` is not set.
        """
        if not self.public_url:
            raise ConfigError("public_url: is not set; write how the platform reaches this service, as https://…")
        token = self.connections[name].token.get_secret_value()
        return f"{self.public_url.rstrip('/')}/webhooks/{name}/{token}"


def load_settings(path: Path | str = DEFAULT_FILE, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in a file.

    Args:
        path: the file.
        environment: where ``${NAME}`` is looked up; the process's own by default.

    Raises:
        ConfigError: with every fault at once.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError((Fault("does not exist; `sla-sidecar init` writes one", "", str(path)),)) from None
    except (OSError, UnicodeError) as err:
        raise ConfigError((Fault(f"cannot be read: {err.__class__.__name__}", "", str(path)),)) from None
    return read_settings(text, str(path), path.parent, os.environ if environment is None else environment)


def read_settings(text: str, source: str, folder: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings in a text; see :func:`load_settings`."""
    document = read_yaml(text, source)
    data = document.data if document.data is not None else {}
    if not isinstance(data, dict):
        raise ConfigError((Fault("is not a mapping; it begins with `connections:`", "", source),))
    faults: list[Fault] = []
    if "folder" in data:
        faults.append(document.fault(("folder",), "is not a setting; remove it"))
    settings = None
    try:
        around = Surroundings(folder, environment)
        settings = Settings.model_validate({**data, "folder": folder}, context=around)
    except ValidationError as err:
        for error in err.errors(include_url=False, include_input=False):
            place = tuple(part for part in error["loc"] if part != "[key]")
            faults.append(document.fault(place, _message(error)))
    faults += _adapters_faults(document, data.get("connections"))
    if settings and not faults:
        faults += _whole_faults(document, settings)
    if faults or settings is None:
        raise ConfigError(tuple(sorted(faults, key=lambda fault: fault.line or 0)))
    if settings.database:
        return settings
    return settings.model_copy(update={"database": f"sqlite:///{(folder / DEFAULT_DATABASE).resolve()}"})


def listening(settings: Settings, address: str) -> Settings:
    """Return the settings with another address to listen on: a container's, whatever the file says.

    Raises:
        ConfigError: it is no address with a port.
    """
    try:
        checked: str = TypeAdapter(Address).validate_python(address)
    except ValidationError:
        raise ConfigError(f"--listen (or SIDECAR_LISTEN): {_FORMS['listen']}") from None
    return settings.model_copy(update={"listen": checked})


def _whole_faults(document: Document, settings: Settings) -> Iterator[Fault]:
    """Yield what a valid part may still spoil."""
    if settings.database:
        try:
            readable_url(settings.database)
        except ConfigError as err:
            yield document.fault(("database",), err.faults[0].message.removeprefix("database: "))
    for path, message in _console_faults(settings):
        yield document.fault(("console", *path), message)
    seen: dict[str, str] = {}
    for name, connection in settings.connections.items():
        token = connection.token.get_secret_value()
        if len(token) < 16:
            yield document.fault(("connections", name, "token"), "is too short; use 16 random characters or more")
        if not re.fullmatch(r"[A-Za-z0-9._~-]+", token):
            yield document.fault(("connections", name, "token"), "may hold letters, digits and - . _ ~ only")
        if token in seen:
            yield document.fault(("connections", name, "token"), f"is also that of {seen[token]}; use another")
        seen[token] = name
        for path, message in _notify_faults(connection):
            yield document.fault(("connections", name, *path), message)


def _console_faults(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what keeps people out of the console or the report at home, as (path, message)."""
    console = settings.console
    if console is None:
        return
    if console.openid is None and console.operator_password is None:
        yield (), "lets nobody in; run `sla-sidecar password` and write `operator_password`, or write `openid`"
    if console.openid and not (console.openid.operators or console.openid.viewers):
        yield ("openid",), "lets nobody in; write values of the claim under `operators`, `viewers` or both"
    if console.openid and settings.console_url is None:
        yield ("openid",), "needs the address to come back to; write `public_url`"
    if console.report and settings.report_mail is None:
        yield ("report",), "needs a mail server, since the connections have none or several; write `mail: {host: …}`"
    for key, message in console.report.mail.faults.items() if console.report and console.report.mail else ():
        yield ("report", "mail", key), message


def _notify_faults(connection: ConnectionSettings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what could not be done when a role is called, as (path, message)."""
    notify = connection.notify
    for key, message in notify.mail.faults.items() if notify.mail else ():
        yield ("notify", "mail", key), message
    for role, people in connection.roles.items():
        if people.email and notify.mail is None:
            yield ("roles", role, "email"), "needs a mail server; set `notify: {mail: …}`, or remove it"
        for hook in people.webhook:
            if hook not in notify.webhooks:
                known = ", ".join(notify.webhooks) or "none"
                yield ("roles", role, "webhook"), f"`{hook}` is not under `notify.webhooks`; there is: {known}"
        for key, needed in _NEEDS.items():
            if getattr(people, key) and needed not in connection.may_write:
                yield ("roles", role, key), f"may not be written; add `{needed}` to the connection's may_write"
    if connection.turn_back == "public" and Writes.NOTES not in connection.may_write:
        yield ("turn_back",), "may not be `public` without a note about it; add `notes` to the connection's may_write"


def _adapters_faults(document: Document, connections: object) -> Iterator[Fault]:
    """Yield what each adapter says about its own part."""
    for name, connection in connections.items() if isinstance(connections, dict) else ():
        platform = connection.get("platform") if isinstance(connection, dict) else None
        if not isinstance(platform, str):
            continue
        path = ("connections", name)
        try:
            factory = registry.factory(platform)
        except ConfigError as err:
            yield document.fault((*path, "platform"), str(err))
            continue
        secrets = connection.get("secrets", {})
        for secret in secrets if isinstance(secrets, dict) else ():
            if secret not in factory.secrets:
                known = ", ".join(factory.secrets) or "none"
                yield document.fault((*path, "secrets", secret), f"is no secret of {platform}; it takes: {known}")
        settings = connection.get("settings", {})
        settings = settings if isinstance(settings, dict) else {}
        if connection.get("turn_back") == "public" and (why := registry.no_replies(platform, settings)):
            yield document.fault((*path, "turn_back"), why)
        try:
            registry.read_settings(platform, settings, "")
        except ConfigError as err:
            for fault in err.faults:
                parts = [int(part) if part.isdigit() else part for part in fault.path.split(".") if part]
                yield document.fault((*path, "settings", *parts), fault.message)


def _message(error: Any) -> str:
    """Return a pydantic error in our words; never the value, which may be a secret."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return _FORMS.get(error["loc"][-1], "may hold small letters, digits, - and _ only")
    return _REMEDIES.get(kind, str(error["msg"]))


_NEEDS = {
    "group": Writes.GROUP,
    "assignee": Writes.ASSIGNEE,
    "followers": Writes.FOLLOWERS,
    "tag": Writes.TAGS,
    "priority": Writes.PRIORITY,
}
_REMEDIES = {
    "extra_forbidden": "is not a setting; remove it or correct its spelling",
    "missing": "is required",
}
_FORMS = {
    "tag": "is no tag; write letters, digits, - and _ only",
    "url": "is no address; write https://hooks.example.com/sla",
    "listen": "is no address with a port; write 127.0.0.1:8080",
    "public_url": "is no address; write https://sla.example.com",
}
