"""What a node stands for: its classes, how it differs from another node, and what changes on the way there.

What sets a node apart from the mean of the data is `table_map.prototype`.
"""

import numpy as np
import pandas as pd

from igtm.charts.colours import classes
from igtm.engine import manifold as gtm
from igtm.maps import pictures
from igtm.maps.table_map import TableMap
from igtm.tables import preprocessing


def decode(fitted: TableMap, positions: np.ndarray) -> pd.DataFrame:
    """The sheet under places on the map, in original units.

    Parameters
    ----------
    fitted : TableMap
    positions : ndarray (n, 2)

    Returns
    -------
    DataFrame (n, features)
        Columns as from `preprocessing.to_original`.
    """
    points = gtm.decode_at(fitted.model.manifold_, np.asarray(positions, dtype=np.float64))
    return preprocessing.to_original(fitted.pipeline, points)


def picture(fitted: TableMap, node: int, which: np.ndarray) -> tuple[str | None, str]:
    """A picture of what a node stands for.

    Parameters
    ----------
    fitted : TableMap
    node : int
    which : ndarray (n,) of int
        The rows that it explains, the most first.

    Returns
    -------
    uri, words : str
        As of `pictures.uris` and what it shows: the prototype where rows are pixels; where they are molecules, between
        which there is nothing, the row that the node explains most. None where there is no picture.
    """
    how = fitted.pictured
    if isinstance(how, pictures.Pixels):
        point = decode(fitted, fitted.model.manifold_.nodes[[node]])
        return pictures.uris(how, point)[0], f"Picture of the prototype of node {node}"
    if how is None or not len(which):
        return None, ""
    return pictures.uris(how, fitted.table.frame.iloc[which[:1]])[0], f"Row {which[0]}, which the node explains most"


def class_mix(column: pd.Series, shares: np.ndarray, other_after: int = 20) -> pd.DataFrame:
    """Classes among the rows that a node explains, beside those of all rows.

    Parameters
    ----------
    column : Series (N,)
        Any column of the table; rows without a value do not count.
    shares : ndarray (N,)
        How far each row counts: for a node `landscape.node_shares`, for a selection 0 and 1.
    other_after : int, default 20
        With more classes than this, the rare ones are joined to "other".

    Returns
    -------
    DataFrame (C, 4)
        `class`, categorical and in the order of its colours; `rows` that count; their `share`, which sums to 1, or
        NaN where no row counts; and `overall`, the share of the class in all rows.
    """
    labels = classes(column, other_after)
    codes, names = labels.cat.codes.to_numpy(), labels.cat.categories
    known = codes >= 0
    rows = np.bincount(codes[known], np.asarray(shares, dtype=np.float64)[known], len(names))
    overall = np.bincount(codes[known], minlength=len(names))
    return pd.DataFrame(
        {
            "class": pd.Categorical(names, categories=names),
            "rows": rows,
            "share": rows / (rows.sum() or np.nan),
            "overall": overall / max(overall.sum(), 1),
        }
    )


def difference(fitted: TableMap, first: int, second: int) -> pd.DataFrame:
    """How the second node differs from the first, the largest differences first.

    Parameters
    ----------
    fitted : TableMap
    first, second : int
        Nodes.

    Returns
    -------
    DataFrame
        One row a feature: `feature`, `first` and `second` in original units, `difference` (second less first) in
        standard deviations of the data, 0 where they have none.
    """
    of_first, of_second = decode(fitted, fitted.model.manifold_.nodes[[first, second]]).to_numpy()
    frame = pd.DataFrame({"first": of_first, "second": of_second}, index=fitted.overview.index)
    frame["difference"] = fitted.in_deviations(frame["second"] - frame["first"])
    frame = frame.rename_axis("feature").reset_index()
    return frame.sort_values("difference", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def path(fitted: TableMap, start: tuple[float, float], stop: tuple[float, float], n: int = 50) -> pd.DataFrame:
    """How each feature changes along a straight line on the map, the feature that changes most first.

    Parameters
    ----------
    fitted : TableMap
    start, stop : (float, float)
        Ends of the line; of nodes, `manifold.nodes[node]`.
    n : int, default 50
        Places on the line, ends included.

    Returns
    -------
    DataFrame (features × n rows)
        `feature`; `position`, 0 to 1 from start to stop; `x`, `y` on the map; `value` in original units;
        `deviations`, the standard deviations of the data between it and their mean; `change`, the same for all rows
        of a feature: how far apart its highest and lowest value on the line are, in standard deviations.
    """
    position = np.linspace(0, 1, n)
    places = np.outer(1 - position, start) + np.outer(position, stop)
    values = decode(fitted, places)
    deviations = fitted.in_deviations(values - fitted.overview["mean"])
    change = (deviations.max() - deviations.min()).sort_values(ascending=False, kind="stable")
    # Feature after feature, in order of change; the places repeat.
    order = change.index
    return pd.DataFrame(
        {
            "feature": np.repeat(order, n),
            "position": np.tile(position, len(order)),
            "x": np.tile(places[:, 0], len(order)),
            "y": np.tile(places[:, 1], len(order)),
            "value": values[order].to_numpy().ravel(order="F"),
            "deviations": deviations[order].to_numpy().ravel(order="F"),
            "change": np.repeat(change.to_numpy(), n),
        }
    )
