"""The one spelling rule of tags, characters, prompts and sources."""

import unicodedata


def slug(name: str) -> str:
    """NFKC, casefolded, every run of other than letters and digits one `_`; "" where nothing is left.

    Letters of any script stay, with their vowel signs and accents, so `恋愛`, `हिन्दी` and `café` are
    good slugs, and `slug(slug(x)) == slug(x)`.
    """
    if name.isascii() and all(map(str.isalnum, name.split("_"))):
        return name.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "_".join("".join(c if _stays(c) else " " for c in folded).split())


def _stays(character: str) -> bool:
    # Marks (Mn, Mc) belong to the letter before them; without them Indic scripts fall apart.
    return character.isalnum() or unicodedata.category(character).startswith("M")
