"""Sources: one table for each imported file."""

from dataclasses import dataclass

from talekeep.library.base import Kind
from talekeep.library.model import OpenModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Source(OpenModel):
    """`file` is the bare file name, `records` how many it held, `licence` and `consent` the user's notes."""

    file: str
    sha256: str
    format: str
    records: int
    licence: str = ""
    consent: str = ""


KIND = Kind("sources", Source)
