"""SearchView: find rows by an identifier or a value, and see where they lie."""

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import off_loop
from igtm.dashboard.later import fill, later
from igtm.dashboard.selecting import Selecting
from igtm.dashboard.text import plain
from igtm.maps import search
from igtm.maps.pictures import Molecules, Pixels
from igtm.maps.search import Found
from igtm.tables.tables import Table

HELP = "An identifier, a word, a number or a day. Matches get a ring on the map; Enter selects them."
LISTED = 100
GRID_HEIGHT = 220


class SearchView(pn.viewable.Viewer):
    """A field; what it finds is told in `found` while the reader types, and selected with Enter."""

    selecting = param.ClassSelector(class_=Selecting, doc="Whose selection Enter changes.")
    table = param.ClassSelector(class_=Table, doc="What is searched, None while there is nothing.")
    pictured = param.ClassSelector(class_=(Pixels, Molecules), doc="How its rows can be seen; None where they cannot.")
    found = param.ClassSelector(class_=Found, doc="What was found; None while nothing is asked for.")
    words = param.String(doc="How many rows were found.")

    def __init__(self, **params):
        super().__init__(**params)
        self._asked = None
        self._field = pmui.TextInput(
            label="Search rows", description=HELP, size="small", width=180, margin=0,
            disabled=self.param.table.rx.is_(None),
        )  # fmt: skip
        self._field.param.watch(lambda _: self._ask(), "value_input")
        self._field.param.watch(lambda _: self._select(), "enter_pressed")
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        self.results = later(visible=self.param.found.rx.is_not(None))

    @param.depends("table", watch=True)
    def _ask(self):
        query, table = self._field.value_input.strip(), self.table
        self._asked = asked = (query, table)

        def arrive(found):
            if asked == self._asked:  # else the reader has typed on
                self._show(found)

        if table is None or not query:
            self._show(None)
        else:
            off_loop(lambda: search.find(table, query, LISTED), arrive)

    def _show(self, found):
        if found is not None:
            self.words = f"{len(found.selection):,} rows found" + (" · Enter selects them" if len(found.frame) else "")
            self._grid.show(found.frame, self.pictured, self.table.frame.iloc[found.frame["row_id"]])
            fill(self.results, self._list)
        self.found = found

    def _list(self):
        return pn.Column(
            plain(self.param.words, font_size="12px", opacity="0.75"),
            self._grid,
            sizing_mode="stretch_width",
            margin=0,
        )

    def _select(self):
        if self.found is not None and len(self.found.selection):
            self.selecting.take(self.found.selection)

    def __panel__(self):
        return self._field
