"""The site as tests, the demo and stories use it: who is there, and what they do to issues.

Everything goes the way that API requests go, so histories, automation and webhooks arise as they do there.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sandbox.jira import comments, lifecycle
from sandbox.jira.furnishing import ORGANIZATIONS_FIELD
from sandbox.jira.ids import account_id
from sandbox.jira.inputs import IssueInput
from sandbox.jira.issues_model import Comment, Issue
from sandbox.jira.model import Field, Organization, Project, RequestType, ServiceDesk, Token, User, Webhook
from sandbox.jira.permissions import ADMIN_GROUP, ADMINISTRATORS, AGENTS, CUSTOMERS
from sandbox.jira.projects import add_field, add_project
from sandbox.jira.store import Store

PLAN_PROPERTY = "support-plan"
ALL_EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
)


class State(Store):
    """One site with its people at work. Every method may be called from any thread."""

    def owner(self) -> User:
        """Return the site's first administrator, making one where there is none."""
        with self.lock:
            admins = {group.id for group in self.groups.values() if group.name == ADMIN_GROUP}
            found = next((user for user in self.users.values() if user.groups & admins), None)
            return found or self.add_agent("Olivia Owner", "owner@support.example", admin=True)

    def desk_project(self) -> Project:
        """Return the service project "SUP", making it where it is missing."""
        with self.lock:
            found = next((p for p in self.projects.values() if p.key == "SUP"), None)
            return found or self.add_project("SUP", "Support")

    def desk(self, project: Project | None = None) -> ServiceDesk:
        """Return the service side of a project, of "SUP" where none is named."""
        found = self.desk_of(project or self.desk_project())
        if found is None:
            raise ValueError("this project has no service desk: add it with add_project(type_key='service_desk')")
        return found

    def add_project(self, key: str, name: str, *, type_key: str = "service_desk", simplified: bool = False) -> Project:
        """Add a project with its screens and, for a service project, its desk and two request types."""
        with self.lock:
            project = add_project(self, key, name, type_key=type_key, simplified=simplified)
            for group in self.groups.values():
                for user in self.users.values():
                    if group.id in user.groups and group.name == "jira-servicemanagement-users":
                        project.roles[AGENTS].add(user.account_id)
            return project

    def add_organization(self, name: str, plan: str | None = None) -> Organization:
        """Add a customer's company to the desk; ``plan`` goes into its property ``support-plan``."""
        with self.lock:
            made = Organization(id=self.ids.next("organization"), name=name)
            if plan:
                made.properties[PLAN_PROPERTY] = plan
            self.organizations[made.id] = made
            self.desk().organizations.add(made.id)
            return made

    def set_plan(self, organization: Organization, plan: str | None) -> None:
        """Change a company's plan; no event tells of it."""
        with self.lock:
            organization.properties = {} if plan is None else {PLAN_PROPERTY: plan}

    def add_customer(
        self, name: str, email: str | None = None, organization: Organization | None = None, *, internal: bool = False
    ) -> User:
        """Add a customer: a portal account, or an employee's Atlassian account where ``internal``."""
        kind = "atlassian" if internal else "customer"
        with self.lock:
            made = self._add_user(name, email or f"{_mailbox(name)}@customer.example", kind)
            self.desk().customers.add(made.account_id)
            self.desk_project().roles[CUSTOMERS].add(made.account_id)
            if organization:
                organization.users.add(made.account_id)
            return made

    def add_agent(
        self, name: str, email: str | None = None, *, admin: bool = False, project_admin: bool = False
    ) -> User:
        """Add somebody on the support side of every service project."""
        with self.lock:
            made = self._add_user(name, email or f"{_mailbox(name)}@support.example", "atlassian")
            for group in self.groups.values():
                if admin or group.name != ADMIN_GROUP:
                    made.groups.add(group.id)
            self.desk_project()
            for project in self.projects.values():
                project.roles[AGENTS].add(made.account_id)
                if project_admin:
                    project.roles[ADMINISTRATORS].add(made.account_id)
            return made

    def add_app(self, name: str) -> User:
        """Add an app's account, which may act as an agent but is nobody."""
        with self.lock:
            made = self._add_user(name, "", "app")
            for project in self.projects.values():
                project.roles[AGENTS].add(made.account_id)
            return made

    def add_token(
        self, user: User, *, scopes: Sequence[str] | None = None, app: bool = False, lifetime: timedelta | None = None
    ) -> Token:
        """Return a new token: a classic API token (on Data Center a personal access token), or one with scopes.

        Args:
            user: whom it speaks for.
            scopes: a scoped token works under the gateway's address only.
            app: an OAuth access token, which goes as Bearer.
            lifetime: None never expires.
        """
        with self.lock:
            made = Token(
                value=secrets.token_hex(24),
                account_id=user.account_id,
                scopes=None if scopes is None else frozenset(scopes),
                app=app,
                expires_at=self.now() + lifetime if lifetime else None,
            )
            self.tokens[made.value] = made
            return made

    def add_webhook(
        self, url: str, events: Sequence[str] = ALL_EVENTS, *, jql: str = "", secret: str | None = None
    ) -> Webhook:
        """Add an administrator's webhook; ``secret`` None makes one up, empty leaves deliveries unsigned."""
        with self.lock:
            made = Webhook(
                id=self.ids.next("webhook"),
                name="SLA Sidecar",
                url=url,
                events=list(events),
                created_by=self.owner().account_id,
                updated_at=self.now(),
                jql=jql,
                secret=secrets.token_hex(20) if secret is None else secret,
            )
            self.webhooks[made.id] = made
            return made

    def add_field(self, name: str, type_key: str = "textfield", options: Sequence[str] = ()) -> Field:
        """Add a custom field of a type such as ``select``, and put it on every screen."""
        with self.lock:
            made = add_field(self, name, type_key, options=options)
            for screen in self.screens.values():
                screen.tabs[0].fields.append(made.id)
            return made

    def request_type(self, name: str = "Get help") -> RequestType:
        """Return a request type of the desk by its name."""
        return next(record for record in self.request_types.values() if record.name == name)

    def open_request(
        self,
        customer: User,
        summary: str,
        description: str = "",
        *,
        by: User | None = None,
        priority: str | None = None,
        organization: Organization | None = None,
        request_type: str = "Get help",
        channel: str = "portal",
        fields: dict[str, Any] | None = None,
    ) -> Issue:
        """Open a request as a customer does in the portal, or as the agent ``by`` does for the customer.

        Args:
            customer: whose request it is.
            summary: its title.
            description: its text; empty is the summary.
            by: the agent who opens it.
            priority: a priority's name.
            organization: shared with; None is the customer's own, the first one.
            request_type: its name.
            channel: portal, email, api.
            fields: any other field by its id, as version 2 of the API takes it.
        """
        with self.lock:
            kind = self.request_type(request_type)
            project = self.projects[self.desks[kind.service_desk_id].project_id]
            own = next((o for o in self.organizations.values() if customer.account_id in o.users), None)
            shared = organization or own
            values: dict[str, Any] = {"summary": summary, "description": description or summary, **(fields or {})}
            if priority:
                values["priority"] = {"name": priority}
            if shared:
                values[ORGANIZATIONS_FIELD] = [int(shared.id)]
            return lifecycle.create(
                self,
                project,
                kind.issue_type_id,
                IssueInput(fields=values),
                by or customer,
                rich=False,
                request_type=kind.id,
                reporter=customer.account_id,
                channel=channel,
            )

    def open_issue(self, by: User, summary: str, *, project: Project | None = None) -> Issue:
        """Create an issue without a request type: no customer sees it, the service desk API does not know it."""
        with self.lock:
            given = IssueInput(fields={"summary": summary})
            return lifecycle.create(self, project or self.desk_project(), "10003", given, by, rich=False)

    def reply(self, issue: Issue, author: User, text: str, *, public: bool = True) -> Comment:
        """Add a comment."""
        with self.lock:
            return comments.add(self, issue, author, text, public=public)

    def change(self, issue: Issue, by: User, **fields: Any) -> None:
        """Change fields in one update, as version 2 of the API takes them: ``priority={"name": "High"}``."""
        with self.lock:
            lifecycle.edit(self, issue, IssueInput(fields=fields), by, rich=False)

    def set_status(self, issue: Issue, status: str, by: User | None = None) -> None:
        """Take the transition that leads to a status, by its name."""
        with self.lock:
            wanted = next(record.id for record in self.statuses.values() if record.name == status)
            if issue.status != wanted:
                lifecycle.move_to_status(self, issue, wanted, by or self.owner())

    def set_priority(self, issue: Issue, priority: str | None, by: User | None = None) -> None:
        """Change the priority, by its name."""
        self.change(issue, by or self.owner(), priority={"name": priority} if priority else None)

    def set_field(self, issue: Issue, field: Field, value: Any, by: User | None = None) -> None:
        """Change one custom field; the choice of a select field by its text, choices of a multiple one by theirs."""
        match field.kind, value:
            case "option", str():
                given: Any = {"value": value}
            case "options", [*texts]:
                given = [{"value": text} for text in texts]
            case _:
                given = value
        self.change(issue, by or self.owner(), **{field.id: given})

    def set_organizations(self, issue: Issue, organizations: Sequence[Organization], by: User | None = None) -> None:
        """Change which organizations the request is shared with."""
        self.change(issue, by or self.owner(), **{ORGANIZATIONS_FIELD: [int(one.id) for one in organizations]})

    def close_as_duplicate(self, source: Issue, target: Issue, by: User) -> None:
        """Link ``source`` as a duplicate of ``target`` and resolve it: what takes the place of merging here."""
        with self.lock:
            duplicate = next(kind.id for kind in self.link_types.values() if kind.name == "Duplicate")
            lifecycle.link(self, duplicate, source, target, by)
            ways = lifecycle.transitions(self, source)
            resolve = next(way for way in ways if "resolution" in way.fields)
            given = IssueInput(fields={"resolution": {"name": "Duplicate"}})
            lifecycle.transition(self, source, resolve, given, by, rich=False)

    def move(self, issue: Issue, project: Project, by: User) -> None:
        """Move an issue to another project."""
        with self.lock:
            lifecycle.move(self, issue, project, by)

    def delete(self, issue: Issue, by: User | None = None) -> None:
        """Delete an issue for ever."""
        with self.lock:
            lifecycle.delete(self, issue, by or self.owner())

    def _add_user(self, name: str, email: str, kind: str) -> User:
        made = User(account_id=account_id(kind), name=name, email=email, kind=kind)
        self.users[made.account_id] = made
        return made


def _mailbox(name: str) -> str:
    return name.lower().replace(" ", ".")
