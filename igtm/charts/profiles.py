"""Figures of what nodes stand for: bars of features and of classes, lines along a path."""

import altair as alt
import numpy as np

from igtm.charts import layers
from igtm.charts.colours import as_colouring, as_text, coloured
from igtm.charts.figure import layered
from igtm.charts.theme import BLACK, BLUE, INK, LABEL_LIMIT, OKABE_ITO, ORANGE

# Of bars without texts at their ends, in pixels.
MARGIN = 8
BAR = {"height": {"band": 0.7}, "cornerRadiusEnd": 2}


def prototype(features, *, title=None, top=15):
    """In which features a node's prototype differs most from the mean of the data.

    Parameters
    ----------
    features : DataFrame
        One row a feature: ``feature``, ``prototype`` and ``mean`` in original units, ``difference`` of the two in
        standard deviations.
    title : str, optional
        By default "Prototype beside the mean".
    top : int, default=15
        How many features, those with the largest differences first.

    Returns
    -------
    Figure
        Dataset ``features``.
    """
    rows = _largest(features, ["prototype", "mean"], top)
    rows = rows.assign(value=_short(rows["prototype"]))
    axis = ["standard deviations from the mean", "(beside the bars: prototype)"]
    return _bars(rows, ["prototype", "mean"], axis, 44, title, "Prototype beside the mean")


def difference(features, *, title=None, top=15):
    """In which features two nodes differ most.

    Parameters
    ----------
    features : DataFrame
        One row a feature: ``feature``, ``first`` and ``second`` in original units, ``difference``, second less first,
        in standard deviations.
    title : str, optional
        By default "From the first node to the second".
    top : int, default=15
        How many features, those with the largest differences first.

    Returns
    -------
    Figure
        Dataset ``features``.
    """
    rows = _largest(features, ["first", "second"], top)
    rows = rows.assign(value=_short(rows["first"]) + " → " + _short(rows["second"]))
    return _bars(
        rows, ["first", "second"], "difference in standard deviations", 92, title, "From the first node to the second"
    )


def _largest(features, values, top):
    order = np.argsort(-features["difference"].abs().to_numpy(), kind="stable")[:top]
    rows = features.iloc[order][["feature", *values, "difference"]]
    return rows.assign(feature=layers.unique_titles(rows["feature"]))


def _short(column):
    return as_text(column.map(lambda v: float(f"{v:.4g}")))


def _names(field):
    """Axis of the names beside the bars, in the order of the rows."""
    return alt.Y(field, type="nominal", title=None, sort=None, axis=alt.Axis(labelLimit=LABEL_LIMIT))


def _bars(rows, values, axis, padding, title, default):
    """Bars of ``difference``, with the text ``value`` at their ends where ``padding`` on both sides leaves room."""
    roomy = f"width >= {3 * padding}"
    base = alt.Chart(alt.NamedData("features")).encode(
        x=alt.X(
            "difference",
            type="quantitative",
            title=axis,
            scale=alt.Scale(padding=alt.ExprRef(f"{roomy} ? {padding} : {MARGIN}")),
            axis=alt.Axis(tickCount=6, grid=True),
        ),
        y=_names("feature"),
        tooltip=[
            alt.Tooltip("feature", type="nominal"),
            *(alt.Tooltip(name, type="quantitative", format=",.4~r") for name in values),
            alt.Tooltip("difference", type="quantitative", title="standard deviations", format="+.2f"),
        ],
    )
    bars = base.mark_bar(**BAR).encode(
        color=alt.ColorValue(BLUE).condition({"test": "datum.difference < 0", "value": ORANGE})
    )
    texts = base.mark_text(
        style="note",
        align=alt.ExprRef("datum.difference < 0 ? 'right' : 'left'"),
        dx=alt.ExprRef("datum.difference < 0 ? -5 : 5"),
        opacity=alt.ExprRef(f"{roomy} ? 1 : 0"),
    ).encode(text="value:N")
    zero = alt.Chart(alt.NamedData("features")).mark_rule(style="rule").encode(x=alt.datum(0))
    return layered([zero, bars, texts], {"features": rows}, title, default, height=alt.Step(22))


