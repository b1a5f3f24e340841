"""How this clone and its remotes have diverged, in sentences that name the next command."""

from talekeep.store.dataset import Dataset


def apart(dataset: Dataset, name: str) -> list[str]:
    """A sentence for each place of the remote `name` whose branch of the name of ours has commits that are
    not in it; the branches are compared as they were last fetched."""
    branch, head = dataset.refs.current(), dataset.history.head()
    if branch is None or head is None:
        return []
    short, prefix = branch.removeprefix("refs/heads/"), f"refs/remotes/{name}/"
    texts = []
    for ref, tip in sorted(dataset.refs.under(prefix).items()):
        where = ref.removeprefix(prefix).removesuffix(short).rstrip("/") or name
        if ref in (f"{prefix}{short}", f"{prefix}{where}/{short}") and "/" not in where:
            texts += _sentence(dataset, short, where, head, tip, ref.removeprefix("refs/remotes/"))
    return texts


def _sentence(dataset: Dataset, branch: str, where: str, head: str, tip: str, other: str) -> list[str]:
    if dataset.history.is_ancestor(tip, head):
        return []
    ahead = dataset.history.is_ancestor(head, tip)
    what = (
        f"{where} is ahead on {branch}" if ahead else f"{branch} went on here and on {where}, both are kept"
    )
    return [f"{what}; next: talekeep merge {other}"]


def gone_back(last: int, newest: int) -> str | None:
    """A sentence where the last push of this clone to a mirror is no longer there, or not there yet."""
    if last <= newest:
        return None
    now = f"the newest is {newest}" if newest else "nothing of it is"
    return f"push {last} is no longer there, {now}: it went back in time or has not finished syncing"


def beyond(dataset: Dataset, prefix: str) -> int | None:
    """How many commits of this branch are in none of the branches below a prefix."""
    branch, head = dataset.refs.current(), dataset.history.head()
    saved = dataset.refs.under(prefix)
    if branch is None or head is None or not saved:
        return None
    return dataset.history.count_beyond(head, list(saved.values()))
