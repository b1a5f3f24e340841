"""What the programs that ask a trainer share. They run in the environment of the trainers, without Talekeep.

A program is started as `ask_NAME.py JOB.json ANSWER.json`. The job is a list of
`{"name", "file", "snippet"}`, the answer `{name: {"error": text, "rows": [turns]}}`, a turn
`{"role", "text", "trained", "ended"}`. `trained` is the part of the text that has labels, `ended` whether its
end has one. A row that the trainer leaves out is missing.
"""

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

OPEN, CLOSE = "<|im_start|>", "<|im_end|>"
# As an instruct model's of today: every role and text, tools and their calls; no names, no reasoning.
TEMPLATE = (
    "{% if tools %}<|im_start|>system\n{{ tools | tojson }}<|im_end|>\n{% endif %}"
    "{% for message in messages %}{% if message.role == 'assistant' %}<|im_start|>assistant\n"
    "{% generation %}{{ message.content if message.content is not none else '' }}"
    "{% for call in message.tool_calls or [] %}{% set arguments = call.function.arguments %}"
    '{"name": "{{ call.function.name }}", "arguments": '
    "{{ arguments if arguments is string else arguments | tojson }}}{% endfor %}<|im_end|>\n"
    "{% endgeneration %}{% else %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer_of(folder: Path) -> Any:
    """A tokenizer of single bytes, saved in a folder: what it encodes comes back letter for letter."""
    from tokenizers import AddedToken
    from tokenizers import Tokenizer
    from tokenizers.decoders import ByteLevel as Decoder
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import PreTrainedTokenizerFast

    letters = sorted(ByteLevel.alphabet())
    model = Tokenizer(BPE({letter: number for number, letter in enumerate(letters)}, []))
    model.pre_tokenizer = ByteLevel(add_prefix_space=False)
    model.decoder = Decoder()
    model.add_special_tokens([AddedToken(token, special=True) for token in (OPEN, CLOSE, "<|endoftext|>")])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=model, eos_token=CLOSE, pad_token="<|endoftext|>", chat_template=TEMPLATE
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def turns_of(tokenizer: Any, ids: list[int], labels: list[int]) -> list[dict[str, Any]]:
    """The turns of a sequence in ChatML."""
    opening, closing = (tokenizer.convert_tokens_to_ids(token) for token in (OPEN, CLOSE))
    turns: list[dict[str, Any]] = []
    body: list[tuple[int, int]] | None = None
    for token, label in zip(ids, labels, strict=True):
        if token == opening:
            body = []
        elif token == closing and body is not None:
            turns.append(_turn(tokenizer, body) | {"ended": label != -100})
            body = None
        elif body is not None:
            body.append((token, label))
    return turns


def _turn(tokenizer: Any, body: list[tuple[int, int]]) -> dict[str, Any]:
    def text_of(tokens: list[int]) -> str:
        return tokenizer.decode(tokens, clean_up_tokenization_spaces=False)

    role, _, text = text_of([token for token, _ in body]).partition("\n")
    # The line with the role may have labels of its own; only what follows it is the turn's text.
    start = len((role + "\n").encode())
    return {"role": role, "text": text, "trained": text_of([t for t, label in body[start:] if label != -100])}


def answer(ask: Callable[[Path, Path | None], list[Any]]) -> None:
    """Ask for every file of the job; whatever the trainer raises is its answer."""
    job, out = map(Path, sys.argv[1:3])
    answers = {}
    for each in json.loads(job.read_text("utf-8")):
        snippet = Path(each["snippet"]) if each.get("snippet") else None
        try:
            answers[each["name"]] = {"error": "", "rows": ask(Path(each["file"]), snippet)}
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            answers[each["name"]] = {"error": f"{type(error).__name__}: {error}"[:300], "rows": []}
    out.write_text(json.dumps(answers), "utf-8")


def prepare() -> Path:
    """No hub, no network, a cache of this process's own; returns the folder of the process."""
    folder = Path(sys.argv[2]).parent / f"work-{Path(sys.argv[0]).stem}"
    folder.mkdir()
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE", "DISABLE_VERSION_CHECK"):
        os.environ[name] = "1"
    os.environ |= {
        "HF_HOME": str(folder / "hub"),
        "TOKENIZERS_PARALLELISM": "false",
        "WANDB_DISABLED": "true",
    }
    os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
    local = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if not isinstance(address, str | bytes):
            raise OSError("no network in this test")
        local(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    return folder


def rows_in(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
