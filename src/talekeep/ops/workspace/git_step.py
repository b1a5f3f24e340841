"""How to go on with what git has in the middle of its work, in git's own commands."""

from talekeep.store.dataset import Dataset


def commit_command(dataset: Dataset) -> str:
    """What commits the folder once nothing is open: `talekeep commit`, or git's own command where git is in
    the middle of a rebase, a cherry-pick, a revert or `git am`."""
    under_way = dataset.under_way
    if under_way in (None, "merge"):
        return "talekeep commit"
    snapshot = dataset.staging.read()
    staged, head = dataset.staged(snapshot), dataset.of_tree(dataset.head_tree())
    if dataset.now_from(snapshot).differing(staged):
        return f"git add -A && {under_way} --continue"
    # With nothing to commit all of these refuse to go on, but for a rebase.
    nothing = under_way != "git rebase" and not staged.differing(head)
    return f"{under_way} --{'skip' if nothing else 'continue'}"
