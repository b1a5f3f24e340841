"""System prompts to start from: one table each; an entry gets a copy, never a link."""

from dataclasses import dataclass

from talekeep.library.base import Kind
from talekeep.library.model import OpenModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt(OpenModel):
    """A prompt template; `active` is False when it is archived."""

    name: str
    content: str
    description: str = ""
    active: bool = True


KIND = Kind("prompts", Prompt)
