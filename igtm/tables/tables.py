"""A table as users bring it: columns with names, kinds and roles."""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from igtm.tables import draws
from igtm.tables.columns import UNPRINTABLE, Kind, Role, guess_roles, is_numeric, kind, plain, unique_names

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "Kind",
    "Role",
    "Table",
    "TableError",
    "check_columns",
    "describe",
    "from_frame",
    "safe_name",
]

MAX_COLUMNS = 5_000
MAX_BYTES = 200_000_000


class TableError(ValueError):
    """A table that cannot be used; the message says what is wrong and what to do, in words for users."""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns with roles; nothing changes it.

    Parameters
    ----------
    name : str
        A name to show: no folders, no control characters.
    frame : pandas.DataFrame of shape (n_rows, n_columns)
        Rows in their original order, indexed 0, 1, 2, ...; column names are distinct strings.
    roles : dict of str to {"feature", "label", "identifier", "ignored"}
        The role of each column. At most one column is the identifier, and features hold numbers or booleans.
    path : str, optional
        Where it was read from.
    draw : Draw, optional
        How its rows were drawn, if they are a sample of more.
    entire : bool, default False
        Whether a map of it is to be fitted on all rows of which these are a sample.

    Raises
    ------
    TableError
        If `roles` does not fit `frame`.
    """

    name: str
    frame: pd.DataFrame
    roles: dict[str, Role]
    path: str | None = None
    draw: draws.Draw | None = None
    entire: bool = False

    def __post_init__(self):
        if self.entire and self.draw is None:
            raise TableError(f"{self.name!r} is no sample: a map of it is fitted on all of its rows anyway.")
        for column, role in self.roles.items():
            if column not in self.frame.columns:
                raise TableError(f"There is no column {column!r} in {self.name!r}. Choose an existing column.")
            if role not in get_args(Role):
                choices = ", ".join(get_args(Role))
                raise TableError(f"The role of column {column!r} is {role!r}. Choose one of: {choices}.")
            if role == "feature" and not is_numeric(self.frame[column]):
                raise TableError(
                    f"Column {column!r} holds {kind(self.frame[column])} values, and features are numbers. "
                    "Give it another role, or one-hot encode it."
                )
        identifiers = self._with_role("identifier")
        if len(identifiers) > 1:
            raise TableError(f"Columns {identifiers} are all identifiers. Keep one and change the others.")
        if forgotten := [column for column in self.frame.columns if column not in self.roles]:
            raise TableError(f"Columns {forgotten[:5]} have no role. Give each column a role.")

    @property
    def features(self) -> list[str]:
        """Names of the feature columns, in table order."""
        return self._with_role("feature")

    @property
    def labels(self) -> list[str]:
        """Names of the label columns, in table order."""
        return self._with_role("label")

    @property
    def identifier(self) -> str | None:
        """Name of the identifier column, if there is one."""
        return next(iter(self._with_role("identifier")), None)

    @property
    def n_fitted(self) -> int:
        """On how many rows a map of it is fitted."""
        return self.draw.n_rows if self.entire else len(self.frame)

    @property
    def drawn(self) -> str:
        """In words, that the rows are a sample; empty if they are all there are."""
        return "" if self.draw is None else f"{len(self.frame):,} of {self.draw.n_rows:,} rows, drawn at random"

    def with_roles(self, changes: Mapping[str, Role] | None = None, /, **more: Role) -> "Table":
        """Return the same table with some roles changed.

        Parameters
        ----------
        changes : mapping of str to role, optional
            New roles by column name. A new identifier takes the place of the earlier one, which is then ignored.
        **more : role
            The same, for column names that are Python names.

        Returns
        -------
        Table

        Raises
        ------
        TableError
            If a column or a role does not exist, two identifiers are asked for, or text is made a feature.
        """
        changes = dict(changes or {}, **more)
        roles = dict(self.roles)
        if "identifier" in changes.values() and self.identifier is not None:
            roles[self.identifier] = "ignored"
        return replace(self, roles=roles | changes)

    def _with_role(self, role: Role) -> list[str]:
        return [column for column in self.frame.columns if self.roles.get(column) == role]


def from_frame(data, name: str = "table", *, max_rows: int | None = None, seed: int = 0) -> Table:
    """Make a table: clean the column names and types, guess the roles.

    Parameters
    ----------
    data : DataFrame of pandas, polars or Dask, pyarrow.Table, or Series or array of at most 2 dimensions
        The rows. Columns of an array are called column_1, column_2, ... An index other than 0, 1, 2, ... is kept
        as a column. Values that are no scalars are kept as text.
    name : str, default "table"
        Folders and control characters are taken out of it.
    max_rows : int, optional
        Of more rows, so many are drawn at random, each as likely as any other, and keep their order. By default as
        many as make `draws.MAX_CELLS`. pandas and NumPy data, which are in memory already, are taken whole.
    seed : int, default 0
        Draws the same rows again.

    Returns
    -------
    Table
        Numbers and booleans are features, categories labels, one column of distinct names or numbers is the
        identifier; constants, dates, text and empty columns are ignored.

    Raises
    ------
    TableError
        If there is no row, no column, or more than `MAX_COLUMNS` columns.
    """
    name = safe_name(name)
    if hasattr(data, "sink_parquet"):
        raise TableError(f"{name!r} is a lazy frame of polars. collect() it, or sink_parquet() it and give the path.")
    shape = data.shape if hasattr(data, "shape") else np.shape(data)
    if len(shape) > 2:
        raise TableError(f"{name!r} has {len(shape)} dimensions. Give an array of rows and columns.")
    check_columns(shape[1] if len(shape) > 1 else 1, name)
    held, draw = draws.held(data, max_rows, seed)
    frame = pd.DataFrame(held)
    if isinstance(data, np.ndarray) and data.dtype.names is None:
        frame.columns = [f"column_{position}" for position in range(1, frame.shape[1] + 1)]
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        frame = frame.reset_index(allow_duplicates=True)
    if frame.empty:
        raise TableError(f"{name!r} has no rows of values. Give a table with at least one row and one column.")
    columns = [plain(frame.iloc[:, position]) for position in range(frame.shape[1])]
    frame = pd.DataFrame(dict(zip(unique_names(frame.columns), columns, strict=True)))
    return Table(name, frame.reset_index(drop=True), guess_roles(frame), draw=draw)


def check_columns(n_columns: int, name: str) -> None:
    """Raise a `TableError` if a table of this many columns is too wide."""
    if n_columns > MAX_COLUMNS:
        raise TableError(
            f"{name!r} has {n_columns:,} columns; at most {MAX_COLUMNS:,} are supported. "
            "Keep the columns you need, or swap rows and columns if the table lies on its side."
        )


def safe_name(name: str) -> str:
    """Return what can be shown of a file's name: no folders, no control characters, never empty."""
    base = re.split(r"[/\\]", UNPRINTABLE.sub(" ", str(name)).rstrip("/\\ "))[-1].strip()
    return "table" if base in {"", ".", ".."} else base


