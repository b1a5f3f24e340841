"""Whose the conversations are, and what may be done with them: sources, licences, credits."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

from talekeep.core.errors import Refused
from talekeep.library import sources
from talekeep.library.sources import Source
from talekeep.ops.exchange.training.leaks import Candidate
from talekeep.store import libraries
from talekeep.store.view import View

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Credit:
    """A source of exported entries, and what is known of its rights."""

    slug: str
    source: Source

    def cells(self) -> dict[str, str]:
        """The row of a Markdown table."""
        given = self.source
        values = {"file": given.file, "author": given.author, "licence": given.licence}
        return {key: _cell(value) for key, value in {**values, "models": ", ".join(given.models)}.items()}


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split()) or "not known"


def credits_of(view: View, written: Iterable[Candidate]) -> list[Credit]:
    """The sources of entries, sorted by slug."""
    known = libraries.read(view, sources.KIND, Source)
    return [Credit(slug, known[slug]) for slug in sorted({each.source for each in written}) if slug in known]


def require_licences(view: View, written: Iterable[Candidate]) -> None:
    """Raises: Refused: an entry comes of a source without a licence, or of none."""
    known = libraries.read(view, sources.KIND, Source)
    bare = sorted(
        {each.source for each in written if each.source not in known or not known[each.source].licence}
    )
    if bare:
        names = ", ".join(slug or "entries without a source" for slug in bare[:_SHOWN])
        raise Refused(f"no licence is known of: {names}", "talekeep source edit SOURCE --licence TEXT")


def strictest(given: Sequence[Credit]) -> str:
    """The licence for the card: that of the source that allows least; "other" where one is no known licence,
    "" where none is known of any."""
    named = {each.source.licence.strip() for each in given}
    if not named or named == {""}:
        return ""
    if "" in named or not all(name.casefold() in sources.STRICTNESS for name in named):
        return "other"
    return max((name.casefold() for name in named), key=sources.STRICTNESS.index)
