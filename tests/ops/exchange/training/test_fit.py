"""`fit` foretells what trainers do, entry by entry, and names the policy that avoids it."""

import json
from pathlib import Path

import pytest

from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.ops.exchange.export import export
from talekeep.ops.exchange.training.fit import fit
from talekeep.ops.exchange.training.lens import Lens
from talekeep.ops.exchange.training.token_count import TokenCount
from talekeep.ops.exchange.training.token_count import counter
from talekeep.ops.library import sources
from talekeep.training.trainers import TRAINERS
from talekeep.training.writers.text import Template

PLAIN = [{"role": "user", "content": "Who goes there?"}, {"role": "assistant", "content": "A friend."}]
GREETING = [{"role": "assistant", "content": "Welcome."}, *PLAIN]


@pytest.fixture
def two(dataset, take):
    took = take([{"messages": PLAIN}, {"messages": GREETING}])
    return [row.id for row in took.added]


def test_each_entry_has_one_fate_and_each_reason_its_entries(dataset, two) -> None:
    result = fit(dataset, ["llama-factory"])
    trainer = result.trainers["llama-factory"]
    assert (result.entries, trainer.kept, trainer.dropped) == (2, 1, 1)
    (reason,) = trainer.reasons
    assert (reason.entries, reason.examples, reason.policy) == (1, [two[1]], "greeting=opener")


def test_the_policy_it_names_avoids_the_reason(dataset, two) -> None:
    opened = fit(dataset, ["llama-factory"], policies={"greeting": "opener"})
    for each in (opened, fit(dataset, ["llama-factory"], profile=True)):
        assert each.trainers["llama-factory"].kept == 2


def test_all_trainers_are_asked_without_a_name_and_a_query_selects(dataset, two) -> None:
    result = fit(dataset, where="exchanges>=1 messages=2")
    assert result.entries == 1
    assert len(result.trainers) == 8


def test_too_long_rows_are_cut_or_dropped_as_the_trainer_does(dataset, two) -> None:
    result = fit(dataset, ["trl", "axolotl"], lens=Lens(max_length=3))
    assert result.trainers["trl"].cut == 2
    assert result.trainers["axolotl"].stops == 2
    assert result.estimated


@pytest.mark.parametrize("name", TRAINERS)
def test_fit_measures_by_the_length_that_the_exported_configuration_sets(
    dataset, two, name, tmp_path
) -> None:
    measured = fit(dataset, [name]).trainers[name]
    written = export(dataset, tmp_path / "train.jsonl", trainer=name)
    text = (tmp_path / written.files[1]).read_text("utf-8")
    assert measured.max_length == TRAINERS[name].MAX_LENGTH[0]
    assert str(measured.max_length) in text or name in ("openai", "together")
    longer = export(dataset, tmp_path / "l.jsonl", trainer=name, order=Recipe(max_length=4321))
    text = (tmp_path / longer.files[1]).read_text("utf-8")
    assert "4321" in text or name in ("openai", "together")


def test_rows_over_the_trainers_own_limit_are_counted_beside(dataset, take) -> None:
    take([{"messages": [PLAIN[0], {"role": "assistant", "content": "word " * 1000}]}])
    counted = fit(dataset, ["axolotl"]).trainers["axolotl"]
    assert (counted.kept, counted.own_length, counted.over_own_length) == (1, 512, 1)


def test_a_scene_cut_at_the_length_fits(dataset, take, tmp_path: Path) -> None:
    scene = [{**message, "content": f"{n} " + "word " * 40} for n in range(9) for message in PLAIN]
    take([{"messages": scene}])
    lens = Lens(max_length=300)
    assert fit(dataset, ["axolotl"], lens=lens).trainers["axolotl"].stops == 1
    for cut in ("length", "length:1"):
        assert fit(dataset, ["axolotl"], lens=lens, policies={"cut": cut}).trainers["axolotl"].kept == 1
    out = tmp_path / "train.jsonl"
    result = export(
        dataset, out, trainer="axolotl", policies={"cut": "length:1"}, order=Recipe(max_length=300)
    )
    rows = [json.loads(line)["messages"] for line in out.read_text("utf-8").splitlines()]
    assert result.alterations["long scenes cut into pieces"] == 1
    trained = [m["content"] for row in rows for m in row if m["role"] == "assistant" and m.get("weight") != 0]
    assert trained == [m["content"] for m in scene if m["role"] == "assistant"]


