"""The profile `rolethread` against the peer's formulas, worked out here for sets small enough to count."""

import math
from typing import Any

import pytest

from talekeep.core.finding import Finding
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Judged
from talekeep.metrics.grades import grade
from talekeep.metrics.grades import label
from talekeep.metrics.profiles import PROFILES
from talekeep.metrics.rolethread.tally import dialogue
from talekeep.metrics.rolethread.tally import is_placeholder
from talekeep.metrics.tally import total

PROFILE = PROFILES["rolethread"]


def entry(number: int, *texts: str, system: str = "", tags: tuple[str, ...] = (), name: str = "") -> Any:
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    messages += [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]
    if name:
        messages[-1]["name"] = name
    return {"id": f"e{number}", "messages": messages, "tags": [*tags]}


def judged(
    entries: list[dict[str, Any]],
    findings: list[list[Finding]] | None = None,
    sidecars: list[dict[str, Any]] | None = None,
    **frame: Any,
) -> Judged:
    values = {
        "entry": entries,
        "findings": findings or [[] for _ in entries],
        "sidecar": sidecars or [{} for _ in entries],
    }
    by_id = {e["id"]: e for e in entries}
    known = Frame(entries=len(entries), read=lambda ids: {i: by_id[i] for i in ids}, **frame)
    by_name = {m.name: m.report(total(map(m.measure, values[m.sees])), known) for m in PROFILE.metrics}
    return PROFILE.judge(by_name, known)


def words(count: int, word: str = "lamp") -> str:
    return " ".join([word] * count)


def test_response_quality():
    rows = [
        entry(1, words(30), words(100)),
        entry(2, words(10), words(10), words(20), "Yes"),
        entry(3, "a", ""),
    ]

    result = judged(rows)

    # Replies of 100, 10, 1 and 0 words; the user wrote 30, 10, 20 and 1.
    average, ratio = 111 / 4, (61 / 4) / (111 / 4)
    score = 15 * average / 300 + 5 * (1 - (1 / 4 + 1 / 4)) + 5 - 5 * 3 / 4
    report = result.metrics["response_quality"]
    assert 0.2 <= ratio <= 2.0
    assert report["score"] == round(score, 2)
    assert (report["avg_length"], report["median_length"], report["ratio"]) == (27.75, 5.5, round(ratio, 3))
    assert (report["empty_count"], report["short_count"], report["placeholder_count"]) == (1, 3, 1)
    assert report["flagged"] == ["e2", "e3"]


@pytest.mark.parametrize(
    ("asked", "points"), [(40, 5), (20, 5), (10, 3), (9, 0), (200, 5), (500, 3), (501, 0)]
)
def test_the_ratio_has_bands(asked: int, points: int):
    result = judged([entry(1, words(asked), words(100))])

    assert result.metrics["response_quality"]["score"] == 15 * 100 / 300 + 5 + points


def test_placeholders_are_found_inside_words_as_there():
    assert is_placeholder("the latest news from afar", 5)
    assert is_placeholder("Yes", 1)
    assert not is_placeholder("  ", 0)
    assert not is_placeholder("Two words", 2)


def test_diversity():
    rows = [
        entry(1, words(9, "one"), "a b c", system="Prompt A", tags=("noir", "lost")),
        entry(2, words(9, "two"), "d e f", system="prompt  a", tags=("noir",)),
        entry(3, words(9, "three"), "g h i", system="Prompt B", tags=("rain",)),
        entry(4, words(9, "four"), "j k l"),
    ]

    report = judged(rows, tags={"noir": "genre", "rain": "mood"}).metrics["diversity"]

    entropy = -(2 / 3 * math.log2(2 / 3) + 1 / 3 * math.log2(1 / 3))
    score = 8 * 2 / 4 + 6 * 3 / 4 + 5 * entropy + 3 * 2 / 4 + 3 - 2 * 1 / 4
    assert report["score"] == round(score, 2)
    assert (report["unique_system_prompts"], report["system_prompt_diversity_ratio"]) == (2, 0.5)
    assert (report["tag_coverage_percent"], report["tag_entropy"]) == (75.0, round(entropy, 3))
    assert report["flagged"] == ["e1"]


def test_near_twins_count_by_pairs_and_lower_the_score_by_entries():
    text = " ".join(f"word{n}" for n in range(40))
    rows = [entry(1, text, "a"), entry(2, text, "a"), entry(3, text, "a b")]
    rows += [entry(n, f"quite{n} other{n} words{n}", f"here{n}") for n in range(4, 24)]

    report = judged(rows).metrics["diversity"]

    # One word more is a share of 41/42 still, if the bands agree; the equal pair is found in any case.
    assert report["near_duplicate_count"] in (1, 3)
    assert report["near_duplicate_pairs"][0] == ["e1", "e2"]
    assert report["flagged"][:2] == ["e1", "e2"]


