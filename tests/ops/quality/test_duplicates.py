"""`duplicates`: what is grouped, what is remembered, what --tag marks, and that it stays linear."""

import random

import pytest

from talekeep.core.errors import Usage
from talekeep.metrics.duplicates import minhash
from talekeep.ops.merge import undo
from talekeep.ops.quality import duplicates
from talekeep.ops.quality import sketch_cache
from talekeep.ops.quality.duplicates import Wanted

EXACT = Wanted(near=False)
NEAR = Wanted(exact=None)
WORDS = [f"word{n}" for n in range(3000)]


def prose(dice, length):
    return " ".join(dice.choices(WORDS, k=length))


def chat(*texts, system=None, tags=()):
    roles = ("user", "assistant")
    turns = [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]
    prompt = [{"role": "system", "content": system}] if system else []
    return {"messages": prompt + turns, "tags": list(tags)}


def edited(dice, text, words=1):
    result = text.split()
    for _ in range(words):
        result[dice.randrange(len(result))] = "changed"
    return " ".join(result)


def groups(item):
    return [(cluster.kind, [row.opening for row in cluster.entries]) for cluster in item.clusters]


@pytest.fixture
def twins(take):
    """Two equal conversations but for case, a near twin of them, and a stranger."""
    dice = random.Random(1)
    asked, output = prose(dice, 20), prose(dice, 160)
    other = chat(prose(dice, 20), prose(dice, 160))
    near = chat(asked, edited(dice, output))
    return take([chat(asked, output), other, chat(asked.upper(), output, tags=["night"]), near])


def test_equal_and_near_ones_are_groups_with_place_tags_and_likeness(dataset, twins):
    result = duplicates.duplicates(dataset)
    ids = [row.id for row in twins.added]

    exact, near = result.clusters
    assert (exact.kind, [row.id for row in exact.entries]) == ("conversation", [ids[0], ids[2]])
    assert (exact.likeness.lowest, exact.likeness.highest) == (1.0, 1.0)
    assert (near.kind, [row.id for row in near.entries]) == ("near", [ids[0], ids[2], ids[3]])
    assert 0.85 <= near.likeness.lowest < near.likeness.highest == 1.0
    assert exact.entries[1].tags == ["night"]
    assert [row.line for row in near.entries] == [1, 3, 4]
    assert (result.total, result.entries, result.extra) == (2, 3, 2)


def test_an_exact_group_is_not_shown_again_as_a_near_one(dataset, take):
    take([chat("Who goes there?", "A friend of the house.")] * 3)
    assert [kind for kind, _ in groups(duplicates.duplicates(dataset))] == ["conversation"]
    assert [kind for kind, _ in groups(duplicates.duplicates(dataset, NEAR))] == ["near"]


def test_the_levels_count_the_system_prompt_or_only_the_opening(dataset, take):
    keeper, thief = (chat("Who?", "Me.", system=f"You are a {who}.") for who in ("keeper", "thief"))
    take([keeper, thief, chat("Who?", "Me.", "Still?", "Yes.")])

    def sizes(level):
        result = duplicates.duplicates(dataset, Wanted(exact=level, near=False))
        return [len(cluster.entries) for cluster in result.clusters]

    assert [sizes(level) for level in minhash.LEVELS] == [[], [2], [3]]


def test_branches_say_how_many_messages_they_share(dataset, take):
    take([chat("a", "b", "c", "d"), chat("a", "b", "c", "x"), chat("a", "y")])
    (branch,) = duplicates.duplicates(dataset, Wanted(None, near=False, branches=2)).clusters
    assert (branch.kind, branch.shared, branch.likeness, len(branch.entries)) == ("branch", 3, None, 2)


def test_a_query_and_the_past_say_what_is_compared(dataset, twins, take):
    assert duplicates.duplicates(dataset, EXACT, where="-tag:night").clusters == []
    take([chat("new", "and new")] * 2)
    assert duplicates.duplicates(dataset, EXACT).total == 2
    assert duplicates.duplicates(dataset, EXACT, revision="HEAD~1").total == 1


def test_a_limit_shows_the_first_groups_and_counts_all(dataset, take):
    take([chat(text, "Yes.") for text in "abcabc"])
    result = duplicates.duplicates(dataset, EXACT, limit=2)
    assert (len(result.clusters), result.total, result.entries, result.extra) == (2, 3, 6, 3)


