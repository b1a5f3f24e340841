"""The keys of the page."""

from talekeep.web.places import PLACES
from talekeep.web.visit import Answer
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

KEYS = (
    ("j, k", "next and previous row, or entry"),
    ("Enter", "open the row"),
    ("e", "edit"),
    ("h", "history of the entry"),
    ("a, n, x", "review: approve, needs edit, reject"),
    (".", "review: write a note"),
    ("s", "review: skip"),
    ("u", "review: take the last verdict back"),
    ("Ctrl+Enter", "save what is typed"),
    ("Esc", "leave a field; leave the form"),
    ("/", "the query"),
    ("v", "split the entry, or join it with another"),
    ("o", "its other replies"),
    ("c", "list: a new entry"),
    ("1, 2, 3, 0", "conflict: take here, there, both, or what stood before both"),
    ("x, t", "duplicates: remove or tag the chosen"),
    (f"g then {', '.join(key for _, _, key in PLACES)}", ", ".join(name.lower() for _, name, _ in PLACES)),
    ("?", "this page"),
)


def keys(visit: Visit) -> Answer:
    """Every key, and the way to turn single letters off."""
    return Page("keys.html", {"title": "Keys", "keys": KEYS})


SCREENS = (Screen("/keys", get=keys),)
