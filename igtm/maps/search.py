"""Rows that hold a text or a number somewhere."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from igtm.maps.selections import Selection, select
from igtm.tables.tables import Table

__all__ = ["Found", "find"]

COLUMNS = ["row_id", "column", "value"]


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    Parameters
    ----------
    selection : Selection
        All rows that match.
    frame : DataFrame (n, 3)
        The best of them, at most as many as asked for: `row_id`, the `column` that matches first and its `value` as
        text. Whole values come before parts of one, the identifier before the other columns, then in table order.
    """

    selection: Selection
    frame: pd.DataFrame


def find(table: Table, query: str, limit: int = 1000) -> Found:
    """Search all columns of a table for an identifier or a value.

    Parameters
    ----------
    table : Table
    query : str
        Text is found anywhere in a cell, in upper or lower case; a number where a cell equals it; a day, such as
        2024-05-31, in dates. Empty text finds nothing.
    limit : int, default 1000
        Most rows of `Found.frame`; `Found.selection` has all.

    Returns
    -------
    Found
    """
    query = query.strip()
    everything = np.zeros(len(table.frame), dtype=bool)
    hits = []
    for column in sorted(table.frame.columns, key=lambda name: name != table.identifier):
        whole, part = _matches(table.frame[column], query) if query else (everything, everything)
        for worse, mask in ((False, whole), (True, part & ~whole)):
            if mask.any():
                rows = np.flatnonzero(mask)
                hits.append((worse, column, rows[: limit + 1]))
                everything = everything | mask
    selection = select(everything, len(table.frame), f"search {query!r}")
    return Found(selection, _best(table, hits, limit))


def _best(table: Table, hits: list[tuple[bool, str, np.ndarray]], limit: int) -> pd.DataFrame:
    hits = sorted(hits, key=lambda hit: hit[0])
    parts = [pd.DataFrame({"row_id": rows, "column": column}) for _, column, rows in hits]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS[:2])
    frame = frame.drop_duplicates("row_id").head(limit).reset_index(drop=True).astype({"row_id": np.int64})
    cells = zip(frame["row_id"], frame["column"], strict=True)
    return frame.assign(value=[str(table.frame[column].iat[row]) for row, column in cells])


def _matches(series: pd.Series, query: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a column equals the query, and where it holds it, (N,) of bool each."""
    if isinstance(series.dtype, pd.CategoricalDtype):  # each category once; the last place is for holes
        found = _matches(series.cat.categories.to_series().astype("str"), query)
        whole, part = (np.append(mask, False)[series.cat.codes] for mask in found)
        return whole, part
    if types.is_datetime64_any_dtype(series):
        whole = (series.dt.strftime("%Y-%m-%d") == query).to_numpy(dtype=bool)
    elif types.is_bool_dtype(series):
        whole = (series.astype("str").str.casefold() == query.casefold()).fillna(False).to_numpy(dtype=bool)
    elif types.is_numeric_dtype(series):
        whole = _equals(series, query)
    else:
        text = series.astype("str")
        part = text.str.contains(query, case=False, regex=False, na=False).to_numpy(dtype=bool)
        whole = np.zeros(len(part), dtype=bool)
        whole[part] = text[part].str.casefold() == query.casefold()
        return whole, part
    return whole, whole


def _equals(series: pd.Series, query: str) -> np.ndarray:
    try:
        number = float(query)
    except ValueError:
        return np.zeros(len(series), dtype=bool)
    return (series == number).fillna(False).to_numpy(dtype=bool)
