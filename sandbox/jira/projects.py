"""Projects and custom fields as they are made: with screens, workflow, desk and request types of their own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.jira.errors import refused
from sandbox.jira.fieldkinds import CUSTOM_KINDS
from sandbox.jira.furnishing import ON_SCREEN, SUPPORT, TRANSITIONS
from sandbox.jira.model import (
    Context,
    Field,
    IssueTypeScreenScheme,
    Option,
    Project,
    RequestType,
    Screen,
    ScreenScheme,
    ServiceDesk,
    Tab,
)

if TYPE_CHECKING:
    from sandbox.jira.store import Store

TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
INCIDENT = "10002"


def add_project(store: "Store", key: str, name: str, *, type_key: str, simplified: bool) -> Project:
    """Add a project. Incidents have an edit screen of their own, as service projects do."""
    scheme = _screens(store, key)
    lead = next((one.account_id for one in store.users.values() if one.kind == "atlassian"), next(iter(store.users)))
    made = Project(
        id=store.ids.next("project"),
        key=key,
        name=name,
        lead=lead,
        type_key=type_key,
        simplified=simplified,
        issue_types=list(store.issue_types),
        initial_status=SUPPORT,
        transitions=list(TRANSITIONS),
        roles={role_id: set() for role_id in store.roles},
        screen_scheme=scheme.id,
    )
    store.projects[made.id] = made
    if type_key == "service_desk":
        _desk(store, made)
    return made


def _screens(store: "Store", key: str) -> IssueTypeScreenScheme:
    general = _screen(store, f"{key}: Jira Service Management Screen")
    incident = _screen(store, f"{key}: Incident Edit Screen")
    plain = ScreenScheme(id=store.ids.next("scheme"), name=f"{key}: Screen Scheme", screens={"default": general.id})
    special = ScreenScheme(
        id=store.ids.next("scheme"),
        name=f"{key}: Incident Screen Scheme",
        screens={"default": general.id, "edit": incident.id},
    )
    store.screen_schemes |= {plain.id: plain, special.id: special}
    made = IssueTypeScreenScheme(
        id=store.ids.next("typescheme"),
        name=f"{key}: Issue Type Screen Scheme",
        mapping={"default": plain.id, INCIDENT: special.id},
    )
    store.type_screen_schemes[made.id] = made
    return made


def _screen(store: "Store", name: str) -> Screen:
    tab = Tab(id=store.ids.next("tab"), name="Field Tab", fields=list(ON_SCREEN))
    made = Screen(id=store.ids.next("screen"), name=name, tabs=[tab])
    store.screens[made.id] = made
    return made


def _desk(store: "Store", project: Project) -> None:
    desk = ServiceDesk(id=store.ids.next("desk"), project_id=project.id)
    store.desks[desk.id] = desk
    for name, issue_type in (("Get help", "10001"), ("Report an outage", INCIDENT)):
        made = RequestType(
            id=store.ids.next("requesttype"),
            service_desk_id=desk.id,
            issue_type_id=issue_type,
            name=name,
            description=f"{name}.",
            group_ids=["1"],
        )
        store.request_types[made.id] = made


def add_field(
    store: "Store",
    name: str,
    type_key: str,
    *,
    searcher: str | None = "textsearcher",
    description: str = "",
    options: Sequence[str] = (),
) -> Field:
    """Add a custom field with a global context. Names are not unique: a second field of the name is another one.

    Args:
        store: the site.
        name: what people see.
        type_key: a custom type, with or without its prefix.
        searcher: with or without its prefix; None keeps the field out of JQL.
        description: what it is for.
        options: the choices of a select field.

    Raises:
        ApiError: 400, there is no such type.
    """
    custom = type_key if ":" in type_key else TYPES + type_key
    if custom not in CUSTOM_KINDS:
        raise refused(400, type=f"The type '{type_key}' is not a known custom field type.")
    context = Context(id=store.ids.next("context"), name=f"Default Configuration Scheme for {name}")
    context.options = [Option(id=store.ids.next("option"), value=value) for value in options]
    made = Field(
        id=f"customfield_{store.ids.next('field')}",
        name=name,
        kind=CUSTOM_KINDS[custom],
        custom=custom,
        description=description,
        searcher=None if searcher is None else (searcher if ":" in searcher else TYPES + searcher),
        contexts=[context],
    )
    store.fields[made.id] = made
    return made
