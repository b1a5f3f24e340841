"""Mistral's own checks: mistral-common run at 1.13.1 in its fine-tuning mode (tekken 240911), and the masks
of mistral-finetune, read at 20704b2."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import IMAGES_UNREAD
from talekeep.training.trainers.base import IN_TURN
from talekeep.training.trainers.base import NAMES_UNREAD
from talekeep.training.trainers.base import ONE_SYSTEM
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "mistral"
TITLE = "Mistral fine-tuning"
VERSION = "1.13.1"
READS = "messages"
WRITER = "mistral"
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    **ONE_SYSTEM,
    **IN_TURN,
    "weights": "weight",
    "tool_schemas": "openai",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
OWN_LENGTH: tuple[int, Fate] = (2048, "cut")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = ()
VERDICTS: Mapping[Feature, Verdict] = {
    **stops_at("an example has to end with a reply", no_reply="tail=drop", last_is_no_reply="tail=drop"),
    **stops_at("a system message may not follow a reply", system_after_a_reply="system=first"),
    **stops_at("a message has either a text or calls", text_beside_a_call="format=mistral"),
    **stops_at("each call needs one result", call_without_result="format=mistral"),
    **stops_at("a result needs a call", result_without_call="format=mistral"),
    **stops_at("ids of calls are nine letters or digits", call_ids="format=mistral"),
    **stops_at(
        "definitions of tools have to be a list of functions",
        tools_are_no_list="tool_schemas=openai",
        tool_form="tool_schemas=openai",
    ),
    **stops_at("parameters of a tool have to be a JSON Schema", tool_schema="tool_schemas=openai"),
    **stops_at(
        "a tool's name is up to 64 letters of English, digits, _ and -", tool_names="tool_schemas=openai"
    ),
    **stops_at("an empty reply is refused", empty_reply="empty=drop"),
    **stops_at("reasoning is refused by this tokenizer", reasoning="reasoning=think"),
    **stops_at("a picture's address would be fetched over the network", media="media=drop"),
    **stops_at("a weight has to be 0 or 1", weight_between="weights=weight"),
    "greeting first": Verdict(
        "altered", "an empty user message is put before the greeting", "greeting=opener"
    ),
    "same role twice": Verdict(
        "altered", "messages of one role in a row are joined by a blank line", "same_role=join"
    ),
    "system inside": Verdict("altered", "system messages are joined to one", "system=first"),
    "developer": Verdict(
        "altered", "developer messages are moved as system messages are", "developer=system"
    ),
    "replies with tools": Verdict(
        "altered", "beside tools only the last message is trained", "format=mistral"
    ),
    "weight 0 elsewhere": Verdict("altered", "trained, for `weight` alone is read", "weights=weight"),
    "media keys": IMAGES_UNREAD,
    "speaker names": NAMES_UNREAD,
}
WRITTEN: Mapping[Feature, Verdict] = {}


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
    return (
        ".mistral.yml",
        f"data:\n  instruct_data: {file}\n  data: ''\n  eval_instruct_data: ''\nseq_len: {max_length}\n",
    )
