"""Maps with something laid over them: new rows, what was found or chosen, a row's neighbours, a picture a node."""

from dataclasses import replace
from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts import layers
from igtm.charts.colours import as_colouring, coloured
from igtm.charts.figure import layered
from igtm.charts.theme import BLUE, MISSING_GREY, ORANGE, PULSE, UNSELECTED

USUAL, NOVEL = "like the fitted rows", "novel"
KEPT, LOST = "kept by the map", "lost"
FOUND_SIZE = 160


def new_rows(fitted, new, color=None, tooltip=(), *, title=None, nodes=None):
    """New rows as large diamonds over the fitted ones in grey.

    Drag pans, the wheel zooms, a click picks a new row, a double click goes back.

    Parameters
    ----------
    fitted : DataFrame
        One row a row of the map: ``mean_x``, ``mean_y``.
    new : DataFrame
        One row a new row: ``row_id``, ``mean_x``, ``mean_y``, ``percentile``, ``novel`` and any data columns.
    color : str or Colouring, optional
        Column of ``new`` to colour by, as in `means`; by default those that are novel stand out.
    tooltip : sequence of str, default=()
        Columns of ``new`` shown under the pointer, besides ``color`` and ``percentile``.
    title : str, optional
        By default "New rows on the map".
    nodes : DataFrame, optional
        ``node``, ``x``, ``y``: cells drawn under the points.

    Returns
    -------
    Figure
        Datasets ``fitted`` (``x, y``), ``new`` (``row_id, x, y, color, c0, ...``) and, with nodes, ``nodes``.
    """
    how = as_colouring("new rows" if color is None else color)
    shown = list(dict.fromkeys([*([] if color is None else [how.column]), "percentile", *tooltip]))
    text, tips = layers.tooltips(new, shown, {"row_id": "new row"})
    novel = new["novel"].map({True: NOVEL, False: USUAL}).astype(pd.CategoricalDtype([USUAL, NOVEL]))
    values, channel = coloured(novel if color is None else new[how.column], how)
    rows = new[["row_id"]].assign(x=new["mean_x"], y=new["mean_y"], color=values, **text)
    base = alt.Chart(alt.NamedData("new")).encode(**_place(nodes))
    missing = {"test": "!isValid(datum.color)", "value": MISSING_GREY}
    diamonds = (
        base.mark_point(style="diamond", size=3 * _size(len(new)), clip=True, aria=False, invalid=None)
        .encode(fill=alt.Fill(**channel.to_dict()).condition([missing]), tooltip=tips)
        .add_params(layers.pick("pick", "row_id", "new"))
        .properties(name="new")
    )
    return _over(fitted, nodes, [diamonds, layers.ring(base, 250)], {"new": rows}, title, "New rows on the map")


