"""The default profile: what the points are given for. `docs/insights.md` has the formula for people.

What a dataset does not use (tags, characters, system prompts) is not asked for: those points are left out,
and the others make up the 25.
"""

from collections.abc import Iterator
from collections.abc import Mapping

from talekeep.metrics.base import Category
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Judged
from talekeep.metrics.base import Points
from talekeep.metrics.base import Profile
from talekeep.metrics.base import Report
from talekeep.metrics.grades import FULL
from talekeep.metrics.grades import clamped
from talekeep.metrics.grades import label
from talekeep.metrics.statistics import share
from talekeep.metrics.table import METRICS
from talekeep.metrics.table import known

# A reply of this many words in the middle gets all points for length; more gets no more.
_ENOUGH = 50
# From this share of repeated conversations on there are no points for variety.
_TOO_MANY = 0.25
_TITLES = {
    "response_quality": "Response quality",
    "diversity": "Diversity",
    "structure": "Structure",
    "metadata_integrity": "Metadata integrity",
}


def judge(reports: Mapping[str, Report], frame: Frame) -> Judged:
    """The reports of the metrics as scores, charts and advice."""
    points = {
        "response_quality": _response,
        "diversity": _diversity,
        "structure": _structure,
        "metadata_integrity": _metadata,
    }
    categories = [_category(name, tuple(of(reports, frame)), frame) for name, of in points.items()]
    return Judged(
        dict(reports),
        tuple(categories),
        tuple((m.title, charts) for m in known() if (charts := tuple(m.charts(reports[m.name])))),
        tuple(advice for m in known() for advice in m.advise(reports[m.name])) if frame.entries else (),
    )


def _category(name: str, points: tuple[Points, ...], frame: Frame) -> Category:
    of = sum(each.of for each in points)
    part = sum(each.points for each in points) / of if of else 1.0
    score = clamped(FULL * part) if frame.entries else 0.0
    return Category(name, _TITLES[name], score, label(score), points)


def _points(name: str, of: float, part: float, measured: str) -> Points:
    return Points(name, round(of * min(max(part, 0.0), 1.0), 2), of, measured)


def _response(reports: Mapping[str, Report], _: Frame) -> Iterator[Points]:
    replies = reports["replies"]
    count, middle = replies["replies"], replies["median_words"]
    if not count:
        yield _points("replies", 25, 0, "no replies")
        return
    hollow = share(replies["empty"] + replies["placeholder"], count)
    yield _points("length", 10, middle / _ENOUGH, f"{middle:g} words in the middle")
    yield _points("says something", 8, 1 - hollow, f"{hollow:.1%} empty or placeholders")
    short = share(replies["short"], count)
    yield _points("not cut short", 4, 1 - short, f"{short:.1%} under 8 words")
    balance = replies["balance"]
    fair = 0.02 <= balance <= 4
    yield _points("balance", 3, 1 if fair else 0, f"{balance:g} words of the user for one of the replies")


def _diversity(reports: Mapping[str, Report], frame: Frame) -> Iterator[Points]:
    variety, prompts, tags = reports["variety"], reports["prompts"], reports["tags"]
    again = share(variety["repeated"], variety["conversations"])
    yield _points("conversations", 10, 1 - again / _TOO_MANY, f"{again:.1%} repeat another")
    if variety["opened"]:
        part = share(variety["openings"], variety["opened"])
        yield _points("first messages", 7, part, f"{part:.0%} differ")
    if prompts["entries"]:
        wanted = min(prompts["entries"], 5)
        yield _points(
            "system prompts", 4, share(prompts["distinct"], wanted), f"{prompts['distinct']:,} different ones"
        )
    if len(tags["tags"].keys() & frame.tags.keys()) > 1:
        yield _points("tags", 4, tags["entropy"], f"used evenly to {tags['entropy']:.0%}")


def _structure(reports: Mapping[str, Report], frame: Frame) -> Iterator[Points]:
    sound = share(reports["validation"]["sound"], frame.entries)
    yield _points("validation", 13, sound, f"{sound:.1%} without errors and warnings")
    complete = share(reports["exchanges"]["complete"], frame.entries)
    yield _points("complete", 8, complete, f"{complete:.1%} have an exchange and end with a reply")
    prompts = reports["prompts"]
    if prompts["entries"]:
        telling = share(prompts["entries"] - prompts["thin"], frame.entries)
        yield _points("system prompts", 4, telling, f"{telling:.1%} have one of 8 words or more")


def _metadata(reports: Mapping[str, Report], frame: Frame) -> Iterator[Points]:
    tags, characters, sources = reports["tags"], reports["characters"], reports["sources"]
    if tags["tagged"]:
        part = share(tags["tagged"], frame.entries)
        yield _points("tagged", 8, part, f"{part:.1%} have tags")
        known = 1 - share(tags["unresolved"], tags["tagged"])
        yield _points("known tags", 7, known, f"{known:.1%} of those have only tags the vocabulary offers")
    if characters["in_library"] and characters["entries"]:
        whole = sum(characters["entries"].values())
        known = 1 - share(sum(characters["unknown"].values()), whole)
        yield _points("characters", 6, known, f"{known:.1%} of the speakers are in the library")
    if sources["imported"]:
        listed = 1 - share(sources["unlisted"], sources["imported"])
        yield _points("sources", 4, listed, f"{listed:.1%} of the imported entries say from where")


DEFAULT = Profile("default", METRICS, "", judge)
