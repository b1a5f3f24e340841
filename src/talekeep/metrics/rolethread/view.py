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
# A query names no more entries than this.
_LISTED = 60
_BINS = ("0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %")


def charts(reports: Mapping[str, Report]) -> tuple[tuple[str, tuple[Chart, ...]], ...]:
    """Distributions under headings."""
    return (
        ("Structure", tuple(_structure(reports["structure"]))),
        ("Response quality", tuple(_response(reports["response_quality"]))),
        ("Narrative and dialogue", tuple(_spectrum(reports["spectrum"]))),
        ("Tags", tuple(_tags(reports["overview"]))),
        ("System prompts", tuple(_prompts(reports["diversity"]))),
    )


def _structure(report: Report) -> Iterator[Chart]:
    depths: dict[str, int] = report["exchange_depth_distribution"]
    bars = ranges(depths, range(9))
    note = f"{report['in_optimal_range_percent']} % of the entries have 3 to 7 exchanges."
    yield Chart("Exchanges (half of the messages)", "entries", bars, note, "ordered")


def _response(report: Report) -> Iterator[Chart]:
    table: dict[str, int] = report["response_length_distribution"]
    note = f"{report['avg_length']} words on average, {report['median_length']:g} in the middle."
    yield Chart("Length of replies, in words", "replies", ranges(table, _LENGTHS), note, "ordered")


def _spectrum(report: Report) -> Iterator[Chart]:
    bars = tuple(Bar(label, count) for label, count in zip(_BINS, report["bins"], strict=True))
    note = f"{report['label']}: {report['dialogue_ratio']:.1%} between straight quotes. {report['says']}"
    yield Chart("Share of dialogue", "entries", bars, note, "ordered")


def _tags(report: Report) -> Iterator[Chart]:
    bars = [Bar(tag, count, selecting(tag)) for tag, count in [*report["tag_counts"].items()][:5]]
    if report["untagged_count"]:
        bars.append(Bar("untagged", report["untagged_count"], "untagged"))
    yield Chart("Tags", "entries", tuple(bars), f"{report['unique_tags']:,} tags.", whole=report["total"])


def _prompts(report: Report) -> Iterator[Chart]:
    concentration: dict[str, int] = report["system_prompt_concentration"]
    bars = tuple(Bar(f"prompt {name}", count) for name, count in [*concentration.items()][:5])
    most = max(concentration.values(), default=0)
    top = most > 0.8 * sum(concentration.values())
    note = f"{len(concentration):,} different ones." + (" One stands in most entries." if top else "")
    yield Chart("System prompts", "entries", bars, note)


def advice(
    reports: Mapping[str, Report], categories: Sequence[Category], ids: Sequence[str]
) -> tuple[Advice, ...]:
    """What to do first, the weakest category first; nothing for a good score. Each query selects the entries
    that the category flags.

    Args:
        ids: the ids of all entries.
    """
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
    return tuple(
        _advice(say[category.name](reports[category.name]), reports[category.name]["flagged"], ids)
        for category in weak[:_MOST]
    )


def _advice(text: str, flagged: Sequence[str], ids: Sequence[str]) -> Advice:
    """The sentence with how many entries are flagged; what flags them no other query can ask."""
    count = f"{len(flagged):,} {'entry' if len(flagged) == 1 else 'entries'} to look at"
    if not 0 < len(flagged) <= _LISTED:
        return Advice(f"{text} {count}.")
    length = _unique_length(ids)
    return Advice(f"{text} {count}.", f"id:{','.join(sorted(one[:length] for one in flagged))}")


def _unique_length(ids: Sequence[str]) -> int:
    """How many characters of an id tell all of them apart; no fewer than 8."""
    longest = max(map(len, ids), default=0)
    return next((n for n in range(8, longest) if len({one[:n] for one in ids}) == len(ids)), longest)


def _about_responses(report: Report) -> str:
    average, short = report["avg_length"], report["short_count"]
    return f"Replies have {average} words on average, {short:,} fewer than 20; 50 and more are a good aim:"


def _about_diversity(report: Report) -> str:
    return (
        f"{report['unique_system_prompts']:,} different system prompts, tags on "
        f"{report['tag_coverage_percent']} % of the entries, "
        f"{report['near_duplicate_count']:,} pairs of near twins:"
    )


def _about_structure(report: Report) -> str:
    return (
        f"{report['in_optimal_range_percent']} % of the entries have 3 to 7 exchanges, "
        f"{report['invalid_entry_count']:,} are invalid; validate, split and join help:"
    )


def _about_metadata(report: Report) -> str:
    return f"{report['tagged_percent']} % of the entries have tags, {report['native_percent']} % are stamped:"
