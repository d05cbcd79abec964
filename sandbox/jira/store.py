"""One site, in memory: its records, its clock, its lock, and where its events go."""

import threading
from dataclasses import dataclass
from datetime import datetime

from sandbox.common.clock import Clock, Now
from sandbox.common.faults import FaultBook
from sandbox.common.requestlog import RequestLog
from sandbox.jira.errors import no_issue, refused
from sandbox.jira.furnishing import furnish
from sandbox.jira.ids import Ids
from sandbox.jira.issues_model import Issue
from sandbox.jira.model import (
    Field,
    Group,
    IssueTypeScreenScheme,
    LinkType,
    Named,
    Option,
    Organization,
    Project,
    RequestType,
    Role,
    Screen,
    ScreenScheme,
    ServiceDesk,
    Status,
    Token,
    User,
    Webhook,
)
from sandbox.jira.permissions import AGENTS, holds
from sandbox.jira.webhooks.delivering import Courier


@dataclass(frozen=True, slots=True)
class Switches:
    """How this site behaves where sites differ, or where no source is certain.

    Attributes:
        data_center: the differences of Data Center 10: names instead of account ids, no version 3, no jsdPublic, no
            fieldId in histories, the old search, its own webhook resource, no ``issue`` in comment events.
        time_zone: of the site, which webhooks give their instants in.
        customer_reply_reopens: the rules of a fresh service project hold: a customer's comment moves what waits for
            the customer, or is resolved, to "Waiting for support". Their actor is an app.
        search_lag_seconds: how old an issue's last change must be before search sees the issue.
        trusted_jsd_public: webhooks tell internal comments apart; a published payload did not (fact sheet 12.3).
        malformed_self: ``issue.self`` of issue events lacks a part of its path, as captured in 2024.
        max_comments: of one issue, after which a comment is refused.
        anonymous_browse: everybody may see issues, as in some open projects.
        quiet_edits_need_admin: ``notifyUsers=false`` without administrator's rights is refused; else it is ignored
            (fact sheet 4.1 and 14.4: both are reported).
    """

    data_center: bool = False
    time_zone: str = "UTC"
    customer_reply_reopens: bool = True
    search_lag_seconds: float = 0
    trusted_jsd_public: bool = False
    malformed_self: bool = True
    max_comments: int = 5000
    anonymous_browse: bool = False
    quiet_edits_need_admin: bool = True


