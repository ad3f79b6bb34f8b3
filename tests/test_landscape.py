"""What the tables of a landscape must add up to."""

import numpy as np
import pandas as pd
import pytest

from igtm.engine.kernel import responsibilities
from igtm.estimator import eIGTM
from igtm.maps import landscape


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    return rng.standard_normal((1500, 6)) @ rng.standard_normal((6, 6))


@pytest.fixture(scope="module")
def model(X):
    return eIGTM(k=5, m=3, niter=10, tol=0).fit(X)


@pytest.fixture(scope="module")
def R(model, X):
    return responsibilities(model.manifold_, X)[0]


def test_points_are_what_the_estimator_says(model, X, R):
    points = landscape.points(model.manifold_, X)
    assert points["row_id"].tolist() == list(range(len(X)))
    np.testing.assert_allclose(points[["mean_x", "mean_y"]], model.transform(X), atol=1e-12)
    np.testing.assert_array_equal(points["node"], R.argmax(axis=1))
    np.testing.assert_array_equal(points[["mode_x", "mode_y"]], model.manifold_.nodes[points["node"]])
    np.testing.assert_allclose(points["log_likelihood"], model.score_samples(X), atol=1e-12)
    np.testing.assert_allclose(points["entropy"], landscape.entropy(R), atol=1e-12)


def test_points_of_one_row_are_those_of_all(model, X):
    alone, together = landscape.points(model.manifold_, X[7:8]), landscape.points(model.manifold_, X).iloc[[7]]
    np.testing.assert_allclose(alone.drop(columns="row_id"), together.drop(columns="row_id"), atol=1e-12)


def test_entropy_lies_between_one_node_and_all():
    R = np.array([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0]])
    np.testing.assert_allclose(landscape.entropy(R), [0, np.log(4), np.log(2)])


def test_entropy_of_a_map_is_within_its_bounds(model, X):
    entropy = landscape.points(model.manifold_, X)["entropy"]
    assert entropy.between(0, np.log(25)).all()


@pytest.mark.parametrize(
    ("nodes_shared", "words"), [(1, "sure"), (2, "fairly sure"), (5, "unsure"), (16, "very unsure")]
)
def test_certainty_in_words(nodes_shared, words):
    share, said = landscape.certainty(np.log(nodes_shared), 16)
    assert share == pytest.approx(np.log(nodes_shared) / np.log(16))
    assert said == words


def test_one_node_is_certain():
    assert landscape.certainty(0.0, 1) == (0.0, "sure")


def test_node_shares_sum_to_one_a_row_and_to_all_rows(model, X, R):
    shares = np.column_stack([landscape.node_shares(model.manifold_, X, node) for node in range(25)])
    np.testing.assert_allclose(shares, R, atol=1e-12)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert shares.sum() == pytest.approx(len(X))


def test_mean_responsibilities_are_the_average(model, X, R):
    mean = landscape.mean_responsibilities(model.manifold_, X)
    np.testing.assert_allclose(mean, R.mean(axis=0), atol=1e-12)
    assert mean.sum() == pytest.approx(1)
    np.testing.assert_allclose(landscape.mean_responsibilities(model.manifold_, X[[3]]), R[3], atol=1e-12)


def test_nodes_put_values_at_their_places(model):
    nodes = landscape.nodes(model.manifold_, np.arange(25) / 10, "mass")
    assert list(nodes) == ["node", "x", "y", "mass"]
    np.testing.assert_array_equal(nodes[["x", "y"]], model.manifold_.nodes)
    assert nodes["mass"][24] == 2.4


def test_prototype_is_what_the_node_decodes_to(model):
    nodes = model.manifold_.nodes
    for node in (0, 12, 24):
        decoded = model.inverse_transform(nodes[[node]])
        np.testing.assert_allclose(landscape.prototype(model.manifold_, node), decoded, atol=1e-12)


def test_strongest_are_sorted_bounded_and_above_the_least():
    shares = np.array([0.2, 0.0005, 0.9, 0.2, 0.001])
    assert landscape.strongest(shares).tolist() == [2, 0, 3]
    assert landscape.strongest(shares, limit=2).tolist() == [2, 0]
    assert landscape.strongest(shares, least=1).tolist() == []


def test_inside_counts_the_edges():
    x, y = np.array([0, 1, 2, 1]), np.array([0, 1, 2, 3])
    assert landscape.inside(x, y, {"x": [1, 2], "y": [1, 2]}).tolist() == [1, 2]


class TestSampleRows:
    """A sample for the screen, in which every class is seen."""

    frame = pd.DataFrame(
        {
            "rare": pd.Categorical(["common"] * 9_990 + ["rare"] * 10),
            "text": ["a"] * 9_999 + [None],
            "flag": [True] + [False] * 9_999,
            "many": [f"id {i}" for i in range(10_000)],
            "number": np.arange(10_000.0),
        }
    )

    def test_small_tables_are_whole(self):
        assert landscape.sample_rows(self.frame[:50], 50).tolist() == list(range(50))

    def test_no_class_is_lost(self):
        rows = landscape.sample_rows(self.frame, 20)
        assert 20 <= len(rows) <= 23
        sample = self.frame.iloc[rows]
        assert set(sample["rare"]) == {"common", "rare"}
        assert set(sample["flag"]) == {True, False}

    def test_is_ascending_without_repeats_and_always_the_same(self):
        rows = landscape.sample_rows(self.frame, 500)
        assert (np.diff(rows) > 0).all()
        np.testing.assert_array_equal(rows, landscape.sample_rows(self.frame, 500))
