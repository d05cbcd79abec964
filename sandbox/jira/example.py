"""A small site to start from: two customers, two agents, and the service's own account with its API token."""

from sandbox.jira.model import User
from sandbox.jira.state import State


def furnish(state: State) -> User:
    """Fill an empty site with people and two open requests; return the account of the service."""
    state.owner()
    ada, ben = state.add_agent("Ada Agent"), state.add_agent("Ben Backline")
    acme = state.add_organization("Acme Instruments", plan="Gold")
    birch = state.add_organization("Birch & Sons", plan="Standard")
    carla = state.add_customer("Carla Custer", organization=acme)
    dan = state.add_customer("Dan Dorn", organization=birch)
    service = state.add_agent("SLA Sidecar", admin=True)
    text = "Since 8:10 none of our devices send data."
    outage = state.open_request(
        carla, "No data since this morning", text, priority="High", request_type="Report an outage"
    )
    state.reply(outage, ben, "Their collector restarted at 8:05.", public=False)
    question = state.open_request(dan, "How do I add a second site?", "We open a second site next month.")
    state.reply(question, ada, "Happy to help. Which plan does the new site need?")
    return service
