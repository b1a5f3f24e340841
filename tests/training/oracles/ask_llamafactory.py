"""Ask LLaMA-Factory: what its loader, converter and processor make of a file named in `dataset_info.json`."""

import json
import re
import sys
import types

from oracle_base import answer
from oracle_base import prepare
from oracle_base import tokenizer_of
from oracle_base import turns_of

TAGS = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
TAGS |= {"observation_tag": "tool", "function_tag": "function_call", "system_tag": "system"}
SECOND = {"messages": [{"role": "user", "content": "Begin."}, {"role": "assistant", "content": "Dusk."}]}
PLAIN = {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": TAGS}

if __name__ == "__main__":
    folder = prepare()
    # The converters of text need neither, and there is no build of them beside the CPU build of torch.
    import importlib.machinery

    for name in ("torchaudio", "av"):
        module = types.ModuleType(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        sys.modules[name] = module
    from pathlib import Path
    from typing import Any

    from llamafactory.data import get_dataset
    from llamafactory.data import get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments
    from llamafactory.hparams import ModelArguments
    from transformers import Seq2SeqTrainingArguments

    tokenizer = tokenizer_of(folder / "model")

    def ask(file: Path, snippet: Path | None) -> list[Any]:
        place = file.parent if snippet is None else snippet.parent
        info = {"talekeep": {"file_name": "both.jsonl", **PLAIN}}
        if snippet is None:
            # A run in which every example is dropped stops, so that there is one more here.
            (place / "both.jsonl").write_text(f"{file.read_text('utf-8')}{json.dumps(SECOND)}\n", "utf-8")
        else:
            found = re.search(r"```json\n(.*?)```", snippet.read_text("utf-8"), re.DOTALL)
            info = json.loads(found[1])
        (place / "dataset_info.json").write_text(json.dumps(info), "utf-8")
        data = DataArguments(
            template="chatml",
            dataset="talekeep",
            dataset_dir=str(place),
            cutoff_len=8192,
            overwrite_cache=True,
        )
        training = Seq2SeqTrainingArguments(
            output_dir=str(folder / "out"), report_to="none", use_cpu=True, do_train=True
        )
        model = ModelArguments(model_name_or_path=str(folder / "model"))
        template = get_template_and_fix_tokenizer(tokenizer, data)
        module = get_dataset(template, model, data, training, stage="sft", tokenizer=tokenizer)
        rows = [
            turns_of(tokenizer, list(row["input_ids"]), list(row["labels"]))
            for row in module["train_dataset"]
        ]
        return rows if snippet is not None else rows[:-1]

    answer(ask)
