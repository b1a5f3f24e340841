"""Where entries came from: one table for each imported file."""

from pydantic import BaseModel
from pydantic import ConfigDict

from talekeep.library.base import Kind


class Source(BaseModel):
    """`file` is the bare file name, `records` how many it held, `licence` and `consent` the user's notes."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)
    file: str
    sha256: str
    format: str
    records: int
    licence: str = ""
    consent: str = ""


KIND = Kind("sources", Source)
