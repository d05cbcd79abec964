"""What the agent's pages of the stand-ins share, so that they look like one product: style, script, templates, values.

A stand-in registers :data:`desk`, builds its own pages on ``desk/base.html`` and adds a style sheet with its colours.
"""

from flask import Blueprint

desk = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates", static_folder="static")

__all__ = ["desk"]
