"""RowsView: rows of a map, a page at a time; they are searched and sorted where they lie, and only a page is sent."""

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.grid import PAGE_SIZE, PICTURES_A_PAGE, DataGrid
from igtm.dashboard.inspector_parts import off_loop
from igtm.dashboard.layouts import line
from igtm.dashboard.text import plain
from igtm.maps import listing, table_map
from igtm.maps.table_map import TableMap

HELP = "Keeps the rows that hold a text, a number or a day. A click on the name of a column sorts them all."


class RowsView(pn.viewable.Viewer):
    """A list of rows with a field to search it, and its pages."""

    query = param.String(default="", doc=HELP)
    page = param.Integer(default=0, doc="Which page is shown, from 0.")
    pages = param.Integer(default=1, doc="How many there are.")
    words = param.String(doc="Which rows are shown, of how many.")

    def __init__(self, **options):
        super().__init__()
        self._fitted, self._all, self._rows = None, np.array([], dtype=np.int64), np.array([], dtype=np.int64)
        self._first = {}
        self._grid = DataGrid(**options)
        self._grid.param.watch(lambda _: self._list(), "sorter")
        look = {"size": "small", "margin": 0}
        field = pmui.TextInput(label="Search these rows", description=HELP, width=190, **look)
        field.param.watch(lambda event: setattr(self, "query", event.new), "value_input")
        pager = pmui.Pagination.from_param(
            self.param.page,
            count=self.param.pages,
            visible=self.param.pages.rx() > 1,
            size="small",
            margin=(4, 0, 0, 0),
        )
        self._view = pn.Column(
            line(field, plain(self.param.words, font_size="12px", opacity="0.75"), gap="8px 16px", margin=(4, 0)),
            self._grid,
            pager,
            sizing_mode="stretch_width",
            margin=0,
        )

    def __panel__(self):
        return self._view

    def show(self, fitted: TableMap, which: np.ndarray, **first: np.ndarray) -> None:
        """List other rows.

        Parameters
        ----------
        fitted : TableMap
        which : ndarray (n,) of int
            Positions in its table.
        **first : ndarray (N,)
            Columns to begin with, of all rows of the table.
        """
        if fitted is not self._fitted:
            with param.parameterized.discard_events(self._grid):
                self._grid.sorter = None  # there may be no such column
        self._fitted, self._all, self._first = fitted, which, first
        self._list()

    @param.depends("query", watch=True)
    def _list(self):
        if self._fitted is None:
            return
        by, descending = self._grid.sorter or (None, False)
        self._wanted = wanted = (self._fitted, self._all, self.query, by, descending)
        first = self._first
        if by is None and not self.query.strip():
            self._arrive(self._all)
        else:
            off_loop(
                lambda: listing.listed(*wanted, **first),
                lambda found: wanted is self._wanted and self._arrive(found),
            )

    def _arrive(self, rows):
        self._rows = rows
        if self.page:
            self.page = 0
        else:
            self._turn()
        self.pages = max(1, -(-len(rows) // self._page_size))

    @property
    def _page_size(self):
        return PAGE_SIZE if self._fitted.pictured is None else PICTURES_A_PAGE

    @param.depends("page", watch=True)
    def _turn(self):
        fitted, start = self._fitted, self.page * self._page_size
        page = self._rows[start : start + self._page_size]
        first = {name: column[page] for name, column in self._first.items()}
        ends = f"{start + 1:,} to {start + len(page):,}" if len(page) else "None"
        words = f"{ends} of {len(self._rows):,} rows"
        shown, drawn = table_map.rows(fitted, page, **first), fitted.table.frame.iloc[page]
        self._grid.show(shown, fitted.pictured, drawn, then=lambda: self.param.update(words=words))
