"""Files and other places: import, export, push, fetch."""

import os
from collections.abc import Iterable
from pathlib import Path

from talekeep.api.opened import Names
from talekeep.api.opened import Opened
from talekeep.api.opened import StrPath
from talekeep.api.opened import names
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange import export as export_operation
from talekeep.ops.exchange import fit as fit_operation
from talekeep.ops.exchange import import_files as import_operation
from talekeep.ops.exchange.export import Exported
from talekeep.ops.exchange.fit import Fit
from talekeep.ops.exchange.import_result import Imported
from talekeep.ops.exchange.import_result import Options
from talekeep.ops.remotes import push as push_operation
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Sent


class ExchangeMethods(Opened):
    def import_files(
        self,
        files: StrPath | Iterable[StrPath],
        *,
        format: str | None = None,
        tags: Names = (),
        mend: bool = False,
        trust: bool = True,
        registry: bool = True,
        dry_run: bool = False,
        commit: bool = True,
        progress: Progress = silent,
    ) -> Imported:
        """Take conversations in from files. Records that cannot be taken are in `refused`, with the reason.

        Args:
            format: read every record as this format, instead of recognising each.
            tags: put these on every new entry.
            mend: repair what cannot be stored (lone surrogates, NaN) instead of refusing the record.
            trust: merge a file back that was exported from this dataset; else it is only added.
            registry: read the RoleThread Lite registry beside a file.
        """
        options = Options(
            format=format,
            tags=tuple(names(tags)),
            mend=mend,
            trust=trust,
            registry=registry,
            dry_run=dry_run,
            commit=commit,
        )
        several = [files] if isinstance(files, str | os.PathLike) else files
        with self._writing() as store:
            return import_operation.import_files(store, [Path(file) for file in several], options, progress)

    def export(
        self,
        out: StrPath,
        *,
        format: str | None = None,
        clean: bool | None = None,
        where: str | None = None,
        rev: str | None = None,
        force: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> Exported:
        """Write entries to a file (`.json`: one array, else JSON lines), with a provenance file beside it.

        Args:
            format, clean: as the dataset's settings say, if not given. Clean is the conversation alone.
            force: replace a file that is there.
        """
        with self._store() as store:
            return export_operation.export(
                store,
                Path(out),
                format=format,
                clean=clean,
                where=where,
                revision=rev,
                force=force,
                dry_run=dry_run,
                progress=progress,
            )

    def fit(
        self,
        trainers: Names = (),
        *,
        where: str | None = None,
        rev: str | None = None,
        max_length: int | None = None,
        progress: Progress = silent,
    ) -> Fit:
        """Foretell for each trainer (all, if none is named) what becomes of the entries.

        Args:
            max_length: tokens above which a trainer cuts or drops an entry; its own default without it.
        """
        with self._store() as store:
            return fit_operation.fit(
                store, names(trainers), where=where, revision=rev, max_length=max_length, progress=progress
            )

    def push(
        self, remote: str | None = None, *, full: bool = False, progress: Progress = silent
    ) -> Pushed | Sent:
        """Save to a mirror folder, or push to a git repository; the only remote, if none is named.

        Args:
            full: begin a new chain in a mirror folder, which needs nothing pushed before.
        """
        with self._store() as store:
            return push_operation.push(store, remote, full=full, progress=progress)

    def fetch(self, remote: str | None = None, *, progress: Progress = silent) -> Fetched:
        """Bring in what other machines saved or pushed; branches and files stay as they are."""
        with self._store() as store:
            return push_operation.fetch(store, remote, progress=progress)
