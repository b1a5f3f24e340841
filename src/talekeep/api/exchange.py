"""Files and other places: import, export, push, fetch."""

import os
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from talekeep.api.opened import Names
from talekeep.api.opened import Opened
from talekeep.api.opened import StrPath
from talekeep.api.opened import names
from talekeep.library.recipes import Recipe
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange import export as export_operation
from talekeep.ops.exchange.export import Exported
from talekeep.ops.exchange.incoming import import_files as import_operation
from talekeep.ops.exchange.incoming.import_result import Imported
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.training import fit as fit_operation
from talekeep.ops.exchange.training.fit import Fit
from talekeep.ops.exchange.training.lens import lens_of
from talekeep.ops.exchange.training.template_file import read_template
from talekeep.ops.exchange.training.token_count import counter
from talekeep.ops.remotes import push as push_operation
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Sent

_NO_ORDER = Recipe()


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
        trainer: str | None = None,
        policies: Mapping[str, str] = MappingProxyType({}),
        order: Recipe = _NO_ORDER,
        template: StrPath | None = None,
        tokenizer: StrPath | None = None,
        where: str | None = None,
        rev: str | None = None,
        strict: bool = False,
        force: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> Exported:
        """Write entries to a file: `.json` one array, `.csv`, `.parquet`, else JSON lines. A folder with a
        split: `recipes.export_once`.

        Args:
            format, clean: as the dataset's settings say, if not given. Clean is the conversation alone.
            trainer: write what this trainer takes whole.
            policies: what to do with what a training file cannot hold: `{"names": "prefix"}`.
            order: of a recipe, what decides order, sample, repetition, columns and the hold-out.
            template: a chat template: a Jinja file, or a tokenizer_config.json.
            tokenizer: count tokens by this file, for the policy `cut` with the value `length`.
            strict: write nothing (`Negative`) if anything would be left out or changed.
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
                trainer=trainer,
                policies=policies,
                order=order,
                template=None if template is None else read_template(Path(template)),
                count=counter(None if tokenizer is None else Path(tokenizer)),
                strict=strict,
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
        tokenizer: StrPath | None = None,
        template: StrPath | None = None,
        profile: bool = False,
        progress: Progress = silent,
    ) -> Fit:
        """Foretell for each trainer (all, if none is named) what becomes of the entries.

        Args:
            max_length: tokens a row may have; what the configuration of `export` says without it.
            tokenizer: count by this `tokenizer.json`, or by a tokenizer file of Mistral's.
            template: the chat template of the model: a Jinja file or a `tokenizer_config.json`.
            profile: look at what `export --for` writes.
        """
        lens = lens_of(
            None if tokenizer is None else Path(tokenizer),
            None if template is None else Path(template),
            max_length,
        )
        with self._store() as store:
            return fit_operation.fit(
                store,
                names(trainers),
                where=where,
                revision=rev,
                lens=lens,
                profile=profile,
                progress=progress,
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
