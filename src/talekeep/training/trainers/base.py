"""What a trainer is: a module with these names, listed in `trainers.TRAINERS`; and what several share."""

from collections.abc import Collection
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
    it, "" where there is none. `format=NAME` stands for what the writer NAME does."""

    fate: Fate
    reason: str
    policy: str = ""


class Trainer(Protocol):
    """A trainer as one of its versions was read and run.

    Attributes:
        NAME: the name given to `--for`.
        VERSION: the version whose code the verdicts come from.
        READS: the shape, written without policies, of which the verdicts speak.
        WRITER: the shape that suits it best.
        POLICIES: the policies with which it takes every entry whole.
        MAX_LENGTH: the tokens a row may have with the configuration of `snippet`, and what happens to longer
            ones.
        OWN_LENGTH: the same without that configuration.
        VERDICTS: feature → what it does; a feature that is missing is kept as it is.
        WRITTEN: the same for what only the shape `WRITER` lets it read.
        ORDER: the fates from the mildest to the one that comes first where an entry has several.
        TEMPLATED: features that a chat template of the user's own decides on.
    """

    NAME: str
    TITLE: str
    VERSION: str
    READS: str
    WRITER: str
    POLICIES: Mapping[str, str]
    MAX_LENGTH: tuple[int, Fate]
    OWN_LENGTH: tuple[int, Fate]
    VERDICTS: Mapping[Feature, Verdict]
    WRITTEN: Mapping[Feature, Verdict]
    ORDER: tuple[Fate, ...]
    TEMPLATED: tuple[Feature, ...]

    def snippet(self, file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
        """The end of the file name, and the text of a configuration that loads a file with these columns, and
        takes rows of so many tokens where that can be set."""


# A text and a role in each message, and nothing else.
TEXT_ALONE: Mapping[str, str] = {"names": "prefix", "reasoning": "think", "media": "drop", "parts": "text"}
# For tokenizers that read control tokens in texts as what they are for a model.
TOKENS_BROKEN: Mapping[str, str] = {"control_tokens": "break"}
READ_AS_CONTROL: Mapping[Feature, "Verdict"] = {
    "control tokens": Verdict(
        "altered", "a control token in a text (<|im_end|>) is read as one", "control_tokens=break"
    )
}
# A system prompt, if any, is the first message.
ONE_SYSTEM: Mapping[str, str] = {"developer": "system", "system": "first"}
# A user message and a reply in turn, the last of them a reply with something in it.
IN_TURN: Mapping[str, str] = {"greeting": "opener", "same_role": "join", "empty": "drop", "tail": "drop"}

# What depends on the template of the model where a trainer applies one.
BY_TEMPLATE: tuple[Feature, ...] = (
    "speaker names",
    "reasoning",
    "tool calls",
    "tool definitions",
    "developer",
)
_TEMPLATE = "kept only if the chat template asks for it"
NAMES_BY_TEMPLATE = Verdict("altered", f"names are {_TEMPLATE}", "names=prefix")
REASONING_BY_TEMPLATE = Verdict("altered", f"reasoning is {_TEMPLATE}", "reasoning=think")
NAMES_UNREAD = Verdict("altered", "names are not read", "names=prefix")
BETWEEN = Verdict("altered", "a weight between 0 and 1 counts as a whole one", "weights=weight")
IMAGES_UNREAD = Verdict("altered", "pictures beside the messages are not read", "media=drop")


def stops_at(reason: str, **policies: str) -> dict[Feature, Verdict]:
    """The same end of the run for several features.

    Args:
        policies: feature, with `_` for spaces → the policy that avoids it, "" for none.
    """
    return {name.replace("_", " "): Verdict("stops", reason, policy) for name, policy in policies.items()}
