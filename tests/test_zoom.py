"""A part of a map mapped again: the right rows, with their weights, and the way back."""

import numpy as np
import pandas as pd
import pytest

from igtm.maps import landscape, zoom
from igtm.maps.selections import nothing, select
from igtm.maps.table_map import fit
from igtm.tables import samples, tables
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import TableError


@pytest.fixture(scope="module")
def wine():
    return fit(samples.load("wine"), k=5, niter=10, tol=0)


def chosen(fitted, rows, origin="box"):
    return select(rows, len(fitted.table.frame), origin)


def test_a_region_has_the_selected_rows(wine):
    part = zoom.region(wine, chosen(wine, [5, 3, 90]))
    expected = wine.table.frame.iloc[[3, 5, 90]].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.table.frame, expected)
    assert (part.table.name, part.table.roles) == ("wine: box", wine.table.roles)
    assert part.weights is None


def test_a_region_of_all_rows_gives_the_same_map(wine):
    part = zoom.region(wine, ~nothing(178))
    again = zoom.zoom(part)
    pd.testing.assert_frame_equal(again.points, wine.points)
    assert again.model.get_params() == wine.model.get_params()


def test_the_way_back_leads_through_every_depth(wine):
    outer = zoom.region(wine, chosen(wine, np.arange(40, 120), "first"))
    fitted = zoom.zoom(outer, k=4)
    inner = zoom.region(fitted, chosen(fitted, np.arange(0, 80, 2), "second"), outer=outer)
    rows = np.array([0, 7, 39])
    assert inner.in_parent(rows).tolist() == [0, 14, 78]
    assert inner.in_root(rows).tolist() == [40, 54, 118]
    pd.testing.assert_frame_equal(
        inner.table.frame.iloc[rows].reset_index(drop=True),
        wine.table.frame.iloc[inner.in_root(rows)].reset_index(drop=True),
    )
    assert [each.selection.origin for each in inner.path] == ["first", "second"]
    assert fitted.model.k == 4


def test_nodes_choose_and_weigh_their_rows(wine):
    nodes = [0, 1, 5, 6]
    weights = zoom.node_weights(wine, nodes)
    shares = [landscape.node_shares(wine.model.manifold_, wine.X, node) for node in nodes]
    np.testing.assert_allclose(weights, np.sum(shares, axis=0))
    part = zoom.region(wine, nodes=nodes)
    np.testing.assert_array_equal(part.selection.rows, np.flatnonzero(weights >= zoom.LEAST_WEIGHT))
    np.testing.assert_array_equal(part.weights, weights[part.selection.rows])
    assert part.selection.origin == "4 nodes"


def test_weights_count_in_the_fit(wine):
    part = zoom.region(wine, chosen(wine, np.arange(60)), nodes=np.arange(25))
    np.testing.assert_allclose(part.weights, 1)
    same = zoom.zoom(zoom.region(wine, part.selection)).points
    np.testing.assert_allclose(zoom.zoom(part).points["mean_x"], same["mean_x"], atol=1e-6)
    fewer = zoom.region(wine, part.selection, nodes=np.arange(12))
    assert np.abs(zoom.zoom(fewer).points["mean_x"] - same["mean_x"]).max() > 1e-3


def test_what_the_rows_do_not_allow_is_left_out():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(30, 4)), columns=list("abcd"))
    frame["d"] = frame["d"].where(frame.index > 10)
    frame["kind"] = ["x", "y", "z"] * 10
    fitted = fit(tables.from_frame(frame), Recipe(one_hot=("kind",), n_components=5), k=4, niter=3)
    part = zoom.region(fitted, chosen(fitted, [0, 3, 6, 9]))
    assert part.table.features == ["a", "b", "c"]
    assert part.recipe.n_components == 4
    assert zoom.zoom(part).X.shape == (4, 4)


def test_errors_say_what_is_wrong(wine):
    with pytest.raises(TableError, match="no row in 'nothing'"):
        zoom.region(wine, nothing(178))
    with pytest.raises(ValueError, match="needs a selection of rows, or nodes"):
        zoom.region(wine)
    with pytest.raises(ValueError, match="of a table of 3 rows"):
        zoom.region(wine, select([0], 3, "box"))
    with pytest.raises(ValueError, match=r"nodes=\[25\] are not on this map: its nodes are 0 to 24"):
        zoom.region(wine, nodes=[25])
