"""Landscapes of columns: what the rows that each node explains have in any column, feature or not.

All are weighted by responsibility, and come from one pass over the rows. Rows whose value is missing do not count, and
a node that explains too few of the others has no value (NaN): it is blank on the map.
"""

import numpy as np
import pandas as pd

from igtm.charts import colours
from igtm.maps import landscape
from igtm.maps.table_map import TableMap
from igtm.tables.columns import is_numeric
from igtm.tables.tables import TableError

#: Nodes that explain fewer rows than this, those without a value left out, are blank.
LEAST_ROWS = 0.5

DAY = pd.Timedelta(days=1)


def density(fitted: TableMap) -> pd.DataFrame:
    """How many rows each node explains.

    Returns
    -------
    DataFrame (K, 4)
        `node`, `x`, `y`, `mass`; the masses sum to N.
    """
    sheet = fitted.model.manifold_
    mass = landscape.mean_responsibilities(sheet, fitted.X) * len(fitted.X)
    return landscape.nodes(sheet, mass, "mass")


def numbers(fitted: TableMap, column: str, least: float = LEAST_ROWS) -> pd.DataFrame:
    """Mean and spread of a column of numbers or dates over the nodes.

    Parameters
    ----------
    fitted : TableMap
    column : str
        Missing and infinite values, and words among numbers, do not count.
    least : float, default 0.5
        Rows with a value that a node must explain to have one itself.

    Returns
    -------
    DataFrame (K, 6)
        `node`, `x`, `y`; `mass`, the rows with a value that the node explains; `mean`; `spread`, the standard
        deviation of these rows. The last two are NaN below `least`. Of dates the mean is a date, the spread in days.

    Raises
    ------
    TableError
        If there is no such column, or it holds neither numbers nor dates.
    """
    series = _column(fitted, column)
    is_date = pd.api.types.is_datetime64_any_dtype(series)
    values = (series - pd.Timestamp(0)) / DAY if is_date else colours.as_numbers(series)
    if not is_date and not is_numeric(series) and not values.notna().any():
        raise TableError(f"Column {column!r} holds no numbers. Use surfaces.classes for it.")
    values = values.to_numpy(dtype=np.float64, na_value=np.nan)
    present = np.isfinite(values)
    # Between -1 and 1 and around the mean: squares then neither overflow nor cancel.
    scale = max(np.abs(values, where=present, out=np.zeros_like(values)).max(), np.finfo(float).tiny)
    values = np.where(present, values / scale, np.nan)
    centre = values.mean(where=present) if present.any() else 0.0

    def powers(part):
        away = part - centre
        return np.where(np.isnan(part), 0.0, np.stack([np.ones_like(part), away, away**2])).T

    sheet = fitted.model.manifold_
    mass, first, second = landscape.node_sums(sheet, fitted.X, values, powers).T
    enough = mass >= max(least, np.finfo(float).tiny)
    first, second = (np.divide(each, mass, out=np.full(len(mass), np.nan), where=enough) for each in (first, second))
    mean, spread = (centre + first) * scale, np.sqrt(np.maximum(second - first**2, 0)) * scale
    if is_date:
        mean = pd.Timestamp(0) + pd.to_timedelta(mean, unit="D")
    return landscape.nodes(sheet, mass, "mass").assign(mean=mean, spread=spread)


def classes(fitted: TableMap, column: str, least: float = LEAST_ROWS, other_after: int = 20) -> pd.DataFrame:
    """Probability of the classes of a column over the nodes, and which of them wins.

    Parameters
    ----------
    fitted : TableMap
    column : str
        Any column; `colours.classes` makes its classes, so that they have the same colours as points.
    least : float, default 0.5
        Rows with a class that a node must explain to have one itself.
    other_after : int, default 20
        With more classes than this, the rare ones are joined to "other".

    Returns
    -------
    DataFrame (K, 6 + C)
        `node`, `x`, `y`; `mass`, the rows with a class that the node explains; `winner`, its likeliest class,
        categorical; `confidence`, the probability of that class; `p0`, `p1`, ... the probabilities of
        ``winner.cat.categories``, in their order. All but the first four are missing below `least`.

    Raises
    ------
    TableError
        If there is no such column.
    """
    labels = colours.classes(_column(fitted, column), other_after)
    codes, names = labels.cat.codes.to_numpy(), labels.cat.categories

    def one_hot(part):
        return (part[:, None] == np.arange(len(names))).astype(np.float64)

    sheet = fitted.model.manifold_
    by_class = landscape.node_sums(sheet, fitted.X, codes, one_hot)
    mass = by_class.sum(axis=1)
    enough = mass >= max(least, np.finfo(float).tiny)
    shares = np.divide(by_class, mass[:, None], out=np.full(by_class.shape, np.nan), where=enough[:, None])
    best, confidence = np.full(len(mass), -1), np.full(len(mass), np.nan)
    if enough.any():
        best[enough], confidence[enough] = shares[enough].argmax(axis=1), shares[enough].max(axis=1)
    return landscape.nodes(sheet, mass, "mass").assign(
        winner=pd.Categorical.from_codes(best, dtype=labels.dtype),
        confidence=confidence,
        **{f"p{i}": shares[:, i] for i in range(len(names))},
    )


def _column(fitted: TableMap, column: str) -> pd.Series:
    if column not in fitted.table.frame:
        raise TableError(f"There is no column {column!r} in {fitted.table.name!r}. Choose an existing column.")
    return fitted.table.frame[column]