def class_mix(mix, *, name="class", title=None):
    """Shares of the classes among the rows of a node, each with a mark at its share of all rows.

    Parameters
    ----------
    mix : DataFrame
        One row a class: ``class``, categorical; ``rows``; ``share`` and ``overall``, 0 to 1.
    name : str or Colouring, default="class"
        What the classes are of: the column's name; a colouring also says in which colours.
    title : str, optional
        By default the name and "of the node".

    Returns
    -------
    Figure
        Dataset ``classes``.
    """
    how = as_colouring(name, kind="category")
    name = str(how.column)
    color, channel = coloured(mix["class"], how)
    text = as_text(mix["class"])
    rows = mix[["rows", "share", "overall"]].assign(color=color, value=mix["share"].map("{:.0%}".format))
    rows = rows.assign(**{"class": layers.unique_titles(text)})
    base = alt.Chart(alt.NamedData("classes")).encode(
        y=_names("class"),
        tooltip=[
            alt.Tooltip("class", type="nominal", title=layers.unique_titles([name])[0]),
            alt.Tooltip("rows", type="quantitative", format=",.1~f"),
            alt.Tooltip("share", type="quantitative", format=".1%"),
            alt.Tooltip("overall", type="quantitative", title="share of all rows", format=".1%"),
        ],
    )
    across = alt.X(
        "share",
        type="quantitative",
        title="share of the node's rows (line: of all rows)",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    bars = base.mark_bar(**BAR).encode(x=across, color=channel.legend(None))
    usual = base.mark_tick(style="usual", thickness=2, height={"band": 0.9}).encode(
        x=alt.X("overall", type="quantitative")
    )
    return layered([bars, usual], {"classes": rows}, title, f"{name} of the node", height=alt.Step(22))


def path(steps, *, title=None, top=6):
    """How the features that change most run along a line on the map.

    Parameters
    ----------
    steps : DataFrame
        One row a feature and place: ``feature``; ``position``, 0 to 1; ``value`` in original units; ``deviations``
        from the mean of the data, in standard deviations. Features in the order of their change.
    title : str, optional
        By default "Along the path".
    top : int, default=6
        How many features, the first ones; at most 8.

    Returns
    -------
    Figure
        Dataset ``path`` (``feature, position, value, deviations``).

    Raises
    ------
    ValueError
        If ``top`` is not from 1 to 8, our number of colours for lines.
    """
    if not 1 <= top <= len(OKABE_ITO):
        raise ValueError(f"top={top!r} must be from 1 to {len(OKABE_ITO)}, our number of colours")
    names = list(dict.fromkeys(steps["feature"]))[:top]
    titles = dict(zip(names, layers.unique_titles(names), strict=True))
    rows = steps.loc[steps["feature"].isin(names), ["feature", "position", "value", "deviations"]]
    rows = rows.assign(feature=rows["feature"].map(titles))
    colours = [alt.ExprRef(INK) if colour == BLACK else colour for colour in OKABE_ITO[: len(names)]]
    base = alt.Chart(alt.NamedData("path")).encode(
        x=alt.X(
            "position",
            type="quantitative",
            title="share of the way",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", tickCount=5, grid=False),
        ),
        y=alt.Y(
            "deviations",
            type="quantitative",
            title="standard deviations from the mean",
            axis=alt.Axis(tickCount=5),
        ),
        color=alt.Color(
            "feature",
            type="nominal",
            sort=None,
            scale=alt.Scale(domain=list(titles.values()), range=colours),
            legend=alt.Legend(title=None, symbolType="stroke", symbolStrokeWidth=2, columns=2),
        ),
    )
    lines = base.mark_line(strokeWidth=2)
    # Invisible dots stay to be hovered.
    dots = base.mark_circle(size=60).encode(
        opacity=alt.OpacityValue(0),
        tooltip=[
            alt.Tooltip("feature", type="nominal"),
            alt.Tooltip("position", type="quantitative", title="share of the way", format=".0%"),
            alt.Tooltip("value", type="quantitative", format=",.4~r"),
            alt.Tooltip("deviations", type="quantitative", title="standard deviations", format="+.2f"),
        ],
    )
    zero = alt.Chart(alt.NamedData("path")).mark_rule(style="rule").encode(y=alt.datum(0))
    return layered([zero, lines, dots], {"path": rows}, title, "Along the path", width=560, height=240)
