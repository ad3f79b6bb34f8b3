"""One row explained: modes where there are some, neighbours by brute force, ranks that are ranks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import cdist

from igtm.engine.kernel import responsibilities
from igtm.engine.manifold import Grid, Manifold
from igtm.maps import point
from igtm.maps.table_map import fit
from igtm.tables import samples, tables


@pytest.fixture(scope="module")
def wine():
    return fit(samples.load("wine"), k=8, niter=20)


@pytest.fixture(scope="module")
def folded():
    """A sheet bent to a U whose ends touch: a row between the ends may have come from either."""
    grid = Grid(9, 3, 0.5)
    x, y = grid.nodes.T
    sheet = np.column_stack([np.sin(np.pi * 0.95 * x), -np.cos(np.pi * 0.95 * x), y])
    weights = np.linalg.lstsq(grid.basis, sheet)[0]
    return Manifold(grid, weights, np.zeros(3), 0.02, 1e-9)


def test_a_row_between_the_ends_of_a_fold_has_two_modes(folded):
    between, within = np.array([0.0, 1.0, 0.0]), np.array([0.0, -1.0, 0.0])
    found = point.modes(folded, between)
    assert len(found) == 2
    assert found["x"].prod() < -0.5
    assert found["responsibility"].is_monotonic_decreasing
    assert len(point.modes(folded, within)) == 1
    assert point.mode_counts(folded, np.stack([between, within, between])).tolist() == [2, 1, 2]
    mean = responsibilities(folded, between[None])[0] @ folded.nodes
    assert abs(mean[0, 0]) < 0.2  # where the row is not


def test_every_row_has_a_mode_and_its_most_responsible_node_is_the_first(wine):
    sheet = wine.model.manifold_
    counts = point.mode_counts(sheet, wine.X)
    assert counts.min() >= 1
    for row in (0, 50, 177):
        found = point.modes(sheet, wine.X[row])
        assert len(found) == counts[row]
        assert found["node"][0] == wine.points["node"][row]


def test_equal_nodes_beside_each_other_are_one_mode():
    flat = Manifold(Grid(4, 2, 1.0), np.zeros((5, 3)), np.zeros(3), 1.0, 1e-9)
    assert point.modes(flat, np.ones(3))["node"].tolist() == [0]
    assert point.mode_counts(flat, np.ones((5, 3))).tolist() == [1] * 5


def test_neighbours_and_the_share_that_the_map_keeps(wine):
    found = point.explain(wine, 7)
    original = np.argsort(cdist(wine.X[[7]], wine.X)[0])[1:11]
    places = wine.points[["mean_x", "mean_y"]].to_numpy()
    mapped = np.argsort(cdist(places[[7]], places)[0])[1:11]
    assert found.neighbours["row_id"].tolist() == original.tolist()
    assert found.kept == len(np.intersect1d(original, mapped)) / 10
    np.testing.assert_array_equal(found.neighbours[["mean_x", "mean_y"]], places[original])


def test_the_rows_that_the_map_explains_worst_are_outliers(wine):
    likelihood = wine.points["log_likelihood"].to_numpy()
    worst, best = point.explain(wine, int(likelihood.argmin())), point.explain(wine, int(likelihood.argmax()))
    assert (worst.outlier, best.outlier) == (True, False)
    assert worst.percentile < 1 < 99 < best.percentile
    threshold, mask = point.outliers(likelihood, 0.05)
    assert mask.sum() == 9
    assert likelihood[mask].max() < threshold <= likelihood[~mask].min()


@given(st.lists(st.integers(-3, 3), min_size=1), st.lists(st.integers(-4, 4), min_size=1))
def test_percentiles_are_scipys(reference, values):
    found = point.percentiles(np.array(values), np.array(reference))
    expected = [stats.percentileofscore(reference, value, kind="mean") for value in values]
    np.testing.assert_allclose(found, expected)


def test_a_row_that_is_not_there(wine):
    with pytest.raises(IndexError, match="row 178: 'wine' has rows 0 to 177"):
        point.explain(wine, 178)


def test_a_table_of_three_rows_has_two_neighbours():
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [0.0, 1.0, 0.0]})
    found = point.explain(fit(tables.from_frame(frame), k=3, niter=5), 1)
    assert len(found.neighbours) == 2
    assert found.kept == 1
