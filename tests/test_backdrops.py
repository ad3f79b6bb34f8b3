"""A landscape under points: both are read, and neither changes the other."""

import pytest

from igtm.charts import export, figures

from . import chart_data as sample


def scales(figure):
    """Channels with a legend, and the titles of these."""
    encodings = [part["encoding"] for part in figure.spec()["layer"]]
    channels = [(name, each[name]) for each in encodings for name in ("color", "fill") if name in each]
    return {name: channel["legend"]["title"] for name, channel in channels if channel.get("legend")}


@pytest.fixture
def points():
    return figures.means(sample.points(), "class", nodes=sample.grid(5))


def test_the_points_stay_as_they_were_and_the_cells_say_their_values(points):
    before = points.spec()
    ground = figures.landscape(sample.values(), "amount")
    figure = figures.with_backdrop(points, ground)
    assert points.spec() == before
    assert figure.data["points"] is points.data["points"]
    assert figure.data["nodes"]["value"].tolist() == ground.data["nodes"]["value"].tolist()
    assert [param["name"] for param in figure.spec()["params"]] == [param["name"] for param in before["params"]]
    assert "amount" in [tip.get("title") for tip in figure.spec()["layer"][0]["encoding"]["tooltip"]]


def test_points_and_cells_have_a_scale_each(points):
    ground = figures.landscape(sample.values(), "amount", blank="hardly any")
    assert scales(figures.with_backdrop(points, ground)) == {"color": "class", "fill": "amount (blank: hardly any)"}


def test_classes_in_the_colours_of_the_points_are_told_once(points):
    winners = figures.class_landscape(sample.winners())
    assert set(scales(figures.with_backdrop(points, winners))) == {"color", "fill"}
    same = sample.winners()
    same["winner"] = same["winner"].cat.rename_categories(["class 0", "class 1"])
    assert set(scales(figures.with_backdrop(points, figures.class_landscape(same)))) == {"color"}
    plain = figures.modes(sample.points(), nodes=sample.grid(5))
    assert set(scales(figures.with_backdrop(plain, winners))) == {"fill"}


def test_regions_lie_over_both(points):
    figure = figures.with_backdrop(points, figures.landscape(sample.values(), "amount"))
    figure = figures.with_regions(figure, *sample.regions(5))
    assert set(figure.data) == {"points", "nodes", "borders", "labels"}
    assert export.render(figure, "png", scale=1)
