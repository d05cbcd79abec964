"""A small account to start from: two customers, four agents, and the service's own user with its OAuth client."""

from sandbox.zendesk.model import OAuthClient
from sandbox.zendesk.state import State

CLIENT = "sla-sidecar"


def furnish(state: State, client_secret: str | None = None) -> OAuthClient:
    """Fill an empty account with people and two open tickets; return the OAuth client of the service."""
    state.owner()
    ada, ben = state.add_agent("Ada Agent"), state.add_agent("Ben Backline")
    state.add_group("Tier 2", ben)
    state.add_group("Tier 3", ada)
    acme = state.add_organization("Acme Instruments", plan="Gold")
    birch = state.add_organization("Birch & Sons", plan="Standard")
    carla = state.add_end_user("Carla Custer", organization=acme)
    dan = state.add_end_user("Dan Dorn", organization=birch)
    service = state.add_agent("SLA Sidecar", role="admin")
    state.open_ticket(carla, "No data since this morning", "Since 8:10 none of our devices send data.", priority="high")
    ticket = state.open_ticket(dan, "How do I add a second site?", "We open a second site next month.", channel="email")
    state.reply(ticket, ada, "Happy to help. Which plan does the new site need?")
    return state.add_oauth_client(CLIENT, service, client_secret)
