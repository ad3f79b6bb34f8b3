"""Rows in the order in which they are listed, and that only a page of them is sent to a browser."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from igtm.dashboard.grid import PAGE_SIZE, PICTURES_A_PAGE
from igtm.dashboard.rows_view import RowsView
from igtm.maps import pictures, table_map
from igtm.maps.listing import listed
from igtm.tables import samples, tables

from .maps import fit

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, which Bokeh still uses
MILLION = 1_000_000


@pytest.fixture(scope="module")
def small():
    frame = pd.DataFrame(
        {
            "amount": [3.0, np.nan, 1.0, 2.0, 2.0],
            "word": ["b", "A", "c", None, "a"],
            "node": [5.0, 4.0, 3.0, 2.0, 1.0],  # as a column of the map's points
        }
    )
    return fit(tables.from_frame(frame))


@pytest.fixture(scope="module")
def large(small):
    """The map with a million rows, which are not placed anew."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "amount": rng.permutation(MILLION).astype(float),
            "word": pd.Categorical.from_codes(np.arange(MILLION) % 3, ["x", "y", "z"]),
            "node": 0.0,
        }
    )
    points = small.points.iloc[np.arange(MILLION) % len(small.points)].reset_index(drop=True)
    return replace(small, table=replace(small.table, frame=frame), points=points)


@pytest.mark.parametrize(
    ("by", "ascending", "descending"),
    [
        ("amount", [2, 3, 4, 0, 1], [0, 3, 4, 2, 1]),  # equal ones keep their order, holes are last
        ("word", [1, 4, 0, 2, 3], [2, 0, 1, 4, 3]),
        ("node", [4, 3, 2, 1, 0], [0, 1, 2, 3, 4]),
        ("row_id", [0, 1, 2, 3, 4], [4, 3, 2, 1, 0]),
    ],
)
def test_rows_stand_in_the_order_of_a_column(small, by, ascending, descending):
    everything = np.arange(5)
    assert listed(small, everything, by=by).tolist() == ascending
    assert listed(small, everything, by=by, descending=True).tolist() == descending
    assert listed(small, np.array([3, 0]), by=by).tolist() == [row for row in ascending if row in (0, 3)]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 4), unique=True), st.sampled_from(["", "a", "2", "nothing like it"]))
def test_a_search_only_leaves_rows_out(small, which, query):
    which = np.array(which, dtype=np.int64)
    found = listed(small, which, query)
    assert set(found) <= set(which)
    assert found.tolist() == [row for row in which if row in found]
    assert query or found.tolist() == which.tolist()


def test_every_column_that_is_listed_is_found_by_its_name(small):
    everything = table_map.rows(small, np.arange(5))
    for name in everything:
        pd.testing.assert_series_equal(table_map.column(small, name), everything[name], check_names=False)
    begun = {"word": np.arange(5)}
    everything = table_map.rows(small, np.arange(5), **begun)
    assert "word_2" in everything
    for name in everything:
        column = table_map.column(small, name, **begun)
        pd.testing.assert_series_equal(column, everything[name], check_names=False)


def sent(view):
    """What a browser would get of the grid."""
    return view._grid._grid.get_root(Document()).source.data


def test_of_a_million_rows_a_page_is_sent_sorted_and_searched_on_the_server(large):
    view = RowsView()
    view.show(large, np.arange(MILLION))
    assert view.words == f"1 to {PAGE_SIZE} of 1,000,000 rows"
    assert {len(values) for values in sent(view).values()} == {PAGE_SIZE}
    assert view.pages == MILLION / PAGE_SIZE
    view._grid._grid.sorters = [{"field": "c0", "dir": "desc"}]
    assert sent(view)["c0"].tolist() == list(range(MILLION - 1, MILLION - 1 - PAGE_SIZE, -1))
    view.page = view.pages - 1
    assert sorted(sent(view)["c0"]) == list(range(PAGE_SIZE))
    view.query = "z"
    assert (view.page, view.words) == (0, f"1 to {PAGE_SIZE} of 333,333 rows")
    assert set(sent(view)["c1"]) == {"z"}
    view.query = "no such word"
    assert view.words == "None of 0 rows"
    view.show(large, np.arange(7))
    view.query = ""
    assert (view.words, view.pages) == ("1 to 7 of 7 rows", 1)


def test_rows_begin_with_pictures_of_a_page_and_with_columns_to_sort_by():
    digits = fit(samples.load("digits"), k=3, niter=2)
    shares = np.arange(1797) % 7 / 7
    view = RowsView()
    view.show(digits, np.arange(100), share=shares)
    assert view.pages == 100 / PICTURES_A_PAGE
    grid = view._grid._grid
    assert list(grid.titles.values())[:2] == ["picture", "share"]
    assert sent(view)["picture"].tolist() == pictures.uris(digits.pictured, digits.table.frame[:PICTURES_A_PAGE])
    assert grid.sortable == {"picture": False}
    grid.sorters = [{"field": "c0", "dir": "desc"}]
    assert set(sent(view)["c0"][:10]) == {6 / 7}
    view.query = "nothing like it"
    assert len(sent(view)["picture"]) == 0
