"""A plain `git commit` says what it did to entries, and its message is otherwise as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from talekeep.ops.project.commit_msg_hook import with_trailers

pytestmark = pytest.mark.slow

ADDED = "Talekeep-Op: commit\nTalekeep-Entries: +1 ~0 -0\n"
CUT = "# ------------------------ >8 ------------------------\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Add\n", f"Add\n\n{ADDED}"),
        ("Add", f"Add\n\n{ADDED}"),
        ("fix: the lamp\n", f"fix: the lamp\n\n{ADDED}"),
        ("Add\n\nLong: story\nof a lamp.\n", f"Add\n\nLong: story\nof a lamp.\n\n{ADDED}"),
        ("Add\n\nSigned-off-by: T <t@x>\n", f"Add\n\nSigned-off-by: T <t@x>\n{ADDED}"),
        ("Add\n\nRefs: 1\n and 2\n\n\n", f"Add\n\nRefs: 1\n and 2\n{ADDED}\n\n"),
        ("Add\n# What to write\n#\n", f"Add\n\n{ADDED}# What to write\n#\n"),
        (
            f"Add\n\n# On main\n{CUT}# Below\ndiff --git\n",
            f"Add\n\n{ADDED}\n# On main\n{CUT}# Below\ndiff --git\n",
        ),
        (f"Add\n{CUT}Add-like: diff\n", f"Add\n\n{ADDED}{CUT}Add-like: diff\n"),
        ("Add\n\n(cherry picked from commit 12)\n", f"Add\n\n(cherry picked from commit 12)\n{ADDED}"),
    ],
)
def test_trailers_stand_behind_the_message_and_before_what_git_cuts_off(before: str, after: str) -> None:
    assert with_trailers(before, "commit", "+1 ~0 -0") == after


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# Only comments\n", "\n# x\n" + CUT + "diff\n", "Signed-off-by: T <t@x>\n"]
)
def test_a_message_that_git_takes_for_empty_stays_so(text: str) -> None:
    assert with_trailers(text, "commit", "+1 ~0 -0") == text


def test_a_template_nobody_filled_in_stays_as_it_is() -> None:
    template = "Why:\nWhat:\n"

    assert with_trailers(f"{template}\n# On main\n", "commit", "+1 ~0 -0", template=template).count("Op") == 0
    assert with_trailers("Why: dark\nWhat:\n", "commit", "+1 ~0 -0", template=template).count("Op") == 1


def test_without_an_editor_a_hash_is_text_and_other_signs_may_begin_comments() -> None:
    assert with_trailers("Add\n\n#12\n", "commit", "+1 ~0 -0", comments=()) == f"Add\n\n#12\n\n{ADDED}"
    assert with_trailers("Add\n; x\n", "commit", "+1 ~0 -0", comments=(";",)) == f"Add\n\n{ADDED}; x\n"


def test_only_the_numbers_of_a_message_with_trailers_change() -> None:
    text = "Add\n\nTalekeep-Op: import\nTalekeep-Entries: +9 ~0 -0\nSigned-off-by: T <t@x>\n"

    assert with_trailers(text, "commit", "+1 ~0 -0") == text.replace("+9", "+1")


# With git itself


@pytest.fixture
def say(git, dataset) -> Any:
    """Run git in the dataset and give the message of the last commit."""

    def texts_of(*arguments: Any) -> str:
        git(*arguments, cwd=dataset.path, check=0)
        return git("log", "-1", "--format=%B", cwd=dataset.path, check=0).out.rstrip("\n")

    return texts_of


def output_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("Talekeep-")]


def test_a_plain_commit_counts_entries_from_what_is_staged(dataset, take, talk, edit, say) -> None:
    take([talk("1"), talk("2")])
    part = edit("A friend of 1", "Nobody")
    lines = part.read_bytes().split(b"\n")
    new = {**json.loads(lines[0]), "id": "0193c7aa-0000-7000-8000-000000000001"}
    part.write_bytes(b"\n".join([lines[0], json.dumps(new).encode(), b""]))
    (dataset.path / "notes.md").write_text("x\n")

    assert output_of(say("commit", "-qam", "fix: hand work")) == [
        "Talekeep-Op: commit",
        "Talekeep-Entries: +1 ~1 -1",
    ]
    part.write_bytes(b"\n".join([lines[0], b""]))
    say("add", "notes.md")
    assert output_of(say("commit", "-qm", "notes")) == ["Talekeep-Op: commit", "Talekeep-Entries: +0 ~0 -0"]
    assert output_of(say("commit", "-qm", "one path", "--", part)) == [
        "Talekeep-Op: commit",
        "Talekeep-Entries: +0 ~0 -1",
    ]


def test_amending_counts_from_what_the_commit_was_built_on(dataset, take, talk, edit, say) -> None:
    take([talk("1"), talk("2")])
    imported = ["Talekeep-Op: import", "Talekeep-Entries: +2 ~0 -0"]

    assert output_of(say("commit", "-q", "--amend", "--no-edit")) == imported
    edit("A friend of 1", "Nobody")
    assert output_of(say("commit", "-qam", "Change one")) == [
        "Talekeep-Op: commit",
        "Talekeep-Entries: +0 ~1 -0",
    ]
    edit("A friend of 2", "Nobody else")
    assert output_of(say("commit", "-qa", "--amend", "-m", "Change two")) == [
        "Talekeep-Op: commit",
        "Talekeep-Entries: +0 ~2 -0",
    ]
    assert say("commit", "-q", "--amend", "-s", "--no-edit").endswith(
        "Signed-off-by: Tess Tester <tess@example.invalid>"
    )


def test_with_an_editor_comments_and_the_diff_of_verbose_go(
    dataset, take, talk, edit, say, monkeypatch
) -> None:
    take([talk("1")])
    edit("A friend of 1", "Nobody")
    monkeypatch.setenv("GIT_EDITOR", "sed -i 1iWritten")

    assert say("commit", "-qav") == "Written\n\nTalekeep-Op: commit\nTalekeep-Entries: +0 ~1 -0"


def test_a_commit_given_up_in_the_editor_is_given_up(dataset, take, talk, edit, git, monkeypatch) -> None:
    take([talk("1")])
    edit("A friend of 1", "Nobody")
    monkeypatch.setenv("GIT_EDITOR", "true")
    head = dataset.repo.head()

    assert git("commit", "-qa", cwd=dataset.path).code == 1
    assert dataset.repo.head() == head


def test_a_merge_by_git_is_called_one_and_counts_what_came_in(dataset, take, talk, edit, say) -> None:
    take([talk("1"), talk("2")])
    say("checkout", "-q", "-b", "side")
    edit("A friend of 1", "Nobody")
    say("commit", "-qam", "side")
    say("checkout", "-q", "main")
    edit("A friend of 2", "Nobody")
    say("commit", "-qam", "main")

    text = say("merge", "-q", "--no-edit", "side")

    assert text == "Merge branch 'side'\n\nTalekeep-Op: merge\nTalekeep-Entries: +0 ~1 -0"


@pytest.mark.parametrize("way", ["cherry-pick", "rebase"])
def test_a_picked_commit_keeps_what_it_says_of_itself(way: str, dataset, take, talk, edit, git, say) -> None:
    take([talk("1"), talk("2")])
    say("checkout", "-q", "-b", "side")
    edit("A friend of 1", "Theirs")
    git(
        "commit",
        "-qam",
        "Pick me\n\nTalekeep-Op: replace\nTalekeep-Entries: +0 ~7 -0",
        cwd=dataset.path,
        check=0,
    )
    say("checkout", "-q", "main")
    edit("A friend of 1", "Ours")
    say("commit", "-qam", "main")
    if way == "rebase":
        say("checkout", "-q", "side")

    assert git(way, "side" if way == "cherry-pick" else "main", cwd=dataset.path).code != 0
    git("checkout", "--theirs", "--", "entries", cwd=dataset.path, check=0)
    git("add", "entries", cwd=dataset.path, check=0)
    text = say("-c", "core.editor=true", way, "--continue")

    assert output_of(text) == ["Talekeep-Op: replace", "Talekeep-Entries: +0 ~7 -0"]


def test_what_cannot_be_read_is_not_counted_and_stops_nothing(dataset, take, talk, edit, git, say) -> None:
    take([talk("1"), talk("2")])
    part = edit('{"id"', '{"id')
    git("commit", "-qam", "x", "--no-verify", cwd=dataset.path, check=0)
    part.write_bytes(part.read_bytes().replace(b'{"id:', b'{"id":'))

    assert output_of(say("commit", "-qam", "mended")) == []


def test_no_message_at_all_is_left_to_git(dataset, run) -> None:
    place = dataset.path / ".git/COMMIT_EDITMSG"
    place.write_bytes(b"")

    run("-C", dataset.path, "hook", "commit-msg", Path(".git/COMMIT_EDITMSG"), check=0)

    assert place.read_bytes() == b""
