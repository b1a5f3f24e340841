"""Sources: one table for each imported file."""

from talekeep.library.base import Kind
from talekeep.library.model import OpenModel


class Source(OpenModel, frozen=True, kw_only=True):
    """`file` is the bare file name, `records` how many it held, `licence` and `consent` the user's notes."""

    file: str
    sha256: str
    format: str
    records: int
    licence: str = ""
    consent: str = ""


KIND = Kind("sources", Source)
