"""What ``sla-sidecar init`` asks an admin about a platform."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One setting that the admin alone knows.

    Attributes:
        about: what it is, as the end of a sentence.
        example: an answer that would be accepted.
        several: the answer is a list, its items separated by commas.
    """

    about: str
    example: str
    several: bool = False