def test_structure():
    long, short = "You keep the lighthouse at Harrow Point, all alone.", "You keep it."
    rows = [
        entry(1, *["a", "b"] * 3, system=long),
        entry(2, *["a", "b"] * 2, system=short),
        entry(3, *["a", "b"] * 8),
    ]
    error = [Finding("T201", "missing-system-prompt", "error", "m", entry="e3")]

    report = judged(rows, [[], [Finding("X301", "refusal", "warning", "m", entry="e2")], error]).metrics[
        "structure"
    ]

    assert report["score"] == round(10 * 2 / 3 + 8 * 1 / 3 + 3 * 2 / 3 + 4 * 1 / 3, 2)
    assert report["exchange_count_distribution"] == {"1": 0, "2": 1, "3-7": 1, "8+": 1}
    assert (report["in_optimal_range_percent"], report["validation_pass_rate"]) == (33.33, 66.67)
    assert report["flagged"] == ["e3", "e2"]


def test_metadata_integrity():
    rows = [
        entry(1, "a", "b", tags=("t",), name="mara"),
        entry(2, "a", "b"),
        entry(3, "a", "b"),
        entry(4, "a"),
    ]
    sidecars = [{"id": f"e{n}", "source": {"from": "old" if n < 4 else "new"}} for n in range(1, 5)]

    known = {"stamped": frozenset({"old"}), "registry": True, "mapped": frozenset({"mara"})}
    result = judged(rows, sidecars=sidecars, tags={"t": ""}, **known)

    assert result.metrics["metadata_integrity"]["score"] == 8 * 3 / 4 + 7 * 1 / 4 + 5 * 1 / 4 + 2 + 3
    without = judged(rows[1:], sidecars=sidecars[1:])
    assert without.metrics["metadata_integrity"]["score"] == 5.0


def test_tagged_counts_active_tags_and_mapped_counts_characters_a_registry_holds():
    rows = [entry(1, "a", "b", tags=("retired",), name="nobody"), entry(2, "a", "b", tags=("t",))]

    report = judged(rows, tags={"t": ""}, mapped=frozenset({"mara"})).metrics["metadata_integrity"]

    assert (report["tagged_percent"], report["mapped_percent"]) == (50.0, 100.0)
    assert report["score"] == 7 / 2 + 5


def test_dialogue_is_what_stands_between_straight_quotes():
    assert dialogue('"Who?" she asks.') == 4 / 16
    assert dialogue("“Who?” she asks.") == 0.0
    assert dialogue('6" of rope, 8" of chain') == len(" of rope, 8") / 23
    assert dialogue('\\"Who\\"') == 3 / 7
    assert dialogue("") == 0.0


def test_bands_and_labels():
    assert [grade(n) for n in (100, 90, 89.99, 70, 50, 30, 29)] == [
        *("Excellent", "Excellent", "Good", "Good", "Fair", "Needs Attention", "Significant Issues"),
    ]
    assert [label(n) for n in (23, 22.9, 18, 13, 7, 6.9)] == [
        *("Excellent", "Good", "Good", "Fair", "Needs Attention", "Significant Issues"),
    ]


def test_advice_comes_below_seventy_and_the_weakest_category_first():
    rows = [entry(n, words(50), words(300), system=f"{words(20)} {n}", tags=("noir",)) for n in range(12)]
    poor = judged([entry(1, "a", "b")])

    good = judged(rows, tags={"noir": "genre"}, registry=True)
    # 15 + 5 + 3, 8 + 6 + 0.75 + 3, 10 + 3 + 4 and 7 + 5 + 2 + 3 points.
    assert sum(category.score for category in good.categories) == 23 + 17.75 + 17 + 17
    assert good.advice == ()
    weak = sorted((c for c in poor.categories if c.score < 18), key=lambda category: category.score)
    assert [advice.text.split()[0] for advice in poor.advice] == [_BEGINS[c.name] for c in weak]


_BEGINS = {
    "response_quality": "Replies",
    "diversity": "0",
    "structure": "0.0",
    "metadata_integrity": "0.0",
}


def test_an_empty_dataset_has_no_points():
    result = judged([])

    assert [(c.score, c.label) for c in result.categories] == [(0.0, "Significant Issues")] * 4
    assert result.advice == ()
