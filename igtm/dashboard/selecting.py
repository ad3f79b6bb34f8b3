"""Selecting: owns which rows are selected, how that came about, and the selections that are kept."""

import numpy as np
import pandas as pd
import param

from igtm.maps.selections import History, Selection, nothing

NEW, ADD, REMOVE = "new", "add", "remove"


class Selecting(param.Parameterized):
    """A selection of a table's rows that can be undone and redone."""

    history = param.ClassSelector(class_=History, default=History(nothing(0)), doc="The selection and those before.")
    selection = param.ClassSelector(class_=Selection, doc="The present one; it holds no row where none is selected.")
    kept = param.List(default=[], item_type=Selection, doc="Selections that the reader named, the latest last.")

    weighted = param.Boolean(default=False, doc="Whether a map of the selected rows weighs them.")
    zoom = param.Event(doc="A map of the selected rows is asked for.")

    def __init__(self, **params):
        super().__init__(**params)
        self._frame = None

    @param.depends("history", watch=True, on_init=True)
    def _show(self):
        self.selection = self.history.present

    def begin(self, frame: pd.DataFrame) -> None:
        """Select nothing of a table; the one that is worked on already changes nothing."""
        if frame is not self._frame:
            self._frame = frame
            self.param.update(history=History(nothing(len(frame))), kept=[])

    def resume(self, history: History, kept: list[Selection]) -> None:
        """Go on with earlier selections of the table."""
        self.param.update(history=history, kept=kept)

    def take(self, found: Selection, purpose: str = NEW) -> None:
        """Select these rows anew, add them to the selection or remove them from it."""
        present = self.selection
        joined = {ADD: present.__or__, REMOVE: present.__sub__}.get(purpose, lambda found: found)(found)
        if not np.array_equal(joined.rows, present.rows):
            self.history = self.history.then(joined)

    def invert(self) -> None:
        """Select all other rows."""
        self.take(~self.selection)

    def clear(self) -> None:
        """Select nothing."""
        self.take(nothing(self.selection.n_rows))

    def keep(self, name: str) -> None:
        """Keep the selection under a name; an earlier one of that name gives way."""
        named = self.selection.named(name)
        self.kept = [*(other for other in self.kept if other.name != name), named]

    def forget(self, selection: Selection) -> None:
        """Keep a selection no longer."""
        self.kept = [other for other in self.kept if other is not selection]

    def undo(self) -> None:
        """Go one step back."""
        self.history = self.history.undo()

    def redo(self) -> None:
        """Go one step forth."""
        self.history = self.history.redo()
