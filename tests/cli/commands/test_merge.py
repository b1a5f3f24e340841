"""What merging, conflicts, undo say, word for word, and the keys scripts read."""

import json
from pathlib import Path

import pytest

from talekeep.core.errors import Outside

ID = "123e4567-e89b-42d3-a456-426614174001"


@pytest.fixture
def clash(run, harbor: Path, edit) -> Path:
    run("-C", harbor, "branch", "side", check=0)
    edit("Answer 1.", "Ours.")
    run("-C", harbor, "commit", check=0)
    run("-C", harbor, "switch", "side", check=0)
    edit("Answer 1.", "Theirs!")
    edit("Answer 2.", "Another.")
    run("-C", harbor, "commit", check=0)
    run("-C", harbor, "switch", "main", check=0)
    return harbor


CONFLICT = [
    f"conflict in {ID} messages.1.content",
    "  base   Answer 1.",
    "  ours   Ours.",
    "  theirs Theirs!",
]


def test_a_stopped_merge_names_the_places_and_the_way_on(run, clash: Path) -> None:
    result = run("-C", clash, "merge", "side", check=1)

    assert result.out.splitlines() == ["Merging side stopped: 0 added, 2 changed, 0 removed", *CONFLICT]
    assert result.err.splitlines() == [
        f"next: talekeep resolve {ID[:18]} --ours (or --theirs, --both); then talekeep commit; "
        "or talekeep merge --abort"
    ]
    assert run("-C", clash, "conflicts", check=1).out.splitlines() == CONFLICT


def test_a_commit_says_that_it_ends_a_merge_which_changes_nothing_here(run, clash: Path, git, edit) -> None:
    # What the other branch changed alone is put back too, so that ours is kept in all.
    run("-C", clash, "merge", "side", check=1)
    edit("Another.", "Answer 2.")
    run("-C", clash, "resolve", "--all", "--ours", check=0)
    theirs = git("-C", clash, "rev-parse", "--short=7", "side").out.strip()

    assert run("-C", clash, "commit", "-n", check=0).out == (
        f"Would commit the merge of {theirs}, which changes no entry here\n"
    )
    output = run("-C", clash, "commit", check=0).out
    head = git("-C", clash, "rev-parse", "--short=7", "HEAD").out.strip()
    assert output == f"Committed the merge of {theirs}, which changes no entry here  [{head}]\n"
    assert git("-C", clash, "rev-list", "--parents", "-1", "HEAD").out.count(" ") == 2
    assert run("-C", clash, "commit", check=0).out == "Nothing to commit\n"


def test_status_counts_what_is_left_and_names_the_next_command(run, clash: Path, part: Path) -> None:
    run("-C", clash, "merge", "side", check=1)
    place = part.relative_to(clash).as_posix()

    lines = run("-C", clash, "status", check=0).out.splitlines()
    answer = run("-C", clash, "status", "--json", check=0).json

    assert "  under way   merge" in lines
    assert f"  conflicts   1 left in {place}" in lines
    assert lines[-1] == "next: talekeep conflicts"
    assert (answer["conflicts"], answer["open"], answer["under_way"]) == ([place], 1, "merge")
    run("-C", clash, "resolve", "--all", "--ours", check=0)
    assert run("-C", clash, "status", check=0).out.splitlines()[-1] == "next: talekeep commit"
    run("-C", clash, "commit", check=0)
    assert run("-C", clash, "status", "--json", check=0).json["under_way"] is None


def test_a_blind_add_does_not_make_status_forget_the_conflict(run, clash: Path, git) -> None:
    run("-C", clash, "merge", "side", check=1)
    git("add", "-A", cwd=clash, check=0)

    answer = run("-C", clash, "status", "--json", check=0).json

    assert (answer["open"], answer["next"]) == (1, "talekeep conflicts")


def test_resolve_says_what_it_settled_and_staged(run, clash: Path, part: Path) -> None:
    run("-C", clash, "merge", "side", check=1)

    looked = run("-C", clash, "resolve", ID[:8], "--theirs", "-n", check=1)
    result = run("-C", clash, "resolve", ID[:36], "messages.1.content", "--theirs", check=0)

    assert looked.out.startswith("Would settle 1, left 1\n")
    assert result.out.splitlines() == [
        "Settled 1, left 0",
        f"  staged {part.relative_to(clash).as_posix()}",
        "next: talekeep commit",
    ]
    assert "Theirs!" in part.read_text()


