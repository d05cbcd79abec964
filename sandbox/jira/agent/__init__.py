"""The agent's page at /agent: what somebody in support sees, for the demo."""

from sandbox.jira.agent.routes import pages

__all__ = ["pages"]
