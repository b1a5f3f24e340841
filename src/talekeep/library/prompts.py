"""System prompts to start from: one table each; an entry gets a copy, never a link."""

from pydantic import BaseModel
from pydantic import ConfigDict

from talekeep.library.base import Kind


class Prompt(BaseModel):
    """`active` is False for one that was set aside and is not offered."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)
    name: str
    content: str
    description: str = ""
    active: bool = True


KIND = Kind("prompts", Prompt)
