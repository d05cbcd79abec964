"""The manual: every Markdown file of the project that people read, checked for broken links when it is built.

The source folder is the checkout itself, so that links are the same here, on a code host and in an editor.
"""

import logging
import sys
from importlib.metadata import version as installed
from pathlib import Path

logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of each of its plug-ins
sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "SLA Sidecar"
author = "The authors of SLA Sidecar"
version = release = installed("sla-sidecar")

extensions = ["myst_parser", "sphinx_click", "model_reference"]
root_doc = "docs/index"
include_patterns = [
    "*.md",
    "docs/**.md",
    "docs/**.rst",
    "adapters/*/README.md",
    "sandbox/*/README.md",
    "benchmarks/README.md",
]
exclude_patterns = [".*", "build", "demo-data", "test-results"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
default_role = "literal"  # help texts of commands write `names` so

html_theme = "furo"
html_title = f"SLA Sidecar {release}"
html_static_path, html_css_files = ["_static"], ["manual.css"]
html_extra_path = ["_html"]  # the front door: the manual's first page lies in docs/
html_copy_source = html_show_sourcelink = html_show_sphinx = html_show_copyright = False
