"""The directive ``model-reference``: a pydantic model as tables, one for each part, made when the manual is built."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from model_words import PART, Part, Row, parts
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from core.yaml_text import read_yaml
from webhooks.policy_files import bundled, policy_text

_LITERAL = re.compile(r"``(.+?)``")
_EXAMPLES = Path(__file__).parent.parent / "examples" / "policy.yaml"
_BEST_FIRST = ("glassbeam", "vitrium", "spirion", "vmoso", "vidizmo")


class ModelReference(SphinxDirective):
    """``model-reference:: module:Model``.

    Its options: ``prefix`` of the anchors, ``examples`` from the policies, ``without`` keys that nobody writes.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "prefix": directives.unchanged_required,
        "examples": directives.flag,
        "without": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return the root's table, then a section for each part of it."""
        module, _, name = self.arguments[0].partition(":")
        found = parts(getattr(import_module(module), name), _samples() if "examples" in self.options else ())
        self.without = self.options.get("without", "").split()
        self.prefix = self.options["prefix"]
        self.titles = {each.name: each.places[0] for each in found}
        first, *others = found
        return [*self.body(first), *map(self.section, others)]

    def section(self, part: Part) -> nodes.section:
        """Return one part below its place in the file."""
        section = nodes.section(ids=[self.anchor(part.name)], names=[])
        title = nodes.title()
        for n, place in enumerate(part.places):
            title += [nodes.Text(", ")] if n else []
            title += nodes.literal(text=place)
        section += [title, *self.body(part)]
        return section

    def body(self, part: Part) -> list[nodes.Node]:
        """Return what a part is, and its table."""
        about = [nodes.paragraph("", "", *inline(" ".join(each.split()))) for each in part.about.split("\n\n") if each]
        rows = [self.cells(row) for row in part.rows if row.key not in self.without]
        return [*about, table(["key", "type", "default", "meaning"], rows)]

    def cells(self, row: Row) -> list[nodes.entry]:
        """Return one key's cells; a part of its own is a link to it, the example stands below the meaning."""
        kind = inline(row.type) if row.type != PART else []
        for name in row.refers:
            link = nodes.reference("", "", nodes.literal(text=self.titles[name]), refid=self.anchor(name))
            kind += [nodes.Text(", see " if kind else "see "), link]
        default = inline(row.default if row.default in ("", "required") else f"``{row.default}``")
        meaning = cell(inline(row.meaning))
        if row.example:
            meaning += nodes.paragraph("", "", nodes.Text("Example: "), nodes.literal(text=row.example))
        return [cell([nodes.literal(text=row.key)]), cell(kind), cell(default), meaning]

    def anchor(self, name: str) -> str:
        """Return a part's anchor."""
        return nodes.make_id(f"{self.prefix} {self.titles[name]}")


def inline(text: str) -> list[nodes.Node]:
    """Return a text with its ``literals``."""
    return [
        nodes.literal(text=piece) if n % 2 else nodes.Text(piece)
        for n, piece in enumerate(_LITERAL.split(text))
        if piece
    ]


def cell(content: list[nodes.Node]) -> nodes.entry:
    """Return a table's cell."""
    return nodes.entry("", nodes.paragraph("", "", *content))


def table(heads: list[str], rows: list[list[nodes.entry]]) -> nodes.table:
    """Return a table of cells."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
    group += nodes.thead("", nodes.row("", *(cell([nodes.Text(head)]) for head in heads)))
    group += nodes.tbody("", *(nodes.row("", *cells) for cells in rows))
    return nodes.table("", group)


def _samples() -> list[Any]:
    """Return the bundled policies as they are written, then the file that uses what none of them does."""
    names = sorted(bundled(), key=lambda name: _BEST_FIRST.index(name) if name in _BEST_FIRST else len(_BEST_FIRST))
    texts = [policy_text(name).text for name in names] + [_EXAMPLES.read_text("utf-8")]
    return [read_yaml(text).data for text in texts]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("model-reference", ModelReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
