"""Maps of nodes: one value or one class a node, and small multiples of many values."""

from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts import layers
from igtm.charts.colours import as_colouring, as_text, coloured
from igtm.charts.figure import layered

# What a node without a value says, in the tooltip and in the legend.
BLANK = "too few rows"
# Of planes side by side, in pixels: their width together, the side of one at least and at most, the height of a name.
PLANES_WIDTH, PLANE_SIDE, NAME_HEIGHT = 600, (84, 150), 20
# Most that is drawn at once: a hundred planes of 400 cells draw in about a second.
MOST_CELLS = 40_000


def landscape(nodes, value, *, name=None, title=None, percent=False, blank=BLANK):
    """One number or date a node, as the colour of its cell; nodes without one are blank.

    Parameters
    ----------
    nodes : DataFrame
        One row a node: ``node, x, y``, the column ``value`` and, if known, ``mass``, the rows behind it.
    value : str
        Column that is shown: NaN where there is none.
    name : str or Colouring, optional
        What the values are called, by default the column's name; a colouring also says in which colours.
    title : str, optional
        By default the name.
    percent : bool, default=False
        Whether the values are shares: shown in percent, on a scale from 0 to 1.
    blank : str, default="too few rows"
        Why nodes are blank.

    Returns
    -------
    Figure
        Dataset ``nodes`` (``node, x, y, color, value, rows``); a click picks one.
    """
    how = as_colouring(value if name is None else name, kind="number")
    name = str(how.column)
    step, half = layers.grid_of(nodes)
    known = nodes[value].notna()
    legend = name if known.all() else f"{name} (blank: {blank})"
    color, channel = coloured(nodes.loc[known, value], replace(how, column=legend), (0, 1) if percent else None)
    if percent:
        channel = channel.legend(title=legend, format=".0%", tickCount=3)
    said = nodes[value].map("{:.1%}".format) if percent else as_text(_rounded(nodes[value]))
    cells = layers.cells(nodes[["node", "x", "y"]], step).assign(
        color=color.reindex(nodes.index), value=said.where(known, blank), rows=_rows(nodes)
    )
    heat = (
        layers.cell_chart(half)
        .transform_filter("isValid(datum.color)")
        # A stroke of the fill's colour: between two fills alone, a seam shines through.
        .mark_rect(clip=True, aria=False, stroke=alt.ExprRef("scale('color', datum.color)"))
        .encode(color=channel)
        .properties(name="heat")
    )
    parts = [_target(half, nodes, {"value": name}), heat, layers.node_ring(half)]
    return layered(parts, {"nodes": cells}, title, name)


def class_landscape(nodes, *, name="class", title=None, blank=BLANK):
    """The likeliest class of each node, the fainter the less sure; nodes without one are blank.

    Parameters
    ----------
    nodes : DataFrame
        One row a node: ``node, x, y``; ``winner``, categorical, missing where there is none; ``confidence``, its
        probability; and, if known, ``mass``, the rows behind it.
    name : str or Colouring, default="class"
        What the classes are of: the column's name; a colouring also says in which colours.
    title : str, optional
        By default "Likeliest" and the name.
    blank : str, default="too few rows"
        Why nodes are blank.

    Returns
    -------
    Figure
        Dataset ``nodes`` (``node, x, y, color, value, confidence, rows``); a click picks one.
    """
    step, half = layers.grid_of(nodes)
    how = as_colouring(name, kind="category")
    name = str(how.column)
    known = nodes["winner"].notna()
    notes = ["faint: unsure"] + ([] if known.all() else [f"blank: {blank}"])
    color, channel = coloured(nodes.loc[known, "winner"], replace(how, column=f"{name} ({', '.join(notes)})"))
    share = nodes["confidence"].map("{:.1%}".format)
    # Tiles with a gap: where faint cells met or overlapped, seams would show.
    tile = layers.cells(nodes[["x", "y"]], 0.94 * step)[["x0", "x1", "y0", "y1"]].add_prefix("t")
    cells = layers.cells(nodes[["node", "x", "y", "confidence"]], step).assign(
        **tile,
        color=color.reindex(nodes.index),
        value=as_text(nodes["winner"]).where(known, blank),
        said=share.where(known, blank),
        rows=_rows(nodes),
    )
    least = 1 / max(len(nodes["winner"].cat.categories), 2)
    opacity = alt.Scale(domain=[least, 1], range=[0.2, 1], clamp=True)
    tiles = (
        layers.cell_chart(half)
        .encode(
            **layers.position(half, "tx0", "ty0"),
            x2="tx1",
            y2="ty1",
            color=channel,
            opacity=alt.Opacity("confidence", type="quantitative", scale=opacity, legend=None),
        )
        .transform_filter("isValid(datum.color)")
        .mark_rect(clip=True, aria=False, cornerRadius=2)
        .properties(name="tiles")
    )
    parts = [_target(half, nodes, {"value": name, "said": "probability"}), tiles, layers.node_ring(half)]
    return layered(parts, {"nodes": cells}, title, f"Likeliest {name}")


