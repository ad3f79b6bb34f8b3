"""Files to tables: CSV and its kin, Parquet, Excel and NumPy arrays, from a path or from uploaded bytes."""

import io
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from igtm.tables import draws
from igtm.tables.delimited import has_header, read_delimited
from igtm.tables.tables import MAX_BYTES, Table, TableError, check_columns, from_frame, safe_name

__all__ = ["SUFFIXES", "parquet_files", "read", "table_of"]

_MAX_EXPANSION = 20  # what a compressed file may unpack to, in times of the size limit
_MAX_CELLS = 50_000_000  # of an Excel sheet, whose every cell up to the last one takes memory
_CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})""")
_ROW = re.compile(rb"""\sr=["'][A-Z]*(\d{1,7})""")


def read(
    source: str | Path | bytes,
    name: str | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    header: bool | None = None,
    max_rows: int | None = None,
    seed: int = 0,
) -> Table:
    """Read a table from a file, or from a folder of Parquet files.

    Parameters
    ----------
    source : str, pathlib.Path or bytes
        A path, or the content of a file. Of a folder, all Parquet files in it and below it, in the order of their
        names.
    name : str, optional
        The file's name, whose ending says the format (`SUFFIXES`). Required for bytes; by default that of the path.
    max_bytes : int, default 200,000,000
        Larger files are refused, but for the path of Parquet, which is read batch by batch.
    header : bool, optional
        Whether the first row of a text or Excel file names the columns. By default it is found out.
    max_rows : int, optional
        Of more rows, under a path of Parquet, so many are drawn at random, each as likely as any other, and keep their
        order. By default as many as make `draws.MAX_CELLS`.
    seed : int, default 0
        Draws the same rows again.

    Returns
    -------
    Table
        Of an Excel file, the first sheet. Columns without a name are called column_1, column_2, ...

    Raises
    ------
    TableError
        If the file cannot be read as a table, for whatever reason.
    """
    if isinstance(source, bytes) and name is None:
        raise TableError("Uploaded data has no name. Give the name of its file, such as 'data.csv'.")
    shown = safe_name(source if name is None else name)
    path = None if isinstance(source, bytes) else Path(source)
    suffix = ".parquet" if path is not None and path.is_dir() else Path(shown).suffix.lower()
    if suffix not in _READERS:
        raise TableError(f"{shown!r} is of no supported kind. Use one of: {', '.join(SUFFIXES)}.")
    try:
        if path is not None and suffix == ".parquet":
            table = _read_parquet_files(path, shown, max_rows, seed)
        else:
            table = from_frame(_READERS[suffix](_content(source, shown, max_bytes), shown, max_bytes, header), shown)
        return replace(table, path=None if path is None else str(path))
    except TableError:
        raise
    except Exception as error:
        # The parsers raise a dozen types of their own on broken files: here they end.
        number = getattr(error, "errno", None)  # Arrow's own words for it show where on the machine the file lies
        reason = os.strerror(number) if number else str(error).strip().split("\n")[0][:200] or type(error).__name__
        raise TableError(
            f"{shown!r} cannot be read as {suffix} ({reason}). Check that the file is complete and what it says it is."
        ) from error


def parquet_files(path: Path) -> list[Path]:
    """The Parquet files that a path stands for: those in a folder and below it, by name, or the file itself."""
    return sorted(path.rglob("*.parquet")) if path.is_dir() else [path]


def table_of(data) -> Table:
    """Whatever a user hands over as a table: a `Table` as it is, the path of a file or folder, or a data frame."""
    if isinstance(data, Table):
        return data
    return read(data) if isinstance(data, str | os.PathLike) else from_frame(data)


def _content(source: str | Path | bytes, name: str, max_bytes: int) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
        if size > max_bytes:
            raise TableError(
                f"{name!r} has {size / 1e6:,.1f} MB; at most {max_bytes / 1e6:,.1f} MB are read. "
                "Keep fewer rows or columns, or save it as Parquet, which is smaller."
            )
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise TableError(f"{name!r} cannot be opened: {error.strerror}. Check the path.") from error
    if not data:
        raise TableError(f"{name!r} is empty. Choose a file with a header and rows.")
    return data


