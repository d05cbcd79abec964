"""A policy as tables for a terminal; what stands in them is ``webhooks.console.policy_tables``."""

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from core.policy import Policy
from webhooks.console.policy_tables import PolicyTable, policy_tables


def page(policy: Policy, *, clauses: bool) -> Iterator[RenderableType]:
    """Yield a policy's parts, each to be printed below the last."""
    form = policy.form
    yield f"[bold]{escape(form.title)}[/bold]  ({escape(form.source)}; version {policy.version})"
    for table in policy_tables(policy, clauses=clauses):
        yield _rendered(table)


def _rendered(written: PolicyTable) -> Table:
    table = Table(title=written.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in written.columns:
        table.add_column(name, overflow="fold")
    for row in written.rows:
        table.add_row(*(escape(cell) for cell in row))
    return table
