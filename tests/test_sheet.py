"""The tabs under the map without a browser: what they work out, when, and in which words."""

import pandas as pd
import pytest
from sklearn.datasets import load_iris

import igtm
from igtm.dashboard.sheet_views import ALL, as_page

pytestmark = [
    # panel-material-ui's download button says it to Panel's.
    pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword"),  # of pandas, which Bokeh still uses
]


@pytest.fixture(scope="module")
def explorer():
    explorer = igtm.explore(load_iris(as_frame=True).frame, k=6, m=2, niter=5)
    explorer.fit()
    explorer.wait()
    yield explorer
    explorer.training.close()


@pytest.fixture
def planes(explorer):
    explorer.sheet.active = 1
    yield explorer.sheet.planes
    explorer.sheet.planes.param.update(search="", feature=ALL)
    explorer.sheet.active = 0


def test_only_the_tab_in_front_is_worked_out_and_planes_can_be_taken_away_from_any(explorer):
    assert explorer.sheet.planes.figure is None
    planes = explorer.figures()["planes"].data["planes"]
    explorer.sheet.active = 1
    assert explorer.figures()["planes"] is explorer.sheet.planes.figure
    pd.testing.assert_frame_equal(explorer.sheet.planes.figure.data["planes"], planes)
    explorer.sheet.active = 0
    assert "planes" in explorer.figures()


def test_planes_are_found_by_a_part_of_their_names(planes):
    assert len(planes.figure.data["names"]) == 4
    planes.search = "SEPAL"
    assert set(planes.figure.data["names"]["feature"]) == {"sepal length (cm)", "sepal width (cm)"}
    drawn = planes.figure
    planes.search = "sepal "
    assert planes.figure is drawn  # the same two: whoever clicks one meanwhile finds it in its place
    planes.search = "no such"
    assert planes.note == "No feature is called like that."


def test_a_plane_is_enlarged_and_shown_on_the_map(explorer, planes):
    names = planes.figure.data["names"]["feature"].tolist()
    planes.picture.chart.selection = {"pick_plane": [2]}
    assert planes.feature == names[2]
    assert set(planes.figure.data) == {"nodes"}
    explorer.map.kind = "mass"
    planes.on_show(planes.feature)
    assert names[2] in explorer.map.reading
    planes.search = names[0]
    assert planes.feature == ALL


def test_more_planes_than_can_be_drawn_are_a_matter_for_the_search(planes, monkeypatch):
    monkeypatch.setattr("igtm.dashboard.sheet_views.MOST_CELLS", 3 * 36)
    planes.search = "e"
    assert len(planes.figure.data["names"]) == 3
    assert planes.note.startswith("The first 3 of 4")


def test_quality_says_what_to_change_and_names_its_sample():
    row = {"measure": "empty <nodes>", "value": 0.7, "verdict": "poor", "reading": "good to 0.3", "meaning": "m"}
    quality = pd.DataFrame([row | {"advice": "Lower k.", "rows": 2000, "of": 9000}])
    page = as_page(quality, dark=False)
    assert "What to change" in page
    assert "<li>Lower k.</li>" in page
    assert "empty &lt;nodes&gt;" in page
    assert "2,000 of 9,000 rows, drawn at random" in page
    assert "Nothing asks" in as_page(quality.assign(advice="", value=float("nan"), verdict=""), dark=True)
