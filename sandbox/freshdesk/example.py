"""A small account to start from: two customers, three agents, and the service's own one with its API key."""

from sandbox.freshdesk.model import Agent, Source
from sandbox.freshdesk.state import State


def furnish(state: State, api_key: str | None = None) -> Agent:
    """Fill an empty account with people and two open tickets; return the agent of the service."""
    state.owner()
    ada, ben = state.add_agent("Ada Agent"), state.add_agent("Ben Backline")
    state.add_group("Tier 2", ben)
    state.add_group("Tier 3", ada)
    acme = state.add_company("Acme Instruments", plan="Premium")
    birch = state.add_company("Birch & Sons", plan="Basic")
    carla = state.add_contact("Carla Custer", company=acme)
    dan = state.add_contact("Dan Dorn", company=birch)
    service = state.add_agent("SLA Sidecar", admin=True)
    service.api_key = api_key or service.api_key
    state.open_ticket(carla, "No data since this morning", "Since 8:10 none of our devices send data.", priority=3)
    ticket = state.open_ticket(dan, "How do I add a second site?", "We open one next month.", source=Source.EMAIL)
    state.reply(ticket, ada, "Happy to help. Which plan does the new site need?")
    return service
