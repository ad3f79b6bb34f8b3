"""A landscape under points: both are read, and neither changes the other."""

import pytest
import vl_convert

from igtm.charts import export, figures

from . import chart_data as sample


def scales(figure):
    """Scales with a legend, as Vega draws it, and the titles of these."""
    drawn = vl_convert.vegalite_to_vega(figure.spec(live=True), vl_version=export.VL_VERSION)
    return {legend.get("fill") or legend["stroke"]: legend["title"] for legend in drawn["legends"]}


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
    all_of_them = figures.class_landscape(same.assign(winner=same["winner"].cat.add_categories("class 2")))
    assert set(scales(figures.with_backdrop(points, all_of_them))) == {"color"}
    plain = figures.modes(sample.points(), nodes=sample.grid(5))
    assert set(scales(figures.with_backdrop(plain, winners))) == {"fill"}


def test_regions_lie_over_both(points):
    figure = figures.with_backdrop(points, figures.landscape(sample.values(), "amount"))
    figure = figures.with_regions(figure, *sample.regions(5))
    assert set(figure.data) == {"points", "nodes", "borders", "labels"}
    assert export.render(figure, "png", scale=1)
