"""Secrets by reference: ``${NAME}`` from the environment or ``{file: path}``, never a value in ``sidecar.yaml``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr, ValidationInfo

MAX_BYTES = 64 * 1024
_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HOW = "write ${NAME} and set NAME in the environment, or {file: path}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where references lead: the folder of ``sidecar.yaml`` and the environment. Given as validation context."""

    folder: Path
    environment: Mapping[str, str]


def resolve(reference: object, around: Surroundings) -> SecretStr:
    """Return the secret that a reference names.

    Raises:
        ValueError: it is a literal, or leads nowhere; the message says what to do and holds no secret.
    """
    if isinstance(reference, str) and (found := _NAME.fullmatch(reference)):
        value = around.environment.get(found[1], "")
        if not value:
            raise ValueError(f"the environment variable {found[1]} is not set; set it before starting")
        return SecretStr(value)
    if isinstance(reference, dict) and set(reference) == {"file"} and isinstance(reference["file"], str):
        return SecretStr(_read(around.folder / reference["file"]))
    raise ValueError(f"a secret is not written here; {_HOW}")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES).decode().strip()
    except (OSError, UnicodeError) as err:
        reason = getattr(err, "strerror", None) or "is not text"
        raise ValueError(f"the file {path} cannot be read: {reason}") from None
    if not text:
        raise ValueError(f"the file {path} is empty; write the secret into it")
    return text


def _validated(value: Any, info: ValidationInfo) -> SecretStr:
    around = info.context
    if not isinstance(around, Surroundings):
        raise TypeError("settings with secrets are validated with their Surroundings as context")
    return resolve(value, around)


Secret = Annotated[SecretStr, BeforeValidator(_validated)]
