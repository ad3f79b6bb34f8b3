"""Maps of points: posterior means and modes."""

import altair as alt
import numpy as np

from igtm.charts import layers
from igtm.charts.colours import as_colouring, coloured
from igtm.charts.figure import layered
from igtm.charts.spread import REACH, spread
from igtm.charts.theme import BLUE, MAP_SIDE, MISSING_GREY, UNSELECTED


def means(points, color=None, tooltip=(), *, title=None, nodes=None, size=None, opacity=None, pictures=None):
    """Map of the posterior means.

    Drag pans, the wheel zooms, shift and drag selects (the others turn grey), a click picks a point or a node,
    a double click goes back.

    Parameters
    ----------
    points : DataFrame
        One row a point: ``row_id``, ``mean_x``, ``mean_y`` and any data columns. A column ``selected`` of booleans
        turns the others grey.
    color : str or Colouring, optional
        Column to colour by; a `igtm.charts.Colouring` says how. A click on a class in the legend turns the others
        grey, with shift one more is kept.
    tooltip : sequence of str, default=()
        Columns shown under the pointer, besides ``color``.
    title : str, optional
        By default "Posterior means"; the empty string leaves the title out.
    nodes : DataFrame, optional
        ``node``, ``x``, ``y``: cells drawn under the points, to be clicked.
    size, opacity : float, optional
        Area of a point in square pixels and its opacity; by default the more points, the less.
    pictures : sequence of str, optional
        A picture of each point for its tooltip, as data URIs (`igtm.maps.pictures.uris`); anything else is refused.

    Returns
    -------
    Figure
        Datasets ``points`` (``row_id, x, y, color, c0, ...``) and, with nodes, ``nodes``.
    """
    x, y = placed(points, "means")
    size = size or _size(len(points))
    return _scatter(points, x, y, color, tooltip, title, "Posterior means", nodes, size, opacity, pictures)


def modes(points, color=None, tooltip=(), *, title=None, nodes=None, size=None, opacity=None, pictures=None):
    """Map of the posterior modes, the points of one node spread in its cell so that they can be counted.

    Parameters
    ----------
    points : DataFrame
        One row a point: ``row_id``, ``mode_x``, ``mode_y``, ``node`` and any data columns.
    color, tooltip, title, nodes, size, opacity, pictures
        As in `means`.

    Returns
    -------
    Figure
        As from `means`, with ``node`` in the rows of ``points``.
    """
    step = _step(points, nodes)
    x, y = placed(points, "modes", nodes)
    # The points of most nodes should not touch: a sunflower of n points gives each 1 / n of its disc.
    crowd = points["node"].value_counts().quantile(0.9) if len(points) else 1
    disc = MAP_SIDE * REACH * step / layers.reach(step)
    fitting = float(np.clip((0.8 * disc) ** 2 / max(crowd, 1), 5, _size(len(points))))
    size = size or fitting
    return _scatter(points, x, y, color, tooltip, title, "Posterior modes", nodes, size, opacity, pictures)


def recoloured(spec, column, how, tooltip):
    """A map of points in the colours of another of the columns that its tooltips have: all else stays as it is.

    Parameters
    ----------
    spec : dict
        Vega-Lite of `means` or `modes`, coloured by one of them.
    column : Series
        Its values.
    how : Colouring
        By which it is coloured.
    tooltip : sequence of str
        As given to `means` or `modes`.

    Returns
    -------
    spec : dict
        As `Figure.spec` of the map that is made anew.
    values : Series
        The field ``color`` of the dataset ``points``.
    """
    values, channel = coloured(column, how)
    pick = layers.pick_class(legend=how.kind_of(column) == "category").param.to_dict() | {"views": ["points"]}
    places = {f"c{i}": (name != how.column, i) for i, name in enumerate(tooltip)}  # the column of the colours first

    def dots(unit):
        old = unit["encoding"]
        color = channel.to_dict() | {"condition": old["color"]["condition"]}
        tips = sorted(old["tooltip"], key=lambda tip: places.get(tip["field"], (False, -1)))
        return unit | {"encoding": old | {"color": color, "tooltip": tips}}

    units = [dots(unit) if unit.get("name") == "points" else unit for unit in spec["layer"]]
    params = [pick if param["name"] == pick["name"] else param for param in spec["params"]]
    return spec | {"layer": units, "params": params}, values


