"""Nodes beside each other, in the units of the table."""

import numpy as np
import pandas as pd
import pytest

from igtm.maps import landscape, nodes, planes, table_map
from igtm.tables import samples, tables
from igtm.tables.preprocessing import Recipe

from .maps import fit


@pytest.fixture(scope="module")
def wine():
    return fit(samples.load("wine"))


@pytest.fixture(scope="module")
def mixed():
    """One-hot values, a constant and a PCA."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((90, 4)), columns=list("abcd")).assign(constant=0.1)
    frame["kind"] = np.array(["red", "green", "blue"])[np.arange(90) % 3]
    return fit(tables.from_frame(frame).with_roles(constant="feature"), Recipe(one_hot=("kind",), n_components=5))


class TestClassMix:
    """What classes the rows of a node have."""

    def test_counts_rows_by_share(self):
        column = pd.Series(["b", "a", None, "b", "a", "c"])
        mix = nodes.class_mix(column, np.array([1, 0.5, 9, 0.25, 0.25, 0]))
        assert mix["class"].tolist() == ["a", "b", "c"]
        assert mix["rows"].tolist() == [0.75, 1.25, 0]
        assert mix["share"].tolist() == [0.375, 0.625, 0]
        assert mix["overall"].tolist() == [0.4, 0.4, 0.2]

    def test_over_all_nodes_is_that_of_the_table(self, wine):
        column = wine.table.frame["grower"]
        sheet = wine.model.manifold_
        rows = sum(
            nodes.class_mix(column, landscape.node_shares(sheet, wine.X, node))["rows"]
            for node in range(len(sheet.nodes))
        )
        np.testing.assert_allclose(rows, column.value_counts().sort_index())

    @pytest.mark.parametrize("column", [["a", None], [None, None]])
    def test_of_nothing(self, column):
        mix = nodes.class_mix(pd.Series(column, dtype="str"), np.array([0.0, 1.0]))
        assert mix["rows"].eq(0).all()
        assert mix["share"].isna().all()


class TestDifference:
    """Two nodes."""

    def test_is_that_of_their_prototypes(self, wine):
        found = nodes.difference(wine, 3, 20).set_index("feature")
        first, second = (table_map.prototype(wine, node).set_index("feature") for node in (3, 20))
        np.testing.assert_allclose(found["first"], first["prototype"][found.index])
        np.testing.assert_allclose(found["second"], second["prototype"][found.index])
        expected = second["difference"] - first["difference"]
        np.testing.assert_allclose(found["difference"], expected[found.index], atol=1e-9)
        assert found["difference"].abs().is_monotonic_decreasing

    def test_turns_its_sign_with_the_nodes(self, mixed):
        there, back = (nodes.difference(mixed, *pair).set_index("feature") for pair in ((0, 7), (7, 0)))
        np.testing.assert_allclose(there["difference"], -back["difference"][there.index], atol=1e-12)
        assert there["difference"]["constant"] == 0

    def test_of_a_node_with_itself_is_nothing(self, mixed):
        assert nodes.difference(mixed, 5, 5)["difference"].eq(0).all()


class TestPath:
    """From one place on the map to another."""

    def test_ends_at_the_prototypes(self, wine):
        places = wine.model.manifold_.nodes
        path = nodes.path(wine, places[3], places[20])
        for node, position in ((3, 0), (20, 1)):
            end = path[path["position"] == position].set_index("feature")
            prototype = table_map.prototype(wine, node).set_index("feature")
            np.testing.assert_allclose(end["value"], prototype["prototype"][end.index])
            np.testing.assert_allclose(end["deviations"], prototype["difference"][end.index], atol=1e-9)

    def test_is_tidy_and_straight(self, mixed):
        path = nodes.path(mixed, (-1, 0.5), (0, 1), n=11)
        assert list(path) == ["feature", "position", "x", "y", "value", "deviations", "change"]
        assert len(path) == 11 * len(mixed.overview)
        np.testing.assert_allclose(path["x"], path["position"] - 1)
        np.testing.assert_allclose(path["y"], 0.5 + path["position"] / 2)

    def test_puts_first_what_changes_most(self, wine):
        path = nodes.path(wine, (-1, -1), (1, 1))
        by_feature = path.groupby("feature", sort=False)
        change = by_feature["change"].first()
        assert change.is_monotonic_decreasing
        np.testing.assert_allclose(change, by_feature["deviations"].max() - by_feature["deviations"].min())

    def test_back_is_the_same_backwards(self, wine):
        there, back = nodes.path(wine, (-1, 0), (0.4, 1)), nodes.path(wine, (0.4, 1), (-1, 0))
        by_place = ["feature", "x"]
        a, b = (each.round({"x": 9}).sort_values(by_place, ignore_index=True) for each in (there, back))
        pd.testing.assert_frame_equal(a.drop(columns="position"), b.drop(columns="position"))


class TestPlanes:
    """Every feature over the map."""

    def test_are_the_prototypes(self, mixed):
        found = planes.feature_planes(mixed)
        assert len(found) == 36
        assert set(found) == set(mixed.overview.index)
        for node in (0, 17):
            prototype = table_map.prototype(mixed, node).set_index("feature")["prototype"]
            np.testing.assert_allclose(found.loc[node], prototype[found.columns])

    def test_without_variation_come_last(self, mixed):
        assert list(planes.feature_planes(mixed))[-1] == "constant"

    def test_of_digits_have_neighbours_that_are_alike(self):
        digits = fit(samples.load("digits"), k=8, niter=5)
        found = planes.feature_planes(digits)
        assert set(found) == set(digits.table.features)
        varied = found.loc[:, digits.varies[found.columns].to_numpy()]
        assert len(varied.columns) == 61
        r = varied.corr().to_numpy()
        in_table_order = found[[name for name in digits.table.features if name in varied]].corr().to_numpy()
        assert np.diag(r, 1).mean() > np.diag(in_table_order, 1).mean() + 0.1

    def test_of_one_node_are_all_even(self):
        found = planes.feature_planes(fit(samples.load("iris"), k=1, m=1))
        assert found.shape == (1, 4)


class TestSimilarOrder:
    """Columns side by side."""

    @pytest.mark.parametrize("most", [400, 10])
    def test_finds_the_order_along_a_line(self, most, monkeypatch):
        monkeypatch.setattr(planes, "MOST_IN_A_TREE", most)
        rng = np.random.default_rng(0)
        phase = rng.permutation(30) / 30 * 2.5
        values = np.cos(np.linspace(0, 6, 100)[:, None] + phase) * rng.uniform(1, 9, 30) + rng.normal(0, 9, 30)
        found = phase[planes.similar_order(values)]
        assert found.tolist() in (sorted(phase), sorted(phase, reverse=True))

    @pytest.mark.parametrize("n", [1, 2, 3, 450])
    def test_is_an_order_whatever_the_units(self, n):
        rng = np.random.default_rng(0)
        values = rng.standard_normal((64, n))
        order = planes.similar_order(values)
        assert sorted(order) == list(range(n))
        np.testing.assert_array_equal(planes.similar_order(values * 4 + 8), order)
