"""Reviews are kept beside entries, one commit for all, and hold for the words they were given to."""

import subprocess
import sys

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.ops.entries import add_edit
from talekeep.ops.entries import split_join
from talekeep.ops.history import restore
from talekeep.ops.library import edit_characters
from talekeep.ops.merge import undo
from talekeep.ops.quality import review as ops
from talekeep.ops.quality import review_session
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.validation import validate_at
from talekeep.store import review_journal


@pytest.fixture
def ids(dataset, take, talk):
    take([talk(f"talk {number}") for number in range(3)])
    return [line.value["id"] for line in dataset.now().entries()]


def matching(dataset, where):
    return [selected.entry["id"] for selected in select(dataset, dataset.now(), where)]


def rewrite(dataset, entry):
    base = add_edit.begin(dataset, entry)
    messages = [{**message, "content": "other words"} for message in base["messages"]]
    add_edit.save(dataset, base, {**base, "messages": messages})


def states(dataset):
    return [row.state for row in ops.reviews(dataset).entries]


def test_a_review_is_a_commit_of_the_sidecar_alone(dataset, ids) -> None:
    result = ops.review(dataset, "approved", ids[:2], note=" fine ", by="Wren Hale")

    assert result.verdicts == {"approved": ids[:2]}
    commit = dataset.history.commit(result.commits[0])
    assert commit.subject == "Review 2 entries: 2 approved"
    assert dataset.now().differing(dataset.of_tree(dataset.head_tree())) == set()
    rows = ops.reviews(dataset, ids[:1]).entries[0].reviews
    assert rows == [ops.PersonsReview("wren_hale", "approved", False, {}, "fine")]
    assert matching(dataset, "review:approved") == ids[:2]
    assert matching(dataset, "-review-by:wren_hale") == ids[2:]
    assert validate_at(dataset, select=["S014"]).findings == []


def test_the_same_review_again_changes_nothing(dataset, ids) -> None:
    ops.review(dataset, "approved", ids, by="wren")

    again = ops.review(dataset, "approved", ids, by="wren")

    assert (again.same, again.commits, again.verdicts) == (ids, [], {})


def test_a_dry_run_and_a_refusal_change_nothing(dataset, ids) -> None:
    head = dataset.history.head()

    assert ops.review(dataset, "approved", ids, by="wren", dry_run=True).verdicts == {"approved": ids}
    for wrong in ({"verdict": "fine"}, {"scores": {"voice": 4}}, {"by": "!!"}, {"entries": ["ffff"]}):
        with pytest.raises((Usage, NotFound)):
            ops.review(dataset, **{"verdict": "approved", "entries": ids, "by": "wren", **wrong})
    assert dataset.history.head() == head


def test_an_edit_ends_an_approval_and_its_undo_brings_it_back(dataset, ids) -> None:
    ops.review(dataset, "approved", ids[:1], by="wren")
    given = dataset.history.head()
    rewrite(dataset, ids[0])

    assert states(dataset)[0] == "stale"
    undo.undo(dataset)
    assert states(dataset)[0] == "approved"
    undo.undo(dataset, given)
    assert states(dataset)[0] == "none"


def test_copies_parts_and_wholes_keep_what_was_said(dataset, take, talk) -> None:
    words = [{"role": r, "content": f"{n}"} for n in range(4) for r in ("user", "assistant")]
    take([{"messages": words}, talk("other")])
    first, second = (line.value["id"] for line in dataset.now().entries())
    ops.review(dataset, "approved", [first], by="wren")
    ops.review(dataset, "rejected", [second], by="wren")
    ops.review(dataset, "needs_edit", [second], by="mara")

    split_join.duplicate(dataset, [first])
    assert states(dataset) == ["approved", "approved", "rejected"]
    split_join.split(dataset, [2], [first])
    assert states(dataset) == ["stale", "stale", "approved", "rejected"]
    split_join.join(dataset, [first, second])
    rows = ops.reviews(dataset, [first]).entries[0].reviews
    assert {(row.by, row.verdict, row.stale) for row in rows} == {
        ("wren", "approved", True),
        ("wren", "rejected", True),
        ("mara", "needs_edit", True),
    }


def test_a_restore_loses_no_review_given_since(dataset, ids) -> None:
    ops.review(dataset, "approved", ids[:1], by="wren")
    then = dataset.history.head()
    rewrite(dataset, ids[0])
    ops.review(dataset, "rejected", ids[:1], by="mara")
    assert states(dataset)[0] == "rejected"

    restore.restore(dataset, ids[:1], source=then)

    row = ops.reviews(dataset, ids[:1]).entries[0]
    assert (row.state, [r.by for r in row.reviews]) == ("approved", ["mara", "wren"])


def test_a_new_name_of_a_character_ends_no_approval(dataset, take) -> None:
    talk = [{"role": "user", "content": "Hi"}, {"role": "assistant", "name": "mara", "content": "Hello"}]
    take([{"messages": talk}])
    ops.review(dataset, "approved", where="messages>=0", by="wren")

    edit_characters.rename(dataset, "mara", "maren")

    assert states(dataset) == ["approved"]


