"""Parts that are large enough to be cut by `talekeep repack`."""

from talekeep.store.dataset import Dataset
from talekeep.store.view import View

# A part is too large from so many times the target size on.
_TOO_LARGE = 4


def large_parts(dataset: Dataset, view: View) -> list[str]:
    """The parts that are far larger than the target size and could be cut."""
    limit = dataset.config.storage.target * _TOO_LARGE
    large = [part for part in view.parts() if _size(dataset, part) > limit]
    counts = dataset.cache.sizes([view.files[part] for part in large]) if large else {}
    return [part for part in large if counts.get(view.files[part], 2) > 1]


def _size(dataset: Dataset, part: str) -> int:
    try:
        return (dataset.path / part).stat().st_size
    except OSError:
        return 0
