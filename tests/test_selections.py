"""Selections are sets of rows that remember how they were made."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtm.maps.selections import History, nothing, select

N = 12
ROWS = st.sets(st.integers(0, N - 1))


def made(rows, origin="box"):
    return select(sorted(rows), N, origin)


@given(ROWS, ROWS)
def test_they_join_as_sets_do(a, b):
    first, second = made(a), made(b)
    assert set((first | second).rows) == a | b
    assert set((first & second).rows) == a & b
    assert set((first - second).rows) == a - b
    assert set((~first).rows) == set(range(N)) - a
    assert len(first) == len(a)


@given(ROWS, ROWS)
def test_de_morgan(a, b):
    first, second = made(a), made(b)
    np.testing.assert_array_equal((~(first | second)).rows, (~first & ~second).rows)


@given(st.lists(st.integers(0, N - 1)))
def test_rows_are_ascending_without_repeats_as_in_a_mask(rows):
    selection = select(rows, N, "clicks")
    assert selection.rows.tolist() == sorted(set(rows))
    np.testing.assert_array_equal(select(selection.mask, N, "mask").rows, selection.rows)


def test_origins_tell_how_they_were_made():
    box, found, click = made({1, 2}, "box"), made({2}, "search 'x'"), made({5}, "row 5")
    assert (box - found).origin == "box without search 'x'"
    assert ((box - found) | click).origin == "(box without search 'x') or row 5"
    assert (box | click | box).origin == (box | (click | box)).origin == "box or row 5 or box"
    assert ((box | click) & found).origin == "(box or row 5) and search 'x'"
    assert (box - found - click).origin == "(box without search 'x') without row 5"
    assert (~(box | click)).origin == "all but (box or row 5)"
    assert (~~box).origin == "all but (all but box)"
    assert ((box | click).named("mine") - found).origin == "mine without search 'x'"
    assert (box.named("mine").title, box.title) == ("mine", "box")


def test_nothing_leaves_no_trace():
    box = made({1, 2})
    assert (nothing(N) | box).origin == (box | nothing(N)).origin == (box - nothing(N)).origin == "box"


@pytest.mark.parametrize("rows", [[-1, 3], [N]])
def test_rows_that_are_not_there_are_named(rows):
    with pytest.raises(ValueError, match=rf"{min(rows) if min(rows) < 0 else N}.*0 to 11"):
        select(rows, N, "click")


def test_selections_of_two_tables_do_not_join():
    with pytest.raises(ValueError, match=r"12 rows .* of 3"):
        made({1}) | select([0], 3, "other")
    with pytest.raises(ValueError, match="one value a row"):
        select([True, False], N, "mask")


@given(st.lists(st.integers(), min_size=1, max_size=8))
def test_undo_and_redo_walk_over_the_values(values):
    history = History(values[0])
    for value in values[1:]:
        history = history.then(value)
    back = [history]
    while back[-1].past:
        back.append(back[-1].undo())
    assert [each.present for each in back] == values[::-1]
    forth = back[-1]
    for each in reversed(back[:-1]):
        forth = forth.redo()
        assert forth == each


def test_a_new_step_forgets_what_was_undone_and_the_ends_stay():
    history = History(1).then(2).undo().then(3)
    assert history == History(3, (1,))
    assert history.redo() == history
    assert History(1).undo() == History(1)


def test_history_is_bounded():
    history = History(0)
    for value in range(1, 301):
        history = history.then(value)
    assert len(history.past) == 100
    assert history.present == 300
