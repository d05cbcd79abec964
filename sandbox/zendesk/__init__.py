"""A stand-in for Zendesk Support: its paths, answers, limits, webhooks and quirks, in memory."""

from sandbox.zendesk.app import create_app
from sandbox.zendesk.serving import Sandbox, serve
from sandbox.zendesk.state import State
from sandbox.zendesk.store import Switches

__all__ = ["Sandbox", "State", "Switches", "create_app", "serve"]
