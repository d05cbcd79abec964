"""Teams by the names that people give them: a platform's id of a group means nothing to a reader."""

from collections.abc import Mapping

import sqlalchemy as sa

from webhooks.store.tables import summaries


class Teams:
    """What the groups of every connection are called.

    Two groups of one name are one team, also on two connections; a group without a name is called by its id.

    Args:
        names: by connection, the platform's id of a group to its name.
    """

    def __init__(self, names: Mapping[str, Mapping[str, str]]) -> None:
        self._names = names

    def name(self, connection: str, group: str | None) -> str | None:
        """Return what a group is called; None for a ticket that no group has."""
        return None if group is None else self._names.get(connection, {}).get(group, group)

    def is_called(self, name: str) -> sa.ColumnElement[bool]:
        """Return the condition that a summary's ticket is with the team of a name."""
        named = [
            sa.and_(summaries.c.connection == connection, summaries.c.team == group)
            for connection, groups in self._names.items()
            for group, called in groups.items()
            if called == name
        ]
        others = [connection for connection, groups in self._names.items() if name in groups]
        return sa.or_(sa.and_(summaries.c.team == name, summaries.c.connection.not_in(others)), *named)