class Store:
    """All records of one site. Hold ``lock`` while reading or changing more than one thing."""

    def __init__(self, now: Now | None = None, *, switches: Switches | None = None) -> None:
        self.clock: Now = now or Clock()
        self.switches = switches or Switches()
        self.cloud_id = "35273b54-3f06-40d2-880f-dd28cf8daafa"
        self.lock = threading.RLock()
        self.ids = Ids()
        self.faults = FaultBook()
        self.log = RequestLog()
        self.courier = Courier(self.clock)
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.roles: dict[str, Role] = {}
        self.statuses: dict[str, Status] = {}
        self.priorities: dict[str, Named] = {}
        self.resolutions: dict[str, Named] = {}
        self.issue_types: dict[str, Named] = {}
        self.link_types: dict[str, LinkType] = {}
        self.fields: dict[str, Field] = {}
        self.screens: dict[str, Screen] = {}
        self.screen_schemes: dict[str, ScreenScheme] = {}
        self.type_screen_schemes: dict[str, IssueTypeScreenScheme] = {}
        self.projects: dict[str, Project] = {}
        self.desks: dict[str, ServiceDesk] = {}
        self.request_types: dict[str, RequestType] = {}
        self.organizations: dict[str, Organization] = {}
        self.issues: dict[str, Issue] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.tokens: dict[str, Token] = {}
        self.mails: list[str] = []  # a key for each change that people were mailed about
        furnish(self)

    def now(self) -> datetime:
        """Return the current instant in whole milliseconds, which is the finest that records keep."""
        at = self.clock()
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def issue(self, id_or_key: str) -> Issue:
        """Return an issue by its id, its key, or a key from before it was moved.

        Raises:
            ApiError: 404.
        """
        found = self.issues.get(id_or_key) or next(
            (i for i in self.issues.values() if id_or_key.upper() in (i.key, *i.old_keys)), None
        )
        if found is None:
            raise no_issue()
        return found

    def project(self, id_or_key: str) -> Project:
        """Return a project by its id or key.

        Raises:
            ApiError: 404.
        """
        found = next((p for p in self.projects.values() if id_or_key in (p.id, p.key)), None)
        if found is None:
            raise refused(404, f"No project could be found with key '{id_or_key}'.")
        return found

    def desk_of(self, project: Project) -> ServiceDesk | None:
        """Return the service side of a project, if it has one."""
        return next((desk for desk in self.desks.values() if desk.project_id == project.id), None)

    def find_person(self, name: str) -> User | None:
        """Return a person by account id, or on Data Center by name or key."""
        if not self.switches.data_center:
            return self.users.get(name)
        return next((u for u in self.users.values() if name in (u.key, u.account_id)), None)

    def person_by_email(self, email: str) -> User | None:
        """Return who has this address, in whatever case it is written."""
        return next((u for u in self.users.values() if u.email.casefold() == email.casefold()), None)

    def may(self, person: User | None, permission: str, project: Project | None = None) -> bool:
        """Return whether somebody holds a permission."""
        if person is None:
            return permission == "BROWSE_PROJECTS" and self.switches.anonymous_browse
        return holds(self, person, permission, project)

    def is_agent(self, person: User, project: Project) -> bool:
        """Return whether somebody is on the support side of a project."""
        return person.account_id in project.roles.get(AGENTS, set())

    def project_of(self, issue: Issue) -> Project:
        """Return the project that an issue is in."""
        return self.projects[issue.project_id]

    def options(self, field: Field, project_id: str, issue_type: str) -> list[Option]:
        """Return the choices of a select field for a project and an issue type."""
        for context in field.contexts:
            in_project = not context.project_ids or project_id in context.project_ids
            if in_project and (not context.issue_type_ids or issue_type in context.issue_type_ids):
                return [option for option in context.options if not option.disabled]
        return []

    def option(self, field: Field, option_id: str | None) -> Option | None:
        """Return one choice of a select field."""
        options = (option for context in field.contexts for option in context.options)
        return next((option for option in options if option.id == option_id), None)

    def live_fields(self) -> list[Field]:
        """Return all fields that are not in the trash."""
        return [field for field in self.fields.values() if not field.trashed]

    def screen(self, project: Project, issue_type: str, operation: str) -> Screen:
        """Return the screen that an operation (``edit``, ``view``, ``create``) shows."""
        mapping = self.type_screen_schemes[project.screen_scheme].mapping
        scheme = self.screen_schemes[mapping.get(issue_type, mapping["default"])]
        return self.screens[scheme.screens.get(operation, scheme.screens["default"])]

    def editable_fields(self, issue: Issue) -> list[Field]:
        """Return what may be edited now: fields of the edit screen, unless the status takes no edits."""
        if not self.statuses[issue.status].editable:
            return []
        issue_type = issue.values["issuetype"]
        shown = self.screen(self.project_of(issue), issue_type, "edit").field_ids()
        fields = [self.fields[field_id] for field_id in shown if field_id in self.fields]
        return [f for f in fields if not f.trashed and self.applies(f, issue.project_id, issue_type)]

    def applies(self, field: Field, project_id: str, issue_type: str) -> bool:
        """Return whether a field has a context for a project and an issue type."""
        return not field.custom or any(
            (not c.project_ids or project_id in c.project_ids)
            and (not c.issue_type_ids or issue_type in c.issue_type_ids)
            for c in field.contexts
        )

    def automation(self) -> User:
        """Return the app that the site's automation rules act as."""
        return next(user for user in self.users.values() if user.kind == "app" and user.name == "Automation for Jira")
