"""What the inspector works out, without a browser: in a script, views show at once what was chosen."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from igtm.charts.colours import Colouring
from igtm.dashboard.inspector import Inspector
from igtm.dashboard.node_view import mixed_by
from igtm.dashboard.selecting import NEW, Selecting
from igtm.maps import nodes, pictures, point
from igtm.maps.selections import select
from igtm.maps.table_map import fit
from igtm.tables import samples

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, which Bokeh still uses


@pytest.fixture(scope="module")
def wine():
    return fit(samples.load("wine"), k=8, niter=20)


@pytest.fixture
def inspector(wine):
    return Inspector(Selecting(), fitted=wine)


def test_a_node_shows_its_prototype_and_its_classes_in_the_colours_of_the_map(inspector, wine):
    inspector.picked_node = 12
    assert inspector.figures.keys() == {"prototype", "classes"}
    classes = inspector.figures["classes"].data["classes"]
    assert list(classes["class"]) == sorted(wine.table.frame[wine.table.labels[0]].unique())
    assert classes["share"].sum() == pytest.approx(1)
    inspector.colouring = Colouring(wine.table.features[0])  # a number: it has no classes, the label has
    assert inspector.figures["classes"].data["classes"].equals(classes)


def test_classes_are_those_of_the_colour_where_it_has_some_and_else_of_a_label(wine):
    label = Colouring(wine.table.labels[0])
    assert mixed_by(wine, None) == mixed_by(wine, Colouring("none")) == mixed_by(wine, label) == label
    number = Colouring(wine.table.features[0])
    assert mixed_by(wine, number) == label
    forced = replace(number, kind="category", scheme="magma")
    assert mixed_by(wine, forced) == forced


def test_while_comparing_a_picked_node_is_the_second_and_the_first_stays(inspector, wine):
    inspector.picked_node = 12
    view = inspector._node
    view.comparing = True
    assert "difference" not in inspector.figures
    inspector.picked_node = 40
    data = inspector.figures["difference"].data["features"]
    expected = nodes.difference(wine, 12, 40)
    np.testing.assert_allclose(data["difference"], expected["difference"][: len(data)])
    path = nodes.path(wine, *wine.model.manifold_.nodes[[12, 40]])
    assert list(inspector.figures["path"].data["path"]["feature"].unique()) == list(path["feature"].unique()[:6])
    inspector.picked_node = None  # a click beside the cells
    assert view.second == 40
    inspector.picked_node = 12  # compared with itself: nothing to say
    assert "difference" not in inspector.figures
    view.comparing = False
    inspector.picked_node = 40
    assert inspector.figures.keys() == {"prototype", "classes"}
    assert view.second is None


def test_nodes_on_show_are_framed_wherever_nodes_are_drawn(inspector):
    inspector.picked_row = 5
    heat = inspector._point.pictures["point"]
    assert inspector.nodes == heat.chosen == []
    heat.chart.selection = {"pick_node": [12]}
    assert inspector.nodes == heat.chosen == [12]
    heat.chart.gesture = {"purpose": "add", "pick_node": 40}
    assert inspector.active == 2
    assert inspector.nodes == heat.chosen == [12, 40]
    assert [len(heat.drawn.data[name]) for name in ("chosen", "way")] == [2, 1]
    inspector._node.comparing = False
    assert inspector.nodes == [12]
    inspector.picked_node = 3
    inspector.picked_node = None
    assert inspector.nodes == []


def test_a_second_node_without_a_first_is_the_first(inspector):
    inspector.compare(12)
    assert inspector.figures.keys() == {"prototype", "classes"}
    inspector.compare(40)
    assert inspector._node.second == 40
    assert "path" in inspector.figures


def test_a_new_map_ends_the_comparison_with_a_node_that_it_lacks(inspector):
    inspector.picked_node = 3
    inspector._node.comparing = True
    inspector.picked_node = 40
    inspector.fitted = fit(samples.load("iris"), k=3, niter=5)
    assert inspector.figures.keys() == {"prototype", "classes"}
    inspector.fitted = None
    assert inspector.figures == {}
    assert not inspector._node.comparing


def test_a_point_shows_its_neighbours_and_flags_what_to_beware_of(inspector, wine):
    torn = int(np.argmax(point.mode_counts(wine.model.manifold_, wine.X)))
    worst = int(wine.points["log_likelihood"].argmin())
    usual = int(wine.points["log_likelihood"].argmax())
    for row in (torn, worst, usual):
        inspector.picked_row = row
        near = inspector.figures["neighbours"].data["neighbours"]
        explained = point.explain(wine, row)
        assert list(near["row_id"]) == list(explained.neighbours["row_id"])
        flag = inspector._point.flag
        assert ("its mean lies where the point is not" in flag) == explained.torn
        assert ("An outlier" in flag) == explained.outlier


def test_rows_come_with_the_answer_to_the_gesture_that_selects_them(inspector):
    async def take():  # as on a server, where what is looked up comes later
        inspector.selecting.take(select([1, 2, 3], 178, "box on the map"), NEW)
        return inspector._selection.count, inspector._selection.away

    assert asyncio.run(take()) == ("3 of 178 rows", False)


def test_rows_and_prototypes_that_are_pictures_are_shown():
    digits = Inspector(Selecting(), fitted=fit(samples.load("digits"), k=4, niter=2))
    digits.picked_row = 3
    digits.picked_node = 5
    for view in (digits._point, digits._node):
        assert view._thumbnail._pane.object.startswith('<img src="data:image/png;base64,')
        assert view._thumbnail._place.visible
    near = digits._point.pictures["neighbours"].chart
    assert near._picture_size == [64, 64]
    row = digits.fitted.table.frame.iloc[[9]]
    assert near._picture(9) == pictures.uris(digits.fitted.pictured, row)[0]
    (grid,) = digits._node._rows._grid._place
    assert grid.value["picture"].str.startswith("data:image/png;base64,").all()
