"""A stand-in for Freshdesk: its paths, answers, limits, automation rules and quirks, in memory."""

from sandbox.freshdesk.app import create_app
from sandbox.freshdesk.serving import Sandbox, serve
from sandbox.freshdesk.state import State
from sandbox.freshdesk.store import Switches

__all__ = ["Sandbox", "State", "Switches", "create_app", "serve"]