def planes(values, nodes, *, title=None, across=None):
    """Small multiples: many features over the map, each on its own scale.

    Parameters
    ----------
    values : DataFrame (K, F)
        One row a node, one column a feature, drawn in their order. NaN is blank.
    nodes : DataFrame
        ``x, y`` of the nodes, in the same order.
    title : str, optional
        By default "Feature planes".
    across : int, optional
        Planes in a row; by default about as many as there are rows.

    Returns
    -------
    Figure
        Datasets ``planes`` (a row for each node of each feature: ``plane, node, feature, level, value``) and
        ``names`` (a row for each feature: ``plane, feature``). A click picks a plane, by its position in
        ``values``. A feature that is the same everywhere is blank.

    Raises
    ------
    ValueError
        If there are more than 40,000 cells: show fewer features at a time.
    """
    n_nodes, n_planes = values.shape
    if values.size > MOST_CELLS:
        raise ValueError(
            f"{n_planes} planes of {n_nodes} nodes are {values.size:,} cells, and at most {MOST_CELLS:,} are drawn: "
            f"show {MOST_CELLS // n_nodes} features at a time"
        )
    across = across or max(1, int(np.ceil(np.sqrt(n_planes))))
    side = float(np.clip(PLANES_WIDTH / across, *PLANE_SIDE))
    height = -(-n_planes // across) * (1 + NAME_HEIGHT / side)
    names = _plane_frames(values, across, NAME_HEIGHT / side)
    cells = _plane_cells(values, nodes, names)
    names["note"] = np.where(names["plane"].isin(cells["plane"]), "", "constant")
    scales = {
        "x": alt.Scale(domain=[0, across], nice=False, zero=False),
        "y": alt.Scale(domain=[max(height, 1), 0], nice=False, zero=False),
    }

    def over(name, **fields):
        place = {
            axis: channel(fields[axis], type="quantitative", scale=scales[axis], axis=None)
            for axis, channel in (("x", alt.X), ("y", alt.Y))
        }
        return alt.Chart(alt.NamedData(name)).encode(**{**fields, **place})

    edges = {"x": "x0", "x2": "x1", "y": "y0", "y2": "y1"}
    heat = (
        over("planes", **edges)
        .mark_rect(aria=False, stroke=alt.ExprRef("scale('color', datum.level)"))
        .encode(
            color=alt.Color(
                "level",
                type="quantitative",
                scale=alt.Scale(domain=[0, 1], range="ramp"),
                legend=alt.Legend(
                    title=None, tickCount=1, labelExpr="datum.value ? 'highest of the feature' : 'lowest'"
                ),
            ),
            tooltip=[alt.Tooltip(field, type="nominal") for field in ("feature", "value", "node")],
        )
        .add_params(layers.pick("pick_plane", "plane", "planes", "frames"))
        .properties(name="planes")
    )
    # Where a node is blank, its frame is pointed at and clicked.
    frames = (
        over("names", **edges)
        .mark_rect(style="node", fill="transparent", aria=False)
        .encode(tooltip=[alt.Tooltip("feature", type="nominal")])
        .properties(name="frames")
    )
    words = {"style": "note", "limit": alt.ExprRef(f"0.92 * width / {across}"), "aria": False}  # at any width
    heads = over("names", x="x0", y="y0", text="feature:N").mark_text(align="left", baseline="bottom", dy=-3, **words)
    notes = over("names", x="xc", y="yc", text="note:N").mark_text(opacity=0.7, **words)
    ring = (
        over("names", **edges)
        .mark_rect(style="node-ring", fill="transparent", aria=False)
        .transform_filter({"param": "pick_plane", "empty": False})
        .properties(name="ring")
    )
    data = {"planes": cells, "names": names}
    size = {"width": side * across, "height": side * max(height, 1)}
    view = alt.ViewBackground(stroke=None)
    return layered([frames, notes, heat, heads, ring], data, title, "Feature planes", **size, view=view)


def _plane_frames(values, across, name_height):
    """Where each plane stands, one unit wide with a gap and below its name: edges and centre, y downwards."""
    names = pd.DataFrame({"plane": np.arange(values.shape[1]), "feature": layers.unique_titles(values.columns)})
    line, place = np.divmod(names["plane"], across)
    top = line * (1 + name_height) + name_height
    return names.assign(x0=place + 0.04, x1=place + 0.96, xc=place + 0.5, y0=top, y1=top + 0.92, yc=top + 0.46)


def _plane_cells(values, nodes, names):
    """The cells of all planes within the frames of their names."""
    matrix = values.to_numpy(dtype=np.float64)
    step = layers.spacing(nodes["x"], nodes["y"])
    known = np.isfinite(matrix)
    low = matrix.min(axis=0, initial=np.inf, where=known)
    high = matrix.max(axis=0, initial=-np.inf, where=known)
    varies = high - low > 1e-9 * np.maximum(np.abs(low), np.abs(high))
    level = np.divide(matrix - low, high - low, out=np.full(matrix.shape, np.nan), where=varies)
    node, plane = np.nonzero(np.isfinite(level))
    # From the map's own coordinates, y upwards, to a share of the frame.
    side = 0.92 * step / (2 + step)
    from_left = (nodes["x"].to_numpy() + 1) / step * side
    from_top = (1 - nodes["y"].to_numpy()) / step * side
    x0, y0 = names["x0"].to_numpy()[plane] + from_left[node], names["y0"].to_numpy()[plane] + from_top[node]
    return pd.DataFrame(
        {
            "plane": plane,
            "node": node,
            "feature": names["feature"].to_numpy()[plane],
            "level": level[node, plane],
            "value": [f"{value:.4g}" for value in matrix[node, plane].tolist()],
            "x0": x0,
            "x1": x0 + side,
            "y0": y0,
            "y1": y0 + side,
        }
    )


def _target(half, nodes, values):
    """Empty cells that can be clicked, and that say what `values` are, by field and title."""
    fields = values | ({"rows": "rows"} if "mass" in nodes else {})
    titles = layers.unique_titles(["node", "map x", "map y", *fields.values()])
    own = [alt.Tooltip(field, type="nominal", title=each) for field, each in zip(fields, titles[3:], strict=True)]
    return layers.node_layer(half).encode(tooltip=[*layers.NODE_TIPS, *own]).add_params(layers.zoom())


def _rows(nodes):
    return nodes["mass"].map("{:,.1f}".format) if "mass" in nodes else ""


def _rounded(column):
    """Floats to four digits: more would be noise in a tooltip."""
    return column.map(lambda v: float(f"{v:.4g}")) if pd.api.types.is_float_dtype(column) else column
