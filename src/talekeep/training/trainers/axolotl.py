"""axolotl's chat_template strategy, read and run at 0.19.0."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import BETWEEN
from talekeep.training.trainers.base import BY_TEMPLATE
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import IMAGES_UNREAD
from talekeep.training.trainers.base import NAMES_BY_TEMPLATE
from talekeep.training.trainers.base import READ_AS_CONTROL
from talekeep.training.trainers.base import REASONING_BY_TEMPLATE
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import TOKENS_BROKEN
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "axolotl"
TITLE = "axolotl (chat_template)"
VERSION = "0.19.0"
READS = "messages"
WRITER = "messages"
# Definitions of tools differ inside from row to row; axolotl reads JSON text too (`_get_tools`).
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    **TOKENS_BROKEN,
    "weights": "weight",
    "empty": "drop",
    "tail": "drop",
    "tools": "json",
    "tool_schemas": "list",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "stops")
OWN_LENGTH: tuple[int, Fate] = (512, "dropped")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = BY_TEMPLATE
VERDICTS: Mapping[Feature, Verdict] = {
    **READ_AS_CONTROL,
    "no reply": Verdict("altered", "nothing of it is trained", "tail=drop"),
    "speaker names": NAMES_BY_TEMPLATE,
    "reasoning": REASONING_BY_TEMPLATE,
    "media": Verdict("altered", "a picture becomes an empty text", "media=drop"),
    "media keys": IMAGES_UNREAD,
    "weight 0 elsewhere": Verdict("altered", "trained, for `weight` alone is read", "weights=weight"),
    "weight between": BETWEEN,
    "trained prompt": Verdict("altered", "a user message with a weight is trained", "weights=weight"),
    "empty reply": Verdict("altered", "an empty reply trains nothing, not even its end", "empty=drop"),
    **stops_at("definitions of tools have to be a list", tools_are_no_list="tool_schemas=list"),
    "arguments no JSON": Verdict("stops", "arguments of a call that are no JSON", "calls=text"),
}
WRITTEN: Mapping[Feature, Verdict] = {}


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
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
sequence_len: {max_length}
excess_length_strategy: raise
""",
    )