def test_json_of_a_stopped_merge_and_its_end(run, clash: Path) -> None:
    stopped = run("-C", clash, "merge", "side", "--json", check=1)
    answer = run("-C", clash, "resolve", "--all", "--ours", "--json", check=0).json

    assert stopped.json.keys() >= {"merged", "conflicts", "findings", "mended", "commit"}
    assert (stopped.json["ok"], stopped.json["commit"], stopped.json["findings"]) == (False, None, [])
    assert stopped.json["conflicts"][0]["path"] == ["messages", 1, "content"]
    assert answer.keys() >= {"resolved", "conflicts", "staged"}
    assert (answer["ok"], len(answer["resolved"]), answer["conflicts"]) == (True, 1, [])


def test_a_value_is_taken_from_a_file_or_the_editor(run, clash: Path, part: Path, tmp_path, editor) -> None:
    (tmp_path / "mine.txt").write_text("Mine.\n")
    run("-C", clash, "merge", "side", check=1)
    run("-C", clash, "resolve", ID, "messages.1.content", "--value", tmp_path / "mine.txt", check=0)
    assert '"Mine."' in part.read_text()

    run("-C", clash, "merge", "--abort", check=0)
    run("-C", clash, "merge", "side", check=1)
    editor("text += ' And edited.\\n'")
    run("-C", clash, "resolve", ID, "messages.1.content", "--edit", check=0)
    assert '"Ours. And edited."' in part.read_text()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["resolve"], 2),
        (["resolve", ID], 2),
        (["resolve", ID, "--ours", "--edit"], 2),
        (["resolve", ID, "--value", "chat.jsonl"], 2),
        (["resolve", "ffff", "--ours"], 3),
        (["resolve", ID, "messages.0.content", "--ours"], 3),
        (["merge"], 2),
        (["merge", "nowhere"], 4),
        (["commit"], 4),
        (["undo"], 4),
        (["switch", "side"], 4),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else str(x),
)
def test_what_does_not_go_during_a_merge_says_why_and_changes_nothing(
    run, clash: Path, part: Path, git, arguments, code
) -> None:
    run("-C", clash, "merge", "side", check=1)
    before = part.read_bytes(), git("rev-parse", "HEAD", cwd=clash).out

    result = run("-C", clash, *(a.replace("chat.jsonl", "../chat.jsonl") for a in arguments), check=code)

    assert result.err.startswith("error: ")
    assert "hint: " in result.err
    assert (part.read_bytes(), git("rev-parse", "HEAD", cwd=clash).out) == before


def test_giving_up_says_so_and_a_second_time_is_a_no(run, clash: Path, part: Path) -> None:
    before = part.read_bytes()
    run("-C", clash, "merge", "side", check=1)

    assert run("-C", clash, "merge", "--abort", check=0).out == "Merge given up\n"
    assert part.read_bytes() == before
    assert "no merge is under way" in run("-C", clash, "merge", "--abort", check=1).err


def test_undo_and_redo_name_the_operation_and_the_counts(run, harbor: Path, edit) -> None:
    edit("Answer 1.", "Better.")
    commit = run("-C", harbor, "commit", "-m", "Better", "--json", check=0).json["commit"][:7]

    looked = run("-C", harbor, "undo", "-n", check=0).out
    undone = run("-C", harbor, "undo", check=0).out
    listed = run("-C", harbor, "log", "--ops", check=0).out.splitlines()
    redone = run("-C", harbor, "redo", "--json", check=0).json

    counts = "0 added, 1 changed, 0 removed"
    assert looked == f"Would undo {commit} (Better): {counts}\n"
    assert undone.startswith(f"Undid {commit} (Better): {counts}  [")
    assert listed[0].split()[1] == "undo"
    assert listed[1] == f"{commit}  commit           Better  (undone)"
    assert redone.keys() >= {"undone", "entries", "commit"}
    operations = run("-C", harbor, "log", "--ops", "--json", check=0).json["operations"]
    assert operations[0].keys() >= {"id", "subject", "operation", "undoes", "undone"}
    assert [(o["operation"], o["undone"]) for o in operations[:3]] == [
        ("redo", False),
        ("undo", True),
        ("commit", False),
    ]


def test_long_sides_are_shown_where_they_part(run, harbor: Path, edit) -> None:
    long = "The lamp was out and the stair was cold, " * 8
    edit("Answer 1.", f"{long}he said.")
    run("-C", harbor, "commit", check=0)
    run("-C", harbor, "branch", "side", check=0)
    for branch, word in (("side", "sang"), ("main", "wept")):
        run("-C", harbor, "switch", branch, check=0)
        edit("he said.", f"he {word}.")
        run("-C", harbor, "commit", check=0)

    lines = run("-C", harbor, "merge", "side", check=1).out.splitlines()

    assert [row.split()[0] for row in lines[2:]] == ["base", "ours", "theirs"]
    for row, word in zip(lines[2:], ("said", "wept", "sang"), strict=True):
        assert row.endswith(f"he {word}.")
        assert len(row) <= 100


