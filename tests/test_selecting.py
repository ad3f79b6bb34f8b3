"""What becomes of the selection when the reader adds, removes, inverts, undoes and keeps."""

import numpy as np
import pandas as pd
import pytest

from igtm.dashboard.selecting import Selecting
from igtm.maps.selections import select


def some(*rows):
    return select(list(rows), 6, f"rows {rows}")


@pytest.fixture
def selecting():
    selecting = Selecting()
    selecting.begin(pd.DataFrame({"x": np.arange(6.0)}))
    return selecting


def rows(selecting):
    return selecting.selection.rows.tolist()


def test_new_replaces_add_joins_and_remove_takes_away(selecting):
    selecting.take(some(1, 2), "add")
    selecting.take(some(2, 3), "add")
    assert rows(selecting) == [1, 2, 3]
    selecting.take(some(2, 5), "remove")
    assert rows(selecting) == [1, 3]
    selecting.take(some(4))
    assert rows(selecting) == [4]
    selecting.invert()
    assert rows(selecting) == [0, 1, 2, 3, 5]


def test_every_step_can_be_undone_and_redone(selecting):
    steps = [lambda: selecting.take(some(1, 2)), selecting.invert, selecting.clear, selecting.invert]
    seen = [rows(selecting)]
    for step in steps:
        step()
        seen.append(rows(selecting))
    for before in seen[-2::-1]:
        selecting.undo()
        assert rows(selecting) == before
    for after in seen[1:]:
        selecting.redo()
        assert rows(selecting) == after


def test_what_changes_no_row_is_no_step(selecting):
    selecting.take(some(1, 2))
    selecting.take(some(2), "add")
    selecting.take(some(5), "remove")
    selecting.undo()
    assert rows(selecting) == []


def test_kept_selections_say_how_they_were_made_and_go_with_their_table(selecting):
    selecting.take(some(1, 2))
    selecting.keep("mine")
    selecting.take(some(3), "add")
    selecting.keep("mine")
    [mine] = selecting.kept
    assert (mine.rows.tolist(), mine.origin) == ([1, 2, 3], "rows (1, 2) or rows (3,)")
    selecting.clear()
    selecting.take(mine)
    assert rows(selecting) == [1, 2, 3]
    selecting.forget(mine)
    assert selecting.kept == []
    selecting.keep("again")
    selecting.begin(pd.DataFrame({"x": np.arange(6.0)}))
    assert (rows(selecting), selecting.kept) == ([], [])
