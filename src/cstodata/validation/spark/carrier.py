"""The readings of the fast engine, carried by Spark: which tables, and in which pieces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from cstodata.spark.cluster import Cluster
from cstodata.spark.cuts import cut, guess
from cstodata.spark.files import File, Place
from cstodata.validation.spark.frames import SparkFrames
from cstodata.validation.spark.pieces import UNSURE, groups_of, stretches_of
from cstodata.validation.spark.readings import LeftHereError, Readings, UnfitPiecesError
from cstodata.validation.tables.fast import judge_rows
from cstodata.validation.tables.reading import verdict
from cstodata.validation.tables.refusal import RECORD_BYTES
from cstodata.validation.tables.scan import NotFastError, digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cstodata.model.progress import OnShare, OnStep
    from cstodata.package.descriptor import DataPackage
    from cstodata.spark.checkpoints import Checkpoints
    from cstodata.spark.engine import SparkEngine
    from cstodata.validation.limits import Limits
    from cstodata.validation.spark.pieces import Piece, Stretch
    from cstodata.validation.tables.fast import Target
    from cstodata.validation.tables.plain_files import Part
    from cstodata.validation.tables.plan import ForeignKey, TablePlan
    from cstodata.validation.tables.reading import Reading, Verdict
    from cstodata.validation.tables.standard import StandardChecks


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A piece of a table, and the number of its first record behind the header, which is 1."""

    piece: Piece
    first: int


class SparkCarrier:
    """Carries the readings of the tables of one package."""

    def __init__(self, engine: SparkEngine, root: Path, *, checkpoints: Checkpoints | None, on_step: OnStep) -> None:
        """Carry with an engine what stands in a folder.

        Raises:
            SparkError: There are no places such as the one where executors are to find it.
        """
        self._engine, self._root, self._checkpoints = engine, root, checkpoints
        self._place = Place(address=engine.files) if engine.files else None
        if self._place:
            self._place.check()
        self.cluster = Cluster(session=engine.session, tasks=engine.tasks, checkpoints=checkpoints, on_step=on_step)
        self._pieces: dict[tuple[Part, ...], Sequence[Piece]] = {}
        self._guessed: set[tuple[Part, ...]] = set()
        self._may_guess = True
        self._numbered: dict[Path, list[Numbered]] = {}

    def numbered(self, path: Path) -> list[Numbered] | None:
        """The pieces of a plain file, each with the number of its first record; None if not all of them were read."""
        return self._numbered.get(path.resolve())

    def discard_checkpoints(self) -> None:
        """Take away what was kept for the case that this breaks off."""
        if self._checkpoints:
            self._checkpoints.discard()

    def frames(self, package: DataPackage) -> SparkFrames:
        """The tables of a package, as far as Spark has judged them, for rules."""
        return SparkFrames(package, self)

    def judge_rows(
        self,
        plan: TablePlan,
        targets: Mapping[ForeignKey, Target],
        limits: Limits,
        checks: StandardChecks,
        on_share: OnShare,
    ) -> Verdict:
        """What `cstodata.validation.tables.fast.judge_rows` says, and where Spark cannot be sure of it, by that.

        Raises:
            NotFastError: The table is left to Frictionless.
            RefusedError: A record is too large for anybody.
            SparkError: Spark cannot go on.
        """
        try:
            return self._on_spark(plan, targets, limits, checks)
        except LeftHereError as why:
            here = judge_rows(plan, targets, limits, checks, on_share)
            return replace(here, how=f"on this machine, because {why}")

    def _on_spark(
        self,
        plan: TablePlan,
        targets: Mapping[ForeignKey, Target],
        limits: Limits,
        checks: StandardChecks,
    ) -> Verdict:
        if why := self._why_here(plan):
            raise LeftHereError(why)
        with ThreadPoolExecutor(max_workers=1) as pool:
            digesting = pool.submit(digest, plan.digested_blocks()) if plan.is_digested else None
            try:
                reading = self._reading(plan, targets, limits, checks)
            except UnfitPiecesError:
                if not self._guessed:
                    raise
                self._count()
                reading = self._reading(plan, targets, limits, checks)
            pieces = self._pieces_of(plan)
            longest = max(each.size for each in pieces)
            how = f"on Spark, in {len(pieces):,} tasks of up to {longest:,} bytes"
            try:
                return verdict(plan, reading, digesting.result() if digesting else None, how=how)
            except NotFastError as error:  # threads may find another reason in what they read beyond the limit
                raise LeftHereError(str(error)) from error

    def _reading(
        self,
        plan: TablePlan,
        targets: Mapping[ForeignKey, Target],
        limits: Limits,
        checks: StandardChecks,
    ) -> Reading:
        pieces = self._pieces_of(plan)
        large = {key: each for key, each in targets.items() if self._is_large(each.plan)}
        readings = Readings(
            plan=plan,
            pieces=pieces,
            cluster=self.cluster,
            small={key: each for key, each in targets.items() if key not in large},
            large={key: (each, self._pieces_of(each.plan)) for key, each in large.items()},
            checks=checks,
            limits=limits,
        )
        reading = readings.last()
        if not reading.limit_reached and plan.is_one_plain_file:
            self._numbered[plan.path.resolve()] = [
                Numbered(piece=each, first=first) for each, first in zip(pieces, readings.firsts, strict=True)
            ]
        return reading

    def _why_here(self, plan: TablePlan) -> str | None:
        """Why a table is not for Spark, as far as can be said before it is read; None if it is."""
        if not plan.is_own:
            return "its file had to be written anew here"
        if not self._is_large(plan):
            return f"{_size(plan):,} bytes are too few for a job"
        return None

    def _is_large(self, plan: TablePlan) -> bool:
        """Whether others can read a table, and should."""
        return plan.is_own and _size(plan) >= max(1, self._engine.min_bytes)

    def _pieces_of(self, plan: TablePlan) -> Sequence[Piece]:
        """The pieces of a table."""
        if plan.parts not in self._pieces:
            if plan.columns is None:
                self._pieces[plan.parts] = self._stretches_of(plan)
            else:
                size = self._engine.range_bytes
                self._pieces[plan.parts] = groups_of(plan.path, file=self._file, range_bytes=size)
        return self._pieces[plan.parts]

    def _stretches_of(self, plan: TablePlan) -> Sequence[Stretch]:
        """The pieces of a CSV table that are to begin and end with records: guessed, or counted by Spark."""
        size, quote = self._engine.range_bytes, plan.dialect.quote.encode()
        guessing = partial(guess, dialect=plan.dialect, width=plan.width, range_bytes=size)
        counting = partial(cut, quote=quote, cluster=self.cluster, range_bytes=size)
        pieces = stretches_of(plan, file=self._file, cuts=guessing) if self._may_guess else None
        if pieces:
            self._guessed.add(plan.parts)
        else:
            pieces = stretches_of(plan, file=self._file, cuts=counting) or ()
        # A record may reach into the next range, and no further than its size.
        if any(each.packed is None and each.size > 2 * size + RECORD_BYTES for each in pieces):
            raise LeftHereError(UNSURE)
        return pieces

    def _count(self) -> None:
        """A guess was wrong: nothing is guessed any more."""
        self._may_guess = False
        for parts in self._guessed:
            del self._pieces[parts]
        self._guessed.clear()

    def _file(self, path: Path) -> File:
        """A file of the package, for executors."""
        file = File.of(path)
        return file.at(self._place, self._root, path) if self._place else file


def _size(plan: TablePlan) -> int:
    return sum(part.path.stat().st_size for part in plan.parts)
