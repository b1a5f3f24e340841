"""The profile `rolethread`: the score of RoleThread Lite 1.0.0, by its formulas, bands and labels.

What it asks of its own files is answered by what became of them here: an entry is stamped when it came from
one of its datasets, mapped when a character that a registry holds speaks in it, and the registry is the
dataset's libraries, which are never out of date.
"""

import json
import math
from collections.abc import Iterable
from collections.abc import Mapping
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.metrics.base import Category
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Judged
from talekeep.metrics.base import Points
from talekeep.metrics.base import Profile
from talekeep.metrics.base import Report
from talekeep.metrics.duplicates.simhash import Print
from talekeep.metrics.duplicates.simhash import twins
from talekeep.metrics.duplicates.simhash import words_of
from talekeep.metrics.grades import clamped
from talekeep.metrics.grades import label
from talekeep.metrics.rolethread.tally import METRICS
from talekeep.metrics.rolethread.view import advice
from talekeep.metrics.rolethread.view import charts
from talekeep.metrics.statistics import mean
from talekeep.metrics.statistics import median
from talekeep.metrics.statistics import ranked
from talekeep.metrics.statistics import share
from talekeep.metrics.statistics import within
from talekeep.metrics.tags import entropy
from talekeep.metrics.tally import Tally
from talekeep.metrics.voice import SPECTRUM


def judge(reports: Mapping[str, Report], frame: Frame) -> Judged:
    """The tallies of `METRICS` as RoleThread Lite reports them."""
    entry, findings, sidecar = (reports[metric.name] for metric in METRICS)
    by_tags = [(json.loads(tags), ids) for tags, ids in entry.get("tags", {}).items()]
    parts = [
        _response(entry, frame.entries),
        _diversity(entry, by_tags, frame),
        _structure(entry, findings, frame.entries),
        _metadata(entry, sidecar, by_tags, frame),
    ]
    metrics = {category.name: report for category, report in parts}
    metrics |= {"spectrum": _spectrum(entry), "overview": _overview(entry, findings, by_tags, frame)}
    categories = tuple(category for category, _ in parts)
    ids = [entry_id for _, entries in by_tags for entry_id in entries]
    return Judged(metrics, categories, charts(metrics), advice(metrics, categories, ids) if ids else ())


_Tagged: TypeAlias = list[tuple[list[str], list[str]]]
_Part: TypeAlias = tuple[Category, Report]


def _made(name: str, title: str, points: tuple[Points, ...], report: Report, *, scored: bool) -> _Part:
    score = clamped(sum(each.points for each in points)) if scored else 0.0
    shown = tuple(Points(p.name, round(p.points, 2), p.of, p.measured) for p in points)
    return Category(name, title, score, label(score), shown), {"score": score, **report}


def _response(entry: Tally, entries: int) -> _Part:
    table: dict[str, int] = entry.get("replies", {})
    count, users = sum(table.values()), entry.get("users", {"messages": 0, "words": 0})
    average = mean(table)
    ratio = share(share(users["words"], users["messages"]), average)
    empty, hollow, short = (entry.get(key, 0) for key in ("empty", "placeholder", "short"))
    balance = 5 if 0.2 <= ratio <= 2.0 else 3 if 0.1 <= ratio <= 5.0 else 0
    useless = min(share(empty, count) + share(hollow, count), 1)
    points = (
        Points("length", 15 * min(average / 300, 1), 15, f"{average:.2f} words on average"),
        Points("says something", 5 * (1 - useless), 5, f"{empty} empty, {hollow} placeholders"),
        Points("balance", balance, 5, f"{ratio:.3f} words of the user for one of the assistant"),
        Points("short replies", -5 * share(short, count), 0, f"{short} under 20 words"),
    )
    report = {
        "avg_length": round(average, 2),
        "median_length": round(median(table), 2),
        "empty_count": empty,
        "short_count": short,
        "placeholder_count": hollow,
        "ratio": round(ratio, 3),
        "response_length_distribution": {key: table[key] for key in sorted(table, key=int)},
        "flagged": entry.get("odd_replies", []),
    }
    return _made("response_quality", "Response quality", points, report, scored=count > 0 and entries > 0)


