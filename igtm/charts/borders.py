"""Regions drawn over a map: their borders, and their labels where these do not overlap."""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts import layers
from igtm.charts.figure import Figure
from igtm.charts.theme import MAP_SIDE

# Of the labels, in pixels: height of a line, width of a letter; letters in a line.
LINE, LETTER, LINE_LETTERS = 13.0, 6.2, 24


def with_regions(figure, nodes, labels):
    """The same map with borders and labels of regions over it.

    Parameters
    ----------
    figure : Figure
        A map, such as `means` or `landscape`.
    nodes : DataFrame
        One row a node: ``x, y, region`` and ``depth``, the distance to the nearest border.
    labels : DataFrame
        One row a region, the most important first: ``region``, ``label``, ``x, y`` of its place; where there is
        a ``majority``, it stands in a line of its own.

    Returns
    -------
    Figure
        With the datasets ``borders`` (``x, y, x2, y2``) and ``labels`` (``region, x, y, label``). A label that would
        lie over another moves to another node of its region.
    """
    half = layers.reach(layers.spacing(nodes["x"], nodes["y"]))
    ends = layers.position(half, grid=False)
    lines = alt.Chart(alt.NamedData("borders")).encode(**ends, x2="x2", y2="y2")
    around, border = (lines.mark_rule(style=s, clip=True, aria=False) for s in ("border-halo", "border"))
    words = alt.Chart(alt.NamedData("labels")).encode(**ends, text="label:N")
    options = {"align": "center", "baseline": "middle", "lineBreak": "\n", "lineHeight": LINE, "clip": True}
    halo = words.mark_text(style="label-halo", aria=False, **options)
    text = words.mark_text(style="label", **options)
    chart = figure.chart.copy(deep=False)
    drawn = [around, border.properties(name="borders"), halo, text.properties(name="labels")]
    chart.layer = [*figure.chart.layer, *drawn]
    data = {"borders": segments(nodes), "labels": placed(nodes, labels, half)}
    return Figure(chart, figure.data | data)


def segments(nodes: pd.DataFrame) -> pd.DataFrame:
    """Lines between neighbouring cells of different regions: ``x, y`` and ``x2, y2``.

    Parameters
    ----------
    nodes : DataFrame
        ``x, y, region`` of every node of a square grid, x slowest.
    """
    k = round(len(nodes) ** 0.5)
    x, y, region = (nodes[name].to_numpy().reshape(k, k) for name in ("x", "y", "region"))
    h = layers.spacing(nodes["x"], nodes["y"]) / 2
    i, j = np.nonzero(region[1:] != region[:-1])
    upright = {"x": x[i, j] + h, "x2": x[i, j] + h, "y": y[i, j] - h, "y2": y[i, j] + h}
    i, j = np.nonzero(region[:, 1:] != region[:, :-1])
    level = {"x": x[i, j] - h, "x2": x[i, j] + h, "y": y[i, j] + h, "y2": y[i, j] + h}
    return pd.concat([pd.DataFrame(upright), pd.DataFrame(level)], ignore_index=True)


def placed(nodes: pd.DataFrame, labels: pd.DataFrame, half: float) -> pd.DataFrame:
    """Labels as lines of text, each at the node of its region where it covers the others least.

    Parameters
    ----------
    nodes, labels : DataFrame
        As for `with_regions`.
    half : float
        Half the side of the map.

    Returns
    -------
    DataFrame
        ``region, x, y, label``, and ``width``, ``height`` in map units as far as they can be told without drawing.
    """
    pixel = 2 * half / MAP_SIDE
    rows, boxes = [], np.empty((0, 4))
    for label in labels.to_dict("records"):
        lines = [line for part in label["label"].split(", ") for line in wrap(part, LINE_LETTERS)]
        lines += [label["majority"]] if label.get("majority") else []
        width = pixel * LETTER * max(map(len, lines), default=0)
        height = pixel * LINE * len(lines)
        own = nodes[nodes["region"] == label["region"]]
        # The chosen place first, then the others, the deepest first; none where the text would leave the map.
        order = np.argsort(-own["depth"].to_numpy(), kind="stable")
        x = np.clip([label["x"], *own["x"].to_numpy()[order]], width / 2 - half, half - width / 2)
        y = np.clip([label["y"], *own["y"].to_numpy()[order]], height / 2 - half, half - height / 2)
        candidates = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
        best = int(_covered(candidates, boxes).argmin())
        boxes = np.vstack([boxes, candidates[best]])
        rows.append((label["region"], x[best], y[best], "\n".join(lines), width, height))
    return pd.DataFrame(rows, columns=["region", "x", "y", "label", "width", "height"])


def _covered(candidates: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """How much area of `boxes` each candidate covers, (n, 4) and (m, 4) -> (n,)."""
    low = np.maximum(candidates[:, None, :2], boxes[None, :, :2])
    high = np.minimum(candidates[:, None, 2:], boxes[None, :, 2:])
    return np.maximum(high - low, 0).prod(axis=-1).sum(axis=-1)
