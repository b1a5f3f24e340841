"""LLaMA-Factory v0 with `formatting: sharegpt`, read and run at 0.9.5."""

import json
from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import IMAGES_UNREAD
from talekeep.training.trainers.base import IN_TURN
from talekeep.training.trainers.base import NAMES_UNREAD
from talekeep.training.trainers.base import ONE_SYSTEM
from talekeep.training.trainers.base import READ_AS_CONTROL
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import TOKENS_BROKEN
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "llama-factory"
TITLE = "LLaMA-Factory (sharegpt)"
VERSION = "0.9.5"
READS = "messages"
WRITER = "llamafactory"
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    **TOKENS_BROKEN,
    **ONE_SYSTEM,
    **IN_TURN,
    "weights": "drop",
    "tool_schemas": "mend",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
OWN_LENGTH: tuple[int, Fate] = (2048, "cut")
# An example that the converter drops never reaches what would stop the run.
ORDER: tuple[Fate, ...] = ("kept", "altered", "cut", "stops", "dropped")
TEMPLATED: tuple[Feature, ...] = ()
_NO_TEXT = "content that is no text stops the run"
_IN_A_ROW = "two messages of one side in a row: the example is dropped"
VERDICTS: Mapping[Feature, Verdict] = {
    **READ_AS_CONTROL,
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
WRITTEN: Mapping[Feature, Verdict] = {
    **stops_at("definitions of tools have to be a list", tools_are_no_list="tool_schemas=mend"),
    **stops_at(
        "a tool without a name or `properties` stops the run", tool_without_properties="tool_schemas=mend"
    ),
    **stops_at("a value to choose that is no text stops the run", choices_are_no_text="format=llamafactory"),
}
# Columns that its table can name; one that no row has would stop the run.
_COLUMNS = ("tools", "images", "videos", "audios")


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
    tags = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
    tags |= {"observation_tag": "observation", "function_tag": "function_call", "system_tag": "system"}
    named = {"messages": "conversations"} | {name: name for name in _COLUMNS if name in columns}
    info = {"talekeep": {"file_name": file, "formatting": "sharegpt", "columns": named, "tags": tags}}
    # No .json of its own: `datasets` takes each one in a folder for data.
    text = f"Add this to dataset_info.json:\n\n```json\n{json.dumps(info, indent=2)}\n```\n"
    arguments = f"```yaml\ndataset: talekeep\ncutoff_len: {max_length}\n```\n"
    return ".llama-factory.md", f"{text}\nAnd this to the arguments of the training:\n\n{arguments}"
