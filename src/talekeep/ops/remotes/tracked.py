"""How far this branch is ahead of, and behind, a branch of a remote.

It stands by itself, so that `status` need not load what reads remotes.
"""

from dataclasses import dataclass

from talekeep.ops import plural


@dataclass(frozen=True, slots=True)
class Tracked:
    """A branch of another place, as it was last fetched or pushed.

    `branch` is what `merge` takes, such as `origin/main`; `ahead` counts our commits that it has not,
    `behind` its commits that we have not; `mirror` says that `remote` is a folder with one branch a machine.
    `allowed`: the place may have this dataset, so that a push is not refused.
    """

    remote: str
    branch: str
    ahead: int
    behind: int
    mirror: bool
    allowed: bool = True

    def sentence(self) -> str:
        """For people: what is to be taken in, what to be sent."""
        texts = []
        if self.behind:
            texts.append(f"{plural(self.behind, 'commit')} to merge")
        if self.ahead and not self.mirror:
            texts.append(f"{plural(self.ahead, 'commit')} to push")
        return f"{self.branch}: {', '.join(texts) or 'up to date'}"
