"""What docstrings say of fields: read once, shown by editors and in the manual; nothing is left undescribed."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from adapters import registry
from core.described import attributes, describe, summary
from core.policy_file import PolicyForm
from webhooks.settings import Settings

FILES = [PolicyForm, Settings, *(registry.factory(name).settings for name in registry.BUILT_IN)]


class Base:
    """What both have.

    Attributes:
        name: of both.
        kind: said here.
    """


class Thing(Base):
    """A thing.

    It has two paragraphs.

    Attributes:
        kind: said anew, and over
            two lines.
        width, height: in metres: never negative.

    And something after them.
    """


class Bare(Base):
    pass


def test_attributes():
    """Names share a text, lines are joined, a class adds to what its base says and may say it anew."""
    assert attributes(Thing) == {
        "name": "of both.",
        "kind": "said anew, and over two lines.",
        "width": "in metres: never negative.",
        "height": "in metres: never negative.",
    }
    assert attributes(Bare) == attributes(Base)


def test_summary():
    """The rest of the docstring is what the class is."""
    assert summary(Thing).splitlines()[0] == "A thing."
    assert summary(Thing).splitlines()[-1] == "And something after them."
    assert "Attributes" not in summary(Thing)
    assert summary(Bare) == ""


def test_describe():
    """Only fields that the schema has get a sentence."""
    schema = {"properties": {"kind": {"type": "string"}, "other": {"type": "null"}}}
    describe(schema, Thing)
    assert schema["properties"] == {
        "kind": {"type": "string", "description": "said anew, and over two lines."},
        "other": {"type": "null"},
    }


def test_editors_see_the_sentences():
    """The JSON schema of policies describes its fields."""
    target = PolicyForm.model_json_schema()["$defs"]["TargetForm"]
    assert target["properties"]["within"]["description"] == "how long it may take."


def models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield every model that a file is made of."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(kind):
        yield from models(inner)


@pytest.mark.parametrize(
    "model",
    sorted({each for file in FILES for each in models(file)}, key=str),
    ids=lambda each: f"{each.__module__}.{each.__name__}",
)
def test_every_field_is_described(model):
    """The manual says of each field what it means, and of nothing that is no field."""
    assert attributes(model).keys() == model.model_fields.keys()
