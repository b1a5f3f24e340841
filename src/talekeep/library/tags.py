"""The vocabulary: tags in categories, and the old names that lead to current ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from types import MappingProxyType
from typing import Literal
from typing import TypeAlias

from talekeep.library.base import Kind
from talekeep.library.model import OpenModel

Status: TypeAlias = Literal["active", "archived", "hidden"]
Origin: TypeAlias = Literal["", "imported", "deleted"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Category(OpenModel):
    """`order` is its place among the categories; those of one number go by name."""

    name: str
    order: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag(OpenModel):
    """`name` is how people read it, "" for the slug in words; `origin` says why an archived tag is one:
    "imported" was never adopted, "deleted" was retired by the user."""

    name: str = ""
    category: str = ""
    status: Status = "active"
    origin: Origin = ""
    order: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary(OpenModel):
    """The whole of `library/tags.toml`; `aliases` lead from an old slug to a newer one."""

    aliases: dict[str, str] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)


KIND = Kind("tags", Vocabulary, whole=True)

# Shipped with Talekeep and never written into a dataset: a table of the same slug there comes before it.
TAXONOMY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "behavior": (
            *("pacing", "boundaries", "no_user_control", "followup_question", "emotional_awareness"),
            *("instruction_following", "consistency", "initiative"),
        ),
        "interaction": (
            *("greeting", "roleplay", "question_answer", "task_completion", "explanation", "feedback"),
            "correction",
        ),
        "style": ("dialogue", "narration", "descriptive", "concise", "detailed", "grounded"),
        "source": ("manual", "ai_generated", "imported", "converted"),
        "status": ("draft", "needs_review", "needs_edit", "approved", "invalid", "duplicate"),
    }
)
_INITIALS = ("ai", "id", "llm", "rp")


def display_name(slug: str) -> str:
    """A slug in words: `slow_burn` is Slow Burn, `ai_generated` is AI Generated."""
    return " ".join(word.upper() if word in _INITIALS else word.capitalize() for word in slug.split("_"))


def with_built_in(own: Vocabulary) -> Vocabulary:
    """The dataset's vocabulary and the built-in taxonomy as one; what the dataset says comes first.

    A built-in name that the dataset made an alias is no tag of its own any more.
    """
    categories = {slug: Category(name=display_name(slug), order=n) for n, slug in enumerate(TAXONOMY)}
    tags = {
        slug: Tag(category=category, order=n)
        for category, slugs in TAXONOMY.items()
        for n, slug in enumerate(slugs)
        if slug not in own.aliases
    }
    return own.replaced(categories=categories | own.categories, tags=tags | own.tags)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The current state of a tag on an entry; `tag` is None where the vocabulary does not know `slug`."""

    slug: str
    tag: Tag | None

    @property
    def active(self) -> bool:
        return self.tag is not None and self.tag.status == "active"


def resolve(vocabulary: Vocabulary, slug: str) -> Resolved:
    """The tag a name stands for, along its aliases; a tag of that very name comes before an alias, and
    aliases that lead in a circle lead nowhere.
    """
    at, visited = slug, {slug}
    while at not in vocabulary.tags and at in vocabulary.aliases:
        at = vocabulary.aliases[at]
        if at in visited:
            return Resolved(slug, None)
        visited.add(at)
    return Resolved(at, vocabulary.tags.get(at))


def renamed(vocabulary: Vocabulary) -> dict[str, str]:
    """Every old name and the current one it leads to, circles left out."""
    current_names = {old: resolve(vocabulary, old).slug for old in vocabulary.aliases}
    return {old: new for old, new in current_names.items() if new != old}
