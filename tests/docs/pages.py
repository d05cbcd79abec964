"""What the manual tells people to type, taken out of its pages."""

import re

from tests.support import ROOT


def blocks(page: str, section: str, kind: str = "sh") -> list[str]:
    """Return the code blocks of one kind below a heading, down to the next of the same rank.

    Args:
        page: the file's path in the checkout.
        section: the heading, without its signs.
    """
    text = (ROOT / page).read_text("utf-8")
    found = re.search(rf"^(#+) {re.escape(section)}\n(.*?)(?=^\1 |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no section {section}"
    return re.findall(rf"^```{kind}\n(.*?)^```$", found[2], re.DOTALL | re.MULTILINE)


def commands(block: str) -> list[str]:
    """Return the commands of a block, each on one line."""
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
