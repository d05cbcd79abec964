"""Data files of installed packages, read through the import system: core opens no file of its own."""

import pkgutil


class PackagedFile:
    """The bytes of one data file, as the readable, seekable object that parsers ask for."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next ``size`` bytes, fewer at the end; all that is left when ``size`` is negative."""
        begin = self._at
        self._at = len(self._content) if size < 0 else min(begin + size, len(self._content))
        return self._content[begin : self._at]

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to ``offset``, counted from the start (0) or from here (1), and return the place."""
        self._at = offset + (self._at if whence == 1 else 0)
        return self._at


def packaged(package: str, resource: str) -> PackagedFile | None:
    """Return a data file of an installed package, or None where the package does not hold it.

    Args:
        package: the package's import name.
        resource: a path inside it with ``/``; the caller answers for it, so nobody else's text belongs in it unchecked.
    """
    try:
        content = pkgutil.get_data(package, resource)
    except OSError:
        return None
    return None if content is None else PackagedFile(content)
