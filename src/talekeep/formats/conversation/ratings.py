"""What people said of a record where annotation programs and logs keep it: as tags and reviews.

Prodigy's answer, the responses of Argilla, the annotations of Label Studio, the scores of Langfuse and
LangSmith, the labels of doccano. A choice becomes a tag, a rating from 1 to 5 a score, accepting and
rejecting a verdict. The keys stay in the entry as they are.
"""

import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from talekeep.core.reviews import MOST_SCORE
from talekeep.core.reviews import digest_of
from talekeep.core.reviews import is_score
from talekeep.core.slug import slug
from talekeep.formats.base import Reading

_NOBODY = "annotator"
_VERDICTS = {"accept": "approved", "reject": "rejected", "discarded": "rejected"}


@dataclass(frozen=True, slots=True)
class _Said:
    """What one person said: a tag, a score under a name, or a verdict."""

    person: str
    tag: str = ""
    score: tuple[str, Any] | None = None
    verdict: str = ""
    note: str = ""


def rated(record: dict[str, Any], reading: Reading) -> Reading:
    """The reading with what people said of its record."""
    every = [one for source in _SOURCES for one in source(record)]
    tags = list(dict.fromkeys(name for one in every if (name := slug(one.tag))))
    reviews = _reviews(every, reading)
    if not tags and not reviews:
        return reading
    entry = reading.entry
    if tags:
        own = entry.get("tags", [])
        entry = {**entry, "tags": [*own, *(tag for tag in tags if tag not in own)]}
    return replace(reading, entry=entry, reviews=reviews)


def _reviews(every: list[_Said], reading: Reading) -> dict[str, dict[str, Any]]:
    reviews: dict[str, dict[str, Any]] = {}
    for one in every:
        verdict, score = _VERDICTS.get(one.verdict, ""), one.score
        kept = score is not None and is_score(score[1]) and slug(score[0])
        if not (verdict or kept or one.note):
            continue
        review = reviews.setdefault(slug(one.person) or _NOBODY, {})
        if verdict:
            review["verdict"] = verdict
        if kept and score is not None:
            review.setdefault("scores", {})[slug(score[0])] = score[1]
        if one.note:
            review["note"] = one.note
    words = digest_of(reading.entry) if reviews else ""
    return {person: {**review, "of": words} for person, review in reviews.items()}


def _of_prodigy(record: dict[str, Any]) -> Iterator[_Said]:
    if "_task_hash" not in record:
        return
    person = str(record.get("_annotator_id") or record.get("_session_id") or "")
    yield _Said(person, verdict=_text(record.get("answer")))
    yield from (_Said(person, tag=label) for label in _labels(record.get("label")))
    if not isinstance(record.get("options"), list):
        yield from (_Said(person, tag=label) for label in _labels(record.get("accept")))


def _of_doccano(record: dict[str, Any]) -> Iterator[_Said]:
    if "_task_hash" in record:
        return
    for key in ("label", "labels"):
        if isinstance(record.get(key), list) and "text" in record:
            yield from (_Said("", tag=label) for label in _labels(record[key]) if not is_sentence(label))


def is_sentence(label: str) -> bool:
    """True for what somebody wrote, not the name of a class."""
    return _SENTENCE_END.search(label) is not None or len(label.split()) >= _FEWEST_WORDS


_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*\Z")
_FEWEST_WORDS = 4


def _of_argilla(record: dict[str, Any]) -> Iterator[_Said]:
    """`responses` as a table by question, as a list by person, or in columns `question.responses`."""
    responses = record.get("responses")
    if isinstance(responses, dict):
        for question, answers in responses.items():
            for answer in answers if isinstance(answers, list) else ():
                if isinstance(answer, dict) and "value" in answer:
                    yield from _answered(str(answer.get("user_id", "")), question, answer["value"])
    for response in responses if isinstance(responses, list) else ():
        values = response.get("values") if isinstance(response, dict) else None
        if isinstance(values, dict):
            person = str(response.get("user_id") or "")
            yield _Said(person, verdict=_text(response.get("status")))
            for question, answer in values.items():
                yield from _answered(
                    person, question, answer.get("value") if isinstance(answer, dict) else None
                )
    for key in record:
        if key.endswith(".responses") and isinstance(record[key], list):
            users = record.get(f"{key}.users")
            for place, value in enumerate(record[key]):
                person = users[place] if isinstance(users, list) and place < len(users) else ""
                yield from _answered(str(person or ""), key.removesuffix(".responses"), value)


