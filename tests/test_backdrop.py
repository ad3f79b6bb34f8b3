"""What lies under the points of the map, as the dashboard finds it: no browser."""

import pytest
from sklearn.datasets import load_iris

import igtm
from igtm.dashboard.backdrop import CHOICES, NO_GROUND, NOTHING

# panel-material-ui's download button says it to Panel's, and Panel's Tabulator to pandas.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index"),
]

LENGTH, KIND = "sepal length (cm)", "target"


@pytest.fixture(scope="module")
def explorer():
    explorer = igtm.explore(load_iris(as_frame=True).frame, KIND, k=6, m=2, niter=5)
    explorer.fit()
    explorer.wait()
    yield explorer
    explorer.training.close()


@pytest.fixture
def view(explorer):
    yield explorer.map
    explorer.map.param.update(kind="means", color=KIND)
    explorer.map.backdrop.param.update(choice=NOTHING, feature="")


def legends(view):
    encodings = [layer["encoding"] for layer in view.chart.spec["layer"]]
    channels = [each[name] for each in encodings for name in ("color", "fill") if name in each]
    return [channel["legend"]["title"] for channel in channels if channel.get("legend")]


@pytest.mark.parametrize("choice", [choice for choice in CHOICES.values() if choice != NOTHING])
def test_each_says_how_it_is_read(view, choice):
    view.backdrop.choice = choice
    assert view.reading.endswith(".")
    view.backdrop.choice = NOTHING
    assert view.reading == ""


def test_a_landscape_is_of_the_column_that_colours_the_points(view):
    view.backdrop.choice = "landscape"
    assert legends(view) == ["target"]  # of points and cells alike
    view.color = LENGTH
    assert legends(view) == [f"mean of {LENGTH} (blank: too few rows)", LENGTH]
    view.backdrop.choice = "spread"
    assert legends(view)[0].startswith(f"spread of {LENGTH}")
    view.color = KIND
    assert legends(view)[0].startswith("not of the likeliest class")
    view.color = "entropy of the row"
    assert "Choose a column of the table" in view.reading
    assert legends(view) == ["entropy of the row"]


def test_a_plane_is_of_a_feature_that_was_chosen(view):
    view.backdrop.choice = "plane"
    assert "Choose a feature" in view.reading
    view.backdrop.feature = LENGTH
    assert legends(view)[0].startswith(LENGTH)


def test_regions_lie_over_the_points(view):
    view.backdrop.choice = "regions"
    assert {"borders", "labels"} <= set(view.figure.data)
    view.kind = "mass"
    assert not {"borders", "labels"} & set(view.figure.data)
    assert view.reading == ""


def test_regions_are_as_many_as_wanted_and_called_as_wanted(view):
    view.backdrop.param.update(choice="regions", n_regions=4)
    assert len(view.figure.data["labels"]) == 4
    view.backdrop._rename(1, "label", "the <b>tall</b> ones")
    assert "the <b>tall</b> ones" in view.backdrop.ground.regions.labels["label"].tolist()
    found = view.backdrop._labels.frame["label"].tolist()
    view.backdrop.n_regions = 3
    view.backdrop.choice = "density"
    view.backdrop.param.update(choice="regions", n_regions=4)
    assert view.backdrop._labels.frame["label"].tolist() == found
    view.backdrop._rename(1, "label", "")
    assert "the <b>tall</b> ones" not in view.backdrop._labels.frame["label"].tolist()
    assert view.backdrop._labels.frame["label"].ne("").all()
    view.backdrop.n_regions = 0


def test_there_is_none_while_a_fit_moves_the_nodes_and_that_of_the_new_map_after_it(explorer, view):
    view.backdrop.choice = "u_matrix"
    before = view.backdrop.ground
    explorer.fit(paused=True)
    assert view.backdrop.ground is NO_GROUND
    explorer.training.stop()
    explorer.wait()
    assert view.backdrop.ground.reading == before.reading
    assert view.backdrop.ground is not before
