import io

import pytest
from PIL import Image

from tests.console.screenshots import COLOURS, main, smaller

MOST_BYTES = 1_500_000


def test_smaller():
    """A picture keeps its size and its colours and loses weight."""
    picture = Image.effect_noise((60, 40), 3).convert("RGB")
    drawn = io.BytesIO()
    picture.save(drawn, "PNG", compress_level=0)
    with Image.open(io.BytesIO(smaller(drawn.getvalue()))) as packed:
        assert packed.size == (60, 40)
        assert len(packed.getcolors()) <= COLOURS
        assert list(packed.convert("RGB").get_flattened_data()) == list(picture.get_flattened_data())


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.timeout(900)
def test_there_is_a_picture_of_each_page(tmp_path):
    """One run draws every page, and all of them together are small enough for a repository."""
    main(tmp_path)
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert {"console-today.png", "console-ticket.png", "console-ticket-dark.png", "console-today-phone.png"} < set(
        sizes
    )
    assert len(sizes) >= 14
    assert sum(sizes.values()) < MOST_BYTES
