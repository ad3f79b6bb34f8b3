"""Rows of a map as a list: which of them hold a text, and in which order they stand. Pages of it are cheap."""

import numpy as np
import pandas as pd

from igtm.maps import search, table_map
from igtm.maps.table_map import TableMap

__all__ = ["listed"]


def listed(
    fitted: TableMap, which: np.ndarray, query: str = "", by: str | None = None, descending: bool = False, **first
) -> np.ndarray:
    """Those of some rows that hold a text or a number, in the order of a column.

    Parameters
    ----------
    fitted : TableMap
    which : ndarray (n,) of int
        Positions of the rows.
    query : str, default ""
        As in `search.find`; empty text keeps all.
    by : str, optional
        A column of `table_map.rows`: numbers and dates by value, all else as text without regard to capitals; rows
        without a value come last. By default the order stays.
    descending : bool, default False
    **first : array-like (N,)
        The columns with which `table_map.rows` begins, of all rows of the table.

    Returns
    -------
    ndarray of int
        Positions, for `table_map.rows`.
    """
    if query.strip():
        which = which[search.find(fitted.table, query, limit=0).selection.mask[which]]
    if by is None:
        return which
    column = table_map.column(fitted, by, **first).iloc[which].reset_index(drop=True)
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)):
        column = column.astype("str").str.casefold()
    return which[column.sort_values(ascending=not descending, kind="stable", na_position="last").index]
