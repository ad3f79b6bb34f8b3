"""Regions and what they are called."""

import numpy as np
import pandas as pd
import pytest

from igtm.maps import regions, surfaces
from igtm.tables import samples, tables
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import TableError

from .maps import fit


@pytest.fixture(scope="module")
def wine():
    return fit(samples.load("wine"), k=10, m=3, niter=50)


@pytest.fixture(scope="module")
def found(wine):
    return regions.find(wine)


@pytest.fixture(scope="module")
def groups():
    """Three groups: one high in two copies of a feature, one mostly red, one of smokers."""
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1, 2], [100, 80, 60])
    frame = pd.DataFrame({"weight (kg)": 70 + 30 * (group == 0) + rng.standard_normal(240)})
    frame["weight (lb)"] = 2.2 * frame["weight (kg)"] + 0.1 * rng.standard_normal(240)
    frame["smoker"] = np.where(group == 2, rng.random(240) < 0.97, rng.random(240) < 0.03)
    frame["colour"] = np.where((group == 1) ^ (rng.random(240) < 0.02), "red", "blue")
    return fit(tables.from_frame(frame).with_roles(smoker="feature"), Recipe(one_hot=("colour",)), k=8, m=4)


def test_wine_has_a_region_for_each_grower_named_in_words(found):
    assert len(found.labels) == 3
    assert {words.partition(" ")[2] for words in found.labels["majority"]} == {"grower 1", "grower 2", "grower 3"}
    first = found.labels.set_index("majority")["label"]
    own = next(label for majority, label in first.items() if majority.endswith("grower 1"))
    assert "high proline" in own
    assert "(" not in "".join(first)


def test_rows_and_shares_are_those_of_the_nodes(wine, found):
    rows = found.nodes.groupby("region")["mass"].sum()
    np.testing.assert_allclose(found.labels["rows"], rows)
    np.testing.assert_allclose(found.labels["rows"].sum(), 178)
    assert found.labels["rows"].is_monotonic_decreasing
    np.testing.assert_allclose(found.labels["share"].sum(), 1)
    pd.testing.assert_series_equal(found.nodes["mass"], surfaces.density(wine)["mass"])


def test_labels_stand_inside_their_regions_away_from_borders(found):
    at = found.nodes.set_index("node").loc[found.labels["node"]]
    assert at["region"].tolist() == found.labels["region"].tolist()
    np.testing.assert_array_equal(at[["x", "y"]], found.labels[["x", "y"]])
    assert (at["depth"] >= 2).all()


def test_features_are_those_of_the_rows_ranked(wine, found):
    values = wine.table.frame[wine.table.features]
    for region, part in found.features.groupby("region"):
        assert part["difference"].abs().is_monotonic_decreasing
        assert set(part["feature"]) == set(values)
        inside = found.nodes["region"].to_numpy()[wine.points["node"]] == region
        of_rows = ((values[inside].mean() - values.mean()) / values.std(ddof=0))[part["feature"]]
        np.testing.assert_allclose(part["difference"], of_rows, atol=0.35)
        means = values.mean()[part["feature"]] + part["difference"].to_numpy() * values.std(ddof=0)[part["feature"]]
        np.testing.assert_allclose(part["mean"], means)


def test_what_looks_alike_is_named_once_and_shares_are_often_or_rarely(groups):
    labels = regions.find(groups, 3).labels
    text = " | ".join(labels["label"])
    assert "often smoker" in text
    assert "often colour=red" in text
    high = next(label for label in labels["label"] if "high weight" in label)
    assert high.count("weight") == 1
    assert "(kg)" not in text


def test_a_class_is_named_only_where_it_stands_out(groups):
    mostly = groups.table.frame.assign(g=np.where(np.arange(240) % 10 == 0, "a", "b"))
    other = fit(tables.from_frame(mostly).with_roles(smoker="feature", colour="ignored", g="label"), k=6)
    assert regions.find(other, 2).labels["majority"].eq("").all()
    assert regions.find(other, 2, label="colour").labels["majority"].str.contains("red|blue").any()


def test_any_number_of_regions_has_distinct_names(wine):
    for n in (1, 2, 6):
        labels = regions.find(wine, n).labels
        assert len(labels) == n
        assert labels["label"].is_unique
    assert regions.find(wine, 1).labels["label"].tolist() == ["near the mean"]


def test_the_same_map_has_the_same_regions(wine, found):
    again = regions.find(wine)
    for name in ("nodes", "labels", "features"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found, name))


def test_wrong_arguments_are_named(wine):
    with pytest.raises(ValueError, match="n=1000 must be from 1 to"):
        regions.find(wine, 1000)
    with pytest.raises(TableError, match="no column 'vineyard'"):
        regions.find(wine, label="vineyard")


@pytest.mark.parametrize("k", [1, 2])
def test_tiny_maps(k):
    found = regions.find(fit(samples.load("iris"), k=k, m=1))
    assert found.labels["rows"].sum() == pytest.approx(150)
    assert len(found.nodes) == k * k
