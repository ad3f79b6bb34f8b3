"""What a grid sends to the browser."""

import numpy as np
import pandas as pd
import pytest

from igtm.dashboard.grid import MAX_COLUMNS, PAGE_SIZE, DataGrid

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, which Bokeh still uses


@pytest.fixture
def tabulator():
    """A function from a grid to its widget."""
    return lambda grid: grid.__panel__()[0][0]


def test_names_from_data_are_neither_keys_nor_html(tabulator):
    names = ["a.b", "<script>", '"quoted"', 3, ("two", "levels")]
    widget = tabulator(DataGrid(pd.DataFrame([range(5)], columns=pd.Index(names, tupleize_cols=False))))
    assert list(widget.value.columns) == ["c0", "c1", "c2", "c3", "c4"]
    assert list(widget.titles.values())[:3] == ["a.b", "&lt;script&gt;", "&quot;quoted&quot;"]


def test_cells_are_numbers_or_text(tabulator):
    frame = pd.DataFrame(
        {
            "whole": [1, 2],
            "inexact": [2**60 + 1, -(2**63)],
            "unsigned": np.array([2**64 - 1, 0], dtype=np.uint64),
            "hole": pd.array([1, None], dtype="Int64"),
            "float": np.array([1.5, np.nan], dtype=np.float32),
            "truth": pd.array([True, None], dtype="boolean"),
            "day": pd.to_datetime(["2020-02-03", None]),
            "kind": pd.Categorical(["a", None]),
        },
        index=[7, 7],
    )
    value = tabulator(DataGrid(frame)).value
    rows = value.astype(object).where(value.notna(), None).to_numpy().tolist()
    assert rows == [
        [1, "1152921504606846977", "18446744073709551615", 1.0, 1.5, "True", "2020-02-03", "a"],
        [2, "-9223372036854775808", "0", None, None, None, None, None],
    ]


def test_a_change_of_cells_keeps_the_widget(tabulator):
    grid = DataGrid(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    before = tabulator(grid)
    grid.frame = pd.DataFrame({"a": [3], "b": ["z"]})
    assert tabulator(grid) is before
    assert before.value.to_numpy().tolist() == [[3, "z"]]
    grid.frame = pd.DataFrame({"other": [1]})
    assert tabulator(grid) is not before


def test_large_frames_go_page_by_page(tabulator):
    assert tabulator(DataGrid(pd.DataFrame({"a": range(PAGE_SIZE)}))).pagination is None
    widget = tabulator(DataGrid(pd.DataFrame(np.zeros((PAGE_SIZE + 1, MAX_COLUMNS + 1)))))
    assert widget.pagination == "remote"
    assert widget.value.shape[1] == MAX_COLUMNS


def test_an_empty_grid(tabulator):
    grid = DataGrid(editors={"a": "input"}, height=200)
    assert len(grid.__panel__()[0]) == 0
    grid.frame = pd.DataFrame({"a": []})
    assert tabulator(grid).height == 200
