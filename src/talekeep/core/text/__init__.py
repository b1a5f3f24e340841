"""Texts: how they are read, compared and cut."""

import unicodedata

# Names how texts are read; part of the key of whatever is kept of that. Another number with every change of
# what a word is, how texts are folded, or what counts as speech.
READING = f"text-5/unicode-{unicodedata.unidata_version}"
