"""`insights` on a dataset: what is measured, what is read again, what changed, and queries that select."""

from typing import Any

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.metrics import exchanges
from talekeep.metrics.base import Metric
from talekeep.ops.history.commit import commit
from talekeep.ops.library import edit_characters
from talekeep.ops.library import vocabulary
from talekeep.ops.quality import metric_cache
from talekeep.ops.quality.insights import insights
from talekeep.ops.workspace.select import select
from talekeep.store import parts
from talekeep.store.view import View

PROFILES = pytest.mark.parametrize("profile", ["default", "rolethread"])


def record(number: int, words: int = 60, **more: Any) -> dict[str, Any]:
    text = " ".join(f"lamp{number}x{n}" for n in range(words))
    return {
        "messages": [
            {"role": "user", "content": f"What of lamp {number}?"},
            {"role": "assistant", "content": f"“{text}.”"},
        ],
        **more,
    }


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that are measured."""
    collected: list[str] = []
    before = View.lines_in

    def counted(self: View, part: str, *rest: Any) -> Any:
        collected.append(part)
        return before(self, part, *rest)

    monkeypatch.setattr(View, "lines_in", counted)
    return collected


@PROFILES
def test_after_an_edit_only_the_changed_part_is_read(dataset, take, edit, reads, profile: str):
    take([record(n, 800) for n in range(40)])
    assert len(parts.in_order(dataset.now().files)) > 1
    insights(dataset, profile=profile)

    reads.clear()
    again = insights(dataset, profile=profile)
    assert reads == []

    changed = edit("lamp7x3 ", "lantern lantern ")
    after = insights(dataset, profile=profile)
    part = changed.relative_to(dataset.path).as_posix()
    assert reads == [part.replace("entries/", "sidecars/"), part]
    assert after.metrics != again.metrics


@PROFILES
def test_what_is_kept_says_the_same_as_measuring_anew(dataset, take, profile: str):
    take([record(n, n + 1, tags=["night"] if n % 2 else []) for n in range(9)])

    first = insights(dataset, profile=profile)

    assert insights(dataset, profile=profile) == first
    dataset.cache.close()
    (dataset.private / "cache.sqlite").unlink()
    assert insights(dataset, profile=profile) == first
    assert insights(dataset, profile=profile, where="") == first


def test_two_commits_in_turn_are_both_kept(dataset, take, reads):
    take([record(1)])
    take([record(2, 10)], name="more.jsonl")
    insights(dataset, since="HEAD~1")
    reads.clear()

    insights(dataset, since="HEAD~1")

    assert reads == []


def test_another_version_of_a_metric_is_measured_again(dataset, take, reads, monkeypatch):
    take([record(1)])
    insights(dataset)
    old = exchanges.METRIC
    new = Metric(old.name, old.title, old.measure, old.report, version=old.version + 1)
    default = metric_cache.Profile("default", (new,), "", lambda item, frame: None)
    reads.clear()

    metric_cache.measured(dataset, dataset.now(), default, None, None, lambda *_: None)

    assert len(reads) == 1


def test_a_suppressed_finding_does_not_count(dataset, take):
    taken = take([{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b "}]}])
    assert "T209" in insights(dataset).metrics["validation"]["codes"]
    [part] = (dataset.path / "sidecars").rglob("*.jsonl")
    quiet = b'"suppress":[{"rule":"T209","reason":"as it is"}]}\n'
    part.write_bytes(part.read_bytes().rstrip(b"}\n") + b"}," + quiet)
    commit(dataset)

    assert "T209" not in insights(dataset).metrics["validation"]["codes"]
    assert taken.commit is not None


def test_libraries_are_brought_in_when_reporting(dataset, take, reads):
    take([record(1, tags=["moonlit"])])
    assert insights(dataset).metrics["tags"]["unknown"] == {"moonlit": 1}

    vocabulary.create(dataset, ["Moonlit"], category="Style")

    assert insights(dataset).metrics["tags"]["unknown"] == {}


def test_a_query_measures_what_it_selects(dataset, take):
    take([record(1, tags=["night"]), record(2), record(3, 10)])

    result = insights(dataset, where="words<40")

    assert (result.entries, result.metrics["replies"]["replies"]) == (1, 1)
    assert result.metrics["sources"]["files"] == {"chat.jsonl": 1}


def test_since_says_what_changed(dataset, take):
    take([record(1), record(2)])
    take([record(3, 5)], name="more.jsonl")

    result = insights(dataset, since="HEAD~1")

    assert result.since is not None
    figures = {d.figure: (d.before, d.after) for d in result.since.differences}
    assert figures["entries"] == (2, 3)
    assert figures["sources.imported"] == (2, 3)
    assert figures["score"] == (result.since.score, result.score)
    assert all(before != after for before, after in figures.values())
    assert insights(dataset, since="HEAD").since.differences == ()
    past = insights(dataset, revision="HEAD~1")
    assert (past.entries, past.score) == (2, result.since.score)


def test_unreadable_lines_are_left_out(dataset, take, edit):
    take([record(1), record(2)])
    edit('{"id"', "not json {")

    assert insights(dataset).entries == 1


def test_what_cannot_be_is_refused(dataset):
    for wrong in ({"profile": "strict"}, {"where": "words<many"}):
        with pytest.raises(Usage):
            insights(dataset, **wrong)
    with pytest.raises(NotFound):
        insights(dataset, since="never")


def awkward() -> list[dict[str, Any]]:
    """One of everything that draws advice."""
    system = {"role": "system", "content": "You keep the lighthouse at Harrow Point alone."}
    turns = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]
    return [
        {"messages": [system, *turns], "tags": ["odd one", "näh"]},
        {"messages": turns, "tags": []},
        {"messages": turns},
        {"messages": [turns[0], {"role": "assistant", "content": '[insert "it" here]'}]},
        {"messages": [turns[0], {"role": "assistant", "content": ""}]},
        {"messages": [{**turns[0], "name": "wren"}, {**turns[1], "name": "Old Tom"}, turns[0]]},
        {"messages": [turns[0], {"role": "assistant", "content": "As an AI language model, I cannot."}]},
    ]


@PROFILES
def test_every_query_that_is_named_selects_what_it_says(dataset, take, profile: str):
    take(awkward(), name="odd (1) file.jsonl")
    edit_characters.create(dataset, "Mara")

    result = insights(dataset, profile=profile)

    assert len(result.recommendations) >= 3
    for advice in result.recommendations:
        if advice.where is not None:
            assert [*select(dataset, dataset.now(), advice.where)], advice
    for section in result.sections:
        for chart in section.charts:
            for bar in chart.bars:
                if bar.where is not None and chart.unit == "entries":
                    assert len([*select(dataset, dataset.now(), bar.where)]) == bar.count, (chart, bar)