def neighbours(fitted, point, near, modes=None, *, title=None, nodes=None):
    """One row, its nearest rows in the data, and a line to each: short where the map keeps them.

    Parameters
    ----------
    fitted : DataFrame
        One row a row of the map: ``mean_x``, ``mean_y``.
    point : (float, float)
        Where the row lies.
    near : DataFrame
        Its neighbours, nearest first, as in `point.Point`: ``row_id``, ``mean_x``, ``mean_y``, ``distance``, ``kept``.
    modes : DataFrame, optional
        Where it may have come from: ``x``, ``y``, ``responsibility``; drawn if there are more than one.
    title : str, optional
        By default how many neighbours the map keeps.
    nodes : DataFrame, optional
        ``node``, ``x``, ``y``: cells drawn under the points.

    Returns
    -------
    Figure
        Datasets ``fitted``, ``neighbours`` (a click picks one), ``point``, ``modes`` and, with nodes, ``nodes``.
    """
    rows = pd.DataFrame(
        {
            "row_id": near["row_id"],
            "rank": range(1, len(near) + 1),
            "distance": near["distance"],
            "kept": near["kept"].map({True: KEPT, False: LOST}),
            "x": near["mean_x"],
            "y": near["mean_y"],
            "from_x": point[0],
            "from_y": point[1],
        }
    )
    torn = [] if modes is None or len(modes) < 2 else modes[["x", "y", "responsibility"]]
    place = _place(nodes)
    scale = alt.Scale(domain=[KEPT, LOST], range=[BLUE, ORANGE])
    colour = alt.Color("kept", type="nominal", scale=scale, legend=alt.Legend(title="nearest rows in the data"))
    base = alt.Chart(alt.NamedData("neighbours")).encode(**place, color=colour)
    lines = base.mark_rule(style="baseline", opacity=0.6, clip=True, aria=False).encode(x2="from_x", y2="from_y")
    dots = (
        base.mark_circle(size=70, opacity=1, clip=True, aria=False)
        .encode(
            tooltip=[
                alt.Tooltip("row_id", type="nominal", title="row"),
                alt.Tooltip("rank", type="quantitative", title="neighbour"),
                alt.Tooltip("distance", type="quantitative", format=".3~r"),
                alt.Tooltip("kept", type="nominal", title="on the map"),
            ]
        )
        .add_params(layers.pick("pick", "row_id", "neighbours"))
        .properties(name="neighbours")
    )
    spot = (
        alt.Chart(alt.NamedData("point"))
        .mark_point(style="ring", fill="transparent", size=160, clip=True, aria=False)
        .encode(**place)
        .properties(name="point")
    )
    places = (
        alt.Chart(alt.NamedData("modes"))
        .mark_point(style="ring", shape="cross", size=110, clip=True, aria=False)
        .encode(**place, tooltip=[alt.Tooltip("responsibility", type="quantitative", title="mode", format=".1%")])
        .properties(name="modes")
    )
    data = {
        "neighbours": rows,
        "point": pd.DataFrame([point], columns=["x", "y"], dtype=float),
        "modes": pd.DataFrame(torn, columns=["x", "y", "responsibility"], dtype=float),
    }
    kept = f"The map keeps {int(near['kept'].sum())} of {len(near)} nearest rows"
    return _over(fitted, nodes, [lines, places, dots, spot], data, title, kept)


def picture_map(nodes, pictures, *, title=None):
    """A picture in the cell of each node, such as its prototype.

    Parameters
    ----------
    nodes : DataFrame
        ``node``, ``x``, ``y``.
    pictures : sequence of str
        One for each node, as data URIs (`igtm.maps.pictures.uris`); anything else is refused.
    title : str, optional
        By default "Prototypes".

    Returns
    -------
    Figure
        Dataset ``nodes``; a click picks one.
    """
    step, half = layers.grid_of(nodes)
    side = alt.ExprRef("0.94 * (scale('x', datum.x1) - scale('x', datum.x0))")  # as large as its cell at any zoom
    images = (
        alt.Chart(alt.NamedData("nodes"))
        .mark_image(width=side, height=side, clip=True, aria=False)
        .encode(**layers.position(half), url="picture:N")
        .properties(name="pictures")
    )
    target = layers.node_layer(half).encode(tooltip=[alt.Tooltip("node", type="nominal")]).add_params(layers.zoom())
    rows = layers.cells(nodes[["node", "x", "y"]], step).assign(picture=layers.embedded(pictures))
    return layered([images, target, layers.node_ring(half)], {"nodes": rows}, title, "Prototypes")


def with_found(figure, places, nodes):
    """The same map with a ring around some places, from which another goes out as the parameter ``pulse`` goes to 1.

    Parameters
    ----------
    figure : Figure
        `means` or `modes`, with nodes, or `node_mass`.
    places : DataFrame
        ``x``, ``y``.
    nodes : DataFrame
        ``x``, ``y`` of its nodes.

    Returns
    -------
    Figure
        As ``figure``, with a dataset ``found`` (``x, y``).
    """
    _, half = layers.grid_of(nodes)
    return replace(
        figure,
        layers=(*figure.layers, *_rings(half)),
        data=figure.data | {"found": places[["x", "y"]].astype(float)},
        params=(*figure.params, alt.VariableParameter(name=PULSE, value=0)),
    )


def with_chosen(figure, chosen):
    """The same map with a frame around a chosen node; of two, with the way from the first to the second.

    Parameters
    ----------
    figure : Figure
        Any map whose nodes can be clicked.
    chosen : sequence of int
        No node, one, or two; those that the map lacks do not count.

    Returns
    -------
    Figure
        As ``figure``, with the datasets of `chosen_nodes` in place of the frame around the node that was clicked.
    """
    _, half = layers.grid_of(figure.data["nodes"])
    kept = (part for part in figure.layers if part.name != "node_ring")
    data = figure.data | chosen_nodes(figure.data["nodes"], chosen)
    return replace(figure, layers=(*kept, *_frames(half)), data=data)