def _diversity(entry: Tally, by_tags: _Tagged, frame: Frame) -> _Part:
    n, prompts = frame.entries, entry.get("prompts", {})
    covered = sum(len(ids) for tags, ids in by_tags if any(tag in frame.tags for tag in tags))
    unresolved = [i for tags, ids in by_tags if any(tag not in frame.tags for tag in tags) for i in ids]
    used: dict[str, int] = {}
    for tags, ids in by_tags:
        for tag in tags:
            if tag in frame.tags:
                used[tag] = used.get(tag, 0) + len(ids)
    categories = {frame.tags[tag] for tag in used} - {""}
    prints = [Print(name, words, size, int(bits, 16)) for name, words, size, bits in entry.get("prints", [])]
    near = twins(prints, lambda ids: {name: _words(e) for name, e in frame.read(ids).items()})
    rate = share(len(near.entries), n)
    even = entropy(used.values())
    points = (
        Points("prompts", 8 * min(share(len(prompts), min(n, 10)), 1), 8, f"{len(prompts)} different ones"),
        Points("tag coverage", 6 * share(covered, n), 6, f"{covered} of {n} entries"),
        Points("tag entropy", 5 * even, 5, f"{even:.3f}"),
        Points("categories", 3 * min(len(categories) / 4, 1), 3, f"{len(categories)} used"),
        Points("near twins", 3 * (1 - min(rate / 0.25, 1)), 3, f"{near.count} pairs"),
        Points("unknown tags", -2 * min(share(len(unresolved), n), 1), 0, f"{len(unresolved)} entries"),
    )
    report = {
        "unique_system_prompts": len(prompts),
        "total_entries": n,
        "system_prompt_diversity_ratio": round(share(len(prompts), n), 3),
        "tag_coverage_percent": round(100 * share(covered, n), 2),
        "tag_entropy": round(even, 3),
        "category_coverage_count": len(categories),
        "near_duplicate_count": near.count,
        "near_duplicate_pairs": [list(pair) for pair in near.pairs],
        "near_duplicates_capped": near.capped,
        "system_prompt_concentration": dict(ranked(prompts)),
        "flagged": [*dict.fromkeys([*near.entries, *unresolved])],
    }
    return _made("diversity", "Diversity", points, report, scored=n > 0)


def _words(entry: Entry) -> frozenset[str]:
    return words_of(" ".join(map(text_of, messages_of(entry))))


def _structure(entry: Tally, findings: Tally, n: int) -> _Part:
    table: dict[str, int] = entry.get("exchanges", {})
    invalid, also = findings.get("invalid", []), findings.get("also", [])
    missing, short = entry.get("missing_prompt", []), entry.get("short_prompt", [])
    optimal, present = within(table, 3, 7), n - len(missing)
    points = (
        Points("valid", 10 * share(n - len(invalid), n), 10, f"{len(invalid)} invalid"),
        Points("3 to 7 exchanges", 8 * share(optimal, n), 8, f"{optimal} of {n} entries"),
        Points("system prompt", 3 * share(present, n), 3, f"{len(missing)} missing"),
        Points("long enough", 4 * share(present - len(short), n), 4, f"{len(short)} under 50 characters"),
    )
    buckets = {"1": (0, 1), "2": (2, 2), "3-7": (3, 7), "8+": (8, None)}
    report = {
        "validation_pass_rate": round(100 * share(n - len(invalid), n), 2),
        "invalid_entry_count": len(invalid),
        "avg_exchange_count": round(mean(table), 2),
        "exchange_count_distribution": {name: within(table, *edges) for name, edges in buckets.items()},
        "exchange_depth_distribution": {key: table[key] for key in sorted(table, key=int)},
        "in_optimal_range_percent": round(100 * share(optimal, n), 2),
        "short_system_prompt_count": len(short),
        "missing_system_prompt_count": len(missing),
        "flagged": [*dict.fromkeys([*invalid, *short, *missing, *also])],
    }
    return _made("structure", "Structure", points, report, scored=n > 0)


