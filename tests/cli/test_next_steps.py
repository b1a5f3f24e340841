"""A hint is a command that works: from every state of a dataset, the hints alone lead to a clean one."""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ID = "123e4567-e89b-42d3-a456-42661417400"

# What a command that is refused ends with; 1 is an answer, such as "there are conflicts".
REFUSED = {2, 3, 4, 5, 70}


class Hand:
    """One user in the dataset `harbor`, who types what they are told."""

    def __init__(self, run, git, folder: Path) -> None:
        self._run, self._git, self.folder = run, git, folder
        (folder.parent / "more.jsonl").write_text(
            '{"messages":[{"role":"user","content":"New?"},{"role":"assistant","content":"New."}]}\n'
        )

    def talekeep(self, *args: str | Path, check: int | None = None):
        return self._run("-C", self.folder, *args, check=check)

    def git(self, *args: str | Path, check: int | None = 0):
        return self._git("-C", self.folder, *args, check=check)

    def edit(self, old: str, new: str) -> None:
        part = next(p for p in sorted(self.folder.glob("entries/*/*.jsonl")) if old in p.read_text())
        part.write_text(part.read_text().replace(old, new, 1))

    def typed(self, hint: str):
        """Run a hint as a person reads it: the first of its alternatives, "…" and FILE filled in."""
        command = re.split(r"; | \(or |, or ", hint)[0]
        command = command.replace("…", "my words").replace("FILE", str(self.folder.parent / "more.jsonl"))
        for one in command.split(" && "):
            program, *words = shlex.split(one)
            if program == "chmod":
                subprocess.run([program, *words], cwd=self.folder, check=True)
                continue
            result = self.talekeep(*words) if program == "talekeep" else self.git(*words, check=None)
            refused = result.code in REFUSED if program == "talekeep" else result.code != 0
            assert not refused, (hint, one, result)
        return result

    def next_step(self) -> str | None:
        return self.talekeep("status", "--json", check=0).json["next"]


