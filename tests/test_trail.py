"""The way into regions of a map, to any depth, and back."""

import numpy as np
import pytest

from igtm.dashboard.selecting import Selecting
from igtm.dashboard.trail import Trail
from igtm.maps.selections import select
from igtm.tables import samples

from . import maps

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # Panel's own


@pytest.fixture(scope="module")
def wine():
    return maps.fit(samples.load("wine"))


def chosen(fitted, n, **params):
    """The last n rows of a map, selected and kept."""
    selecting = Selecting(**params)
    selecting.begin(fitted.table.frame)
    whole = len(fitted.points)
    selecting.take(select(np.arange(whole - n, whole), whole, f"the last {n}"))
    selecting.keep("mine")
    return selecting


def test_a_region_of_a_region_is_left_one_by_one(wine):
    trail = Trail()
    outer = trail.enter(wine, chosen(wine, 60))
    middle = maps.fit(outer.table, outer.recipe)
    inner = trail.enter(middle, chosen(middle, 20))
    assert inner.path == (outer, inner)
    assert inner.in_root(np.arange(20)).tolist() == list(range(158, 178))
    first, second = trail.levels
    assert len(second.history.present) == 20
    assert [selection.name for selection in first.kept] == ["mine"]
    trail.leave(second)
    assert trail.levels == [first]
    trail.leave(first)
    assert trail.levels == []


def test_rows_are_weighed_where_that_is_asked_for(wine):
    trail = Trail()
    trail.enter(wine, chosen(wine, 60))
    assert trail.weights is None
    trail.levels = []
    trail.enter(wine, chosen(wine, 60, weighted=True))
    assert 0 < trail.weights.min() < 1
    assert trail.weights.shape == (60,)
    assert trail.weights.max() < 1 + 1e-9


def test_another_table_ends_the_trail_and_another_role_does_not(wine):
    trail = Trail()
    table = trail.enter(wine, chosen(wine, 60)).table
    trail.follow(table.with_roles({"hue": "ignored"}).frame)
    assert len(trail.levels) == 1
    trail.follow(wine.table.frame)
    assert trail.levels == []
    assert trail.weights is None
