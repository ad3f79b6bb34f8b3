"""Selections of rows as values, and their history for undo and redo."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

__all__ = ["History", "Selection", "nothing", "select"]

#: Between the parts of an origin; an origin that holds another of them gets brackets before it becomes a part.
AND, OR, WITHOUT, NOT = " and ", " or ", " without ", "all but "

#: Steps that can be undone.
STEPS = 100

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Selection:
    """Some of a table's rows, and how they were chosen.

    ``a | b``, ``a & b``, ``a - b`` and ``~a`` are the union, what both have, the difference, and all other rows;
    each says so in its origin. ``len(a)`` is the number of rows.

    Parameters
    ----------
    rows : ndarray (n,) of int
        Positions in the table, ascending and without repeats; `select` makes them so.
    n_rows : int
        Rows of the whole table.
    origin : str
        How it was made, in words: ``"box on the map without search 'x'"``.
    name : str, default ""
        What its user calls it.
    """

    rows: np.ndarray
    n_rows: int
    origin: str
    name: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def mask(self) -> np.ndarray:
        """Whether each row of the table is selected, (n_rows,) of bool."""
        return _mask(self.rows, self.n_rows)

    @property
    def title(self) -> str:
        """Its name or, without one, its origin."""
        return self.name or self.origin

    def named(self, name: str) -> "Selection":
        """The same rows under a name."""
        return replace(self, name=name)

    def __or__(self, other: "Selection") -> "Selection":
        return self._joined(other, np.logical_or, OR)

    def __and__(self, other: "Selection") -> "Selection":
        return self._joined(other, np.logical_and, AND)

    def __sub__(self, other: "Selection") -> "Selection":
        return self._joined(other, np.greater, WITHOUT)

    def __invert__(self) -> "Selection":
        return Selection(np.flatnonzero(~self.mask), self.n_rows, NOT + _part(self, NOT))

    def _joined(self, other: "Selection", join: Callable, word: str) -> "Selection":
        if self.n_rows != other.n_rows:
            raise ValueError(
                f"{self.title!r} is of {self.n_rows} rows and {other.title!r} of {other.n_rows}: join selections of "
                "one table."
            )
        if not len(other) and word != AND:  # adding or taking away nothing leaves no trace
            return self
        if not len(self) and word == OR:
            return other
        rows = np.flatnonzero(join(self.mask, other.mask))
        return Selection(rows, self.n_rows, _part(self, word) + word + _part(other, word))


def _part(selection: Selection, joint: str) -> str:
    """The origin as part of a longer one; what is joined in the same way, in whichever order, needs no brackets."""
    others = {AND, OR, WITHOUT} - ({joint} & {AND, OR})
    joined = any(word in selection.origin for word in others) or selection.origin.startswith(NOT)
    return selection.name or (f"({selection.origin})" if joined else selection.origin)


def select(which, n_rows: int, origin: str) -> Selection:
    """Make a selection of positions or of a mask.

    Parameters
    ----------
    which : array-like of int, in any order, or array-like (n_rows,) of bool
    n_rows : int
        Rows of the whole table.
    origin : str
        How they were chosen, in words.

    Raises
    ------
    ValueError
        If a position is not in the table, or a mask is not of its length.
    """
    which = np.asarray(which)
    if which.dtype == bool:
        if which.shape != (n_rows,):
            raise ValueError(f"A mask of shape {which.shape} selects nothing of {n_rows} rows: give one value a row.")
        return Selection(np.flatnonzero(which), n_rows, origin)
    rows = which.astype(np.int64)
    first, last = (rows.min(), rows.max()) if len(rows) else (0, -1)
    if not (first >= 0 and last < n_rows):
        wrong = first if first < 0 else last
        raise ValueError(f"Row {wrong} is not in a table of {n_rows} rows: positions run from 0 to {n_rows - 1}.")
    # takes a fraction of the time of `unique`
    return Selection(np.flatnonzero(_mask(rows, n_rows)), n_rows, origin)


def _mask(rows: np.ndarray, n_rows: int) -> np.ndarray:
    """Which of all rows are among some, (n_rows,) of bool."""
    mask = np.zeros(n_rows, dtype=bool)
    mask[rows] = True
    return mask


def nothing(n_rows: int) -> Selection:
    """No row selected."""
    return Selection(np.array([], dtype=np.int64), n_rows, "nothing")


@dataclass(frozen=True)
class History(Generic[Value]):
    """A present value with what was before it and what was undone; each step gives a new history.

    Parameters
    ----------
    present : any value
    past : tuple, default ()
        Earlier values, the last one last; at most 100.
    future : tuple, default ()
        Values that were undone, the next one first.
    """

    present: Value
    past: tuple[Value, ...] = ()
    future: tuple[Value, ...] = ()

    def then(self, value: Value) -> "History[Value]":
        """Go on to a value; what had been undone is forgotten."""
        return History(value, (*self.past, self.present)[-STEPS:])

    def undo(self) -> "History[Value]":
        """One value back; at the first one, nothing happens."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> "History[Value]":
        """One value forth; at the last one, nothing happens."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
