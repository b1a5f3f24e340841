"""LLaMA-Factory v0 with `formatting: sharegpt`, read and run at 0.9.5."""

import json
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "llama-factory"
TITLE = "LLaMA-Factory (sharegpt)"
VERSION = "0.9.5"
WRITER = "sharegpt"
POLICIES: Mapping[str, str] = {
    "names": "prefix",
    "reasoning": "think",
    "media": "keep",
    "developer": "system",
    "system": "first",
    "greeting": "opener",
    "same_role": "join",
}
MAX_LENGTH: tuple[int, Fate] = (2048, "cut")
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("dropped", "an invalid example is dropped"),
    "greeting first": Verdict(
        "dropped", "a conversation that begins with a reply is dropped", "greeting=opener"
    ),
    "same role twice": Verdict(
        "dropped", "two messages of one role in a row: the example is dropped", "same_role=join"
    ),
    "system inside": Verdict("dropped", "a system message after the first drops the example", "system=first"),
    "developer": Verdict("dropped", "the role developer drops the example", "developer=system"),
    "last is no reply": Verdict("dropped", "an example that ends without a reply is dropped"),
    "speaker names": Verdict("altered", "names are not read", "names=prefix"),
    "reasoning": Verdict("altered", "reasoning beside the text is not read", "reasoning=think"),
    "weight 0": Verdict("altered", "a reply with weight 0 is trained"),
    "empty reply": Verdict("altered", "an empty reply is trained"),
}


def snippet(file: str) -> tuple[str, str]:
    tags = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
    tags |= {"observation_tag": "observation", "function_tag": "function_call", "system_tag": "system"}
    dataset = {"file_name": file, "formatting": "sharegpt"}
    info = {"talekeep": {**dataset, "columns": {"messages": "conversations"}, "tags": tags}}
    # No .json of its own: `datasets` takes each one in a folder for data.
    text = f"Add this to dataset_info.json:\n\n```json\n{json.dumps(info, indent=2)}\n```\n"
    return ".llama-factory.md", text
