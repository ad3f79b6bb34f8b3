"""Every figure: a pure function from plain tables to a `Figure`."""

from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts import layers
from igtm.charts.backdrops import with_backdrop
from igtm.charts.borders import with_regions
from igtm.charts.figure import Figure, layered
from igtm.charts.heatmaps import class_landscape, landscape, planes
from igtm.charts.histograms import distributions
from igtm.charts.overlays import chosen_nodes, neighbours, new_rows, picture_map, with_chosen, with_found
from igtm.charts.profiles import class_mix, difference, path, prototype
from igtm.charts.scatter import means, modes
from igtm.charts.theme import BLUE, ORANGE

__all__ = [
    "Figure",
    "chosen_nodes",
    "class_landscape",
    "class_mix",
    "convergence",
    "difference",
    "distributions",
    "landscape",
    "means",
    "modes",
    "neighbours",
    "new_rows",
    "node_mass",
    "path",
    "picture_map",
    "planes",
    "prototype",
    "responsibilities",
    "with_backdrop",
    "with_chosen",
    "with_found",
    "with_regions",
]


def responsibilities(grid, *, title=None, marker=None):
    """Heatmap of the responsibilities of every node for one point, or their mean for a group.

    Parameters
    ----------
    grid : DataFrame
        One row a node: ``node, x, y, responsibility``.
    title : str, optional
        By default "Responsibilities".
    marker : (float, float), optional
        A place on the map to mark, such as the point's mean.

    Returns
    -------
    Figure
        Datasets ``nodes`` (a click picks one) and ``marker`` (``x, y``, one row or none).
    """
    step, half = layers.grid_of(grid)
    data = {
        "nodes": layers.cells(grid[["node", "x", "y", "responsibility"]], step),
        "marker": pd.DataFrame([] if marker is None else [marker], columns=["x", "y"], dtype=float),
    }
    return layered(_heat(half), data, title, "Responsibilities")


@cache
def _heat(half):
    """Cells in the colours of their responsibilities, under the marker."""
    heat = (
        layers.cell_chart(half)
        # A stroke of the fill's colour: between two fills alone, a seam shines through.
        .mark_rect(clip=True, aria=False, stroke=alt.ExprRef("scale('color', datum.responsibility)"))
        .encode(
            color=alt.Color(
                "responsibility",
                type="quantitative",
                scale=alt.Scale(domainMin=0, range="heatmap"),
                legend=alt.Legend(title="responsibility", format=".2~%"),
            ),
            tooltip=[*layers.NODE_TIPS, alt.Tooltip("responsibility", type="quantitative", format=".3~%")],
        )
        .add_params(layers.zoom(), layers.pick("pick_node", "node", "nodes"))
        .properties(name="nodes")
    )
    spot = (
        alt.Chart(alt.NamedData("marker"))
        .mark_circle(size=80, fill="white", stroke="black", strokeWidth=1.5, opacity=1, clip=True)
        .encode(**layers.position(half))
        .properties(name="marker")
    )
    return heat, spot, layers.node_ring(half)


def node_mass(nodes, *, title=None):
    """How many rows each node explains: area and colour of a square.

    Parameters
    ----------
    nodes : DataFrame
        One row a node: ``node, x, y, mass``.
    title : str, optional
        By default "Rows explained by each node".

    Returns
    -------
    Figure
        Dataset ``nodes``; a click picks one.
    """
    step, half = layers.grid_of(nodes)
    fill = alt.Fill(
        "mass",
        type="quantitative",
        scale=alt.Scale(domainMin=0, range="ramp"),
        legend=alt.Legend(title="rows explained"),
    )
    squares = (
        layers.cell_chart(half)
        .encode(**layers.position(half, "sx0", "sy0"), x2="sx1", y2="sy1", fill=fill)
        .mark_rect(clip=True, aria=False)
        .properties(name="squares")
    )
    target = (
        layers.node_layer(half)
        .encode(tooltip=[*layers.NODE_TIPS, alt.Tooltip("mass", type="quantitative", title="rows", format=",.2~f")])
        .add_params(layers.zoom())
    )
    # The largest square leaves a gap to its neighbours.
    side = 0.92 * step * np.sqrt(nodes["mass"] / max(nodes["mass"].max(), np.finfo(float).tiny))
    square = layers.cells(nodes, side)[["x0", "x1", "y0", "y1"]].add_prefix("s")
    data = {"nodes": layers.cells(nodes[["node", "x", "y", "mass"]], step).assign(**square)}
    return layered([target, squares, layers.node_ring(half)], data, title, "Rows explained by each node")


def convergence(path, stop=None, *, title=None):
    """Log-likelihood and objective by iteration.

    Parameters
    ----------
    path : DataFrame
        One row an iteration: ``iteration``, and per row of data ``log_likelihood`` (ℓ) and ``objective`` (F, which
        never falls).
    stop : str, optional
        Why the run ended, written at its last iteration.
    title : str, optional
        By default "Convergence".

    Returns
    -------
    Figure
        Datasets ``path`` (``iteration, curve, value, dot``) and ``stop`` (``iteration, reason``, one row, or none
        without a path; an empty reason is not drawn).
    """
    names = {"log_likelihood": "log-likelihood ℓ", "objective": "objective F"}
    rows = path.rename(columns=names).melt("iteration", list(names.values()), "curve", "value")
    # During a run, too: Vega warns at every frame of an axis over no rows.
    ended = [] if path.empty else [(path["iteration"].iloc[-1], stop or "")]
    data = {"path": rows.assign(dot=len(path) <= 30), "stop": pd.DataFrame(ended, columns=["iteration", "reason"])}
    iteration = alt.X(
        "iteration",
        type="quantitative",
        scale=alt.Scale(zero=False, nice=False, padding=12),
        # A growing curve's last label may come to stand over the edge, where it would be cut.
        axis=alt.Axis(format="d", labelExpr="datum.value % 1 ? '' : datum.label", labelBound=True, grid=False),
    )
    base = alt.Chart(alt.NamedData("path")).encode(
        x=iteration,
        y=alt.Y(
            "value",
            type="quantitative",
            title="per row",
            scale=alt.Scale(zero=False),
            axis=alt.Axis(tickCount=5, format=".4~f"),  # all that is said of it; a single value would be rounded
        ),
        color=alt.Color(
            "curve",
            type="nominal",
            scale=alt.Scale(domain=list(names.values()), range=[BLUE, ORANGE]),
            # Where there is room: curves rise towards the upper right.
            legend=alt.Legend(
                title=None,
                symbolType="stroke",
                symbolStrokeWidth=2,
                orient="bottom-right",
                direction="horizontal",
                offset=22,
            ),
        ),
    )
    lines = base.mark_line(strokeWidth=2)
    # Invisible dots stay to be hovered.
    dots = base.mark_circle(size=45).encode(
        opacity=alt.OpacityValue(0).condition({"test": "datum.dot", "value": 1}),
        tooltip=[
            alt.Tooltip("iteration", type="quantitative"),
            alt.Tooltip("curve", type="nominal"),
            alt.Tooltip("value", type="quantitative", title="per row", format=".6~f"),
        ],
    )
    end = alt.Chart(alt.NamedData("stop")).encode(x=iteration)
    rule = end.mark_rule(style="rule").encode(
        opacity=alt.OpacityValue(0).condition({"test": "datum.reason", "value": 1})
    )
    note = end.mark_text(style="note", align="right", baseline="bottom", dx=-6, dy=-6).encode(
        y=alt.value("height"), text="reason:N"
    )
    return layered([rule, lines, dots, note], data, title, "Convergence", width=560, height=220)
