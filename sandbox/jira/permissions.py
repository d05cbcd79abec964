"""Who may do what: a fixed permission scheme, as a fresh company-managed service project has it.

Source: fact sheet 1.3. Roles are those of service projects; administrators are a group.
"""

from typing import TYPE_CHECKING

from sandbox.jira.model import Project, User

if TYPE_CHECKING:
    from sandbox.jira.store import Store

ADMINISTRATORS, AGENTS, CUSTOMERS = "10002", "10100", "10101"  # ids of project roles
ADMIN_GROUP = "jira-administrators"
GLOBAL = {"ADMINISTER", "BULK_CHANGE", "USER_PICKER", "CREATE_SHARED_OBJECTS", "MANAGE_GROUP_FILTER_SUBSCRIPTIONS"}
OF_AGENTS = {
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "TRANSITION_ISSUES",
    "RESOLVE_ISSUES",
    "CLOSE_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "DELETE_OWN_COMMENTS",
    "EDIT_ALL_COMMENTS",
    "LINK_ISSUES",
    "SCHEDULE_ISSUES",
    "MODIFY_REPORTER",
    "MANAGE_WATCHERS",
    "SERVICEDESK_AGENT",
}
OF_PROJECT_ADMINS = {"ADMINISTER_PROJECTS", "DELETE_ISSUES", "DELETE_ALL_COMMENTS", "MOVE_ISSUES"}
KNOWN = GLOBAL | OF_AGENTS | OF_PROJECT_ADMINS


def holds(store: "Store", person: User, permission: str, project: Project | None) -> bool:
    """Return whether a person holds a permission, in a project or, without one, in any.

    An administrator may configure everything, but acts on issues only with a role in the project.
    """
    if permission in person.lacking or not person.active:
        return False
    admin = is_admin(store, person)
    if permission in GLOBAL:
        return admin or permission in ("BULK_CHANGE", "USER_PICKER")
    projects = [project] if project else list(store.projects.values())
    return any(_in_project(person, permission, one, admin) for one in projects)


def is_admin(store: "Store", person: User) -> bool:
    """Return whether a person administers the whole site."""
    return any(store.groups[group_id].name == ADMIN_GROUP for group_id in person.groups)


def _in_project(person: User, permission: str, project: Project, admin: bool) -> bool:
    is_agent = person.account_id in project.roles.get(AGENTS, set())
    is_project_admin = admin or person.account_id in project.roles.get(ADMINISTRATORS, set())
    if permission in OF_PROJECT_ADMINS or permission == "BROWSE_PROJECTS":
        return is_project_admin or (permission == "BROWSE_PROJECTS" and is_agent)
    return is_agent and permission in OF_AGENTS
