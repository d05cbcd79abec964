"""Who is calling, and whether they may: an agent's API key as the user name of HTTP Basic.

Source: API reference, "Authentication"; any password goes with a key.
"""

import base64
import binascii
from typing import TYPE_CHECKING

from sandbox.freshdesk.errors import forbidden, unauthenticated
from sandbox.freshdesk.model import Agent
from sandbox.freshdesk.tickets import Ticket

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store


def caller(store: "Store", authorization: str) -> Agent:
    """Return the agent whose key an Authorization header carries.

    Raises:
        ApiError: 401.
    """
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise unauthenticated()
    try:
        key = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise unauthenticated() from None
    found = next((agent for agent in store.agents.values() if agent.active and agent.api_key == key), None)
    if not key or found is None:
        raise unauthenticated()
    return found


def check_admin(agent: Agent) -> None:
    """Refuse what needs the admin's role."""
    if not agent.admin:
        raise forbidden()


def sees(store: "Store", agent: Agent, ticket: Ticket) -> bool:
    """Return whether a ticket is within an agent's scope."""
    if agent.scope == 1 or ticket.responder_id == agent.id:
        return True
    group = store.groups.get(ticket.group_id or 0)
    return agent.scope == 2 and group is not None and agent.id in group.agent_ids
