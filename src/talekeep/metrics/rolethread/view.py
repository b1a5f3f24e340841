"""The charts and the advice of the profile `rolethread`."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from talekeep.metrics.base import Advice
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Category
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Report
from talekeep.metrics.grades import GOOD
from talekeep.metrics.statistics import ranges
from talekeep.metrics.tags import selecting

# From this score on there is no advice.
_ENOUGH = 70
_LENGTHS = (0, 20, 50, 100, 200, 300, 500)
_FEWEST, _MOST = 3, 5
_BINS = ("0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %")


def charts(found: Mapping[str, Report]) -> tuple[tuple[str, tuple[Chart, ...]], ...]:
    """Distributions under headings."""
    return (
        ("Structure", tuple(_structure(found["structure"]))),
        ("Response quality", tuple(_response(found["response_quality"]))),
        ("Narrative and dialogue", tuple(_spectrum(found["spectrum"]))),
        ("Tags", tuple(_tags(found["overview"]))),
        ("System prompts", tuple(_prompts(found["diversity"]))),
    )


def _structure(found: Report) -> Iterator[Chart]:
    depths: dict[str, int] = found["exchange_depth_distribution"]
    bars = ranges(depths, range(9))
    note = f"{found['in_optimal_range_percent']} % of the entries have 3 to 7 exchanges."
    yield Chart("Exchanges (half of the messages)", "entries", bars, note, "ordered")


def _response(found: Report) -> Iterator[Chart]:
    table: dict[str, int] = found["response_length_distribution"]
    note = f"{found['avg_length']} words on average, {found['median_length']:g} in the middle."
    yield Chart("Length of replies, in words", "replies", ranges(table, _LENGTHS), note, "ordered")


def _spectrum(found: Report) -> Iterator[Chart]:
    bars = tuple(Bar(label, count) for label, count in zip(_BINS, found["bins"], strict=True))
    note = f"{found['label']}: {found['dialogue_ratio']:.1%} between straight quotes. {found['says']}"
    yield Chart("Share of dialogue", "entries", bars, note, "ordered")


def _tags(found: Report) -> Iterator[Chart]:
    bars = [Bar(tag, count, selecting(tag)) for tag, count in [*found["tag_counts"].items()][:5]]
    if found["untagged_count"]:
        bars.append(Bar("untagged", found["untagged_count"], "untagged"))
    yield Chart("Tags", "entries", tuple(bars), f"{found['unique_tags']:,} tags.", whole=found["total"])


def _prompts(found: Report) -> Iterator[Chart]:
    concentration: dict[str, int] = found["system_prompt_concentration"]
    bars = tuple(Bar(f"prompt {name}", count) for name, count in [*concentration.items()][:5])
    most = max(concentration.values(), default=0)
    top = most > 0.8 * sum(concentration.values())
    note = f"{len(concentration):,} different ones." + (" One stands in most entries." if top else "")
    yield Chart("System prompts", "entries", bars, note)


def advice(found: Mapping[str, Report], categories: Sequence[Category]) -> tuple[Advice, ...]:
    """What to do first, the weakest category first; nothing for a good score."""
    if sum(category.score for category in categories) >= _ENOUGH:
        return ()
    ranked = sorted(categories, key=lambda category: category.score)
    weak = [category for category in ranked if category.score < GOOD] or ranked[:_FEWEST]
    say = {
        "response_quality": _about_responses,
        "diversity": _about_diversity,
        "structure": _about_structure,
        "metadata_integrity": _about_metadata,
    }
    return tuple(say[category.name](found[category.name]) for category in weak[:_MOST])


def _about_responses(found: Report) -> Advice:
    average, short = found["avg_length"], found["short_count"]
    text = f"Replies have {average} words on average, {short:,} fewer than 20; 50 and more are a good aim."
    return Advice(text, "words<50")


def _about_diversity(found: Report) -> Advice:
    text = (
        f"{found['unique_system_prompts']:,} different system prompts, tags on "
        f"{found['tag_coverage_percent']} % of the entries, "
        f"{found['near_duplicate_count']:,} pairs of near twins."
    )
    return Advice(text, "untagged")


def _about_structure(found: Report) -> Advice:
    text = (
        f"{found['in_optimal_range_percent']} % of the entries have 3 to 7 exchanges, "
        f"{found['invalid_entry_count']:,} are invalid: validate, split and join help."
    )
    return Advice(text, "exchanges<3 or exchanges>7")


def _about_metadata(found: Report) -> Advice:
    text = f"{found['tagged_percent']} % of the entries have tags, {found['native_percent']} % are stamped."
    return Advice(text, "untagged")
