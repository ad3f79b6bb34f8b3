"""What a grid sends to the browser."""

import numpy as np
import pandas as pd
import pytest

from igtm.dashboard import grid as grids
from igtm.dashboard.grid import MAX_COLUMNS, PAGE_SIZE, PICTURES_A_PAGE, DataGrid
from igtm.maps.pictures import Pixels, uris

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


HOW = Pixels(4, tuple(f"p{i}" for i in range(16)), 0, 1)


def rows_of(n):
    """Rows of pixels, each another picture, and a frame that says of each which it is."""
    shades = np.linspace(0, 1, 16 * n).reshape(n, 16)
    return pd.DataFrame({"n": range(n)}), pd.DataFrame(shades, columns=HOW.columns)


def made(widget):
    """The pictures that are there, by row."""
    column = widget.value["picture"]
    return column[column != ""].to_dict()


def test_pictures_are_made_of_the_page_that_is_shown(tabulator):
    frame, rows = rows_of(60)
    grid = DataGrid()
    grid.show(frame, HOW, rows)
    widget = tabulator(grid)
    assert list(widget.titles.values()) == ["picture", "n"]
    assert (widget.pagination, widget.page_size, widget.sortable) == ("remote", PICTURES_A_PAGE, {"picture": False})
    every = dict(enumerate(uris(HOW, rows)))
    assert made(widget) == {row: every[row] for row in range(25)}
    widget.sorters = [{"field": "c0", "dir": "desc"}]
    assert made(widget) == {row: every[row] for row in [*range(25), *range(35, 60)]}
    assert grid.sorter == ("n", True)
    widget.page = 2
    assert made(widget) == every
    grid.show(frame[:55], HOW, rows[5:])
    assert tabulator(grid) is not widget  # a browser may not have built it yet, and would keep the former rows
    assert made(tabulator(grid)) == {row: every[5 + row] for row in range(25)}
    grid.show(frame, None, rows)
    assert list(tabulator(grid).titles.values()) == ["n"]


def test_pictures_that_come_late_are_those_of_their_rows_or_of_none(tabulator, monkeypatch):
    waiting = []
    monkeypatch.setattr(grids, "off_loop", lambda work, then: waiting.append(lambda: then(work())))
    frame, rows = rows_of(80)
    every = uris(HOW, rows)
    grid = DataGrid()
    grid.show(frame, HOW, rows)
    waiting.pop()()
    widget = tabulator(grid)
    widget.page = 2
    widget.page = 3
    second, third = waiting
    third()
    second()
    assert made(widget) == dict(enumerate(every[:75]))
    widget.page = 4
    grid.show(frame, HOW, rows[::-1])
    grid.show(frame[1:], HOW, rows[1:])
    *_, fourth, overtaken, new = waiting
    new()
    widget = tabulator(grid)
    assert (widget.page, made(widget)) == (1, dict(enumerate(every[1:26])))
    overtaken()
    fourth()
    assert tabulator(grid) is widget
    assert made(widget) == dict(enumerate(every[1:26]))


def test_rows_that_cannot_be_drawn_have_no_picture(tabulator, monkeypatch):
    monkeypatch.setattr(grids.pictures, "uris", lambda how, rows: [None] * len(rows))
    frame, rows = rows_of(30)
    grid = DataGrid()
    grid.show(frame, HOW, rows)
    widget = tabulator(grid)
    widget.page = 2
    assert widget.value["picture"].tolist() == [None] * 30
