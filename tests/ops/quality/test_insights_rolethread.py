"""The score of a real RoleThread Lite folder, worked out by hand from its file and its registry."""

import math
from pathlib import Path

import pytest

from talekeep.ops.quality.insights import insights
from talekeep.ops.workspace.select import select


def test_the_group_chat_folder_scores_what_the_formulas_say(dataset, take, shared: Path):
    take(shared / "rolethread" / "group_chat" / "group_chat.jsonl")

    result = insights(dataset, profile="rolethread")

    # 115 replies of 8,019 words in all, 53 of them under 20 words; none is empty, and five hold "test" or
    # "todo" somewhere ("investigate", "past decade", …). 114 user messages, for 小明's has the role 小明.
    average = 8019 / 115
    assert 0.2 <= (2471 / 114) / average <= 2.0
    response = 15 * average / 300 + 5 * (1 - 5 / 115) + 5 - 5 * 53 / 115
    # Two prompts, ten wanted. 14 entries have no tag and 4 only archived ones: 32 of 50 are covered, 13 have
    # one that is not active. Seven active tags of four categories, used 14, 9, 9, 8, 3, 1 and 1 times.
    uses = [14, 9, 9, 8, 3, 1, 1]
    entropy = -sum(n / 45 * math.log2(n / 45) for n in uses) / math.log2(7)
    # Three pairs of near twins (shares of words 1, 1 and 0.93; the next is 0.87) of six entries.
    diversity = 8 * 2 / 10 + 6 * 32 / 50 + 5 * entropy + 3 * 4 / 4 + 3 * (1 - 6 / 50 / 0.25) - 2 * 13 / 50
    # All but 小明's valid; 16 entries of 3 exchanges and 3 of 4; every prompt there and long enough.
    structure = 10 * 49 / 50 + 8 * 19 / 50 + 3 + 4
    # All stamped, 32 with an active tag, all mapped; the registry is there and current.
    metadata = 8 + 7 * 32 / 50 + 5 + 2 + 3

    parts = [round(part, 2) for part in (response, diversity, structure, metadata)]
    assert parts == [10.96, 13.76, 19.84, 22.48]
    assert [category.score for category in result.categories] == parts
    assert result.score == round(sum(parts), 2) == 67.04
    assert result.label == "Fair"
    assert result.metrics["diversity"]["near_duplicate_count"] == 3
    assert result.metrics["structure"]["exchange_count_distribution"] == {"1": 7, "2": 24, "3-7": 19, "8+": 0}


# What RoleThread Lite 1.0.0 itself reports of its folders, opened in a fresh home.
FIGURES = {
    "dirty_handmade": (68.47, {"invalid_entry_count": 16, "short_count": 20, "mapped_percent": 100.0}),
    "empty_new": (0.0, {"invalid_entry_count": 0, "short_count": 0, "mapped_percent": 0.0}),
    "group_chat": (67.04, {"invalid_entry_count": 1, "short_count": 53, "ratio": 0.311}),
    "sharegpt_fastchat": (45.3, {"near_duplicate_count": 44, "short_count": 60, "tagged_percent": 0.0}),
    "sharegpt_tools": (50.39, {"invalid_entry_count": 32, "short_count": 46, "near_duplicate_count": 2}),
    "solo_roleplay": (71.23, {"invalid_entry_count": 0, "mapped_percent": 100.0}),
}


@pytest.mark.parametrize("folder", FIGURES)
def test_every_folder_has_the_figures_that_rolethread_reports(dataset, take, shared: Path, folder: str):
    score, figures = FIGURES[folder]
    take(shared / "rolethread" / folder)

    result = insights(dataset, profile="rolethread")

    reported = {key: value for report in result.metrics.values() for key, value in report.items()}
    assert result.score == score
    assert {key: reported[key] for key in figures} == figures
    assert result.metrics["spectrum"]["label"] == "Heavy Narrative"


@pytest.mark.parametrize("folder", FIGURES)
def test_each_query_selects_what_its_figure_counted(dataset, take, shared: Path, folder: str):
    take(shared / "rolethread" / folder)

    result = insights(dataset, profile="rolethread")

    flagged = [set(result.metrics[c.name]["flagged"]) for c in result.categories]
    for advice in result.recommendations:
        count = int(advice.text.rpartition(": ")[2].split()[0])
        assert advice.where is not None
        selected = {one.entry["id"] for one in select(dataset, dataset.now(), advice.where)}
        assert selected in flagged
        assert len(selected) == count
    for chart in (chart for section in result.sections for chart in section.charts):
        for bar in chart.bars:
            if bar.where is not None and chart.unit == "entries":
                assert len([*select(dataset, dataset.now(), bar.where)]) == bar.count


@pytest.mark.parametrize(("folder", "entries"), [("empty_new", 0), ("solo_roleplay", 77)])
def test_every_folder_can_be_judged(dataset, take, shared: Path, folder: str, entries: int):
    take(shared / "rolethread" / folder / f"{folder}.jsonl")

    for profile in ("rolethread", "default"):
        result = insights(dataset, profile=profile)
        assert result.entries == entries
        assert (result.score > 0) == (entries > 0)
