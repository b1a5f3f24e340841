"""What a trainer is: a module with these names, listed in `trainers.TRAINERS`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from typing import Protocol
from typing import TypeAlias

from talekeep.training.features import Feature

Fate: TypeAlias = Literal["kept", "altered", "cut", "dropped", "stops"]
# From the mildest to the worst: an entry's fate is the worst of its verdicts.
FATES: tuple[Fate, ...] = ("kept", "altered", "cut", "dropped", "stops")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a trainer does with a feature: `reason` in words, and the `policy` (`greeting=opener`) that avoids
    it, "" where there is none."""

    fate: Fate
    reason: str
    policy: str = ""


class Trainer(Protocol):
    """A trainer as one of its versions was read and run.

    Attributes:
        NAME: the name given to `--for`.
        VERSION: the version whose code the verdicts come from.
        WRITER: the shape that suits it best.
        POLICIES: the policies with which it takes every entry whole.
        MAX_LENGTH: the tokens after which it cuts or drops by default, and which of both.
        VERDICTS: feature → what it does; a feature that is missing is kept as it is.
    """

    NAME: str
    TITLE: str
    VERSION: str
    WRITER: str
    POLICIES: Mapping[str, str]
    MAX_LENGTH: tuple[int, Fate]
    VERDICTS: Mapping[Feature, Verdict]

    def snippet(self, file: str) -> tuple[str, str]:
        """The end of the file name, and the text of a configuration that loads `file`."""
