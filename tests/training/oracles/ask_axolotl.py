"""Ask axolotl: the tokens and labels of its `chat_template` strategy, as the snippet configures it."""

from oracle_base import answer
from oracle_base import prepare
from oracle_base import tokenizer_of
from oracle_base import turns_of

DEFAULT = {
    "sequence_len": 8192,
    "datasets": [
        {
            "type": "chat_template",
            "field_messages": "messages",
            "roles_to_train": ["assistant"],
            "train_on_eos": "turn",
            "message_field_training": "weight",
        }
    ],
}

if __name__ == "__main__":
    folder = prepare()
    from pathlib import Path
    from typing import Any

    import yaml
    from axolotl.prompt_strategies import load
    from axolotl.utils.dict import DictDefault
    from datasets import load_dataset

    tokenizer = tokenizer_of(folder / "model")

    def ask(file: Path, snippet: Path | None) -> list[Any]:
        config = DictDefault(yaml.safe_load(snippet.read_text("utf-8")) if snippet else DEFAULT)
        config.chat_template = "tokenizer_default"
        config.train_on_inputs = False
        given = config.datasets[0]
        path = str(snippet.parent / given.path) if snippet else str(file)
        data = load_dataset(given.ds_type or "json", data_files=path, split="train")
        strategy = load(given.type, tokenizer, config, given)
        rows = []
        for row in data:
            tokens = strategy.tokenize_prompt(row)
            # As `drop_long_seq` does with `excess_length_strategy: raise`.
            if len(tokens["input_ids"]) > config.sequence_len:
                raise ValueError(f"longer than {config.sequence_len}")
            rows.append(turns_of(tokenizer, tokens["input_ids"], tokens["labels"]))
        return rows

    answer(ask)
