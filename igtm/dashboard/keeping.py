"""Keeping: selections under names, to come back to."""

from itertools import count

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.later import fill, later
from igtm.dashboard.layouts import line, stack
from igtm.dashboard.selecting import Selecting
from igtm.dashboard.text import plain, tooltip_at

SMALL = {"size": "small", "margin": 0}


class Keeping(pn.viewable.Viewer):
    """Gives the selection a name and keeps it; shows how each kept one was made, and restores it."""

    selecting = param.ClassSelector(class_=Selecting, doc="Whose selections are kept.")
    chosen = param.Selector(default=None, objects={}, allow_None=True, doc="The kept selection that is looked at.")

    def __init__(self, **params):
        super().__init__(**params)
        kept, selection = self.selecting.param.kept, self.selecting.param.selection
        self._name = pmui.TextInput(
            label="Keep as",
            description="A name under which it stays at hand; without one it gets a number.",
            width=190,
            **SMALL,
        )
        self._name.param.watch(lambda _: self._keep(), "enter_pressed")
        none = param.bind(lambda selection: not len(selection), selection)
        keep = self._button("Keep", "Keep the selected rows under this name.", lambda _: self._keep(), disabled=none)
        self._place = later(visible=param.bind(bool, kept))
        self._view = stack(line(self._name, keep), self._place, margin=(8, 4))
        self._offered = []
        self.selecting.param.watch(self._offer, "kept")
        self._offer()

    def _choices(self):
        choice = pmui.Select.from_param(
            self.param.chosen,
            label="Kept",
            width=190,
            description="A selection to come back to, or to compare with.",
            **SMALL,
        )
        restore = self._button("Select", "Select these rows again.", lambda _: self.selecting.take(self.chosen))
        forget = self._button("Forget", "Keep it no longer.", lambda _: self.selecting.forget(self.chosen))
        return stack(
            line(choice, restore, forget),
            plain(param.bind(_words, self.param.chosen), font_size="12px", opacity="0.75"),
            gap="4px",
        )

    def _button(self, label, help, action, **options):
        look = {"variant": "outlined", "stylesheets": [tooltip_at("above", "right")], **SMALL}
        return pmui.Button(label=label, description=help, on_click=action, **look, **options)

    def _keep(self):
        if len(self.selecting.selection):
            self.selecting.keep(self._name.value_input.strip() or self._number)
            self._name.param.update(value="", value_input="")

    @property
    def _number(self):
        """A name that none has."""
        taken = {selection.name for selection in self.selecting.kept}
        return next(name for i in count(1) if (name := f"selection {i}") not in taken)

    def _offer(self, *_):
        kept, before = self.selecting.kept, self._offered
        self._offered = kept
        if kept:
            fill(self._place, self._choices)
        self.param.chosen.objects = {selection.name: selection for selection in kept}
        added = [selection for selection in kept if selection not in before]
        if added or self.chosen not in kept:
            self.chosen = kept[-1] if kept else None

    def __panel__(self):
        return self._view


def _words(selection) -> str:
    return "" if selection is None else f"{len(selection):,} rows: {selection.origin}"
