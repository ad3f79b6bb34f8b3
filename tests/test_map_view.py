"""What the map shows, without a browser."""

import pytest

from igtm.dashboard import map_view
from igtm.dashboard.explorer import Explorer
from igtm.dashboard.map_view import Scene
from igtm.maps import search
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
    points = view.figure.data["points"]
    pictures = points["picture"]
    assert set(points) & {"c0", "c1"} == {"c0"}  # the digit, but no pixels
    assert len(pictures) == 1797
    assert pictures.str.startswith("data:image/png;base64,").all()


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
    monkeypatch.setattr(map_view, "MOST_PICTURES", 1000)
    view.scene = Scene.of_map(digits)
    assert "picture" not in view.figure.data["points"]
