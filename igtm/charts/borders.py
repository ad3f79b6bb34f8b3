"""Regions drawn over a map: their borders, and their labels where these do not overlap."""

from dataclasses import replace
from itertools import chain
from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts import layers

# Of the labels, in pixels: height of a line, width of a letter; letters in a line.
LINE, LETTER, LINE_LETTERS = 13.0, 6.2, 24
# Side of the smallest map, on a phone, on which labels do not overlap, in pixels.
SMALLEST = 260


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
        lie over another moves to another node of its region; where there is no room, it is cut short.
    """
    _, half = layers.grid_of(nodes)
    ends = layers.position(half, grid=False)
    lines = alt.Chart(alt.NamedData("borders")).encode(**ends, x2="x2", y2="y2")
    around, border = (lines.mark_rule(style=s, clip=True, aria=False) for s in ("border-halo", "border"))
    words = alt.Chart(alt.NamedData("labels")).encode(**ends, text="label:N")
    # Vega puts the first line of a text in its place, and the others below it.
    up = alt.ExprRef("datum.dy")
    options = {"align": "center", "baseline": "middle", "lineBreak": "\n", "lineHeight": LINE, "dy": up, "clip": True}
    halo = words.mark_text(style="label-halo", aria=False, **options)
    text = words.mark_text(style="label", **options)
    drawn = (around, border.properties(name="borders"), halo, text.properties(name="labels"))
    data = {"borders": segments(nodes), "labels": placed(nodes, labels, half)}
    return replace(figure, layers=figure.layers + drawn, data=figure.data | data)


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
    """Labels as lines of text, each at a node of its region where it covers none of the others.

    Where there is no room for all of a label, there is its first part; else its number; else nothing.

    Parameters
    ----------
    nodes, labels : DataFrame
        As for `with_regions`.
    half : float
        Half the side of the map.

    Returns
    -------
    DataFrame
        ``region, x, y, label``; ``width``, ``height`` in map units as far as they can be told without drawing;
        ``dy``, by how many pixels the first line stands above the place.
    """
    pixel = 2 * half / SMALLEST
    rows, boxes = [], np.empty((0, 4))
    for label in labels.to_dict("records"):
        own = nodes[nodes["region"] == label["region"]].sort_values("depth", ascending=False, kind="stable")
        # The chosen place first, then the others, the deepest first.
        places = np.vstack([[label["x"], label["y"]], own[["x", "y"]].to_numpy()])
        for lines in _wordings(label):
            size = pixel * np.array([LETTER * max(map(len, lines), default=0), LINE * len(lines)])
            free = np.maximum(half - size / 2, 0)
            centres = np.clip(places, -free, free)  # none where the text would leave the map
            candidates = np.hstack([centres - size / 2, centres + size / 2])
            covered = _covered(candidates, boxes)
            best = int(covered.argmin())
            if covered[best] <= 1e-9:
                break
        boxes = np.vstack([boxes, candidates[best]])
        rows.append((label["region"], *centres[best], "\n".join(lines), *size, -LINE / 2 * (len(lines) - 1)))
    return pd.DataFrame(rows, columns=["region", "x", "y", "label", "width", "height", "dy"])


def _wordings(label: dict) -> list[list[str]]:
    """The lines of a label, from all of it to its number, and to nothing."""
    parts = [wrap(part, LINE_LETTERS) for part in label["label"].split(", ")]
    majority = [label["majority"]] if label.get("majority") else []
    return [[*chain(*parts), *majority], parts[0], [str(label["region"])], []]


def _covered(candidates: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """How much area of `boxes` each candidate covers, (n, 4) and (m, 4) -> (n,)."""
    low = np.maximum(candidates[:, None, :2], boxes[None, :, :2])
    high = np.minimum(candidates[:, None, 2:], boxes[None, :, 2:])
    return np.maximum(high - low, 0).prod(axis=-1).sum(axis=-1)