def test_control_tokens_are_those_of_the_tokenizer_or_of_the_template(dataset, take) -> None:
    take([{"messages": [PLAIN[0], {"role": "assistant", "content": "A<|eot_id|>friend."}]}])
    llama, chatml = Template("<|start_header_id|>{{ messages }}"), Template("<|im_start|>{{ messages }}")
    for lens, altered in (
        (Lens(), 1),
        (Lens(template=llama), 1),
        (Lens(template=chatml), 0),
        (Lens(TokenCount(None, ("<|eot_id|>",)), chatml), 1),
        (Lens(TokenCount(None, ()), llama), 0),
    ):
        assert fit(dataset, ["axolotl"], lens=lens).trainers["axolotl"].altered == altered
    assert fit(dataset, ["mistral"]).trainers["mistral"].kept == 1


def test_definitions_of_tools_are_tokens_too(dataset, take) -> None:
    tools = [{"type": "function", "function": {"name": "roll", "description": "word " * 100}}]
    take([{"messages": PLAIN}, {"messages": GREETING, "tools": tools}])
    assert fit(dataset, ["trl"]).longest > 100


def test_an_unknown_trainer_is_a_usage_error_with_the_close_one(dataset, two) -> None:
    with pytest.raises(Usage) as error:
        fit(dataset, ["axolotle"])
    assert error.value.hint == "one of axolotl"


def test_a_tokenizer_file_counts_exactly(dataset, two, tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    words = {
        word: n
        for n, word in enumerate(["[UNK]", "Who", "goes", "there", "?", "A", "friend", ".", "Welcome"])
    }
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    model.save(str(tmp_path / "tokenizer.json"))

    answer = fit(dataset, ["trl"], lens=Lens(counter(tmp_path / "tokenizer.json")))

    assert (answer.estimated, answer.longest) == (False, 9 + 3 * 4)


def test_a_file_that_is_no_tokenizer_is_refused(dataset, two, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(Refused):
        counter(tmp_path / "no.json")
    with pytest.raises(NotFound):
        counter(tmp_path / "missing.json")


def test_a_folder_of_an_export_loads_as_a_dataset(dataset, two, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    folder = tmp_path / "fold"
    folder.mkdir()
    export(dataset, folder / "clean.jsonl", clean=True)
    export(dataset, folder / "axolotl.jsonl", trainer="axolotl")

    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))["train"]

    assert len(loaded) == 4


def test_strict_writes_nothing_where_anything_would_be_lost(dataset, take, tmp_path: Path) -> None:
    take([{"messages": [{**PLAIN[0], "avatar": "a.png"}, PLAIN[1]]}])
    with pytest.raises(Negative, match="avatar"):
        export(dataset, tmp_path / "out.jsonl", clean=True, strict=True)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_policy_needs_a_clean_export(dataset, two, tmp_path: Path) -> None:
    with pytest.raises(Usage) as error:
        export(dataset, tmp_path / "out.jsonl", clean=False, policies={"names": "drop"})
    assert error.value.hint == "--clean"


def test_columns_of_two_types_are_refused_with_their_rows(dataset, take, tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "A friend."}]
    take([{"messages": PLAIN}, {"messages": [PLAIN[0], {"role": "assistant", "content": parts}]}])
    with pytest.raises(Refused, match=r"messages\.content is text \(rows 1, 2\) and list \(row 2\)") as mixed:
        export(dataset, tmp_path / "out.jsonl", clean=True)
    assert "--parts text" in mixed.value.hint
    mended = export(dataset, tmp_path / "text.jsonl", clean=True, policies={"parts": "text"})
    assert mended.warnings == {}


def test_a_file_is_refused_too_where_a_licence_is_asked_for_and_not_known(
    dataset, two, tmp_path: Path
) -> None:
    asked = Recipe(require_licence=True)
    for trainer in (None, "trl"):
        with pytest.raises(Refused, match="no licence is known of"):
            export(dataset, tmp_path / "out.jsonl", clean=True, trainer=trainer, order=asked)
    assert not (tmp_path / "out.jsonl").exists()
    sources.edit_source(dataset, ["chat"], {"licence": "CC-BY-4.0"})
    assert export(dataset, tmp_path / "out.jsonl", clean=True, order=asked).rows == 2
