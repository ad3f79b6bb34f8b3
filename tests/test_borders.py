"""Borders and labels over a map."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igtm.charts import borders, figures

from . import chart_data as sample


def overlap(labels):
    """Area that labels share, two by two."""
    area = 0.0
    for i in range(len(labels)):
        for j in range(i):
            a, b = labels.iloc[i], labels.iloc[j]
            across = (a["width"] + b["width"]) / 2 - abs(a["x"] - b["x"])
            up = (a["height"] + b["height"]) / 2 - abs(a["y"] - b["y"])
            area += max(across, 0) * max(up, 0)
    return area


def test_the_map_below_stays_as_it_was():
    below = figures.means(sample.points(k=6), "class", nodes=sample.grid(6))
    before = below.spec()
    figure = figures.with_regions(below, *sample.regions(6))
    assert below.spec() == before
    spec = figure.spec()
    assert spec["layer"][: len(before["layer"])] == before["layer"]
    assert [param["name"] for param in spec["params"]] == [param["name"] for param in before["params"]]
    assert set(figure.data) == {"points", "nodes", "borders", "labels"}


def test_borders_lie_between_cells_of_different_regions():
    lines = borders.segments(sample.regions(6)[0])
    assert len(lines) == 2 * 6  # a cross
    upright = lines[lines["x"] == lines["x2"]]
    np.testing.assert_allclose(upright["x"], 0, atol=1e-12)
    np.testing.assert_allclose(sorted(upright["y2"])[-1], 1.2)


@settings(deadline=None, max_examples=30)
@given(k=st.integers(1, 8), n=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_borders_part_every_two_neighbours_that_differ(k, n, seed):
    nodes = sample.grid(k).assign(region=np.random.default_rng(seed).integers(0, n, k * k))
    region = nodes["region"].to_numpy().reshape(k, k)
    differ = (region[1:] != region[:-1]).sum() + (region[:, 1:] != region[:, :-1]).sum()
    lines = borders.segments(nodes)
    assert len(lines) == differ
    side = 2 / (k - 1) if k > 1 else 2
    length = np.hypot(lines["x2"] - lines["x"], lines["y2"] - lines["y"])
    np.testing.assert_allclose(length, side)


def test_labels_make_way_for_each_other_within_their_regions():
    nodes, labels = sample.regions(6)
    placed = borders.placed(nodes, labels, half=1.2)
    assert overlap(placed) == 0
    asked = labels.assign(width=placed["width"], height=placed["height"])
    assert overlap(asked) > 0
    assert (np.sign(placed["x"]) == np.sign(labels["x"])).all()
    assert (np.sign(placed["y"]) == np.sign(labels["y"])).all()


def test_labels_stay_on_the_map_and_where_they_were_put():
    nodes, labels = sample.regions(6)
    alone = borders.placed(nodes, labels.iloc[:1], half=1.2)
    assert (alone["x"][0], alone["y"][0]) == (-0.2, -0.2)
    corner = borders.placed(nodes, labels.iloc[3:].assign(x=1.0, y=1.0), half=1.2)
    assert corner["x"][0] + corner["width"][0] / 2 == pytest.approx(1.2)
    assert corner["y"][0] + corner["height"][0] / 2 <= 1.2 + 1e-9


def test_labels_have_a_line_for_each_part():
    nodes, labels = sample.regions(6)
    text = borders.placed(nodes, labels, half=1.2)["label"].tolist()
    assert text[0] == "high a.b\nlow x[1]\n97% class 1"
    assert text[3].endswith("\n61% class 2")
    assert max(map(len, text[3].split("\n"))) <= 24


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 9), seed=st.integers(0, 10**6))
def test_labels_that_have_no_room_are_cut_short_and_none_lies_over_another(n, seed):
    rng = np.random.default_rng(seed)
    centres = rng.uniform(-1, 1, (n, 2))
    nodes = sample.grid(10)
    words = {"label": "very high something, low something else", "majority": "97% class 1"}
    distance = np.hypot(*(nodes[["x", "y"]].to_numpy()[:, None] - centres).transpose(2, 0, 1))
    nodes = nodes.assign(region=1 + distance.argmin(axis=1), depth=1)
    some = sorted(nodes["region"].unique())
    labels = pd.DataFrame({"region": some, **words, "x": centres[np.array(some) - 1, 0], "y": 0.0})
    placed = borders.placed(nodes, labels, half=1.1)
    assert overlap(placed[placed["label"] != ""]) == pytest.approx(0, abs=1e-9)
    wordings = {"very high something\nlow something else\n97% class 1", "very high something"}
    assert set(placed["label"]) <= wordings | set(map(str, some)) | {""}


def test_labels_may_be_edited_or_emptied():
    nodes, labels = sample.regions(6)
    placed = borders.placed(nodes, labels.assign(label=["mine", "", "", ""], majority=""), half=1.2)
    assert placed["label"].tolist() == ["mine", "", "", ""]
    figure = figures.with_regions(figures.node_mass(sample.mass(6)), nodes, labels.iloc[:0].drop(columns="majority"))
    assert figure.data["labels"].empty
    assert isinstance(figure.data["labels"], pd.DataFrame)
