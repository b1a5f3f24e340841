"""LLaMA-Factory v0 with `formatting: sharegpt`, read and run at 0.9.5."""

import json
from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import IMAGES_UNREAD
from talekeep.training.trainers.base import IN_TURN
from talekeep.training.trainers.base import NAMES_UNREAD
from talekeep.training.trainers.base import ONE_SYSTEM
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "llama-factory"
TITLE = "LLaMA-Factory (sharegpt)"
VERSION = "0.9.5"
READS = "messages"
WRITER = "llamafactory"
POLICIES: Mapping[str, str] = {**TEXT_ALONE, **ONE_SYSTEM, **IN_TURN, "weights": "drop"}
MAX_LENGTH: tuple[int, Fate] = (2048, "cut")
# An example that the converter drops never reaches what would stop the run.
ORDER: tuple[Fate, ...] = ("kept", "altered", "cut", "stops", "dropped")
TEMPLATED: tuple[Feature, ...] = ()
_NO_TEXT = "content that is no text stops the run"
_IN_A_ROW = "two messages of one side in a row: the example is dropped"
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("dropped", "an example without a reply is dropped", "tail=drop"),
    "greeting first": Verdict(
        "dropped", "a conversation that begins with a reply is dropped", "greeting=opener"
    ),
    "same role twice": Verdict("dropped", _IN_A_ROW, "same_role=join"),
    "results in a row": Verdict("dropped", _IN_A_ROW, "format=llamafactory"),
    "system inside": Verdict("dropped", "a system message after the first drops the example", "system=first"),
    "developer": Verdict("dropped", "the role developer drops the example", "developer=system"),
    "last is no reply": Verdict("dropped", "an example that ends without a reply is dropped", "tail=drop"),
    "tool calls": Verdict("altered", "`tool_calls` are not read", "format=llamafactory"),
    "tool definitions": Verdict("altered", "`tools` has to be named in columns", "format=llamafactory"),
    "no content": Verdict("stops", _NO_TEXT, "format=llamafactory"),
    "content parts": Verdict("stops", _NO_TEXT, "parts=text"),
    "media": Verdict("stops", _NO_TEXT, "media=drop"),
    "media keys": IMAGES_UNREAD,
    "speaker names": NAMES_UNREAD,
    "reasoning": Verdict("altered", "reasoning beside the text is not read", "reasoning=think"),
    "weight 0": Verdict("altered", "a reply with weight 0 is trained"),
    "weight between": Verdict("altered", "a weight between 0 and 1 counts as a whole one"),
}
# Columns that its table can name; one that no row has would stop the run.
_COLUMNS = ("tools", "images", "videos", "audios")


def snippet(file: str, columns: Collection[str]) -> tuple[str, str]:
    tags = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
    tags |= {"observation_tag": "observation", "function_tag": "function_call", "system_tag": "system"}
    named = {"messages": "conversations"} | {name: name for name in _COLUMNS if name in columns}
    info = {"talekeep": {"file_name": file, "formatting": "sharegpt", "columns": named, "tags": tags}}
    # No .json of its own: `datasets` takes each one in a folder for data.
    text = f"Add this to dataset_info.json:\n\n```json\n{json.dumps(info, indent=2)}\n```\n"
    return ".llama-factory.md", text
