"""Ask LLaMA-Factory's engine v1: its `DataEngine` on a local file, and its renderer of `qwen3_nothink`."""

from oracle_base import OPEN
from oracle_base import answer
from oracle_base import prepare
from oracle_base import tokenizer_of
from oracle_base import turns_of

if __name__ == "__main__":
    folder = prepare()
    import shlex
    from pathlib import Path
    from typing import Any

    from llamafactory.v1.core.data_engine import DataEngine
    from llamafactory.v1.core.utils.rendering import Renderer

    tokenizer = tokenizer_of(folder / "model")

    def ask(file: Path, snippet: Path | None) -> list[Any]:
        path = file
        if snippet is not None:
            words = shlex.split(snippet.read_text("utf-8"))
            path = snippet.parent / words[words.index("--train_dataset") + 1]
        engine = DataEngine(str(path))
        samples = [engine[number] for number in range(len(engine))]
        inputs = Renderer("qwen3_nothink", tokenizer).process_samples(samples)
        return [_turns(row) for row in inputs]

    def _turns(row: Any) -> list[dict[str, Any]]:
        turns = turns_of(tokenizer, list(row["input_ids"]), list(row["labels"]))
        opening = tokenizer.convert_tokens_to_ids(OPEN)
        weights = [
            w for token, w in zip(row["input_ids"], row["loss_weights"], strict=True) if token == opening
        ]
        # A control token in a text opens a turn that has no end, and is none.
        return [turn | {"weight": weight} for turn, weight in zip(turns, weights, strict=False)]

    answer(ask)
