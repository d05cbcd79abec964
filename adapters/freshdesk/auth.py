"""How we prove who calls: the API key of an agent, as the user name of HTTP basic authentication."""

import base64
from collections.abc import Mapping


class ApiKey:
    """An agent's API key. The password may be anything; ``X`` is the habit."""

    def __init__(self, key: str) -> None:
        self._value = base64.b64encode(f"{key}:X".encode()).decode()

    def headers(self) -> Mapping[str, str]:
        """Return the basic-authentication header."""
        return {"Authorization": f"Basic {self._value}"}

    def renew(self) -> bool:
        """Return False: there is no other key, and repeated bad logins lock the agent out."""
        return False