def test_scores_stand_on_the_criteria_of_the_dataset(dataset, ids) -> None:
    from talekeep.store import config

    file = dataset.path / config.NAME
    text = file.read_text().replace('policy = "strictest"', 'policy = "two"')
    file.write_text(text.replace("[review.criteria]", '[review.criteria]\nvoice = "As themselves"'))
    del dataset.config
    ops.review(dataset, "approved", ids[:1], scores={"Voice": 4}, by="wren")

    assert ops.reviews(dataset).entries[0].scores == {"voice": 4}
    assert states(dataset)[0] == "none"
    ops.review(dataset, "approved", ids[:1], scores={"voice": 3}, by="mara")
    assert states(dataset)[0] == "approved"
    assert matching(dataset, "score:voice>=3") == ids[:1]
    assert matching(dataset, "score:voice>=4") == []
    with pytest.raises(NotFound, match="no criterion voic"):
        matching(dataset, "score:voic>=4")
    with pytest.raises(NotFound) as raised:
        matching(dataset, "review-by:maraa")
    assert "did you mean mara?" in raised.value.hint


def test_the_reviewer_of_a_clone_is_who_commits_or_who_it_names(dataset, ids) -> None:
    assert ops.reviewer(dataset, None) == "test_writer" or ops.reviewer(dataset, None)
    dataset.settings.set({("talekeep", None, "reviewer"): "Mara Voss"})
    assert ops.reviewer(dataset, None) == "mara_voss"
    dataset.settings.set({("talekeep", None, "reviewer"): None, ("talekeep", None, "identity"): "neutral"})
    with pytest.raises(Usage, match="nobody is named"):
        ops.reviewer(dataset, None)


def test_odd_reviews_are_found_and_kept(dataset, ids) -> None:
    ops.review(dataset, "approved", ids[:1], by="wren")
    file = next((dataset.path / "sidecars").rglob("*.jsonl"))
    file.write_text(file.read_text().replace('"approved"', '"fine"'))

    codes = [(f.code, f.path) for f in validate_at(dataset, select=["S014"]).findings]

    assert codes == [("S014", ("reviews", "wren", "verdict"))]
    assert states(dataset)[0] == "none"


# Sessions


def test_verdicts_of_a_session_become_one_commit_for_25(dataset, take, talk) -> None:
    take([talk(f"talk {number}") for number in range(27)], "many.jsonl")
    ids = [line.value["id"] for line in dataset.now().entries()]
    with review_session.begun(dataset, "wren") as session:
        for entry in ids:
            card = ops.card(dataset, entry, "wren")
            session.give(entry, ops.made(dataset, card.entry, "approved", "", {}))

    subjects = [dataset.history.commit(c).subject for c in session.result.commits]
    assert subjects == ["Review 25 entries: 25 approved", "Review 2 entries: 2 approved"]
    assert session.result.verdicts == {"approved": ids}
    assert list(review_journal.folder_of(dataset).iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from talekeep.ops.quality import review as ops, review_session
from talekeep.store.dataset import Dataset
with Dataset.open(Path(sys.argv[1])) as dataset, review_session.begun(dataset, "wren") as session:
    for entry in sys.argv[2:]:
        card = ops.card(dataset, entry, "wren")
        session.give(entry, ops.made(dataset, card.entry, "approved", "as it was", {}))
        print(entry, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_kill_loses_no_verdict_and_another_session_commits_them(dataset, ids) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _KILLED, str(dataset.path), *ids], stdout=subprocess.PIPE, check=False
    )
    assert run.stdout.decode().split() == ids
    assert states(dataset) == ["none"] * 3
    assert review_session.waiting(dataset) == 3
    # Half a line was never confirmed.
    journal = next(review_journal.folder_of(dataset).glob("*.jsonl"))
    journal.write_bytes(journal.read_bytes() + b'{"entry": "hal')

    with review_session.begun(dataset, "mara") as session:
        pass

    assert session.result.recovered == 3
    assert states(dataset) == ["approved"] * 3
    assert ops.reviews(dataset, ids[:1]).entries[0].reviews[0].by == "wren"
    assert list(review_journal.folder_of(dataset).iterdir()) == []


def test_a_living_session_is_left_alone(dataset, ids) -> None:
    with review_session.begun(dataset, "wren") as session:
        card = ops.card(dataset, ids[0], "wren")
        session.give(ids[0], ops.made(dataset, card.entry, "approved", "", {}))
        assert review_session.recover(dataset) == 0
        assert states(dataset)[0] == "none"
    assert states(dataset)[0] == "approved"


def test_a_verdict_is_of_the_words_that_were_read(dataset, ids) -> None:
    with review_session.begun(dataset, "wren") as session:
        card = ops.card(dataset, ids[0], "wren")
        rewrite(dataset, ids[0])
        session.give(ids[0], ops.made(dataset, card.entry, "approved", "", {}))

    assert states(dataset)[0] == "stale"


def test_the_order_is_most_findings_first_or_drawn_by_a_seed(dataset, take, talk) -> None:
    prompted = [{"role": "system", "content": "Keep the lamp."}, *talk("y")["messages"]]
    take([talk("x"), {"messages": prompted}, talk("z")])
    ids = [line.value["id"] for line in dataset.now().entries()]

    drawn = ops.to_review(dataset, by="wren", order="random", seed=3)

    assert sorted(drawn) == sorted(ids)
    assert ops.to_review(dataset, by="wren", order="random", seed=3) == drawn
    assert ops.to_review(dataset, by="wren", order="findings")[-1] == ids[1]
    ops.review(dataset, "approved", drawn[:1], by="wren")
    assert ops.to_review(dataset, by="wren", order="random", seed=3) == drawn[1:]
    assert ops.to_review(dataset, by="wren", again=True) == ids
    assert ops.to_review(dataset, by="mara") == ids
