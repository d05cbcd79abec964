"""What we answer, against a third party's small description."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People
from tests.support import shared

NULL_IN_RECORDINGS = {"due_by", "fr_due_by", "email"}  # the description forgot that these can be null


def schema(name: str) -> dict[str, Any]:
    """Return one schema, its ``nullable`` turned into what JSON Schema understands."""
    described = yaml.safe_load(shared("specs", "freshdesk-ballerina-oas.yaml").read_text())
    properties = dict(described["components"]["schemas"][name]["properties"])
    for key, value in properties.items():
        if value.pop("nullable", False) or key in NULL_IN_RECORDINGS:
            value["type"] = [value["type"], "null"]
    return {"type": "object", "properties": properties}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "path", "absent"),
    [
        pytest.param("Ticket", "/tickets/1", set(), id="ticket"),
        pytest.param("Ticket", "/tickets", {"description", "description_text", "source_additional_info"}, id="list"),
        pytest.param("Contact", "/contacts/{}", {"deleted", "other_emails"}, id="contact"),
    ],
)
def test_answers_fit(client: Client, ticket: Ticket, people: People, name: str, path: str, absent: set[str]) -> None:
    """Every described property is there, and of its type."""
    answer = client.get(path.format(people.carla.id))
    shown = answer[0] if isinstance(answer, list) else answer
    described = schema(name)
    assert set(described["properties"]) - set(shown) <= absent
    assert list(Draft202012Validator(described).iter_errors(shown)) == []