def describe(table: Table) -> pd.DataFrame:
    """Summarise the columns of a table, one a row.

    Parameters
    ----------
    table : Table

    Returns
    -------
    pandas.DataFrame of shape (n_columns, 6)
        column; kind; missing, the share of cells without a value, from 0 to 1; distinct, the number of distinct
        values; range, lowest – highest or the most frequent categories; role.
    """
    rows = [(column, *_summary(table.frame[column]), table.roles[column]) for column in table.frame.columns]
    return pd.DataFrame(rows, columns=["column", "kind", "missing", "distinct", "range", "role"])


def _summary(series: pd.Series) -> tuple[Kind, float, int, str]:
    what = kind(series)
    present = series.dropna()
    missing = 1 - len(present) / len(series)
    if present.empty:
        return what, missing, 0, ""
    if what == "number":
        # Sorting is several times faster than hashing where nearly all values differ.
        values = np.sort(present.to_numpy(dtype=np.float64))
        distinct = 1 + int(np.count_nonzero(values[1:] != values[:-1]))
        return what, missing, distinct, f"{values[0]:.6g} – {values[-1]:.6g}"
    if what == "date":
        return what, missing, present.nunique(), f"{present.min():%Y-%m-%d} – {present.max():%Y-%m-%d}"
    counts = present.value_counts()
    counts = counts[counts > 0]
    shown = [textwrap.shorten(str(value), 24, placeholder="…") or "…" for value in counts.index[:3]]
    return what, missing, len(counts), ", ".join(shown) + (", …" if len(counts) > 3 else "")
