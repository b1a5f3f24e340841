"""Scores and their labels: four categories of 25 points, 100 in all."""

from collections.abc import Iterable

from talekeep.metrics.base import Category

FULL = 25.0
_GRADES = ((90, "Excellent"), (70, "Good"), (50, "Fair"), (30, "Needs Attention"))
_LABELS = ((23, "Excellent"), (18, "Good"), (13, "Fair"), (7, "Needs Attention"))
_LOWEST = "Significant Issues"
# Below this a category is worth advice.
GOOD = 18


def grade(score: float) -> str:
    """The label of a whole score, 0 to 100."""
    return next((label for limit, label in _GRADES if score >= limit), _LOWEST)


def label(score: float) -> str:
    """The label of a category's score, 0 to 25."""
    return next((label for limit, label in _LABELS if score >= limit), _LOWEST)


def clamped(score: float) -> float:
    """The score of a category: between 0 and 25, two decimals."""
    return round(min(max(score, 0.0), FULL), 2)


def whole(categories: Iterable[Category]) -> float:
    """The score of a dataset."""
    return round(min(max(sum(category.score for category in categories), 0.0), 100.0), 2)
