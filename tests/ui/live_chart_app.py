"""The page on which test_live_chart.py drives a LiveChart; every button is something that Python does."""

import json
from base64 import b64encode

import altair as alt
import numpy as np
import pandas as pd
import panel as pn
from anew import anew

from igtm.charts import layers
from igtm.dashboard.live_chart import LiveChart
from igtm.maps.pictures import png

pn.extension("vega")

PICTURE = f"data:image/png;base64,{b64encode(png(np.eye(8))).decode()}"
DRAG = "[pointerdown[{0}event.shiftKey], window:pointerup] > window:pointermove!"


def make_spec(title, dark=False):
    """Return a map as igtm.charts writes them: points and nodes, zoom, brush and two kinds of picks."""
    pan, draw = DRAG.format("!"), DRAG.format("")
    zoom = alt.selection_interval(name="zoom", bind="scales", on=pan, translate=pan)
    brush = alt.selection_interval(name="brush", on=draw, translate=draw, zoom=False)
    pick = layers.pick("pick", "row_id", "points")
    pick_node = alt.selection_point(name="pick_node", fields=["node"])
    x, y = alt.X("x:Q").scale(domain=[-1.1, 1.1]), alt.Y("y:Q").scale(domain=[-1.1, 1.1])
    nodes = alt.Chart(alt.NamedData("nodes")).mark_square(size=150, opacity=0.4).encode(x, y, tooltip="node:N")
    points = (
        alt.Chart(alt.NamedData("points"))
        .mark_circle(size=80)
        .properties(name="points")
        .encode(
            x,
            y,
            color=alt.Color("class:N").legend(orient="bottom"),
            tooltip=["title:N", "image:N", "class:N", alt.Tooltip("y:Q", title="height", format="+.1%"), "weight:Q"],
        )
    )
    chart = nodes.add_params(pick_node) + points.add_params(zoom, brush, pick)
    chart = chart.properties(title=title)
    if dark:
        chart = chart.configure(background="#121212")
    return chart.to_dict()


def make_data(n_rows):
    rng = np.random.default_rng(0)
    points = pd.DataFrame(rng.uniform(-0.6, 0.6, (n_rows, 2)), columns=["x", "y"])
    points["row_id"] = np.arange(n_rows) + 100
    points["class"] = pd.Categorical(np.array(["setosa", "virginica"])[np.arange(n_rows) % 2])
    points["title"] = "<img src=x onerror=alert(1)>"
    points["image"] = "/nowhere.png"
    points["weight"] = np.where(points.index % 2, 2.5, np.nan)
    points.loc[0, ["x", "y"]] = 0.3, 0.8
    return {"points": points, "nodes": {"x": [-0.9, 0.9], "y": [-0.9, -0.9], "node": ["A", "B"]}}


def patch(charts, n_frames):
    rng = np.random.default_rng(1)
    for frame in range(n_frames):
        x, y = rng.uniform(-0.6, 0.6, (2, 200))
        if frame == n_frames - 1:
            x[0], y[0] = -0.5, 0.8
        for each in charts:
            each.patch("points", x=x, y=y)


def picture(row):
    """Return a picture of the first row, and of others what must never be loaded."""
    return PICTURE if row == 100 else "/nowhere.png"


def make():
    chart = LiveChart(label="map", max_size=600)
    hidden = LiveChart(label="hidden map", max_size=300)
    for each in (chart, hidden):
        each.show(make_spec("Means"), make_data(200))
    actions = {
        "50 patches": lambda: patch([chart, hidden], 50),
        "hole": lambda: chart.patch("points", {"x": np.full(200, np.nan)}),
        "other rows": lambda: chart.set_data("points", make_data(7)["points"]),
        "other spec": lambda: chart.param.update(spec=make_spec("Modes", dark=True), dark=True),
        "equal spec": lambda: chart.param.update(spec=make_spec("Means")),
        "bad spec": lambda: chart.param.update(spec={"mark": "<b>nonsense</b>", "data": {"name": "points"}}),
        "pictures": lambda: chart.illustrate(picture, (64, 64)),
        "clear": chart.clear_selection,
        "clear brush": lambda: chart.clear_selection("brush"),
        "select mode": lambda: chart.param.update(drag="new"),
    }
    return pn.Column(
        pn.FlexBox(*(pn.widgets.Button(name=name, on_click=lambda _, do=do: do()) for name, do in actions.items())),
        pn.pane.Str(pn.bind(json.dumps, chart.param.selection), css_classes=["selection"]),
        pn.pane.Str(pn.bind(json.dumps, chart.param.gesture), css_classes=["gesture"]),
        pn.Tabs(
            ("shown", pn.Column(chart, sizing_mode="stretch_width")),
            ("hidden", hidden),
            sizing_mode="stretch_width",
        ),
        sizing_mode="stretch_width",
    )


anew(make).servable()