def test_tagging_marks_all_but_the_first_as_one_commit_that_can_be_undone(dataset, twins, entries):
    before = dataset.head_tree()
    result = duplicates.duplicates(dataset, tag="duplicate").tagged
    assert [e["tags"] for e in entries()] == [[], [], ["night", "duplicate"], ["duplicate"]]
    text = dataset.repo.commit(result.commit).message
    assert text == "Tag 2 duplicates\n\nTalekeep-Op: duplicates\nTalekeep-Entries: +0 ~2 -0\n"

    assert duplicates.duplicates(dataset, tag="duplicate").tagged.commit is None
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_a_dry_run_says_what_would_be_tagged_and_changes_nothing(dataset, twins, entries):
    head, before = dataset.repo.head(), entries()
    result = duplicates.duplicates(dataset, tag="twin", dry_run=True).tagged
    assert result.changed == [twins.added[2].id, twins.added[3].id]
    assert result.notes == ("twin is not in the vocabulary: talekeep tag adopt twin",)
    assert (dataset.repo.head(), entries()) == (head, before)


def test_only_a_changed_part_is_sketched_again(dataset, twins, edit, monkeypatch):
    before = duplicates.duplicates(dataset)
    collected = []
    monkeypatch.setattr(
        sketch_cache, "sketch", lambda entry: collected.append(entry) or minhash.sketch(entry)
    )
    assert duplicates.duplicates(dataset) == before
    assert collected == []
    edit("changed", "altered")
    assert len(duplicates.duplicates(dataset).clusters) == 2
    assert len(collected) == 4


def test_what_is_remembered_is_what_was_worked_out(dataset, take, talk):
    take(
        [
            talk(),
            chat("灯台", "  "),
            chat("only a question"),
            {"messages": [{"role": "user", "content": None}]},
        ]
    )
    first, again = (sketch_cache.sketches(dataset, dataset.now()) for _ in range(2))
    values = [line.value for line in dataset.now().entries()]
    assert first == again
    assert [s.sketch for s in again] == [minhash.sketch(value) for value in values]
    assert [(s.id, s.line) for s in again] == [(value["id"], n) for n, value in enumerate(values, 1)]


def test_lines_that_are_no_entries_are_left_out(dataset, twins):
    (part,) = dataset.now().parts()
    (dataset.path / part).write_bytes(b"[1]\n{broken\n" + (dataset.path / part).read_bytes())
    result = duplicates.duplicates(dataset, EXACT)
    assert [row.line for row in result.clusters[0].entries] == [3, 5]


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        (Wanted(exact="half"), {}),
        (Wanted(threshold=0.2), {}),
        (Wanted(branches=0), {}),
        (EXACT, {"revision": "HEAD", "tag": "duplicate"}),
        (EXACT, {"where": "tag:("}),
    ],
)
def test_what_makes_no_sense_is_refused(dataset, wanted, options):
    with pytest.raises(Usage):
        duplicates.duplicates(dataset, wanted, **options)


def planted(dice, strangers, pairs):
    made = [chat(prose(dice, 30), prose(dice, dice.randint(60, 200))) for _ in range(strangers)]
    twins = []
    for number in dice.sample(range(strangers), pairs):
        asked, output = (m["content"] for m in made[number]["messages"])
        twin = chat(asked, edited(dice, output, dice.randint(1, max(1, len(output.split()) // 70))))
        share = minhash.jaccard(minhash.shingles(made[number]), minhash.shingles(twin))
        twins += [(asked, twin)] if share >= 0.85 else []
    return made, twins


@pytest.mark.slow
def test_planted_near_twins_are_found(dataset, take):
    made, twins = planted(random.Random(3), 4750, 250)
    take(made + [twin for _, twin in twins])
    result = duplicates.duplicates(dataset, NEAR)
    assert len(twins) > 200
    assert result.extra >= 0.98 * len(twins)
    assert all(len(set(openings)) == 1 for _, openings in groups(result))


@pytest.mark.slow
def test_identical_entries_are_one_group_and_never_compared(dataset, take, monkeypatch):
    take([chat("the same words as ever", "and the same reply")] * 5000)
    monkeypatch.setattr(minhash, "jaccard", None)
    result = duplicates.duplicates(dataset)
    assert [len(cluster.entries) for cluster in result.clusters] == [5000]


@pytest.mark.slow
def test_half_templated_entries_are_compared_with_few_others_however_many_there_are(
    dataset, take, monkeypatch
):
    dice, made = random.Random(6), []
    template = prose(dice, 100)
    jaccard = minhash.jaccard
    monkeypatch.setattr(minhash, "jaccard", lambda a, b: made.append(1) or jaccard(a, b))
    counts = []
    for _ in range(2):
        take([chat(template, prose(dice, 100)) for _ in range(2000)])
        made.clear()
        assert duplicates.duplicates(dataset, NEAR).clusters == []
        counts.append(len(made))
    assert counts[0] <= 4 * 2000
    assert counts[1] <= 2.2 * max(counts[0], 1)
