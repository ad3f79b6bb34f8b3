"""A landscape under the points of a map."""

from dataclasses import replace

import altair as alt

#: How strong the landscape is: the points over it have the word.
FADED = 0.5


def with_backdrop(figure, ground):
    """The same map with the cells of a landscape, faded, under its points.

    Parameters
    ----------
    figure : Figure
        `means` or `modes`, with nodes.
    ground : Figure
        `landscape` or `class_landscape` of the same nodes.

    Returns
    -------
    Figure
        As ``figure``, with the landscape's dataset ``nodes`` and its tooltips in place of its own. Classes in the
        colours of the points have no second legend.
    """
    target, cells, _ = ground.layers
    below, *above = figure.layers
    place = next(i for i, part in enumerate(above) if part.name == "points")
    above[place] = points = above[place].copy(deep=True)
    points.mark.style = "over"
    layers = (below.encode(tooltip=target.encoding.tooltip), _faded(cells, _classes(points)), *above)
    return replace(figure, layers=layers, data=figure.data | ground.data)


def _faded(cells, told):
    """Cells with a fill in place of a colour: that of the points has a scale of its own."""
    cells = cells.copy(deep=True)
    fill = cells.encoding.color.to_dict()
    cells.encoding.color = alt.Undefined
    cells.encoding.fill = alt.Fill(**fill).legend(
        **{**fill["legend"], "gradientOpacity": FADED, "symbolOpacity": FADED}
    )
    if fill["type"] == "nominal" and told.issuperset(fill["scale"]["domain"]):
        cells.encoding.fill.legend = None
        # In another order, or Vega-Lite would take the legend of the points, of the same classes, for this one.
        cells.encoding.fill.scale = alt.Scale(**{end: each[::-1] for end, each in fill["scale"].items()})
    cells.mark = alt.MarkDef("rect", style="tile", clip=True, aria=False, fillOpacity=FADED)
    return cells


def _classes(points):
    """The classes that a layer's legend tells."""
    color = points.encoding.color.to_dict()
    return set(color["scale"]["domain"]) if color.get("type") == "nominal" else set()
