"""What the map shows, without a browser."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from igtm.charts.colours import OTHER
from igtm.dashboard import map_view
from igtm.dashboard.explorer import Explorer
from igtm.dashboard.map_view import Scene
from igtm.maps import pictures, search
from igtm.maps.pictures import Molecules
from igtm.maps.table_map import fit
from igtm.tables import samples

pytestmark = [
    pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword"),  # of pandas, which Bokeh still uses
]


@pytest.fixture(scope="module")
def digits():
    return fit(samples.load("digits"), k=4, niter=2)


@pytest.mark.parametrize("kind", ["means", "modes"])
def test_points_that_are_pictures_show_them_in_their_tooltips(digits, kind):
    view = Explorer().map
    view.scene = Scene.of_map(digits)
    view.kind = kind
    assert "picture" not in view.chart._rows["points"]
    assert view.chart._picture_size == [64, 64]
    assert view.chart._picture(7) == pictures.uris(digits.pictured, digits.table.frame.iloc[[7]])[0]
    points = view.figure.data["points"]  # to be taken away
    taken = points["picture"]
    assert set(points) & {"c0", "c1"} == {"c0"}  # the digit, but no pixels
    assert len(taken) == 1797
    assert taken.str.startswith("data:image/png;base64,").all()


def test_points_that_are_molecules_are_drawn_when_they_are_asked_for_and_are_there_as_text(chemistry):
    texts = ["C" * n + "O" for n in range(1, 12)] + ["<b>none</b>"]
    view = Explorer().map
    view.scene = Scene.of_map(fit(pd.DataFrame({"smiles": texts, "mass": range(12), "cost": range(12)}), k=3, niter=2))
    assert view.chart._picture_size == list(Molecules.size)
    assert view.chart._picture(0).startswith("data:image/png;base64,")
    assert view.chart._picture(11) is None
    points = view.figure.data["points"]
    assert "picture" not in points
    assert texts in [list(points[name]) for name in points]


def test_of_many_classes_the_rare_share_a_colour_and_keep_their_names(monkeypatch):
    monkeypatch.setattr(map_view.landscape, "sample_rows", lambda frame, most: np.arange(0, len(frame), 2))
    ports = [f"port {i}" for i in range(30) for _ in range(1 + (i < 19))]
    frame = pd.DataFrame({"port": ports, "mass": range(len(ports)), "cost": range(len(ports))})
    view = Explorer().map
    view.scene = Scene.of_map(fit(frame, k=3, niter=2))
    view.color = "port"
    points = view.figure.data["points"]
    drawn = points[["row_id", "c2", "color"]]  # the column of the colours comes last
    assert list(drawn["c2"]) == [ports[row] for row in drawn["row_id"]]
    assert set(drawn["color"]) == {*(f"port {i}" for i in range(19)), OTHER}
    assert all(drawn["color"][drawn["color"] != OTHER] == drawn["c2"][drawn["color"] != OTHER])


@pytest.mark.parametrize("kind", ["means", "modes", "mass"])
def test_what_is_found_and_chosen_is_marked_on_every_kind_of_map(digits, kind):
    view = Explorer().map
    view.scene = Scene.of_map(digits)
    view.kind = kind
    found = search.find(digits.table, "7")
    view.search._show(found)
    view.chosen = [3, 9]
    data = view.figure.data
    assert (len(data["chosen"]), len(data["way"])) == (2, 1)
    rows = digits.points.iloc[found.frame["row_id"]]
    if kind == "mass":
        assert len(data["found"]) == rows["node"].nunique()
        assert set(data["found"]["x"]) == set(rows["mode_x"])
    else:
        assert len(data["found"]) == len(rows)


def test_many_points_and_points_of_other_tables_have_none(digits, monkeypatch):
    view = Explorer().map
    view.scene = Scene.of_map(fit(samples.load("iris"), k=4, niter=2))
    assert "picture" not in view.figure.data["points"]
    assert view.chart._picture_size == []
    monkeypatch.setattr(map_view, "MOST_PICTURES", 1000)
    view.scene = Scene.of_map(digits)
    assert "picture" not in view.figure.data["points"]


def test_rows_brushed_during_a_fit_are_said_to_be_of_those_drawn(digits):
    view, scene = Explorer().map, Scene.of_map(digits)
    box = {"brush": {"x": [-2, 2], "y": [-2, 2]}, "purpose": "new"}
    view.scene = replace(scene, everything=digits.points[::2])  # as during a fit
    view.chart.gesture = box
    found = view.selecting.selection
    assert (len(found), found.origin) == (899, "box on the map, of the 899 rows drawn")
    view.scene = scene
    view.chart.gesture = box
    found = view.selecting.selection
    assert (len(found), found.origin) == (1797, "box on the map")


def shown(chart):
    """What a chart draws: its specification, and the columns of its points."""
    columns = chart._rows["points"] | chart._frame.get("points", {})
    return chart.spec, {name: values if isinstance(values, str) else list(values) for name, values in columns.items()}


def drawn_at_once(scene, color, **look):
    """A map that has had no other colours."""
    view = Explorer().map
    view.prefer(color)
    view.param.update(scene=scene, **look)
    view.color = color  # no colours are none that can be preferred
    return view


@pytest.mark.parametrize("kind", ["means", "modes"])
def test_however_it_came_to_its_colours_a_map_is_the_same(kind):
    scene = Scene.of_map(fit(samples.load("wine"), k=4, niter=2))
    label, number, far = scene.table.labels[0], scene.table.features[0], scene.table.features[-1]
    view = drawn_at_once(scene, label, kind=kind)
    for color in (number, label, far, number, "none", label, "entropy of the row", number):  # tooltips lack some
        view.color = color
        assert shown(view.chart) == shown(drawn_at_once(scene, color, kind=kind).chart)
    view.dark = True
    view.color = label
    assert shown(view.chart) == shown(drawn_at_once(scene, label, kind=kind, dark=True).chart)
    view.colours.reverse = True
    at_once = drawn_at_once(scene, label, kind=kind, dark=True)
    at_once.colours.reverse = True
    assert shown(view.chart) == shown(at_once.chart)


def test_the_colours_of_another_table_are_drawn_with_its_rows():
    view = Explorer().map
    view.scene = Scene.of_map(fit(samples.load("wine"), k=4, niter=2))
    view.scene = Scene.of_map(fit(samples.load("iris"), k=4, niter=2))
    anew = Explorer().map
    anew.scene = view.scene
    assert shown(view.chart) == shown(anew.chart)
