"""Bars and lines of what nodes stand for."""

import pytest

from igtm.charts import figures

from . import chart_data as sample


def test_difference_shows_the_largest_first_with_both_values():
    rows = figures.difference(sample.differences(), top=4).data["features"]
    assert rows["difference"].tolist() == sorted(sample.differences()["difference"], key=abs, reverse=True)[:4]
    assert rows["value"].iloc[0] == "5 → 2"


def test_class_mix_keeps_order_colours_and_shares():
    figure = figures.class_mix(sample.mix())
    rows = figure.data["classes"]
    assert rows["share"].tolist() == [0.75, 0.25, 0]
    assert rows["class"].tolist() == ["a", sample.SCRIPT, "title\N{NO-BREAK SPACE}"]
    domain = figure.spec()["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert domain == sample.mix()["class"].tolist()


def test_path_draws_the_features_that_change_most():
    figure = figures.path(sample.steps(), top=2)
    assert figure.data["path"]["feature"].unique().tolist() == ["a.b", "x[1]"]
    assert len(figures.path(sample.steps(), top=8).data["path"]) == 80


@pytest.mark.parametrize("top", [0, 9])
def test_path_has_eight_colours(top):
    with pytest.raises(ValueError, match=f"top={top} must be from 1 to 8"):
        figures.path(sample.steps(), top=top)
