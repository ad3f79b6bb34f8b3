"""New rows on a fitted map: matched by column, placed, compared with the rows that it was fitted on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from igtm.engine.kernel import Posterior
from igtm.engine.passes import by_posterior
from igtm.maps import landscape, surfaces
from igtm.maps.point import OUTLIER_SHARE, outliers, percentiles
from igtm.maps.table_map import TableMap, identified
from igtm.rows.sources import as_source
from igtm.tables import columns, molecules, preprocessing
from igtm.tables.tables import Table, TableError

__all__ = ["Projection", "coordinates", "nearest_class", "project"]

_SHOWN = 5  # names in a message


@dataclass(frozen=True, eq=False)
class Projection:
    """A second table on a map.

    Parameters
    ----------
    fitted : TableMap
        The map.
    table : Table
        The new rows; the roles of their columns are those of the fitted table.
    X : ndarray (n, D)
        The new rows, prepared as the fitted ones were.
    points : DataFrame (n, 10)
        Where they lie: `landscape.points`, then `percentile` of the log-likelihood among the fitted rows (0 to 100:
        the lower, the more novel) and `novel`, whether it lies below that of all but 1 % of them. An overfitted map
        calls many rows novel: see `metrics.quality`.
    notes : list of str
        What did not match, in words: columns left out or filled in, values that were missing or not seen before.
    """

    fitted: TableMap
    table: Table
    X: np.ndarray
    points: pd.DataFrame
    notes: list[str]


def project(fitted: TableMap, table: Table, fill_missing: bool = False) -> Projection:
    """Lay new rows on a fitted map, through the same preprocessing.

    Parameters
    ----------
    fitted : TableMap
    table : Table
        Its columns are matched by name, in any order; those that the map does not use stay in the table.
    fill_missing : bool, default False
        Whether a column that is missing is filled in, as the map's own holes were.

    Returns
    -------
    Projection

    Raises
    ------
    TableError
        If columns are missing and not to be filled in, all are missing, or numbers are expected where there is text.
    """
    needed = preprocessing.columns_of(fitted.pipeline)
    as_text = {*fitted.recipe.one_hot, *fitted.recipe.fingerprints}
    missing = [name for name in needed if name not in table.frame]
    if missing and (len(missing) == len(needed) or not fill_missing):
        remedy = "Give a table with the columns of the fitted one"
        remedy += "." if len(missing) == len(needed) else ", or let missing columns be filled in."
        raise TableError(f"{table.name!r} lacks {_named(missing)}, which the map is made of. {remedy}")
    if text := [c for c in needed if c in table.frame and c not in as_text and not columns.is_numeric(table.frame[c])]:
        raise TableError(
            f"{_named(text)} of {table.name!r} must hold numbers, as when the map was made. Convert first."
        )
    frame = table.frame.assign(**dict.fromkeys(missing, np.nan))
    roles = fitted.table.roles
    table = table.with_roles({name: _role(roles.get(name, "ignored"), table, name) for name in table.frame})
    X = fitted.pipeline.transform(frame)
    points = landscape.points(fitted.model.manifold_, X)
    reference = fitted.points["log_likelihood"].to_numpy()
    likelihood = points["log_likelihood"].to_numpy()
    threshold, _ = outliers(reference, OUTLIER_SHARE)
    points = points.assign(percentile=percentiles(likelihood, reference), novel=likelihood < threshold)
    return Projection(fitted, table, X, points, _notes(fitted, table, frame, missing))


def coordinates(projection: Projection, label: str | None = None) -> pd.DataFrame:
    """What people take away of each new row, in the order of their table.

    Parameters
    ----------
    projection : Projection
    label : str, optional
        A column of the fitted table: adds `nearest_class` of each new row, and its `probability`.

    Returns
    -------
    DataFrame
        As `table_map.coordinates`, then `percentile`, `novel` and the two of `label`.
    """
    frame = projection.points
    if label is not None:
        frame = frame.join(nearest_class(projection, label))
    return identified(projection.table, frame)


def nearest_class(projection: Projection, label: str, other_after: int = 20) -> pd.DataFrame:
    """The class of a column of the fitted table that is likeliest where each new row lies.

    Parameters
    ----------
    projection : Projection
    label : str
        A column of the fitted table.
    other_after : int, default 20
        With more classes than this, the rare ones are joined to "other".

    Returns
    -------
    DataFrame (n, 2)
        `nearest_class`, categorical, missing where only nodes without data are responsible; `probability`, 0 to 1.

    Notes
    -----
    p(c | x) is the sum over nodes of p(node | x) p(c | node), the second from `surfaces.classes`; nodes that explain
    too few rows to have classes do not count.
    """
    sheet = projection.fitted.model.manifold_
    by_node = surfaces.classes(projection.fitted, label, other_after=other_after)
    names = by_node["winner"].cat.categories
    shares = by_node[[f"p{i}" for i in range(len(names))]].to_numpy(dtype=np.float64)
    known = by_node["confidence"].notna().to_numpy()
    shares[~known] = 0

    def probability(found: Posterior) -> np.ndarray:
        R = found.responsibilities()
        return np.column_stack([R @ shares, R @ known])

    found = by_posterior(sheet, as_source(projection.X), probability)
    total = found[:, -1]
    sure = total > 0
    probabilities = np.divide(
        found[:, :-1], total[:, None], out=np.zeros((len(found), len(names))), where=sure[:, None]
    )
    best = np.where(sure, probabilities.argmax(axis=1), -1) if len(names) else np.full(len(found), -1)
    return pd.DataFrame(
        {
            "nearest_class": pd.Categorical.from_codes(best, names),
            "probability": np.where(sure, probabilities.max(axis=1, initial=0), np.nan),
        }
    )


def _role(role: str, table: Table, name: str) -> str:
    return "ignored" if role == "feature" and not columns.is_numeric(table.frame[name]) else role


def _notes(fitted: TableMap, table: Table, frame: pd.DataFrame, missing: list[str]) -> list[str]:
    """What did not match, in words."""
    notes = []
    needed, one_hot = preprocessing.columns_of(fitted.pipeline), fitted.recipe.one_hot
    smiles = fitted.recipe.fingerprints
    categories = preprocessing.categories_of(fitted.pipeline)
    filler = fitted.recipe.impute.replace("_", " ")
    if numbers := [name for name in missing if name not in {*one_hot, *smiles}]:
        notes.append(f"{_named(numbers)} missing: filled in ({filler} of the fitted rows).")
    if classes := [name for name in missing if name in one_hot]:
        notes.append(f"{_named(classes)} missing: no class.")
    if lost := [name for name in missing if name in smiles]:
        notes.append(f"{_named(lost)} missing: no bits.")
    if extra := [name for name in table.frame if name not in needed and name not in fitted.table.frame]:
        notes.append(f"{_named(extra)} not in the fitted table: left out of the map.")
    for name in needed:
        if name in missing:
            continue
        if name in smiles:
            if unread := sum(molecule is None for molecule in molecules.parsed(frame[name])):
                notes.append(f"{unread} of {len(frame)} values of {name!r} are no molecules: no bits.")
            continue
        if name not in one_hot:
            holes = int((~np.isfinite(frame[name].to_numpy(dtype=np.float64, na_value=np.nan))).sum())
            if holes:
                notes.append(f"{holes} of {len(frame)} values of {name!r} missing: filled in ({filler}).")
            continue
        given = frame[name].astype("str").fillna(preprocessing.MISSING)
        if unseen := sorted(set(given) - set(categories[name])):
            rows = int(given.isin(unseen).sum())
            notes.append(
                f"{rows} of {len(frame)} values of {name!r} not seen in the fit ({_quoted(unseen)}): no class."
            )
    return notes


def _named(names: list[str]) -> str:
    return f"{'Column' if len(names) == 1 else f'{len(names)} columns'} {_quoted(names)}"


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
