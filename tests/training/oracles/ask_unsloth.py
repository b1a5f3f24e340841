"""Ask Unsloth: `standardize_sharegpt`, from unsloth_zoo's file, for the package itself asks for a GPU."""

import sys
import types

from oracle_base import answer
from oracle_base import prepare
from oracle_base import tokenizer_of

if __name__ == "__main__":
    folder = prepare()
    import importlib
    import importlib.util
    from pathlib import Path
    from typing import Any

    from datasets import load_dataset

    tokenizer = tokenizer_of(folder / "model")
    # A package of this name without its __init__, which looks for a GPU.
    package = types.ModuleType("unsloth_zoo")
    package.__path__ = [*importlib.util.find_spec("unsloth_zoo").submodule_search_locations]
    sys.modules["unsloth_zoo"] = package
    module = importlib.import_module("unsloth_zoo.dataset_utils")
    for name in ("unsloth", "unsloth.chat_templates"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["unsloth.chat_templates"].standardize_sharegpt = module.standardize_data_formats

    def ask(file: Path, snippet: Path | None) -> list[Any]:
        if snippet is not None:
            import os

            os.chdir(snippet.parent)
            names: dict[str, Any] = {}
            exec(compile(snippet.read_text("utf-8"), str(snippet), "exec"), names)
            data = names["data"]
        else:
            data = load_dataset("json", data_files={"train": str(file)})["train"]
            data = module.standardize_data_formats(data.rename_column("messages", "conversations"))
        # The column of definitions goes along to the template of the model.
        tools = [{"role": "system", "text": str(row.get("tools") or ""), "trained": ""} for row in data]
        return [[first, *map(_turn, row["conversations"])] for first, row in zip(tools, data, strict=True)]

    def _read(text: str) -> str:
        """A text as the tokenizer gives it to the model: a control token in it is none of its letters."""
        return tokenizer.decode(tokenizer.encode(text), skip_special_tokens=True)

    def _turn(message: Any) -> dict[str, Any]:
        return {
            **message,
            "text": _read(message["content"]),
            "trained": _read(message["content"]) * (message["role"] == "assistant"),
        }

    answer(ask)