def _metadata(entry: Tally, sidecar: Tally, by_tags: _Tagged, frame: Frame) -> _Part:
    n = frame.entries
    stamped = {i for name, ids in sidecar.get("from", {}).items() if name in frame.stamped for i in ids}
    mapped, unmapped = _mapped(entry, frame)
    untagged = [i for tags, ids in by_tags if not any(tag in frame.tags for tag in tags) for i in ids]
    maps = share(len(mapped), n) if mapped else float(n > 0)
    there = int(frame.registry)
    points = (
        Points("stamped", 8 * share(len(stamped), n), 8, f"{len(stamped)} of {n} entries"),
        Points("tagged", 7 * share(n - len(untagged), n), 7, f"{n - len(untagged)} of {n} entries"),
        Points("characters", 5 * maps, 5, f"{len(mapped)} entries"),
        Points("registry", 2 * there, 2, "there" if there else "none"),
        Points("registry is current", 3 * there, 3, "yes" if there else "none"),
    )
    report = {
        "native_percent": round(100 * share(len(stamped), n), 2),
        "tagged_percent": round(100 * share(n - len(untagged), n), 2),
        "mapped_percent": round(100 * maps, 2),
        "sidecar_present": bool(there),
        "sidecar_current": bool(there),
        "flagged": _flagged(mapped, unmapped, stamped, untagged),
    }
    return _made("metadata_integrity", "Metadata integrity", points, report, scored=n > 0)


def _mapped(entry: Tally, frame: Frame) -> tuple[list[str], list[str]]:
    """The entries in which somebody speaks whom a registry maps, and all others."""
    result: tuple[list[str], list[str]] = ([], [])
    for names, ids in entry.get("speakers", {}).items():
        result[frame.mapped.isdisjoint(json.loads(names))].extend(ids)
    return result


def _flagged(
    mapped: list[str], unmapped: list[str], stamped: Iterable[str], untagged: list[str]
) -> list[str]:
    known = set(stamped)
    foreign = [i for i in (*mapped, *unmapped) if i not in known]
    return [*dict.fromkeys([*foreign, *untagged, *(unmapped if mapped else ())])]


def _spectrum(entry: Tally) -> Report:
    shares = entry.get("dialogue", [])
    ratio = share(math.fsum(shares), len(shares))
    bins = [0] * 5
    for each in shares:
        bins[min(int(each * 5), 4)] += 1
    name, says = next((label, says) for limit, label, says in SPECTRUM[1:] if ratio < limit)
    return {"dialogue_ratio": round(ratio, 3), "label": name.title(), "says": says, "bins": bins}


def _overview(entry: Tally, findings: Tally, by_tags: _Tagged, frame: Frame) -> Report:
    table, n = entry.get("exchanges", {}), frame.entries
    tags: dict[str, int] = {}
    for names, ids in by_tags:
        for tag in names:
            tags[tag] = tags.get(tag, 0) + len(ids)
    categories: dict[str, int] = {}
    for tag, count in tags.items():
        name = frame.tags.get(tag, "")
        name = frame.categories.get(name, name) or "Unknown"
        categories[name] = categories.get(name, 0) + count
    lengths = entry.get("reply_characters", {})
    characters = entry.get("characters", {"user": 0, "assistant": 0, "entry": 0})
    users = entry.get("users", {"messages": 0})["messages"]
    return {
        "total": n,
        "total_messages": entry.get("messages", 0),
        "total_exchanges": sum(int(value) * count for value, count in table.items()),
        "avg_exchanges": round(mean(table), 2),
        "single_turn": within(table, 1, 1),
        "multi_turn": within(table, 2),
        "valid_count": n - len(findings.get("invalid", [])),
        "invalid_count": len(findings.get("invalid", [])),
        "split_candidates": within(table, 8),
        "untagged_count": sum(len(ids) for names, ids in by_tags if not names),
        "unique_tags": len(tags),
        "tag_counts": dict(ranked(tags)),
        "tag_category_counts": dict(ranked(categories)),
        "avg_user_len": round(share(characters["user"], users), 2),
        "avg_asst_len": round(mean(lengths), 2),
        "avg_entry_len": round(share(characters["entry"], n), 2),
        "min_asst_len": min(map(int, lengths), default=0),
        "max_asst_len": max(map(int, lengths), default=0),
    }


ROLETHREAD = Profile("rolethread", METRICS, "rolethread", judge, "rolethread")
