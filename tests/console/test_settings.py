import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from werkzeug.security import check_password_hash, generate_password_hash

from tests.console.seed import AROUND, console_settings
from webhooks.console.password import password
from webhooks.console.settings import ConsoleSettings

HASH = generate_password_hash("a long password", method="pbkdf2:sha256:1")
GIVEN = {"operator_password": HASH, "session_key": "${KEY}"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"operator_password": "hunter2"}, "run `sla-sidecar password`", id="a password is not its hash"),
        pytest.param({"operator_password": None}, "operator_password", id="one password is needed"),
        pytest.param({"viewer_password": "hunter2"}, "run `sla-sidecar password`", id="the viewer's neither"),
        pytest.param({"session_key": "written-here"}, "a secret is not written here", id="the key is a reference"),
        pytest.param({"timezone": "Mars/Olympus"}, "Mars/Olympus", id="a zone that exists"),
        pytest.param({"idle_minutes": 0}, "idle_minutes", id="a session lasts"),
        pytest.param({"colour": "blue"}, "colour", id="nothing unknown"),
    ],
)
def test_faults(change, says):
    """What cannot be meant is refused with what to write instead."""
    with pytest.raises(ValidationError, match=says):
        ConsoleSettings.model_validate(GIVEN | change, context=AROUND)


def test_a_password_never_shows():
    """Neither the hashes nor the key are in the settings' text."""
    text = repr(console_settings())
    assert "pbkdf2" not in text
    assert AROUND.environment["KEY"] not in text


def test_the_command_prints_a_hash_that_is_taken():
    """What `sla-sidecar password` prints can be written into the settings."""
    done = CliRunner().invoke(password, input="a long password\na long password\n")
    printed = done.output.splitlines()[-1]
    assert check_password_hash(printed, "a long password")
    assert ConsoleSettings.model_validate(GIVEN | {"operator_password": printed}, context=AROUND)


def test_a_short_password_is_refused():
    """A password that is guessed at once is not hashed."""
    done = CliRunner().invoke(password, input="short\nshort\n")
    assert (done.exit_code, "choose a longer one" in done.output) == (2, True)