def placed(points, kind, nodes=None):
    """Where a map draws points.

    Parameters
    ----------
    points : DataFrame
        As for `means` or `modes`.
    kind : {"means", "modes"}
    nodes : DataFrame, optional
        As for these.

    Returns
    -------
    x, y : ndarray (n,)
    """
    if kind == "means":
        return points["mean_x"].to_numpy(), points["mean_y"].to_numpy()
    x, y = spread(points["mode_x"], points["mode_y"], points["node"], _step(points, nodes))
    return np.asarray(x), np.asarray(y)


def _step(points, nodes):
    """Distance between neighbouring modes."""
    grid = (points["mode_x"], points["mode_y"]) if nodes is None else (nodes["x"], nodes["y"])
    return layers.spacing(*grid)


def _size(n):
    return float(np.clip(1500 / max(n, 1) ** 0.5, 9, 64))


def _scatter(points, x, y, color, tooltip, title, default, nodes, size, opacity, pictures):
    how = None if color is None else as_colouring(color)
    # The column of the colours last, so that with another one the others keep their fields; but read first.
    columns = list(dict.fromkeys([*tooltip, *([] if how is None else [how.column])]))
    if unknown := [column for column in columns if column not in points]:
        raise ValueError(f"points has no column {unknown[0]!r}: choose one of {list(points)[:20]}")
    system = {"row_id": "row"} | ({"node": "node"} if "node" in points else {})
    text, tips = layers.tooltips(points, columns, system)
    if how is not None:
        tips.insert(len(system), tips.pop(len(system) + columns.index(how.column)))
    rows = points[list(system)].assign(x=x, y=y, **text)
    if "selected" in points and points["selected"].dtype == bool:
        rows["selected"] = points["selected"].astype(np.float32)  # numbers travel faster than booleans
    if pictures is not None:
        rows["picture"] = layers.embedded(pictures)  # "image" is the one key whose value vega-tooltip loads
        tips = [*tips, alt.Tooltip("picture", type="nominal", title="image")]
    opacity = opacity or float(np.clip(2.6 * max(len(points), 1) ** -0.17, 0.55, 0.9))

    gestures, channel, greyed = [layers.brush()], alt.ColorValue(BLUE), []
    if how is not None:
        rows["color"], channel = coloured(points[how.column], how)
        gestures += [layers.pick_class(legend=how.kind_of(points[how.column]) == "category")]
        greyed = [{"test": "!isValid(datum.color)", "value": MISSING_GREY}]
    unselected = layers.unselected(*gestures)
    channel = channel.condition([unselected | {"value": UNSELECTED}, *greyed])

    step, half = layers.grid_of(nodes)
    base = alt.Chart(alt.NamedData("points")).encode(**layers.position(half, grid=nodes is None))
    dots = (
        # invalid=None: Vega-Lite would leave out the points whose colour is missing.
        base.mark_circle(size=size, clip=True, aria=False, invalid=None)
        .encode(
            color=channel,
            opacity=alt.OpacityValue(opacity).condition([unselected | {"value": opacity / 3}]),
            tooltip=tips,
        )
        .add_params(layers.zoom(), *gestures, layers.pick("pick", "row_id", "points"))
        .properties(name="points")
    )
    ring = layers.ring(base, max(4 * size, 100))
    if nodes is None:
        return layered([dots, ring], {"points": rows}, title, default)
    data = {"points": rows, "nodes": layers.cells(nodes[["node", "x", "y"]], step)}
    return layered([layers.node_layer(half), layers.node_ring(half), dots, ring], data, title, default)
