"""The map of new rows, drawn apart from those on which it was fitted."""

import altair as alt
import pandas as pd

from igtm import layers
from igtm.colours import colouring
from igtm.figure import layered
from igtm.theme import MISSING_GREY, UNSELECTED

USUAL, NOVEL = "like the fitted rows", "novel"


def new_rows(fitted, new, color=None, tooltip=(), *, title=None, nodes=None, kind=None, clip=None, other_after=20):
    """New rows as large diamonds over the fitted ones in grey.

    Drag pans, the wheel zooms, a click picks a new row, a double click goes back.

    Parameters
    ----------
    fitted : DataFrame
        One row a row of the map: ``mean_x``, ``mean_y``.
    new : DataFrame
        One row a new row: ``row_id``, ``mean_x``, ``mean_y``, ``percentile``, ``novel`` and any data columns.
    color : str, optional
        Column of ``new`` to colour by, see `igtm.colours`; by default those that are novel stand out.
    tooltip : sequence of str, default=()
        Columns of ``new`` shown under the pointer, besides ``color`` and ``percentile``.
    title : str, optional
        By default "New rows on the map".
    nodes : DataFrame, optional
        ``node``, ``x``, ``y``: cells drawn under the points.
    kind, clip, other_after
        As in `means`.

    Returns
    -------
    Figure
        Datasets ``fitted`` (``x, y``), ``new`` (``row_id, x, y, color, c0, ...``) and, with nodes, ``nodes``.
    """
    shown = list(dict.fromkeys([*([] if color is None else [color]), "percentile", *tooltip]))
    text, tips = layers.tooltips(new, shown, {"row_id": "new row"})
    column = new["novel"].map({True: NOVEL, False: USUAL}) if color is None else new[color]
    if color is None:
        column = column.astype(pd.CategoricalDtype([USUAL, NOVEL]))
    values, channel = colouring(column, color or "new rows", kind=kind, clip=clip, other_after=other_after)
    rows = new[["row_id"]].assign(x=new["mean_x"], y=new["mean_y"], color=values, **text)
    behind = pd.DataFrame({"x": fitted["mean_x"], "y": fitted["mean_y"]})

    step = 0.0 if nodes is None else layers.spacing(nodes["x"], nodes["y"])
    place = layers.position(layers.reach(step), grid=nodes is None)
    ground = (
        alt.Chart(alt.NamedData("fitted"))
        .mark_circle(size=_size(len(behind)), color=UNSELECTED, opacity=0.35, clip=True, aria=False)
        .encode(**place)
        .add_params(layers.zoom())
        .properties(name="fitted")
    )
    base = alt.Chart(alt.NamedData("new")).encode(**place)
    missing = {"test": "!isValid(datum.color)", "value": MISSING_GREY}
    diamonds = (
        base.mark_point(style="diamond", size=_size(len(new)) * 3, clip=True, aria=False, invalid=None)
        .encode(fill=alt.Fill(**channel.to_dict()).condition([missing]), tooltip=tips)
        .add_params(layers.pick("pick", "row_id", "new"))
        .properties(name="new")
    )
    ring = (
        base.mark_point(style="ring", fill="transparent", size=250, clip=True, aria=False)
        .transform_filter({"param": "pick", "empty": False})
        .properties(name="ring")
    )
    parts, data = [ground, diamonds, ring], {"fitted": behind, "new": rows}
    if nodes is not None:
        parts = [layers.node_layer(layers.reach(step)), *parts]
        data["nodes"] = layers.cells(nodes[["node", "x", "y"]], step)
    return layered(parts, data, title, "New rows on the map")


def _size(n):
    """Area of a dot: the more there are, the smaller."""
    return float(min(max(900 / max(n, 1) ** 0.5, 9), 36))
