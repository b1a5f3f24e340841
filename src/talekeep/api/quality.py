"""Quality: validation, repair, insights, duplicates."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from talekeep.api.opened import Names
from talekeep.api.opened import Opened
from talekeep.api.opened import StrPath
from talekeep.api.opened import names
from talekeep.core.reviews import Verdict
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.quality import craft as craft_operation
from talekeep.ops.quality import duplicates as duplicates_operation
from talekeep.ops.quality import insights as insights_operation
from talekeep.ops.quality import repair as repair_operation
from talekeep.ops.quality import review as review_operation
from talekeep.ops.quality.craft import Craft
from talekeep.ops.quality.duplicates import Duplicates
from talekeep.ops.quality.insights import Insights
from talekeep.ops.quality.repair import Repaired
from talekeep.ops.quality.review import Reviewed
from talekeep.ops.quality.review import Reviews
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.validation import Validated


class QualityMethods(Opened):
    def validate(
        self,
        *,
        select: Names = (),
        ignore: Names = (),
        rev: str | None = None,
        staged: bool = False,
        profile: str | None = None,
        progress: Progress = silent,
    ) -> Validated:
        """What the rules find. `select` and `ignore` name rules by code, beginning of a code or name."""
        with self._store() as store:
            return validation.validate_at(
                store,
                staged=staged,
                revision=rev,
                select=names(select),
                ignore=names(ignore),
                profile=profile,
                progress=progress,
            )

    def repair(
        self,
        *,
        select: Names = (),
        ignore: Names = (),
        where: str | None = None,
        dry_run: bool = False,
        commit: bool = True,
        progress: Progress = silent,
    ) -> Repaired:
        """Mend what validation finds, where no word changes: one commit for each rule."""
        with self._writing() as store:
            return repair_operation.repair(
                store,
                select=names(select),
                ignore=names(ignore),
                where=where,
                dry_run=dry_run,
                commit=commit,
                progress=progress,
            )

    def insights(
        self,
        *,
        where: str | None = None,
        rev: str | None = None,
        since: str | None = None,
        profile: str = "default",
        progress: Progress = silent,
    ) -> Insights:
        """Measurements, a score and what to look at; with `since`, also what changed from that commit on."""
        with self._store() as store:
            return insights_operation.insights(
                store, profile=profile, where=where, revision=rev, since=since, progress=progress
            )

    def review(
        self,
        verdict: Verdict | None,
        entries: Names = (),
        *,
        where: str | None = None,
        note: str = "",
        scores: Mapping[str, int] = MappingProxyType({}),
        by: str | None = None,
        dry_run: bool = False,
    ) -> Reviewed:
        """Say the same of entries: `approved`, `needs_edit` or `rejected`; None takes back what was said.

        Args:
            scores: criterion of `[review.criteria]` → 1 to 5.
            by: who says it; without it the reviewer of this clone.
        """
        with self._writing() as store:
            return review_operation.review(
                store, verdict, names(entries), where=where, note=note, scores=scores, by=by, dry_run=dry_run
            )

    def reviews(
        self, entries: Names | None = None, *, where: str | None = None, rev: str | None = None
    ) -> Reviews:
        """What people said of these entries, of those that match, or of all, and what each counts as."""
        chosen = None if entries is None else names(entries)
        with self._store() as store:
            return review_operation.reviews(store, chosen, where=where, revision=rev)

    def duplicates(
        self,
        *,
        exact: str | None = "conversation",
        near: bool = True,
        threshold: float = duplicates_operation.THRESHOLD,
        branches: int | None = None,
        where: str | None = None,
        rev: str | None = None,
        limit: int | None = None,
        progress: Progress = silent,
    ) -> Duplicates:
        """Groups of entries that are alike.

        Args:
            exact: equal at `entry`, `conversation` or `opening`; None for none of them.
            near: also those alike from `threshold` (0 to 1) on.
            branches: also those that begin with so many equal messages.
            limit: at most so many groups.
        """
        wanted = duplicates_operation.Wanted(exact, near, threshold, branches)
        with self._store() as store:
            return duplicates_operation.duplicates(
                store, wanted, where=where, revision=rev, limit=limit, progress=progress
            )

    def craft(
        self,
        *,
        where: str | None = None,
        rev: str | None = None,
        against: StrPath | None = None,
        progress: Progress = silent,
    ) -> Craft:
        """Count how the replies are written.

        Args:
            against: texts to compare with: a revision of this dataset, or a file.
        """
        reference = against if against is None or isinstance(against, str) else Path(against)
        with self._store() as store:
            return craft_operation.craft(
                store, where=where, revision=rev, against=reference, progress=progress
            )
