"""Sources: whose the imported conversations are, and what may be done with them."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.library.sources import KIND
from talekeep.library.sources import Source
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.changeset import write_files
from talekeep.ops.workspace.select import view_of
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import libraries
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source and what is known of its rights; `licence` is its SPDX name or in words, "" if not known."""

    slug: str
    file: str
    records: int
    author: str
    licence: str
    permission: str
    url: str
    models: list[str]


@dataclass(frozen=True, slots=True)
class SourceList:
    sources: list[SourceRow]


def list_sources(dataset: Dataset, *, revision: str | None = None) -> SourceList:
    """The sources, sorted by slug."""
    known = libraries.read(view_of(dataset, revision), KIND, Source)
    return SourceList([_row(slug, known[slug]) for slug in sorted(known)])


def _row(slug: str, source: Source) -> SourceRow:
    return SourceRow(
        slug,
        source.file,
        source.records,
        source.author,
        source.licence,
        source.permission,
        source.url,
        list(source.models),
    )


def edit_source(
    dataset: Dataset,
    names: Sequence[str],
    rights: Mapping[str, Any],
    *,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Say of sources, named by slug, by file or by file without its endings, whose they are.

    Args:
        rights: fields of a source to replace: author, licence, permission, url, models.

    Raises:
        NotFound: no such source. Usage: nothing is said of it.
    """
    if not rights:
        raise Usage("nothing is said of the source", "--author, --licence, --permission, --url or --model")
    with dataset.writing("source"):
        workspace = Workspace(dataset)
        known = libraries.read(workspace.now, KIND, Source)
        chosen = dict.fromkeys(slug for name in names for slug in _named(known, name))
        changed = {**known, **{slug: known[slug].replaced(**rights) for slug in chosen}}
        files = {} if changed == known else {KIND.path: libraries.dump(KIND, changed, dataset.models)}
        subject = f"Say whose {', '.join(chosen)} is"
        return write_files(workspace, files, subject, "source", dry_run=dry_run, commit=commit)


def _named(known: Mapping[str, Source], name: str) -> list[str]:
    """The slugs that a name means: a file that was imported twice has two."""
    if name in known:
        return [name]
    slugs = [slug for slug, source in known.items() if name in (source.file, source.file.partition(".")[0])]
    if not slugs:
        near = get_close_matches(name, known, 1)
        raise NotFound(
            f"there is no source {name!r}", f"did you mean {near[0]}?" if near else "talekeep source list"
        )
    return slugs
