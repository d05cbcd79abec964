"""The settings that the documentation shows are read as they stand."""

import re
from pathlib import Path

from tests.support import ROOT
from webhooks.links import books_of
from webhooks.settings import read_settings


def test_the_example_is_valid(tmp_path: Path):
    """Both examples together are a file that the service starts with."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "escalations.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "secrets" / "acme").mkdir(parents=True)
    (tmp_path / "secrets" / "acme" / "token").write_text("a-token-of-24-characters")
    environment = {"MAIL_PASSWORD": "x", "PAGER_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    settings = read_settings("".join(blocks), "sidecar.yaml", tmp_path, environment)
    assert [each.name for each in books_of(settings)["acme"].policies] == ["glassbeam", "vmoso"]
    assert settings.connections["acme"].notify.mail is not None