@pytest.fixture
def hand(run, git, harbor: Path, monkeypatch: pytest.MonkeyPatch) -> Hand:
    for name in ("GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "EDITOR"):
        monkeypatch.setenv(name, "true")
    return Hand(run, git, harbor)


def forked(hand: Hand) -> None:
    """Two branches that changed one reply differently; on main."""
    hand.talekeep("branch", "side", check=0)
    for branch, text in (("side", "Theirs!"), ("main", "Ours.")):
        hand.talekeep("switch", branch, check=0)
        hand.edit("Answer 1.", text)
        hand.talekeep("commit", check=0)


def edited(hand: Hand) -> None:
    hand.edit("Answer 1.", "Edited.")


def staged(hand: Hand) -> None:
    edited(hand)
    hand.git("add", "-A")


def partly_staged(hand: Hand) -> None:
    staged(hand)
    hand.edit("Edited.", "Edited again.")


def broken_line(hand: Hand) -> None:
    hand.edit('"messages"', '"mesages"')


def unreadable_line(hand: Hand) -> None:
    hand.edit('{"id"', "{id")


def broken_library(hand: Hand) -> None:
    (hand.folder / "library/tags.toml").write_text("[tags")


def own_file(hand: Hand) -> None:
    (hand.folder / "README.md").write_text("Mine.\n")


def stopped_merge(hand: Hand) -> None:
    forked(hand)
    hand.talekeep("merge", "side", check=1)


def stopped_git_merge(hand: Hand) -> None:
    forked(hand)
    hand.git("merge", "side", check=None)


def stopped_git_merge_without_a_driver(hand: Hand) -> None:
    forked(hand)
    hand.talekeep("setup", "--remove", check=0)
    hand.git("merge", "side", check=None)


def stopped_merge_of_a_text_file(hand: Hand) -> None:
    hand.talekeep("branch", "side", check=0)
    for branch in ("side", "main"):
        hand.talekeep("switch", branch, check=0)
        (hand.folder / "README.md").write_text(f"By {branch}.\n")
        hand.talekeep("commit", check=0)
    hand.talekeep("merge", "side", check=1)


def merge_to_be_committed(hand: Hand) -> None:
    stopped_merge(hand)
    hand.talekeep("resolve", "--all", "--ours", check=0)


def import_conflict(hand: Hand) -> None:
    out = hand.folder.parent / "out.jsonl"
    hand.talekeep("export", out, check=0)
    out.write_text(out.read_text().replace("Answer 1.", "Theirs!"))
    hand.edit("Answer 1.", "Ours.")
    hand.talekeep("commit", check=0)
    hand.talekeep("import", out, check=1)


def undo_in_the_way(hand: Hand) -> None:
    hand.edit("Answer 1.", "First.")
    hand.talekeep("commit", check=0)
    first = hand.git("rev-parse", "HEAD").out.strip()
    hand.edit("First.", "Second.")
    hand.talekeep("commit", check=0)
    refused = hand.talekeep("undo", first)
    assert refused.code == 1
    assert "talekeep log --ops" in refused.err
    assert hand.talekeep("log", "--ops").code == 0


def stash_conflict(hand: Hand) -> None:
    edited(hand)
    hand.git("stash")
    hand.edit("Answer 1.", "Meanwhile.")
    hand.talekeep("commit", check=0)
    hand.git("stash", "pop", check=None)


def rebase_conflict(hand: Hand) -> None:
    forked(hand)
    hand.git("rebase", "side", check=None)


def rebase_stopped_to_edit(hand: Hand) -> None:
    forked(hand)
    hand.git("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-i", "HEAD~1", check=None)
    hand.edit("Ours.", "Ours, better.")


def rebase_stopped_unchanged(hand: Hand) -> None:
    forked(hand)
    hand.git("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-i", "HEAD~1", check=None)


def cherry_pick_conflict(hand: Hand) -> None:
    forked(hand)
    hand.git("cherry-pick", "side", check=None)


def cherry_pick_of_nothing(hand: Hand) -> None:
    forked(hand)
    hand.git("cherry-pick", "side", check=None)
    hand.talekeep("resolve", "--all", "--ours", check=0)


def revert_conflict(hand: Hand) -> None:
    hand.edit("Answer 1.", "First.")
    hand.talekeep("commit", check=0)
    hand.edit("First.", "Second.")
    hand.talekeep("commit", check=0)
    hand.git("revert", "HEAD~1", check=None)


def detached(hand: Hand) -> None:
    hand.git("checkout", "--detach")
    edited(hand)


def before_the_first_commit(hand: Hand) -> None:
    hand.git("checkout", "-q", "--orphan", "fresh")


def before_the_first_commit_with_nothing_staged(hand: Hand) -> None:
    before_the_first_commit(hand)
    hand.git("rm", "-rq", "--cached", ".")
    for name in ("README.md", ".gitignore"):
        hand.git("add", name)


def in_a_bisection(hand: Hand) -> None:
    hand.git("bisect", "start", "HEAD", "HEAD~1")
    edited(hand)


def in_another_work_tree(hand: Hand) -> None:
    hand.git("worktree", "add", "-q", "../second", "-b", "second")
    hand.folder = hand.folder.parent / "second"
    edited(hand)


def in_another_work_tree_with_a_conflict(hand: Hand) -> None:
    forked(hand)
    hand.git("worktree", "add", "-q", "../second", "-b", "second")
    hand.folder = hand.folder.parent / "second"
    hand.talekeep("merge", "side", check=1)


def a_staged_link(hand: Hand) -> None:
    (hand.folder / "link").symlink_to("README.md")
    hand.git("add", "link")
    # Once it is no longer staged it is a file of the user, beside the dataset.
    (hand.folder / ".git/info/exclude").write_text("/link\n")


def an_executable_part(hand: Hand) -> None:
    part = next(hand.folder.glob("entries/*/*.jsonl"))
    part.chmod(0o755)


def a_commit_in_another_encoding(hand: Hand) -> None:
    hand.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-m", "caf\u00e9")
    edited(hand)


def without_attributes(hand: Hand) -> None:
    hand.git("rm", "-q", ".gitattributes")
    hand.git("commit", "-qm", "gone")


def without_attributes_and_setup(hand: Hand) -> None:
    without_attributes(hand)
    hand.talekeep("setup", "--remove", check=0)


def hooks_missing(hand: Hand) -> None:
    hand.talekeep("setup", "--remove", check=0)


def not_validated(hand: Hand) -> None:
    edited(hand)
    hand.git("commit", "-qam", "By hand", "--no-verify")


def clean(hand: Hand) -> None:
    pass


def library_conflict(hand: Hand) -> None:
    hand.talekeep("character", "create", "Kai", check=0)
    hand.talekeep("branch", "side", check=0)
    for branch, text in (("side", "Theirs."), ("main", "Ours.")):
        hand.talekeep("switch", branch, check=0)
        hand.talekeep("character", "edit", "kai", "--description", text, check=0)
    hand.talekeep("merge", "side", check=1)


def removed_here_and_edited_there(hand: Hand) -> None:
    hand.talekeep("branch", "side", check=0)
    hand.talekeep("switch", "side", check=0)
    hand.edit("Answer 1.", "Theirs!")
    hand.talekeep("commit", check=0)
    hand.talekeep("switch", "main", check=0)
    hand.talekeep("remove", f"{ID}1", check=0)
    hand.talekeep("merge", "side", check=1)


def on_a_new_branch(hand: Hand) -> None:
    edited(hand)
    hand.talekeep("switch", "-c", "new", check=0)


def a_misplaced_part(hand: Hand) -> None:
    (hand.folder / "entries" / "more.jsonl").write_text("{}\n")


def cloned_by_git(hand: Hand) -> None:
    hand.git("clone", "-q", ".", "../second")
    hand.folder = hand.folder.parent / "second"


def behind_the_clone_it_came_from(hand: Hand) -> None:
    first = hand.folder
    cloned_by_git(hand)
    hand.talekeep("setup", check=0)
    second, hand.folder = hand.folder, first
    edited(hand)
    hand.talekeep("commit", check=0)
    hand.folder = second
    hand.talekeep("fetch", "origin", check=0)


def parted_from_the_clone_it_came_from(hand: Hand) -> None:
    first = hand.folder
    cloned_by_git(hand)
    hand.talekeep("setup", check=0)
    second, hand.folder = hand.folder, first
    edited(hand)
    hand.talekeep("commit", check=0)
    # Nobody else can push to a branch that is checked out.
    hand.git("checkout", "-q", "--detach")
    hand.folder = second
    hand.edit("Answer 1.", "Otherwise.")
    hand.talekeep("commit", check=0)
    hand.talekeep("fetch", "origin", check=0)


def a_mirror_that_is_behind(hand: Hand) -> None:
    (hand.folder.parent / "box").mkdir()
    hand.talekeep("remote", "add", "backup", "../box", check=0)
    hand.talekeep("push", "backup", check=0)
    edited(hand)
    hand.talekeep("commit", check=0)


def without_entries(hand: Hand) -> None:
    hand.talekeep("remove", "--where", "", check=0)


STATES = [
    state
    for state in list(globals().values())
    if getattr(state, "__annotations__", {}).get("hand") is Hand and state is not forked
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_hints_of_status_alone_lead_to_a_clean_dataset(state: Callable[[Hand], None], hand: Hand) -> None:
    state(hand)

    steps = []
    while (step := hand.next_step()) is not None and len(steps) < 12:
        steps.append(step)
        result = hand.typed(step)
        if step == "talekeep conflicts":
            (line,) = [line for line in result.err.splitlines() if line.startswith("next: ")]
            hand.typed(line.removeprefix("next: ").partition("; then ")[0])
        elif step == "talekeep validate" and result.code:
            # What a person mends by hand; or takes back by the command that status names.
            assert "talekeep discard" in hand.talekeep("status", check=0).out
            hand.talekeep("discard", "--all", check=0)

    assert step is None, steps
    assert hand.talekeep("status", "--json").json["conflicts"] == []
    assert hand.git("status", "--porcelain").out == ""
    assert hand.git("fsck", "--no-dangling").out == ""


COMMANDS = [
    ("commit",),
    ("tag", "add", "calm", f"{ID}1"),
    ("edit", f"{ID}1", "--file", "../more.md"),
    ("switch", "other"),
    ("merge", "other"),
    ("undo",),
    ("remove", f"{ID}1"),
    ("restore", f"{ID}1", "--from", "HEAD"),
    ("discard", "--all"),
]


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_hint_of_a_refusal_works_where_it_is_given(
    state: Callable[[Hand], None], command: tuple[str, ...], hand: Hand
) -> None:
    (hand.folder.parent / "more.md").write_text("## user\n\nAsked?\n\n## assistant\n\nAnswered.\n")
    hand.talekeep("branch", "other", check=0)
    state(hand)

    refused = hand.talekeep(*command)

    hints = [line.removeprefix("hint: ") for line in refused.err.splitlines() if line.startswith("hint: ")]
    for hint in hints:
        if hint.startswith(("talekeep", "git")):
            hand.typed(hint)


def test_status_sees_a_conflict_of_an_import(hand: Hand) -> None:
    import_conflict(hand)

    answer = hand.talekeep("status", "--json", check=0).json

    assert (answer["open"], answer["next"]) == (1, "talekeep conflicts")
    refused = hand.talekeep("commit", check=1)
    assert "hint: talekeep conflicts" in refused.err


def test_status_says_when_the_folder_has_errors(hand: Hand) -> None:
    broken_line(hand)

    output = hand.talekeep("status", check=0).out

    assert "  errors      1 in the folder; talekeep discard throws uncommitted changes away\n" in output
    assert hand.talekeep("status", "--json").json["errors"] == 1