def _answered(person: str, question: str, value: Any) -> Iterator[_Said]:
    """A number is a score; a word or several are labels; a longer text is what somebody wrote."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield _Said(person, score=(question, int(value) if value == int(value) else value))
    else:
        yield from (_Said(person, tag=label) for label in _labels(value))


def _of_label_studio(record: dict[str, Any]) -> Iterator[_Said]:
    annotations = record.get("annotations")
    for annotation in annotations if isinstance(annotations, list) else ():
        results = annotation.get("result") if isinstance(annotation, dict) else None
        if not isinstance(results, list):
            continue
        by = annotation.get("completed_by")
        person = str(by.get("email") or by.get("id") or "") if isinstance(by, dict) else str(by or "")
        if annotation.get("was_cancelled") is True:
            continue
        for result in results:
            yield from _result(person, result)


def _result(person: str, result: Any) -> Iterator[_Said]:
    value = result.get("value") if isinstance(result, dict) else None
    if not isinstance(value, dict):
        return
    yield from (
        _Said(person, tag=label) for key in ("choices", "labels") for label in _labels(value.get(key))
    )
    if type(value.get("rating")) is int:
        yield _Said(person, score=(_text(result.get("from_name")) or "rating", value["rating"]))


def _of_logs(record: dict[str, Any]) -> Iterator[_Said]:
    """Scores of Langfuse and feedback of LangSmith; numbers that are no rating stay in the record alone."""
    for key, person_key in (("scores", "authorUserId"), ("feedback", "user_id")):
        listed = record.get(key)
        for score in listed if isinstance(listed, list) else ():
            if not isinstance(score, dict):
                continue
            name = _text(score.get("name")) or _text(score.get("key"))
            person = str(score.get(person_key) or _text(score.get("source")) or "")
            value = score.get("value", score.get("score"))
            if isinstance(value, str):
                yield from (_Said(person, tag=label) for label in _labels(value))
            elif name and isinstance(value, int | float) and not isinstance(value, bool):
                whole = (
                    int(value)
                    if value == value and abs(value) <= MOST_SCORE and value == int(value)
                    else value
                )
                yield _Said(person, score=(name, whole))
            comment = _text(score.get("comment"))
            if comment:
                yield _Said(person, note=comment)


def _of_open_webui(record: dict[str, Any]) -> Iterator[_Said]:
    """A thumb up or down, with tags and a comment."""
    about = record.get("data")
    if "snapshot" not in record or not isinstance(about, dict):
        return
    person = str(record.get("user_id") or "")
    rating = about.get("rating")
    if rating in (1, -1, "1", "-1"):
        yield _Said(person, verdict="accept" if str(rating) == "1" else "reject")
    tags = about.get("tags")
    yield from (_Said(person, tag=label) for label in _labels(tags if isinstance(tags, list) else []))
    if comment := _text(about.get("comment")):
        yield _Said(person, note=comment)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


_LONGEST_LABEL = 40


def _labels(value: Any) -> list[str]:
    """The words that are labels, not what somebody wrote."""
    listed = value if isinstance(value, list) else [value]
    return [text for text in listed if isinstance(text, str) and 0 < len(text) <= _LONGEST_LABEL]


_SOURCES: tuple[Callable[[dict[str, Any]], Iterator[_Said]], ...] = (
    _of_prodigy,
    _of_doccano,
    _of_argilla,
    _of_label_studio,
    _of_logs,
    _of_open_webui,
)
