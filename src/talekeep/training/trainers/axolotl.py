"""axolotl's chat_template strategy, read and run at 0.19.0."""

from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "axolotl"
TITLE = "axolotl (chat_template)"
VERSION = "0.19.0"
WRITER = "messages"
POLICIES: Mapping[str, str] = {
    "names": "prefix",
    "reasoning": "think",
    "media": "drop",
    "parts": "text",
    "weights": "weight",
}
MAX_LENGTH: tuple[int, Fate] = (512, "dropped")
_TEMPLATE = "kept only if the chat template asks for it"
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("altered", "nothing of it is trained"),
    "speaker names": Verdict("altered", f"names are {_TEMPLATE}", "names=prefix"),
    "reasoning": Verdict("altered", f"reasoning is {_TEMPLATE}", "reasoning=think"),
    "media": Verdict("altered", "a picture becomes an empty text", "media=drop"),
    "weight 0": Verdict("altered", "trained, unless message_field_training names the key", "weights=weight"),
    "empty reply": Verdict("altered", "an empty reply trains nothing, not even its end"),
    "last is no reply": Verdict("altered", "the last user message trains nothing"),
}


def snippet(file: str) -> tuple[str, str]:
    return (
        ".axolotl.yml",
        f"""datasets:
  - path: {file}
    ds_type: json
    type: chat_template
    field_messages: messages
    roles_to_train: [assistant]
    train_on_eos: turn
    message_field_training: weight
sequence_len: 8192
excess_length_strategy: raise
""",
    )
