"""A part of a map as a table of its own, to be mapped again; it remembers where its rows come from."""

from dataclasses import dataclass, replace

import numpy as np

from igtm.engine.kernel import Posterior
from igtm.engine.passes import by_posterior
from igtm.maps import table_map
from igtm.maps.selections import Selection, select
from igtm.maps.table_map import TableMap
from igtm.rows.sources import as_source
from igtm.tables import molecules
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import Table, TableError

__all__ = ["LEAST_WEIGHT", "Region", "node_weights", "region", "zoom"]

#: Rows that a region's nodes explain to a smaller share are not part of it.
LEAST_WEIGHT = 0.01


@dataclass(frozen=True, eq=False)
class Region:
    """Rows of a map as a table, with the way back.

    Parameters
    ----------
    parent : TableMap
        The map they were chosen on.
    table : Table
        The rows, in the order of the parent's.
    recipe : Recipe
        The parent's, with no more principal components than the rows allow.
    selection : Selection
        The rows in the parent's table, and how they were chosen.
    weights : ndarray (n,) or None
        How far each row counts in a fit, 0 to 1; None is 1 each.
    outer : Region, optional
        The region that the parent is the map of; None at the top.
    """

    parent: TableMap
    table: Table
    recipe: Recipe
    selection: Selection
    weights: np.ndarray | None = None
    outer: "Region | None" = None

    @property
    def path(self) -> tuple["Region", ...]:
        """The regions from the outermost to this one: a breadcrumb."""
        return (*(() if self.outer is None else self.outer.path), self)

    def in_parent(self, rows: np.ndarray) -> np.ndarray:
        """Positions in the parent's table of positions in this one."""
        return self.selection.rows[rows]

    def in_root(self, rows: np.ndarray) -> np.ndarray:
        """Positions in the outermost table of positions in this one."""
        above = self.in_parent(rows)
        return above if self.outer is None else self.outer.in_root(above)


def region(parent: TableMap, selection: Selection | None = None, nodes=None, outer: Region | None = None) -> Region:
    """Cut a part out of a map.

    Parameters
    ----------
    parent : TableMap
    selection : Selection, optional
        Rows of its table. Without it, all rows for which `nodes` are responsible to 1 % or more.
    nodes : array-like of int, optional
        Weighs the rows by the responsibility of these nodes.
    outer : Region, optional
        The region that the parent is the map of.

    Returns
    -------
    Region
        Features without any value in these rows are ignored in its table.

    Raises
    ------
    TableError
        If there is no row in it.
    ValueError
        If neither rows nor nodes are given, or they are not of this map.
    """
    n_rows = len(parent.table.frame)
    weights = None
    if nodes is not None:
        weights = node_weights(parent, nodes)
        if selection is None:
            selection = select(weights >= LEAST_WEIGHT, n_rows, f"{np.size(nodes)} nodes")
    elif selection is None:
        raise ValueError("A region needs a selection of rows, or nodes: give one of them.")
    if selection.n_rows != n_rows:
        raise ValueError(f"{selection.title!r} is of a table of {selection.n_rows} rows, this one has {n_rows}.")
    if not len(selection) or (weights is not None and not weights[selection.rows].any()):
        raise TableError(f"There is no row in {selection.title!r}: select some first.")
    frame = parent.table.frame.iloc[selection.rows].reset_index(drop=True)
    values = frame[parent.table.features].to_numpy(dtype=np.float64, na_value=np.nan)
    empty = frame[parent.table.features].columns[~np.isfinite(values).any(axis=0)]
    roles = parent.table.roles | dict.fromkeys(empty, "ignored")
    table = Table(f"{parent.table.name}: {selection.title}", frame, roles)
    recipe = replace(parent.recipe, n_components=min(parent.recipe.n_components, _most(table, parent.recipe)))
    return Region(parent, table, recipe, selection, None if weights is None else weights[selection.rows], outer)


def zoom(part: Region, **settings) -> TableMap:
    """Fit a map of a region, with its weights.

    Parameters
    ----------
    part : Region
    **settings
        Of `eIGTM`; those that are not given are the parent's.
    """
    settings = {**part.parent.model.get_params(), "warm_start": False, **settings}
    return table_map.fit(part.table, part.recipe, part.weights, **settings)


def node_weights(fitted: TableMap, nodes) -> np.ndarray:
    """How far some nodes together are responsible for each row, (N,), 0 to 1.

    Raises
    ------
    ValueError
        If there is no such node.
    """
    sheet, nodes = fitted.model.manifold_, np.unique(np.asarray(nodes, dtype=np.int64))
    n_nodes = len(sheet.nodes)
    if not len(nodes) or nodes[0] < 0 or nodes[-1] >= n_nodes:
        raise ValueError(f"nodes={nodes.tolist()} are not on this map: its nodes are 0 to {n_nodes - 1}.")

    def share(found: Posterior) -> np.ndarray:
        return found.responsibilities()[:, nodes].sum(axis=1, dtype=np.float64)

    return by_posterior(sheet, as_source(fitted.X), share)


def _most(table: Table, recipe: Recipe) -> int:
    """Principal components that a table's rows and columns allow."""
    classes = sum(table.frame[name].nunique(dropna=False) for name in recipe.one_hot)
    numbers = [name for name in table.features if name not in {*recipe.one_hot, *recipe.fingerprints}]
    return min(len(table.frame), len(numbers) + classes + molecules.N_BITS * len(recipe.fingerprints))