def test_what_two_sides_made_of_each_other_is_said_with_what_mends_it(run, harbor):
    run("branch", "side", cwd=harbor, check=0)
    run("tag", "rename", "night", "dusk", cwd=harbor, check=0)
    run("switch", "side", cwd=harbor, check=0)
    run("tag", "add", "night", "123e4567-e89b-42d3-a456-426614174000", cwd=harbor, check=0)
    run("switch", "main", cwd=harbor, check=0)
    answer = run("merge", "side", "--preview", "--json", cwd=harbor, check=0).json
    assert [(f["code"], f["path"]) for f in answer["findings"]] == [("S116", ["tags", 0])]
    result = run("merge", "side", cwd=harbor, check=0)
    assert 'S116 renamed-tag: "night" is called "dusk" now at tags[0]' in result.out.splitlines()[1]
    assert result.err.splitlines()[-1] == "next: talekeep repair --select S116"


def test_a_merge_finished_by_a_commit_says_what_neither_side_had(run, clash: Path, edit) -> None:
    run("-C", clash, "tag", "rename", "night", "dusk", check=0)
    run("-C", clash, "switch", "side", check=0)
    run("-C", clash, "tag", "add", "night", f"{ID[:-1]}0", check=0)
    run("-C", clash, "switch", "main", check=0)
    run("-C", clash, "merge", "side", check=1)
    run("-C", clash, "resolve", "--all", "--ours", check=0)

    result = run("-C", clash, "commit", check=0)

    assert result.out.splitlines()[0].startswith("Committed +0 ~")
    assert [line.split()[1:3] for line in result.out.splitlines()[1:]] == [["S116", "renamed-tag:"]]
    assert result.err == "next: talekeep repair --select S116\n"


def test_a_value_that_cannot_be_taken_now_is_kept(run, clash: Path, part: Path, editor, monkeypatch) -> None:
    run("-C", clash, "merge", "side", check=1)
    place = [ID, "messages.1.content"]
    editor("")
    left = run("-C", clash, "resolve", *place, "--edit", check=1)
    assert left.err == "error: nothing was written; --ours keeps this branch's version\n"
    editor("text = 'Long thoughts.'")
    full = "talekeep.ops.merge.resolve.write"
    with monkeypatch.context() as broken:
        broken.setattr(full, lambda *_, **__: (_ for _ in ()).throw(Outside("no space left")))
        refused = run("-C", clash, "resolve", *place, "--edit", check=5)

    (kept,) = (clash / ".git/talekeep/drafts").glob("*")
    again = f"talekeep resolve {ID} messages.1.content --value {kept}"
    assert f"hint: your text is kept: {again}\n" in refused.err
    run("-C", clash, *again.split()[1:], check=0)
    assert '"Long thoughts."' in part.read_text()
    assert not kept.exists()


def test_the_way_on_from_a_merge_that_stopped_over_an_error_works(run, harbor: Path, tmp_path: Path) -> None:
    own = "123e4567-e89b-42d3-a456-4266141740ff"
    run("-C", harbor, "branch", "side", check=0)
    for branch in ("main", "side"):
        run("-C", harbor, "switch", branch, check=0)
        texts = [(None, f"{branch} {'x' * 140_000}"), (own, f"from {branch}")]
        rows = [{"id": id_, "messages": [{"role": "user", "content": text}]} for id_, text in texts]
        (tmp_path / f"{branch}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        run("-C", harbor, "import", tmp_path / f"{branch}.jsonl", check=0)
    run("-C", harbor, "switch", "main", check=0)

    result = run("-C", harbor, "merge", "side", check=1)

    assert result.err == (
        "next: talekeep repair --select S005 --no-commit && talekeep commit; or talekeep merge --abort\n"
    )
    run("-C", harbor, "repair", "--select", "S005", "--no-commit", check=0)
    run("-C", harbor, "commit", check=0)
    assert run("-C", harbor, "validate", check=0).out.splitlines()[-1].startswith("7 entries: 0 error")
    assert (
        run("-C", harbor, "list", "--where", 'text:"from side" or text:"from main"', "--count").out == "2\n"
    )
