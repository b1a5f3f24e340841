"""The page of `fit`, the tokens it counts, and what `-` is."""

import json
from pathlib import Path

import pytest

from talekeep.ops.exchange.export import export
from talekeep.ops.exchange.training import fit_html
from talekeep.ops.exchange.training.fit import Lens
from talekeep.ops.exchange.training.fit import fit
from talekeep.ops.exchange.training.token_count import counter
from talekeep.training.writers.text import Template

PLAIN = [{"role": "user", "content": "Who goes there?"}, {"role": "assistant", "content": "A friend."}]
GREETING = [{"role": "assistant", "content": "Welcome."}, *PLAIN]
TEMPLATE = "{% for m in messages %}[{{ m.role }}] {{ m.content }} ~{% endfor %}"


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """One token a word or sign."""
    tokenizers = pytest.importorskip("tokenizers")
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    model.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


def test_tokens_are_those_of_the_rendered_text(dataset, take, tokenizer: Path) -> None:
    take([{"messages": PLAIN}])
    result = fit(dataset, ["trl"], lens=Lens(counter(tokenizer), Template(TEMPLATE)))
    # [ user ] Who goes there ? ~[ assistant ] A friend . ~
    assert (result.tokens, result.estimated) == (14, False)
    # From the end of the question on: ~[ assistant ] A friend . ~
    assert result.trained == result.trainers["trl"].trained == 7


def test_a_cut_leaves_the_tokens_before_it(dataset, take, tokenizer: Path) -> None:
    take([{"messages": PLAIN}, {"messages": [*PLAIN, *PLAIN]}])
    whole = fit(dataset, ["trl"], lens=Lens(counter(tokenizer))).trainers["trl"]
    cut = fit(dataset, ["trl"], lens=Lens(counter(tokenizer), max_length=15)).trainers["trl"]
    assert (whole.trained, whole.cut) == (3 * 7, 0)
    assert (cut.trained, cut.cut) == (2 * 7, 1)
    assert cut.tokens == 30


def test_weight_0_is_not_counted_as_trained(dataset, take) -> None:
    take([{"messages": [PLAIN[0], {**PLAIN[1], "weight": 0}, *PLAIN]}])
    result = fit(dataset, ["axolotl"])
    assert result.trained == fit(dataset, ["axolotl"], where="words<50").trained
    assert result.trained * 2 < result.tokens


def test_the_page_says_what_fit_says_and_runs_nothing(dataset, take) -> None:
    take([{"messages": PLAIN}, {"messages": GREETING}])
    page = fit_html.page(fit(dataset), dataset="<script>harbor")
    assert "<script" not in page
    assert "default-src 'none'" in page
    for text in ("LLaMA-Factory (sharegpt)", "--greeting opener", "a conversation that begins with a reply"):
        assert text in page
    assert "tokens" in page


def test_the_command_writes_the_page_and_reads_a_template_from_stdin(
    run, dataset, take, tmp_path: Path
) -> None:
    take([{"messages": [{**PLAIN[0], "name": "wren"}, PLAIN[1]]}])
    place = str(dataset.path)
    written = run("-C", place, "fit", "--for", "trl", "--html", str(tmp_path / "fit.html"))
    assert "TRL SFTTrainer" in (tmp_path / "fit.html").read_text("utf-8")
    assert written.code == 0
    config = json.dumps({"chat_template": "{% for m in messages %}{{ m.name }}{{ m.content }}{% endfor %}"})
    result = run("-C", place, "fit", "--for", "trl", "--template", "-", "--json", input=config)
    assert json.loads(result.out)["trainers"]["trl"]["kept"] == 1


def test_an_export_for_a_trainer_leaves_out_what_would_stop_its_run(dataset, take, tmp_path: Path) -> None:
    broken = {"id": "a", "type": "function", "function": {"name": "roll", "arguments": "2d6"}}
    take(
        [{"messages": PLAIN}, {"messages": [PLAIN[0], {**PLAIN[1], "content": None, "tool_calls": [broken]}]}]
    )
    result = export(dataset, tmp_path / "out.jsonl", trainer="axolotl")
    assert result.losses == {"whole entries: arguments of a call that are no JSON": 1}
    assert result.rows == 1
    kept = fit(dataset, ["axolotl"], profile=True).trainers["axolotl"]
    assert (kept.kept, kept.stops) == (1, 1)


def test_an_export_names_what_the_trainer_still_alters(dataset, take, tmp_path: Path) -> None:
    take([{"messages": [PLAIN[0], {**PLAIN[1], "weight": 0.5}]}])
    result = export(dataset, tmp_path / "out.jsonl", trainer="llama-factory", policies={"weights": "keep"})
    assert result.losses == {"weights of replies": 1}


@pytest.mark.parametrize("name", ["openai", "mistral", "together"])
def test_a_trainer_that_reads_lines_takes_tools_of_unlike_types(
    dataset, take, tmp_path: Path, name: str
) -> None:
    def tools(default: object) -> list[dict[str, object]]:
        place = {"type": "object", "properties": {"at": {"default": default}}}
        return [{"type": "function", "function": {"name": "look", "description": "", "parameters": place}}]

    take([{"messages": PLAIN, "tools": tools("sea")}, {"messages": GREETING, "tools": tools(7)}])
    assert export(dataset, tmp_path / "out.jsonl", trainer=name).entries == 2
