"""Measures of neighbourhoods: perfect where nothing changes, by their definitions elsewhere."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from igtm.maps import neighbours


@pytest.fixture(scope="module")
def spaces():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 6))
    return X, X[:, :2] + 0.1 * rng.normal(size=(150, 2))


def by_definition(X, Z, k):
    """The k3n-error, row by row."""
    in_X, in_Z = cdist(X, X), cdist(Z, Z)
    total = 0.0
    for i in range(len(X)):
        others = np.delete(np.arange(len(X)), i)
        distances = in_Z[i, others]
        distances[distances == 0] = distances[distances > 0].min()
        found = np.sort(distances[np.argsort(in_X[i, others], kind="stable")[:k]])
        best = np.sort(distances)[:k]
        total += ((found - best) / best).sum()
    return total / len(X) / k


@pytest.mark.parametrize("measure", [neighbours.trustworthiness, neighbours.continuity, neighbours.neighbours_kept])
def test_a_map_that_changes_nothing_is_perfect(measure, spaces):
    X, Z = spaces
    assert measure(Z, 3 * Z[:, ::-1] + 5) == pytest.approx(1)
    assert 0 <= measure(X, Z) < 1


def test_k3n_error_is_zero_for_the_same_neighbours_and_by_definition_for_others(spaces):
    X, Z = spaces
    assert neighbours.k3n_error(Z, 7 * Z) == pytest.approx(0, abs=1e-12)
    for first, second in ((X, Z), (Z, X)):
        assert neighbours.k3n_error(first, second, 7) == pytest.approx(by_definition(first, second, 7))


def test_k3n_error_bears_rows_in_one_place_and_is_worked_in_chunks(spaces, monkeypatch):
    X, Z = spaces
    grid = np.round(2 * Z)
    whole = neighbours.k3n_error(X, grid)
    assert whole == pytest.approx(by_definition(X, grid, 10))
    monkeypatch.setattr(neighbours, "WORKING_MEMORY", 0.02)
    assert neighbours.k3n_error(X, grid) == pytest.approx(whole)
    assert neighbours.k3n_error(X, np.zeros((150, 2))) == 0


def test_continuity_is_trustworthiness_the_other_way(spaces):
    X, Z = spaces
    assert neighbours.continuity(X, Z) == neighbours.trustworthiness(Z, X)


def test_a_folded_map_is_continuous_but_not_trustworthy():
    x = np.linspace(-1, 1, 200)
    folded = np.column_stack([np.abs(x), np.zeros(200)])
    line = np.column_stack([x, np.zeros(200)])
    assert neighbours.continuity(line, folded) > 0.97
    assert neighbours.trustworthiness(line, folded) < 0.85


def test_nearest_are_sorted_without_the_row_itself(spaces):
    X, _ = spaces
    rows, distances = neighbours.nearest(X, 4, 10)
    expected = np.argsort(cdist(X[[4]], X)[0])[1:11]
    assert rows.tolist() == expected.tolist()
    np.testing.assert_allclose(distances, cdist(X[[4]], X[expected])[0])
    assert len(neighbours.nearest(X[:3], 0, 10)[0]) == 2
