"""The pages of help that come with the program; nothing is looked up anywhere else."""

from talekeep.core.errors import NotFound
from talekeep.web import topics
from talekeep.web.visit import Answer
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

_MOST_LINES = 5


def contents(visit: Visit) -> Answer:
    """Every topic; with `?find=` those that hold the words, and the lines where."""
    known, words = visit.session.topics(), visit.query.get("find", "").strip()
    rows = [
        (name, topic.sentence, lines[:_MOST_LINES])
        for name, topic in known.items()
        if (lines := topics.sections(f"{topic.sentence}\n{topic.text}", words)) or not words
    ]
    return Page(
        "help.html", {"title": "Help", "rows": rows, "find": words, "blocks": None, "names": [*known]}
    )


def topic(visit: Visit) -> Answer:
    """One topic."""
    known, name = visit.session.topics(), visit.path["topic"]
    if name not in known:
        raise NotFound(f"there is no page of help on {name}", "all of them are at Help")
    values = {
        "title": name,
        "rows": [],
        "find": "",
        "blocks": topics.blocks(known[name].text),
        "names": [*known],
    }
    return Page("help.html", values)


SCREENS = (Screen("/help", get=contents), Screen("/help/{topic}", get=topic))
