"""A dataset as one request sees it: looked at once, so that all it shows is of one moment."""

from pathlib import Path

from talekeep.store.dataset import Dataset
from talekeep.store.view import View


class Held(Dataset):
    """For requests that only read. `look_again` after something was written all the same."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._view: View | None = None

    def now(self) -> View:
        if self._view is None:
            self._view = super().now()
        return self._view

    def look_again(self) -> None:
        self._view = None
