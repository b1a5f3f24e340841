"""Ask TRL: the data that `SFTTrainer` has prepared. A snippet is run as it stands, its training included."""

from oracle_base import answer
from oracle_base import prepare
from oracle_base import tokenizer_of
from oracle_base import turns_of

if __name__ == "__main__":
    folder = prepare()
    import functools
    import os
    from pathlib import Path
    from typing import Any

    import trl
    from datasets import load_dataset
    from transformers import LlamaConfig
    from transformers import LlamaForCausalLM
    from trl import SFTConfig
    from trl import SFTTrainer

    tokenizer = tokenizer_of(folder / "model")
    size = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=8192, **size))
    model.save_pretrained(folder / "model")

    here = {"output_dir": str(folder / "out"), "report_to": "none", "use_cpu": True}
    # A snippet is written for a GPU; here it trains one step on the CPU.
    trl.SFTConfig = functools.partial(SFTConfig, **here, max_steps=1)

    def ask(file: Path, snippet: Path | None) -> list[Any]:
        if snippet is not None:
            os.chdir(snippet.parent)
            names: dict[str, Any] = {}
            source = snippet.read_text("utf-8").replace('"MODEL"', repr(str(folder / "model")))
            exec(compile(source, str(snippet), "exec"), names)
            prepared = names["trainer"].train_dataset
        else:
            data = load_dataset("json", data_files={"train": str(file)})["train"]
            settings = SFTConfig(max_length=8192, assistant_only_loss=True, **here)
            prepared = SFTTrainer(
                model, train_dataset=data, args=settings, processing_class=tokenizer
            ).train_dataset
        return [turns_of(tokenizer, list(row["input_ids"]), list(row["labels"])) for row in prepared]

    os.chdir(folder)
    answer(ask)