def _read_parquet_files(path: Path, name: str, max_rows: int | None, seed: int) -> Table:
    files = parquet_files(path)
    if not files:
        raise TableError(f"The folder {name!r} holds no file that ends in .parquet. Choose another.")
    check_columns(len(pq.read_schema(files[0])), name)
    frame, draw = draws.from_parquet(files, max_rows, seed)
    return replace(from_frame(frame, name), draw=draw)


def _check_expansion(size: int, name: str, max_bytes: int) -> None:
    if size > _MAX_EXPANSION * max_bytes:
        raise TableError(
            f"{name!r} unpacks to {size / 1e6:,.0f} MB; at most {_MAX_EXPANSION * max_bytes / 1e6:,.0f} MB are read. "
            "Keep fewer rows or columns."
        )


def _read_parquet(data: bytes, name: str, max_bytes: int, _header: bool | None) -> pd.DataFrame:
    file = pq.ParquetFile(io.BytesIO(data))
    columns = len(file.schema_arrow)
    check_columns(columns, name)
    _check_expansion(8 * columns * file.metadata.num_rows, name, max_bytes)
    groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
    _check_expansion(sum(group.total_byte_size for group in groups), name, max_bytes)
    return file.read().to_pandas(date_as_object=False)


def _read_excel(data: bytes, name: str, max_bytes: int, header: bool | None) -> pd.DataFrame:
    if zipfile.is_zipfile(io.BytesIO(data)):
        _check_workbook(data, name, max_bytes)
    frame = pd.read_excel(io.BytesIO(data), header=None, engine="calamine")
    rows = frame.head(50).astype("str").fillna("").to_numpy().tolist()
    if rows and (has_header(rows) if header is None else header):
        names = frame.iloc[0].fillna("")
        return frame.iloc[1:].reset_index(drop=True).infer_objects().set_axis(names, axis="columns")
    return frame.set_axis([""] * frame.shape[1], axis="columns")


def _check_workbook(data: bytes, name: str, max_bytes: int) -> None:
    """Refuse zip bombs, and sheets with one stray cell far out: the parser allots all cells up to it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_expansion(sum(member.file_size for member in archive.infolist()), name, max_bytes)
        for member in archive.namelist():
            if not member.startswith("xl/worksheets/"):
                continue
            letters, numbers = {b"A"}, {b"1"}
            with archive.open(member) as sheet:
                tail = b""
                while chunk := sheet.read(1 << 22):
                    letters.update(_CELL.findall(tail + chunk))
                    numbers.update(_ROW.findall(tail + chunk))
                    tail = chunk[-16:]
            columns, rows = max(map(_column_number, letters)), max(map(int, numbers))
            if columns * rows > _MAX_CELLS:
                raise TableError(
                    f"{name!r} has a sheet of {rows:,} rows and {columns:,} columns; at most {_MAX_CELLS:,} cells are "
                    "read. Delete stray cells far from the table, or save it as CSV."
                )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _read_npy(data: bytes, name: str, _max_bytes: int, _header: bool | None) -> np.ndarray:
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf" or array.ndim not in (1, 2):
        raise TableError(f"{name!r} holds no table of numbers. Save a numeric array of one or two dimensions.")
    return array


def _read_text(data: bytes, name: str, _max_bytes: int, header: bool | None) -> pd.DataFrame:
    return read_delimited(data, name, header)


_READERS: dict[str, Callable[[bytes, str, int, bool | None], pd.DataFrame | np.ndarray]] = {
    ".csv": _read_text,
    ".tsv": _read_text,
    ".txt": _read_text,
    ".parquet": _read_parquet,
    ".xlsx": _read_excel,
    ".xls": _read_excel,
    ".npy": _read_npy,
}

SUFFIXES = tuple(_READERS)
