"""Who speaks: one table for each character; messages name them by slug."""

from typing import Any

from pydantic import BaseModel
from pydantic import ConfigDict

from talekeep.library.base import Kind


class Character(BaseModel):
    """`card` is an imported character card, kept whole."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)
    name: str
    description: str = ""
    active: bool = True
    card: dict[str, Any] | None = None


KIND = Kind("characters", Character)
