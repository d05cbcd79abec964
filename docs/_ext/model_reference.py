"""The directive ``model-reference``: a pydantic model as tables, one for each part, made when the manual is built."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from model_words import Part, Row, parts
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from core.yaml_text import read_yaml
from webhooks.policy_files import bundled, policy_text

_LITERAL = re.compile(r"``(.+?)``")
_EXAMPLES = Path(__file__).parent.parent / "examples" / "policy.yaml"
_BEST_FIRST = ("glassbeam", "vitrium", "spirion", "vmoso", "vidizmo")


class ModelReference(SphinxDirective):
    """``model-reference:: module:Model``, with ``:prefix:`` for its anchors and ``:examples:`` from the policies."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"prefix": directives.unchanged_required, "examples": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the root's table, then a section for each part of it."""
        module, _, name = self.arguments[0].partition(":")
        with_examples = "examples" in self.options
        found = parts(getattr(import_module(module), name), _samples() if with_examples else ())
        self.prefix = self.options["prefix"]
        self.titles = {each.name: each.places[0] for each in found}
        first, *others = found
        return [*self.body(first, with_examples), *(self.section(each, with_examples) for each in others)]

    def section(self, part: Part, with_examples: bool) -> nodes.section:
        """Return one part below its place in the file."""
        section = nodes.section(ids=[self.anchor(part.name)], names=[])
        title = nodes.title()
        for n, place in enumerate(part.places):
            title += [nodes.Text(", ")] if n else []
            title += nodes.literal(text=place)
        section += [title, *self.body(part, with_examples)]
        return section

    def body(self, part: Part, with_examples: bool) -> list[nodes.Node]:
        """Return what a part is, and its table."""
        about = [nodes.paragraph("", "", *inline(" ".join(each.split()))) for each in part.about.split("\n\n") if each]
        heads = ["key", "type", "default", "meaning", *(["example"] if with_examples else [])]
        return [*about, table(heads, [self.cells(row, with_examples) for row in part.rows])]

    def cells(self, row: Row, with_examples: bool) -> list[list[nodes.Node]]:
        """Return one key's cells; a type that is a part of its own is a link to it."""
        kind = inline(row.type)
        for name in row.refers:
            link = nodes.reference("", "", nodes.literal(text=self.titles[name]), refid=self.anchor(name))
            kind += [nodes.Text(": "), link]
        default = inline(row.default if row.default in ("", "required") else f"``{row.default}``")
        cells = [[nodes.literal(text=row.key)], kind, default, inline(row.meaning)]
        return [*cells, inline(f"``{row.example}``" if row.example else "")] if with_examples else cells

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


def table(heads: list[str], rows: list[list[list[nodes.Node]]]) -> nodes.table:
    """Return a table of cells."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
    group += nodes.thead("", _row([[nodes.Text(head)] for head in heads]))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["reference"])


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def _samples() -> list[Any]:
    """Return the bundled policies as they are written, then the file that uses what none of them does."""
    names = sorted(bundled(), key=lambda name: _BEST_FIRST.index(name) if name in _BEST_FIRST else len(_BEST_FIRST))
    texts = [policy_text(name).text for name in names] + [_EXAMPLES.read_text("utf-8")]
    return [read_yaml(text).data for text in texts]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("model-reference", ModelReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
