"""The console's blueprint; modules with pages add their routes to it when they are imported."""

from flask import Blueprint

blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
