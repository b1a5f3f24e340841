"""Values that every policy, writer and trainer works on."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any
from typing import Protocol

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.training import control_tokens

# Keys beside the messages that trainers read.
TRAINING_KEYS = ("tools", "functions", "images", "videos", "audios", "chosen", "rejected", "label", "kto_tag")
# Those that hold a reply: a text, a message or several.
REPLIES = ("chosen", "rejected")
# Keys of an entry that identify or organise it: a clean export leaves them out, and they are no loss.
DATASET_KEYS = ("id", "messages", "tags")
# Keys of a message that trainers read. Others (user ids, avatars, time stamps) stay in the dataset.
MESSAGE_KEYS = (
    *("role", "name", "content", "tool_calls", "tool_call_id", "function_call"),
    *("reasoning_content", "weight", "train", "loss_weight", "prefix"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry on its way to the file.

    Attributes:
        entry: as it is after the policies applied so far.
        sidecar: its sidecar line; alternatives of replies are in there.
        losses: in words, what was left out. One text for each kind, without numbers or ids.
        alterations: in words, what was changed.
    """

    entry: Entry
    sidecar: Mapping[str, Any] = field(default_factory=dict)
    losses: tuple[str, ...] = ()
    alterations: tuple[str, ...] = ()

    @property
    def messages(self) -> list[Message]:
        return messages_of(self.entry)

    def replies(self, key: str) -> list[Message]:
        """The messages of `chosen` or `rejected`; none where it is a text or missing."""
        value = self.entry.get(key)
        several = value if isinstance(value, list) else [value]
        return [message for message in several if isinstance(message, dict)]

    def with_messages(self, messages: list[Message], *, loss: str = "", alteration: str = "") -> "Draft":
        """The draft with other messages; the same draft where they are equal."""
        if messages == self.messages:
            return self
        return self.noting(loss=loss, alteration=alteration, entry={**self.entry, "messages": messages})

    def noting(self, *, loss: str = "", alteration: str = "", entry: Entry | None = None) -> "Draft":
        """The draft with one more loss or alteration."""
        return replace(
            self,
            entry=self.entry if entry is None else entry,
            losses=_with(self.losses, loss),
            alterations=_with(self.alterations, alteration),
        )


def _with(texts: tuple[str, ...], text: str) -> tuple[str, ...]:
    return texts if not text or text in texts else (*texts, text)


@dataclass(frozen=True, slots=True)
class Context:
    """What policies need to know.

    Attributes:
        names: the display names of characters, by slug.
        max_length: the tokens a row may have; 0 where that is not known.
        lengths: the tokens of each message of a draft.
        control_tokens: what the model would read as a control token.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    max_length: int = 0
    lengths: "Callable[[Draft], list[int]] | None" = None
    control_tokens: tuple[str, ...] = control_tokens.ALL

    def name_of(self, slug: str) -> str:
        return self.names.get(slug, slug)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one draft, with the losses and alterations of the writer."""

    rows: tuple[dict[str, Any], ...]
    losses: tuple[str, ...] = ()
    alterations: tuple[str, ...] = ()


class Policy(Protocol):
    """A module of `training.policies`; `apply` is pure.

    `VALUES` are the allowed values, the first is the default and changes nothing; a policy whose `VALUES`
    is empty takes any text, and "" is its default.
    """

    NAME: str
    HELP: str
    VALUES: tuple[str, ...]

    def apply(self, draft: Draft, value: str, context: Context) -> list[Draft]:
        """The drafts that come of one: none where the policy drops it."""


class Writer(Protocol):
    """A module of `training.writers`; `write` is pure and never raises."""

    NAME: str
    TITLE: str

    def write(self, draft: Draft) -> Rows:
        """The rows of a draft; none, with a loss that says why, where the shape cannot hold it."""


def key_losses(draft: Draft, kept: tuple[str, ...] = TRAINING_KEYS) -> list[str]:
    """The keys of an entry and its messages that a clean row leaves out, in words.

    Args:
        kept: the keys beside the messages that the row holds.
    """
    held = {*DATASET_KEYS, *kept}
    losses = [f"the key {key!r}" for key in draft.entry if key not in held]
    known = frozenset(MESSAGE_KEYS)
    given = [*draft.messages, *(message for key in REPLIES if key in held for message in draft.replies(key))]
    keys = dict.fromkeys(key for message in given for key in message if key not in known)
    return losses + [f"the message key {key!r}" for key in keys]
