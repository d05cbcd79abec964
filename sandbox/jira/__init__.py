"""A stand-in for Jira Service Management: its paths, answers, limits, webhooks and quirks, in memory."""

from sandbox.jira.app import create_app
from sandbox.jira.serving import Sandbox, serve
from sandbox.jira.state import State
from sandbox.jira.store import Switches

__all__ = ["Sandbox", "State", "Switches", "create_app", "serve"]
