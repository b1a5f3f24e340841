"""Sources: one table for each imported file."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from talekeep.core.slug import slug
from talekeep.library.base import Kind
from talekeep.library.model import OpenModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Source(OpenModel):
    """`file` is the bare file name, `records` how many it held. What the user says of it: `licence` by its
    SPDX name or in words, `permission` and `consent` of the writers, and the `models` that wrote it. What
    imports note: the name of the `folder` that was imported with it; and of a RoleThread Lite dataset its id
    (`dataset`), when it was last `saved` (ISO, UTC), those of its `characters` that have another name here,
    and what a library had otherwise and `kept`."""

    file: str
    sha256: str
    format: str
    records: int
    licence: str = ""
    consent: str = ""
    author: str = ""
    permission: str = ""
    url: str = ""
    models: list[str] = field(default_factory=list)
    folder: str = ""
    dataset: str = ""
    saved: str = ""
    characters: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[str] = ()


def rights_of(source: Source, key: str) -> frozenset[str]:
    """What a source says of its `author`, `licence` or `model`, as slugs."""
    texts = source.models if key == "model" else [source.author if key == "author" else source.licence]
    return frozenset(slug(text) for text in texts if text)


KIND = Kind("sources", Source)

# Licences by their SPDX names in small letters, as the Hub writes them, from what allows most to what allows
# least. Source: the licences' own texts (notice, share-alike, non-commercial, no derivatives).
STRICTNESS = (
    *("cc0-1.0", "unlicense", "mit", "bsd-3-clause", "apache-2.0"),
    *("odc-by", "cc-by-3.0", "cc-by-4.0", "odbl", "gpl-3.0", "agpl-3.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
    *("cc-by-nd-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0"),
)
