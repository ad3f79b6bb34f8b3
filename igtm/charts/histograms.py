"""Small multiples: every column as a little histogram, some rows in front of all."""

from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts import layers
from igtm.charts.figure import layered
from igtm.charts.theme import BLUE, UNSELECTED

#: A panel in pixels: its width with the gap to the next, the gap, and the heights of heading, bars and labels.
PANEL, GAP, HEADING, BARS, FOOT = 236, 22, 22, 62, 34
#: With more bars than this there is no room to name each.
NAMED = 4


def distributions(counts, ranking=None, *, title=None, top=12, across=3, names=("selected", "all rows")):
    """Histogram or bars of every column, the selected rows in front of the whole.

    Both are drawn as shares of their own rows, so that a small selection can be compared with a large table.

    Parameters
    ----------
    counts : DataFrame
        From `comparison.counts`: ``column, kind, bin, label, selected, whole, selected_share, whole_share``.
    ranking : DataFrame, optional
        From `comparison.compare`: puts the columns in its order and writes the difference beside each name.
    title : str, optional
        By default "Selected rows in front of all".
    top : int, default=12
        How many columns, the first ones.
    across : int, default=3
        Panels in a row.
    names : (str, str), default=("selected", "all rows")
        What the legend calls the two.

    Returns
    -------
    Figure
        Datasets ``bars`` (one row a bar), ``panels`` (one a column) and ``labels`` (the ends of a number's bars, and
        the classes of a category with few).
    """
    differences = {} if ranking is None else dict(zip(ranking["column"], _differences(ranking), strict=True))
    there = list(dict.fromkeys(counts["column"]))
    order = [name for name in differences if name in there] if differences else there
    order = order[:top]
    panels = _panels(order, differences, across)
    bars = _bars(counts[counts["column"].isin(order)], order, panels)
    bars = bars.assign(front=names[0], back=names[1])  # for the legend
    data = {"bars": bars, "panels": panels, "labels": _labels(bars, panels)}
    width = min(across, max(len(order), 1)) * PANEL - GAP
    height = max(-(-len(order) // across), 1) * (HEADING + BARS + FOOT)
    parts = _layers(width, height, *names)
    view = alt.ViewBackground(stroke="transparent")
    return layered(parts, data, title, "Selected rows in front of all", width=width, height=height, view=view)


@cache
def _layers(width, height, *names):
    place = {"x": _x("x0", width), "y": _y("y0", height)}
    base = alt.Chart(alt.NamedData("bars"))
    colour = alt.Scale(domain=list(names), range=[BLUE, UNSELECTED])
    tips = [
        alt.Tooltip("column", type="nominal"),
        alt.Tooltip("label", type="nominal", title="value"),
        *(
            alt.Tooltip(field, type="quantitative", title=title, format=how)
            for field, title, how in (
                ("selected", f"{names[0]}: rows", ","),
                ("selected_share", f"{names[0]}: share", ".3~%"),
                ("whole", f"{names[1]}: rows", ","),
                ("whole_share", f"{names[1]}: share", ".3~%"),
            )
        ),
    ]
    legend = alt.Legend(title=None, orient="top", symbolType="square")
    whole = base.mark_rect(aria=False, opacity=0.45).encode(
        **place, x2="x1", y2="whole_y", color=alt.Color("back", type="nominal", scale=colour, legend=legend)
    )
    selected = base.mark_rect(aria=False).encode(
        x=_x("narrow0", width),
        x2="narrow1",
        y=_y("y0", height),
        y2="selected_y",
        color=alt.Color("front", type="nominal", scale=colour, legend=legend),
    )
    # Low bars could hardly be hit: the whole column of the panel answers.
    target = (
        base.mark_rect(aria=False, opacity=0).encode(**place, x2="x1", y2="top", tooltip=tips).properties(name="bars")
    )
    panel = alt.Chart(alt.NamedData("panels"))
    room = alt.ExprRef(f"datum.room * width / {width}")  # a page may draw it narrower
    floor = panel.mark_rule(style="baseline").encode(**place, x2="x1")
    heading = panel.mark_text(style="heading", align="left", limit=room).encode(
        x=_x("x0", width), y=_y("top", height), text="title:N"
    )
    note = panel.mark_text(style="aside", align="right", limit=PANEL // 2 - GAP).encode(
        x=_x("x1", width), y=_y("top", height), text="difference:N"
    )
    label = (
        alt.Chart(alt.NamedData("labels"))
        .mark_text(style="aside", baseline="top", align=alt.ExprRef("datum.align"), limit=room)
        .encode(x=_x("x", width), y=_y("y", height), text="label:N")
    )
    return [whole, selected, floor, heading, note, label, target]


def _x(field, width):
    return alt.X(field, type="quantitative", axis=None, scale=alt.Scale(domain=[0, width], nice=False, zero=False))


def _y(field, height):
    return alt.Y(field, type="quantitative", axis=None, scale=alt.Scale(domain=[height, 0], nice=False, zero=False))


def _panels(order, differences, across):
    """Where each column's panel lies; pixels, from the top."""
    place = np.arange(len(order))
    x0, top = place % across * PANEL, place // across * (HEADING + BARS + FOOT)
    titles, notes = layers.unique_titles(order), [differences.get(name, "") for name in order]
    room = [PANEL - GAP - (7 * min(len(note), 16) + 8 if note else 0) for note in notes]
    frame = pd.DataFrame({"title": titles, "difference": notes, "x0": x0, "x1": x0 + PANEL - GAP, "room": room})
    return frame.assign(y0=top + HEADING + BARS, top=top + HEADING / 2)


def _bars(counts, order, panels):
    """One row a bar with its edges; each panel is as high as its highest bar."""
    panel = counts["column"].map({name: i for i, name in enumerate(order)}).to_numpy(dtype=np.int64)
    counts = counts.iloc[np.argsort(panel, kind="stable")].reset_index(drop=True)
    panel = np.sort(panel)
    frame = counts.drop(columns=["column", "kind"]).assign(
        column=panels["title"].to_numpy()[panel], panel=panel, category=counts["kind"].eq("category")
    )
    step = (PANEL - GAP) / frame.groupby("panel")["bin"].transform("size")
    gap = np.where(frame["category"], 0.12, 0.03) * step
    left = panels["x0"].to_numpy()[panel] + frame["bin"] * step
    floor = panels["y0"].to_numpy()[panel]
    highest = frame[["selected_share", "whole_share"]].max(axis=1).groupby(frame["panel"]).transform("max")
    scale = (BARS - 4) / highest.where(highest > 0, 1)
    return frame.assign(
        **{"x0": left + gap, "x1": left + step - gap, "narrow0": left + step / 4, "narrow1": left + 0.75 * step},
        **{"y0": floor, "top": floor - BARS},
        whole_y=floor - frame["whole_share"] * scale,
        selected_y=floor - frame["selected_share"] * scale,
    )


def _labels(bars, panels):
    """What stands below the bars: each class where they are few, else the first and the last."""
    size = bars.groupby("panel")["bin"].transform("size")
    each = bars["category"] & (size <= NAMED)
    middle, last = bars[each], bars["bin"] == size - 1
    ends = [("left", bars[~each & (bars["bin"] == 0)], "x0"), ("right", bars[~each & last & (size > 1)], "x1")]
    parts = [
        pd.DataFrame(
            {
                "x": (middle["x0"] + middle["x1"]) / 2,
                "y": middle["y0"],
                "label": middle["label"],
                "align": "center",
                "room": (PANEL - GAP) / size[each] - 4,
            }
        )
    ]
    for align, rows, edge in ends:
        outer = rows["label"].where(rows["category"], rows["label"].str.split(" – ").str[0 if align == "left" else -1])
        parts.append(
            pd.DataFrame(
                {
                    "x": panels[edge].to_numpy()[rows["panel"]],
                    "y": rows["y0"],
                    "label": outer,
                    "align": align,
                    "room": (PANEL - GAP) / 2 - 4,
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(y=frame["y"] + 5)


def _differences(ranking):
    """The difference of each column in words."""
    for kind, difference, name in ranking[["kind", "difference", "class"]].itertuples(index=False):
        if not np.isfinite(difference):
            yield "" if np.isnan(difference) else "apart"
        else:
            written = f"{difference:+.0%} {name}" if kind == "category" else f"{difference:+.2f} SD"
            yield written.replace("-", "\N{MINUS SIGN}", 1) if difference < 0 else written
