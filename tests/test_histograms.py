"""Small multiples: panels that keep to their places, bars that show shares."""

import numpy as np
import pytest

from igtm.charts import figures

from . import chart_data as sample


@pytest.fixture(scope="module")
def figure():
    return figures.distributions(sample.counts(), sample.ranking())


def test_heights_are_shares_on_the_scale_of_the_panel(figure):
    for _, bars in figure.data["bars"].groupby("panel"):
        heights = np.concatenate([bars["y0"] - bars["whole_y"], bars["y0"] - bars["selected_y"]])
        shares = np.concatenate([bars["whole_share"], bars["selected_share"]])
        np.testing.assert_allclose(heights / heights.max(), shares / shares.max())


def test_nothing_leaves_its_panel(figure):
    bars, panels = figure.data["bars"], figure.data["panels"]
    frame = panels.iloc[bars["panel"]].reset_index(drop=True)
    assert (bars["x0"] >= frame["x0"]).all()
    assert (bars["x1"] <= frame["x1"]).all()
    assert (bars["narrow0"] >= bars["x0"]).all()
    assert (bars["narrow1"] <= bars["x1"]).all()
    assert (bars[["whole_y", "selected_y"]].min(axis=1) >= bars["top"]).all()
    assert not panels.duplicated(["x0", "y0"]).any()


def test_panels_follow_the_ranking_and_tell_the_difference(figure):
    panels = figure.data["panels"]
    assert panels["title"].tolist() == ["(no name)", "many classes", 'say "hi"', "alone", "amount"]
    assert panels["difference"].tolist() == [
        f"+50% {sample.SCRIPT}",
        f"−40% {sample.SCRIPT}",
        *panels["difference"][2:],
    ]
    assert panels["difference"].tolist()[3:] == ["", "apart"]


def test_without_ranking_columns_keep_their_order_and_top_cuts():
    panels = figures.distributions(sample.counts(), top=2).data["panels"]
    assert panels["title"].tolist() == ["amount", "alone"]
    assert panels["difference"].tolist() == ["", ""]


def test_few_classes_are_named_and_numbers_have_ends(figure):
    labels = figure.data["labels"]
    by_align = labels.groupby("align")["label"].apply(list)
    assert by_align["center"] == [*(f"class {i}" for i in range(4)), *(f"class {i}" for i in range(3)), "class 0"]
    assert by_align["left"] == ["class 0", "0"]
    assert by_align["right"] == ["class 12", "20"]


def test_no_columns():
    assert figures.distributions(sample.counts().iloc[:0]).spec()
