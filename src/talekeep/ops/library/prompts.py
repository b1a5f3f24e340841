"""The prompt library: templates are copied into entries, and an entry never follows its template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.library.prompts import KIND
from talekeep.library.prompts import Prompt
from talekeep.ops.entries import system_prompt
from talekeep.ops.library.library_table import LibraryTable
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.toml import MAX_LINE
from talekeep.store.view import View

PROMPTS = LibraryTable(KIND, "prompt", Prompt, "Archive", "Restore", "talekeep prompt list --archived")


@dataclass(frozen=True, slots=True)
class Row:
    """A template; `entries` counts those whose system prompt is this very text, None if nobody asked."""

    slug: str
    name: str
    description: str
    content: str
    active: bool
    entries: int | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    prompts: list[Row]


def read(view: View) -> dict[str, Prompt]:
    """The prompt templates of a view.

    Raises:
        Refused: the library cannot be read.
    """
    return PROMPTS.read(view)


def listed(
    dataset: Dataset, *, archived: bool = False, usage: bool = False, revision: str | None = None
) -> Shelf:
    """The templates by name; with `archived` also the archived ones, with `usage` how often each is in use.

    Raises:
        NotFound: no such revision.
    """
    view = view_of(dataset, revision)
    used = _usage(dataset, view) if usage else None
    rows = [_row(name, prompt, used) for name, prompt in read(view).items() if prompt.active or archived]
    return Shelf(sorted(rows, key=lambda row: (row.name, row.slug)))


def _usage(dataset: Dataset, view: View) -> Counter[str]:
    """How many entries have a text as system prompt."""
    firsts = (next(iter(messages_of(selected.entry)), {}) for selected in select(dataset, view))
    return Counter(text_of(first) for first in firsts if first.get("role") == "system")


def _row(name: str, prompt: Prompt, used: Counter[str] | None) -> Row:
    entries = None if used is None else used[prompt.content]
    return Row(name, prompt.name, prompt.description, prompt.content, prompt.active, entries)


def show(dataset: Dataset, name: str, *, revision: str | None = None) -> Row:
    """One template, with its usage.

    Raises:
        NotFound: no such template or revision.
    """
    view = view_of(dataset, revision)
    known = read(view)
    prompt_slug = PROMPTS.require(known, name)
    return _row(prompt_slug, known[prompt_slug], _usage(dataset, view))


def text_of_file(file: Path) -> str:
    """The text of a file, without the line end a text file closes with.

    Raises:
        NotFound: no such file. Refused: it is no UTF-8, or larger than a library line may be long.
    """
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    with file.open("rb") as opened:
        data = opened.read(MAX_LINE + 1)
    if len(data) > MAX_LINE:
        raise Refused(f"{file.name} is larger than a prompt may be ({MAX_LINE // 1024} KiB)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{file.name} is not UTF-8 at byte {error.start + 1}") from None
    return text.removesuffix("\n").removesuffix("\r")


def create(
    dataset: Dataset,
    name: str,
    *,
    text: str | None = None,
    entry: str | None = None,
    description: str = "",
    dry_run: bool = False,
) -> Edited:
    """Put a template into the library: `text`, or the system prompt of an entry.

    Raises:
        Usage: neither or both; a blank text or name; the entry has no system prompt. NotFound: no such
        entry. Refused: the name is taken, or the text too long for the library.
    """
    if (text is None) == (entry is None):
        raise Usage("say what the prompt is", "--text TEXT, --file FILE or --from ENTRY")
    content = text if text is not None else system_prompt.system_of(dataset, entry or "")
    with dataset.writing("prompt"):
        draft = Draft(dataset)
        known = read(draft.now)
        wanted = _free(known, name)
        known[wanted] = Prompt(name=name.strip(), content=_sound(content), description=description)
        return PROMPTS.write(draft, known, f"Create the prompt {wanted}", dry_run=dry_run)


def _free(known: dict[str, Prompt], name: str) -> str:
    wanted = slug(name)
    if not wanted:
        raise Usage(f"{name!r} has no letter or digit to name a prompt by")
    if wanted in known:
        aside = "" if known[wanted].active else ", archived"
        raise Refused(f"there is a prompt {wanted} already{aside}", f"talekeep prompt show {wanted}")
    return wanted


def _sound(content: str) -> str:
    """Check that the library can hold a text.

    Raises:
        Usage: it is blank. Refused: it is too long, or no Unicode.
    """
    if not content.strip():
        raise Usage("a prompt needs a text")
    try:
        # With a carriage return anywhere in the file every text is one long line: this one must fit then.
        toml.parse(toml.dump({"prompt": {"content": content, "other": "\r"}}), KIND.path)
    except UnicodeEncodeError:
        raise Refused("the text is not UTF-8") from None
    except Refused:
        raise Refused(f"the text is longer than a prompt may be (about {MAX_LINE // 1024} KiB)") from None
    return content


def edit(
    dataset: Dataset,
    name: str,
    *,
    text: str | None = None,
    display: str | None = None,
    description: str | None = None,
    dry_run: bool = False,
) -> Edited:
    """Change a template; entries that got a copy keep theirs. A new name is a new slug too.

    Raises:
        NotFound: no such template. Usage: nothing to change, a blank name or text. Refused: the new name
        is taken, or the text too long.
    """
    if text is None and display is None and description is None:
        raise Usage("nothing to change", "--text TEXT, --file FILE, --name NAME or --description TEXT")
    with dataset.writing("prompt"):
        draft = Draft(dataset)
        known = read(draft.now)
        prompt_slug = PROMPTS.require(known, name)
        prompt = known.pop(prompt_slug)
        wanted = prompt_slug if display is None else _free(known, display)
        fields = {
            "name": display and display.strip(),
            "content": None if text is None else _sound(text),
            "description": description,
        }
        new = {key: value for key, value in fields.items() if value is not None}
        known[wanted] = prompt.replaced(**new)
        return PROMPTS.write(draft, known, f"Change the prompt {wanted}", dry_run=dry_run)


def archive(dataset: Dataset, names: Sequence[str], *, dry_run: bool = False) -> Edited:
    """Keep templates, but offer them no longer.

    Raises:
        NotFound: one of them does not exist; then nothing changes.
    """
    return PROMPTS.set_active(dataset, names, False, dry_run=dry_run)


def restore(dataset: Dataset, names: Sequence[str], *, dry_run: bool = False) -> Edited:
    """Offer templates again. Raises: as `archive`."""
    return PROMPTS.set_active(dataset, names, True, dry_run=dry_run)


def delete(dataset: Dataset, names: Sequence[str], *, dry_run: bool = False) -> Edited:
    """Take templates out of the library; entries that got a copy keep theirs.

    Raises:
        NotFound: one of them does not exist; then nothing changes.
    """
    return PROMPTS.delete(dataset, names, dry_run=dry_run)


def apply(
    dataset: Dataset,
    name: str,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
) -> Edited:
    """Copy a template into entries, as their system prompt.

    Raises:
        NotFound: no such template or entry. Refused: the template is archived. Usage: neither or both of
        `entries` and `where`.
    """
    text = offered(dataset.now(), name)
    return system_prompt.set_system(dataset, text, entries, where=where, dry_run=dry_run)


def offered(view: View, name: str) -> str:
    """The text of a template that is not archived.

    Raises:
        NotFound: no such template. Refused: it is archived.
    """
    known = read(view)
    prompt_slug = PROMPTS.require(known, name)
    if not known[prompt_slug].active:
        raise Refused(f"the prompt {prompt_slug} is archived", f"talekeep prompt restore {prompt_slug}")
    return known[prompt_slug].content
