"""The files of a table in a release: canonical CSV, Parquet, and its schema; written in pieces, and proved equal."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from cstodata.errors import ReleaseNotProvedError
from cstodata.package.canonical import DIALECT, canonical_cells
from cstodata.package.csv_lines import csv_lines, header_line
from cstodata.package.digest import sha256_of, sha256_of_file
from cstodata.package.formatting import to_json
from cstodata.package.parquet import ParquetFile, read_parquet_in_pieces
from cstodata.package.pieces import typed_pieces, with_pieces
from cstodata.package.plain_csv import CsvDialect, is_plain_csv
from cstodata.package.same import ahead, same_tables
from cstodata.package.tables import schema_of
from cstodata.release.documents.facts import FileFacts, TableFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage, Schema
    from cstodata.package.pieces import Piece
    from cstodata.release.plan import TablePlan

_PIECES_HELD = 4
_MEDIA_TYPES = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".json": "application/json"}


def write_table(package: DataPackage, plan: TablePlan, folder: Path) -> TableFacts:
    """Write the files of a table; that CSV and Parquet hold the same is still to be proved.

    Args:
        package: The package that it is read from.
        plan: The table.
        folder: The folder of the version.

    Raises:
        TableReadError: The table cannot be read or written as its schema types it.
    """
    schema, as_read = schema_of(plan.resource), is_plain_csv(plan.resource)
    csv, parquet = folder / plan.csv, folder / plan.parquet
    rows, digest = with_pieces(
        package, plan.resource, lambda pieces: _write(pieces, schema, csv, parquet, as_read=as_read)
    )
    declared = to_json(schema.descriptor)
    (folder / plan.schema).write_bytes(declared)
    sizes = {
        plan.csv: (csv.stat().st_size, digest),
        plan.parquet: (parquet.stat().st_size, sha256_of_file(parquet)),
        plan.schema: (len(declared), sha256_of(declared)),
    }
    files = tuple(
        FileFacts(path=path, bytes=size, sha256=digest, media_type=_MEDIA_TYPES[Path(path).suffix])
        for path, (size, digest) in sizes.items()
    )
    return TableFacts(resource=plan.resource, rows=rows, files=files)


def prove_equal(package: DataPackage, plan: TablePlan, folder: Path, rows: int) -> None:
    """Prove that the CSV and Parquet files of a table hold the same, by reading both.

    Args:
        package: The package that it was read from.
        plan: The table.
        folder: The folder of the version.
        rows: How many rows were written.

    Raises:
        ReleaseNotProvedError: They do not.
    """
    written = replace(plan.resource, path=plan.csv, descriptor={"path": plan.csv, "dialect": DIALECT})
    there, parquet = replace(package, root=folder), folder / plan.parquet
    if not same_tables(ahead(typed_pieces(there, written)), ahead(read_parquet_in_pieces(parquet))):
        raise ReleaseNotProvedError(plan.resource.name, rows=(rows, pq.read_metadata(parquet).num_rows))


def descriptors(facts: TableFacts) -> tuple[JsonObject, JsonObject]:
    """The resource of a table in the descriptor of the CSV files, and in that of the Parquet files."""
    csv, parquet, schema = facts.files
    described = facts.resource.descriptor
    plain = {key: value for key, value in described.items() if key not in {"data", "extrapaths", "compression"}}
    as_csv: JsonObject = {
        **plain,
        "path": csv.path,
        "format": "csv",
        "mediatype": csv.media_type,
        "dialect": DIALECT,
        "schema": schema.path,
        "encoding": "utf-8",
        "bytes": csv.bytes,
        "hash": f"sha256:{csv.sha256}",
    }
    # No `bytes` here: Frictionless counts none while it reads Parquet, and would call any number wrong.
    as_parquet: JsonObject = {
        **{key: value for key, value in plain.items() if key not in {"dialect", "encoding", "bytes"}},
        "path": Path(parquet.path).name,
        "format": "parquet",
        "mediatype": parquet.media_type,
        "schema": schema_of(facts.resource).descriptor,
        "hash": f"sha256:{parquet.sha256}",
    }
    return as_csv, as_parquet


def _write(pieces: Iterator[Piece], schema: Schema, csv: Path, parquet: Path, *, as_read: bool) -> tuple[int, str]:
    """Write both files; how many rows there are, and the digest of the CSV file.

    Args:
        pieces: The rows.
        schema: Their fields.
        csv: Where the CSV file goes.
        parquet: Where the Parquet file goes.
        as_read: Whether the texts are those of a file, which may not be canonical yet.
    """
    first = next(pieces)
    digest, rows, dialect = hashlib.sha256(), 0, CsvDialect()
    with (
        csv.open("wb") as file,
        ParquetFile(parquet, schema, first.table.schema) as columns,
        ThreadPoolExecutor(1) as one,
        ThreadPoolExecutor(1) as other,
    ):

        def write_lines(piece: Piece) -> None:
            texts = canonical_cells(piece.texts, piece.table, schema) if as_read else piece.texts
            for lines in csv_lines(texts, dialect):
                file.write(lines)
                digest.update(lines)

        header = header_line([field.name for field in schema.fields], dialect)
        file.write(header)
        digest.update(header)
        waiting: deque[Future[None]] = deque()
        for piece in chain((first,), pieces):
            # Pieces are written while others are read; a few are held, as columns are written many pieces at once.
            while len(waiting) > 2 * _PIECES_HELD:
                waiting.popleft().result()
            waiting += (one.submit(write_lines, piece), other.submit(columns.write, piece.table))
            rows += piece.table.num_rows
        for future in waiting:
            future.result()
    return rows, digest.hexdigest()
