"""Delimited text to data frames: the encoding, delimiter, quotes, header and decimal mark are found out."""

import codecs
import csv
import io
import re
from bisect import bisect
from itertools import accumulate

import charset_normalizer
import clevercsv
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from igtm.tables.tables import TableError, check_columns

__all__ = ["has_header", "read_delimited"]

# The detectors are slow: they see this many bytes of text, or three lines up to that many.
_SAMPLE, _WIDE_SAMPLE = 1 << 15, 1 << 18
_DELIMITERS = [",", ";", "\t", "|", " "]
_NOWHERE = "\x1f"  # a delimiter that text does not contain: one column
_MISSING = ["", "?", "-", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None"]
_LONG_WORD = re.compile(r"""([^,;\t| \r\n"']{40})[^,;\t| \r\n"']+""")
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*")
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it starts with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"\x93NUMPY": "a NumPy array",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")


def read_delimited(data: bytes, name: str, header: bool | None = None) -> pd.DataFrame:
    """Read delimited text.

    Parameters
    ----------
    data : bytes
        The content of the file.
    name : str
        What errors call it.
    header : bool, optional
        Whether the first row names the columns. By default it is found out.

    Returns
    -------
    pandas.DataFrame
        Column names may be empty or repeated.

    Raises
    ------
    TableError
        If it is no text, has no rows, rows of different lengths, an open quote, or only one column of text.
    """
    data = _as_utf8(data, name)
    delimiter, quote = _dialect(_sample(data))
    if delimiter == " ":  # aligned columns: any number of spaces is one delimiter
        data = re.sub(rb"(?m)^ +| +(?=\r?$)", b"", re.sub(rb" +", b" ", data))
    sample = io.StringIO(_sample(data), newline="")
    rows = [row for row in csv.reader(sample, delimiter=delimiter, quotechar=quote) if row]
    if not rows:
        raise TableError(f"{name!r} has no text in it. Choose a file with a header and rows.")
    first_line = re.match(rb"[^\r\n]*", data).group()
    check_columns(first_line.count(delimiter.encode()) + 1, name)
    named = has_header(rows) if header is None else header
    frame = _parse(data, name, delimiter, quote, named, _decimal_mark(rows))
    if frame.empty:
        raise TableError(f"{name!r} has a header and no rows. Add rows of values below it.")
    last = frame.iloc[-1, -1]
    if isinstance(last, str) and last.endswith(("\n", "\r")):  # a quote has swallowed the rest of the file
        raise TableError(f"{name!r} opens a quote that is never closed. Close it, or take it out.")
    if frame.shape[1] == 1 and not pd.api.types.is_numeric_dtype(frame.dtypes.iloc[0]):
        raise TableError(
            f"{name!r} has a single column, and it holds text: no comma, semicolon, tab, bar or space parts its "
            "lines alike. Save it with a delimiter and at least one column of numbers."
        )
    return frame


def has_header(rows: list[list[str]]) -> bool:
    """Return whether the first of some rows of cells names the columns.

    Columns of numbers vote: is their first cell no number? Without such columns, it names them. (The vote of
    clevercsv and the standard library drops columns with holes or a mix of whole and broken numbers.)
    """
    votes = 0
    for column, first in enumerate(rows[0]):
        cells = [row[column] for row in rows[1:] if column < len(row) and row[column].strip() not in _MISSING]
        if cells and 2 * sum(map(_is_number, cells)) > len(cells):
            votes += -1 if _is_number(first) or first.strip() in _MISSING[1:] else 1
    return votes > 0 or (votes == 0 and not any(map(_is_number, rows[0])))


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _as_utf8(data: bytes, name: str) -> bytes:
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise TableError(f"{name!r} is no text: it looks like {what}. Give it its right name, or save it as CSV.")
    encoding = next((encoding for mark, encoding in _BOMS.items() if data.startswith(mark)), None)
    if encoding is not None:
        data = data.decode(encoding, errors="replace").encode()
    else:
        try:
            data.decode()
        except UnicodeDecodeError as error:
            data = data.decode(_guess_encoding(data, error.start), errors="replace").encode()
    if b"\0" in data or _CONTROL.search(data[:_SAMPLE].decode(errors="ignore")):
        raise TableError(f"{name!r} is no text: it holds binary data. Save the table as CSV.")
    return data if data.endswith((b"\n", b"\r")) else data + b"\n"  # without it, Arrow finds no lone header


def _guess_encoding(data: bytes, start: int) -> str:
    """Return the encoding of text that is not UTF-8 from what stands around its first foreign byte."""
    around = data[max(0, start - _SAMPLE // 2) : start + _SAMPLE // 2]
    matches = charset_normalizer.from_bytes(around)
    likely = [name for match in matches for name in (match.encoding, *match.could_be_from_charset)]
    likely = [name for name in likely if not name.startswith(("utf_16", "utf_32"))]
    # Among encodings that fit alike, a short text cannot tell; this is by far the most used.
    return "cp1252" if "cp1252" in likely or not likely else likely[0]


def _sample(data: bytes) -> str:
    lines = data[:_WIDE_SAMPLE].decode(errors="ignore").splitlines(keepends=True)
    if len(data) > _WIDE_SAMPLE:
        lines = lines[:-1] or lines
    return "".join(lines[: max(3, bisect(list(accumulate(map(len, lines))), _SAMPLE))])


def _dialect(sample: str) -> tuple[str, str]:
    # The detector's patterns take a time that grows with the square of a word's length, or worse.
    dialect = clevercsv.Detector().detect(_LONG_WORD.sub(r"\1", sample), delimiters=_DELIMITERS)
    if dialect is None or not dialect.delimiter:
        return _NOWHERE, '"'
    return dialect.delimiter, dialect.quotechar or '"'


def _decimal_mark(rows: list[list[str]]) -> str:
    cells = [cell for row in rows for cell in row]
    commas = sum(_DECIMAL_COMMA.fullmatch(cell) is not None for cell in cells)
    points = sum("." in cell and _is_number(cell) for cell in cells)
    return "," if commas > points else "."


def _parse(data: bytes, name: str, delimiter: str, quote: str, header: bool, decimal_mark: str) -> pd.DataFrame:
    try:
        table = pa.csv.read_csv(
            io.BytesIO(data),
            read_options=pa.csv.ReadOptions(block_size=1 << 23, autogenerate_column_names=not header),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, quote_char=quote, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                decimal_point=decimal_mark, null_values=_MISSING, strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid:
        _explain_ragged(data, name, delimiter, quote)
        raise
    names = table.column_names if header else [""] * table.num_columns
    frame = table.rename_columns([str(i) for i in range(table.num_columns)]).to_pandas(date_as_object=False)
    return frame.set_axis(names, axis="columns")


def _explain_ragged(data: bytes, name: str, delimiter: str, quote: str) -> None:
    """Raise a `TableError` that names the first line whose number of fields is not that of the first line."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter, quotechar=quote)
    expected = None
    for row in rows:
        expected = expected or len(row)
        if row and len(row) != expected:
            raise TableError(
                f"Line {rows.line_num} of {name!r} has {len(row)} field{'s' * (len(row) > 1)}, and the first line has "
                f"{expected}. "
                "Give all lines the same number of fields; put quotes around text that holds the delimiter."
            )
