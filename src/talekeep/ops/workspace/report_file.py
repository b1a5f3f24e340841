"""Pages for a browser, written where the user asks."""

from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.ops.workspace.paths import require_regular
from talekeep.store.dataset import Dataset
from talekeep.store.files import replace


def write_page(dataset: Dataset, path: Path, text: str, *, force: bool = False) -> None:
    """Write a page of HTML, whole or not at all.

    Raises:
        Refused: the file exists (without `force`) or is no regular file, belongs to the dataset, or has no
        folder to be in.
        Outside: the disk refused.
    """
    require_regular(path)
    place, top = path.resolve(), dataset.path.resolve()
    if place.is_dir():
        raise Refused(f"{path} is a folder", f"name a file: {path / 'page.html'}")
    if place.is_relative_to(top) and _is_own(dataset, place.relative_to(top).as_posix()):
        raise Refused(f"{path} belongs to the dataset", "write the page to another folder")
    if place.exists() and not force:
        raise Refused(f"{path} exists", "--force replaces it")
    if not place.parent.is_dir():
        raise Refused(f"there is no folder {path.parent}", f"mkdir -p {path.parent}")
    # A name given on the command line may hold bytes that are no UTF-8.
    replace(place, text.encode("utf-8", "backslashreplace"))


def _is_own(dataset: Dataset, path: str) -> bool:
    return path.split("/")[0] in ("entries", "sidecars", "library", ".git") or path in dataset.staged().files
