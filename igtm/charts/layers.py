"""What the figures are put together from: axes, gestures, tooltips, the cells of the nodes.

Layers that are cached are the same for every map of a size: they are never changed, only copied.
"""

from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts.colours import as_text
from igtm.charts.theme import MAP_AXES, UNSELECTED

#: Half the side of a map. The nodes lie on [-1, 1].
HALF = 1.1

# Zoom and brush must never answer the same drag, so each asks for the shift key first.
DRAG = "[pointerdown[{}], window:pointerup] > window:pointermove!"
PLAIN, SHIFT = "!event.shiftKey", "event.shiftKey"

#: vega-tooltip makes a heading of the key ``title`` and an <img> of ``image``, from whatever the data holds; and
#: ``__proto__`` would vanish. A no-break space after the name makes it an ordinary row.
SPECIAL_KEYS = ("title", "image", "__proto__")

#: First rows of a node's tooltip.
NODE_TIPS = [
    alt.Tooltip("node", type="nominal"),
    alt.Tooltip("x", type="quantitative", title="map x", format=".3~f"),
    alt.Tooltip("y", type="quantitative", title="map y", format=".3~f"),
]


def unique_titles(names) -> list[str]:
    """Names as tooltip titles: text, all different, none with a meaning of its own."""
    titles = []
    for name in names:
        title = str(name) or "(no name)"
        while title in SPECIAL_KEYS or title in titles:
            title += "\N{NO-BREAK SPACE}"
        titles.append(title)
    return titles


def tooltips(frame, columns, system):
    """Tooltip rows for system fields and data columns.

    Names from the data are only ever titles: as Vega fields, ``a.b`` or ``x[1]`` would be paths, so the columns
    are called ``c0``, ``c1``, ...

    Parameters
    ----------
    frame : DataFrame
        Holds the columns.
    columns : sequence of str
        Data columns to show.
    system : dict of str to str
        Own fields to show first, with their titles.

    Returns
    -------
    rows : dict of str to Series
        Text of each data column, by its field.
    channel : list of alt.Tooltip
    """
    rows = {f"c{i}": as_text(frame[name]) for i, name in enumerate(columns)}
    titles = unique_titles([*system.values(), *columns])
    fields = [alt.Tooltip(field, type="nominal", title=t) for field, t in zip([*system, *rows], titles, strict=True)]
    return rows, fields


def embedded(pictures) -> list[str]:
    """Pictures as they are, if each is a data URI: a link would be loaded from wherever it leads."""
    if not all(uri.startswith("data:image/") for uri in pictures):
        raise ValueError("pictures must be data URIs, data:image/...: links could lead anywhere")
    return list(pictures)


def spacing(*coordinates) -> float:
    """Distance between neighbouring nodes of a regular grid; 2, all of the map, for a single node."""
    steps = [np.diff(np.unique(np.round(c, 9))) for c in coordinates]
    return float(min(np.concatenate(steps), default=2.0))


def reach(step: float = 0.0) -> float:
    """Half the side of a map on which cells of width ``step`` are whole."""
    return max(HALF, 1 + step / 2)


def grid_of(nodes: pd.DataFrame | None) -> tuple[float, float]:
    """Width of the cells of nodes, and half the side of a map of them; None stands for a map without nodes."""
    step = 0.0 if nodes is None else spacing(nodes["x"], nodes["y"])
    return step, reach(step)


def position(half: float = HALF, x: str = "x", y: str = "y", grid: bool = False) -> dict:
    """Position channels of a square map; grid lines are for maps without cells."""
    scale = alt.Scale(domain=[-half, half], nice=False, zero=False)
    axis = alt.Axis(tickCount=5, format="~g", grid=grid)
    titles = dict(zip("xy", MAP_AXES, strict=True))
    return {
        "x": alt.X(x, type="quantitative", title=titles["x"], scale=scale, axis=axis),
        "y": alt.Y(y, type="quantitative", title=titles["y"], scale=scale, axis=axis),
    }


def zoom() -> alt.Parameter:
    """Pan by dragging, zoom by the wheel, all back by a double click."""
    drag = DRAG.format(PLAIN)
    return alt.selection_interval(
        name="zoom", bind="scales", on=drag, translate=drag, zoom="wheel!", clear=f"dblclick[{PLAIN}]"
    )


def brush() -> alt.Parameter:
    """Select by dragging with shift held; clear by a click or double click with shift held."""
    drag = DRAG.format(SHIFT)
    mark = alt.BrushConfig(fill=UNSELECTED, fillOpacity=0.12, stroke=UNSELECTED)
    return alt.selection_interval(
        name="brush", mark=mark, on=drag, translate=drag, zoom=False, clear=f"dblclick[{SHIFT}]"
    )


def pick_class(legend: bool) -> alt.Parameter:
    """Click a class in the legend of the field ``color``; with shift held, one more; without, nothing picks it."""
    how = {"bind": "legend"} if legend else {"on": "@legend:click"}
    return alt.selection_point(name="classes", fields=["color"], **how)


def unselected(*gestures: alt.Parameter) -> dict:
    """Test for rows to be greyed: while a gesture is under way those that it leaves, else those not ``selected``."""
    left = [{"not": {"param": gesture.name}} for gesture in gestures]
    none = " && ".join(f"!length(data('{gesture.name}_store'))" for gesture in gestures)
    return {"test": {"or": [*left, f"{none} && datum.selected == 0"]}}


def pick(name: str, field: str, *names: str) -> alt.Parameter:
    """Click one mark of a layer, or of several that have the field; a click on anything else clears.

    With shift held, clicks mean something else. A point selection hears the clicks on every layer, hence the marks'
    names.
    """
    clicks = ", ".join(f"@{each}_marks:click[{PLAIN}]" for each in names)
    others = " && ".join(f"event.item.mark.name !== '{each}_marks'" for each in names)
    elsewhere = f"click[!event.item || ({others})], dblclick"
    return alt.selection_point(name=name, fields=[field], on=clicks, clear=elsewhere, toggle=False)


def ring(base: alt.Chart, size: float) -> alt.Chart:
    """Ring around the point that was clicked."""
    return (
        base.mark_point(style="ring", fill="transparent", size=size, clip=True, aria=False)
        .transform_filter({"param": "pick", "empty": False})
        .properties(name="ring")
    )


def cells(nodes: pd.DataFrame, step) -> pd.DataFrame:
    """Nodes with the edges ``x0, x1, y0, y1`` of their square cells, ``step`` wide: one number, or one a node."""
    h = step / 2
    return nodes.assign(x0=nodes["x"] - h, x1=nodes["x"] + h, y0=nodes["y"] - h, y1=nodes["y"] + h)


@cache
def cell_chart(half: float) -> alt.Chart:
    """Base of the layers that draw the cells of the dataset ``nodes``."""
    return alt.Chart(alt.NamedData("nodes")).encode(**position(half, "x0", "y0"), x2="x1", y2="y1")


@cache
def node_layer(half: float) -> alt.Chart:
    """Faint cells that can be clicked."""
    return (
        cell_chart(half)
        .mark_rect(style="node", fill="transparent", clip=True, aria=False)
        .add_params(pick("pick_node", "node", "nodes"))
        .properties(name="nodes")
    )


@cache
def node_ring(half: float) -> alt.Chart:
    """Frame of the node that was clicked."""
    return (
        cell_chart(half)
        .mark_rect(style="node-ring", fill="transparent", clip=True, aria=False)
        .transform_filter({"param": "pick_node", "empty": False})
        .properties(name="node_ring")
    )