def chosen_nodes(nodes, chosen):
    """What `with_chosen` draws.

    Parameters
    ----------
    nodes : DataFrame
        ``node, x, y``.
    chosen : sequence of int
        No node, one, or two.

    Returns
    -------
    dict of str to DataFrame
        ``chosen``: the edges of their cells, ``x0, x1, y0, y1``, and their ``order``, 1 or 2; ``way``: from the
        first to the second, ``x, y`` and ``x2, y2``, with its middle ``xc, yc`` and its direction in degrees
        clockwise from up, ``angle``; one row, or none.
    """
    places = nodes.set_index("node")[["x", "y"]]
    places = places.reindex([node for node in chosen if node in places.index]).astype(float).reset_index(drop=True)
    framed = layers.cells(places, layers.spacing(nodes["x"], nodes["y"])).assign(order=places.index + 1.0)
    start, stop = places.iloc[:-1].to_numpy(), places.iloc[1:].to_numpy()  # of two, the first and the second
    dx, dy = (stop - start).T
    way = pd.DataFrame(np.hstack([start, stop, (start + stop) / 2]), columns=["x", "y", "x2", "y2", "xc", "yc"])
    return {"chosen": framed.drop(columns=["x", "y"]), "way": way.assign(angle=np.degrees(np.arctan2(dx, dy)))}


@cache
def _rings(half):
    """The ring that goes out from each place that was found, and the one that stays."""
    look = {"style": "ring", "fill": "transparent", "clip": True, "aria": False}
    base = alt.Chart(alt.NamedData("found")).encode(**layers.position(half))
    going = base.mark_point(
        size=alt.ExprRef(f"{FOUND_SIZE} * (1 + 6 * {PULSE})"), opacity=alt.ExprRef(f"{PULSE} && 1 - {PULSE}"), **look
    )
    return going, base.mark_point(size=FOUND_SIZE, **look).properties(name="found")


@cache
def _frames(half):
    """The way between two nodes, under the frames around them."""
    frames = (
        alt.Chart(alt.NamedData("chosen"))
        .mark_rect(
            style="node-ring",
            fill="transparent",
            strokeDash=alt.ExprRef("datum.order == 2 ? [4, 3] : [1, 0]"),
            clip=True,
            aria=False,
        )
        .encode(**layers.position(half, "x0", "y0"), x2="x1", y2="y1")
        .properties(name="chosen")
    )
    way = alt.Chart(alt.NamedData("way"))
    line = way.encode(**layers.position(half), x2="x2", y2="y2")
    halo, stroke = (line.mark_rule(style=style, clip=True, aria=False) for style in ("way-halo", "way"))
    arrow = way.mark_point(shape="triangle", style="way", filled=True, size=110, clip=True, aria=False).encode(
        **layers.position(half, "xc", "yc"), angle=alt.Angle("angle", type="quantitative", scale=None)
    )
    return halo, stroke.properties(name="way"), arrow, frames


def _over(fitted, nodes, parts, data, title, default):
    """The fitted rows in grey, over cells where there are nodes, under everything else."""
    behind = pd.DataFrame({"x": fitted["mean_x"], "y": fitted["mean_y"]})
    ground = (
        alt.Chart(alt.NamedData("fitted"))
        .mark_circle(size=_size(len(behind)), color=UNSELECTED, opacity=0.35, clip=True, aria=False)
        .encode(**_place(nodes))
        .add_params(layers.zoom())
        .properties(name="fitted")
    )
    parts, data = [ground, *parts], {"fitted": behind, **data}
    if nodes is not None:
        step, half = layers.grid_of(nodes)
        parts = [layers.node_layer(half), *parts]
        data["nodes"] = layers.cells(nodes[["node", "x", "y"]], step)
    return layered(parts, data, title, default)


def _place(nodes):
    return layers.position(layers.grid_of(nodes)[1], grid=nodes is None)


def _size(n):
    """Area of a dot: the more there are, the smaller."""
    return float(min(max(900 / max(n, 1) ** 0.5, 9), 36))
