"""Data frames as grids in which nothing from the data is ever HTML."""

import html
from collections.abc import Callable

import numpy as np
import pandas as pd
import panel as pn
import param
from bokeh.models import StringFormatter
from pandas.api import types
from panel.io.model import JSCode

from igtm.dashboard.inspector_parts import off_loop
from igtm.dashboard.text import plain
from igtm.maps import pictures
from igtm.maps.pictures import Molecules, Pixels

__all__ = ["PAGE_SIZE", "PICTURES_A_PAGE", "DataGrid"]

MAX_COLUMNS = 100  # a browser draws every column of every row that it shows
PAGE_SIZE = 100
PICTURES_A_PAGE = 25  # which takes 0.1 s where they are molecules
CELL_PADDING = 8  # to the left and right
MAX_EXACT = 2**53  # larger whole numbers are no longer exact in a browser

# Whole numbers in full, others with four significant digits.
NUMBER = JSCode("""cell => {
  const value = cell.getValue();
  if (value === null || Number.isNaN(value)) return "—";
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1e4 && Math.abs(value) < 1e15 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}""")
TEXT = StringFormatter(null_format="—", nan_format="—")
# The field of the pictures, which have no name in the data, and what it holds until a picture is made.
PICTURE, TO_COME = "picture", ""
PICTURE_WIDTH, PICTURE_HEIGHT = 86, 64
# All of one size, and their places, too, so that rows do not grow; anything else is text.
DRAWN = JSCode(f"""cell => {{
  const value = cell.getValue(), place = document.createElement("div");
  place.style.height = "{PICTURE_HEIGHT}px";
  if (!/^data:image\\/png;base64,[\\w+/=]+$/.test(value)) {{
    place.textContent = value ?? "—";
    return place;
  }}
  const picture = document.createElement("img");
  [picture.width, picture.height] = [{PICTURE_WIDTH}, {PICTURE_HEIGHT}];
  Object.assign(picture, {{ src: value, alt: "Picture of the row" }});
  picture.style.cssText = "display: block; object-fit: contain; object-position: left";
  place.append(picture);
  return place;
}}""")

# Over the styles that Panel's Material design brings: dense, and of one colour with whatever the grid lies on.
STYLE = """
.pnx-tabulator.tabulator {
  --line: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  font: 13px/1.4 var(--bokeh-base-font, inherit); font-variant-numeric: tabular-nums;
  color: var(--panel-on-surface-color); border: var(--line); border-radius: 4px; background: none;
  visibility: inherit !important;
}
.pnx-tabulator.tabulator .tabulator-header, .tabulator .tabulator-header .tabulator-header-contents,
div .tabulator .tabulator-headers, div .tabulator .tabulator-header .tabulator-col,
.pnx-tabulator.tabulator .tabulator-header .tabulator-col.tabulator-sortable.tabulator-col-sorter-element:hover,
.pnx-tabulator.tabulator .tabulator-tableholder .tabulator-table,
.pnx-tabulator.tabulator .tabulator-tableholder .tabulator-table .tabulator-row.tabulator-row,
.pnx-tabulator.tabulator .tabulator-footer, .pnx-tabulator.tabulator .tabulator-footer .tabulator-page {
  color: inherit; background: none; border: 0;
}
.pnx-tabulator.tabulator .tabulator-header .tabulator-col .tabulator-col-content { padding: 6px 8px; }
.pnx-tabulator.tabulator .tabulator-header .tabulator-col .tabulator-col-content .tabulator-col-title {
  font-weight: 600; padding-right: 12px;
}
.pnx-tabulator.tabulator .tabulator-header .tabulator-col:not(:hover, :focus, [aria-sort="ascending"],
  [aria-sort="descending"]) .tabulator-col-sorter { visibility: hidden; }
.pnx-tabulator.tabulator .tabulator-tableholder .tabulator-table .tabulator-row.tabulator-row { min-height: 0; }
.pnx-tabulator.tabulator .tabulator-tableholder .tabulator-table .tabulator-row .tabulator-cell {
  min-height: 0; padding: 5px 8px; border: 0; border-top: var(--line);
}
.pnx-tabulator.tabulator .tabulator-tableholder .tabulator-table .tabulator-row.tabulator-row:hover {
  color: inherit; background: color-mix(in srgb, var(--panel-primary-color) 12%, transparent);
}
.pnx-tabulator.tabulator .tabulator-footer { border-top: var(--line); white-space: normal; }
.pnx-tabulator.tabulator .tabulator-footer .tabulator-footer-contents { padding: 2px 4px; }
.pnx-tabulator.tabulator .tabulator-footer .tabulator-page.active {
  color: var(--panel-on-primary-color); background: var(--panel-primary-color);
}
.pnx-tabulator.tabulator .tabulator-edit-list {
  font-size: 13px; background: var(--panel-surface-color); border: var(--line); border-radius: 4px;
}
.pnx-tabulator.tabulator .tabulator-edit-list .tabulator-edit-list-item { padding: 6px 8px; color: inherit; }
.pnx-tabulator.tabulator .tabulator-edit-list .tabulator-edit-list-item:is(.active, .focused, :hover) {
  color: var(--panel-on-primary-color); background: var(--panel-primary-color); outline: none;
}
"""


class DataGrid(pn.viewable.Viewer):
    """A data frame as a sortable grid, page by page where it is long.

    Column names, which may hold anything, reach the browser neither as keys nor as HTML: there, columns are called
    c0, c1, ... Python sees their real names.

    Parameters
    ----------
    frame : pandas.DataFrame, optional
        What is shown.
    **params
        Parameters of this class; others are those of `panel.widgets.Tabulator`, such as ``height``.
    """

    frame = param.DataFrame(doc="What is shown: its first 100 columns, and all of its rows.")
    editors = param.Dict(default={}, doc="Tabulator's editor specification of each column that can be edited.")
    formatters = param.Dict(default={}, doc="A formatter of Tabulator or Bokeh for each column that needs its own.")
    widths = param.Dict(default={}, doc="Width of each column that is not as wide as its cells, by c0, c1, ...")
    sorter = param.Tuple(
        default=None,
        length=2,
        allow_None=True,
        doc="By which column the reader sorts what is shown, and whether the largest come first.",
    )
    on_edit = param.Callable(doc="Called with row position, column name and new value after a cell was edited.")

    def __init__(self, frame=None, **params):
        own = {name: params.pop(name) for name in list(params) if name in DataGrid.param}
        self._options = params
        self._grid = self._schema = self._coming = None
        self._seen = None  # how rows are drawn, of what, the column of pictures, and which of them were asked for
        self._names = {}  # of the columns, by the fields that stand for them in the browser
        self._place = pn.Column(sizing_mode="stretch_width", margin=0)
        super().__init__(frame=frame, **own)
        self._show()

    def __panel__(self):
        note = plain(pn.bind(_note, self.param.frame), font_size="12px", opacity="0.7")
        return pn.Column(self._place, note, sizing_mode="stretch_width", margin=0)

    def show(
        self, frame: pd.DataFrame, how: Pixels | Molecules | None, rows: pd.DataFrame, then: Callable = lambda: None
    ) -> None:
        """Show other rows, which begin with pictures: made off the event loop, page by page as the reader turns them.

        Parameters
        ----------
        frame : DataFrame (n, C)
        how : Pixels, Molecules or None
            As `pictures.pictured` finds; None for no pictures.
        rows : DataFrame (n, D)
            What is drawn: rows of a table, in the order of the frame.
        then : callable, optional
            Called once the rows are there, unless other rows are to be shown by then.
        """
        self._coming = coming = object()

        def arrive(made):
            if coming is self._coming:
                column = np.full(len(rows), TO_COME, dtype=object)
                column[: len(made)] = made
                self._seen = None if how is None else (how, rows, column, np.arange(len(rows)) < len(made))
                self.frame = frame
                then()

        # The first page comes with its pictures: while a browser builds a new grid, it is deaf to changes.
        if how is None:
            arrive([])
        else:
            off_loop(lambda: pictures.uris(how, rows.iloc[:PICTURES_A_PAGE]), arrive)

    @param.depends("frame", watch=True)
    def _show(self):
        if self.frame is None:
            return
        frame = self.frame.iloc[:, :MAX_COLUMNS]
        names = {f"c{position}": name for position, name in enumerate(frame.columns)}
        value = pd.DataFrame({field: _cells(frame.iloc[:, position]) for position, field in enumerate(names)})
        if self._seen is not None:
            names = {PICTURE: PICTURE} | names
            value.insert(0, PICTURE, pd.Series(self._seen[2], dtype=object))
        page_size = PAGE_SIZE if self._seen is None else PICTURES_A_PAGE
        pagination = {"pagination": "remote" if len(value) > page_size else None, "page_size": page_size}
        schema = names, pagination, value.dtypes.to_dict()
        # An edit is in the grid already (as another dtype): sending it back would close the next editor.
        same = schema == self._schema and value.equals(self._grid.value.astype(schema[-1]))
        deaf = self._seen is not None and pagination["pagination"]  # while a browser builds a grid with pages
        if schema != self._schema or (deaf and not same):
            self._names, self._schema = names, schema
            self._grid = self._tabulator(value, pagination)
            self._place[:] = [self._grid]
        elif not same:
            self._grid.value = value  # in place: the reader's sorting stays
        self._draw()

    def _draw(self, *_):
        """Make those pictures of the page that were not asked for yet."""
        if self._seen is None:
            return
        grid, seen = self._grid, self._seen
        how, rows, column, asked = seen
        page = grid.current_view.index
        if grid.pagination:
            page = page[(grid.page - 1) * grid.page_size :][: grid.page_size]
        wanted = page[~asked[page]]
        asked[wanted] = True

        def arrive(made):
            if seen is self._seen:  # else these are rows of another frame
                column[wanted] = made
                grid.value = grid.value.assign(**{PICTURE: pd.Series(column, dtype=object)})

        if len(wanted):
            off_loop(lambda: pictures.uris(how, rows.iloc[wanted]), arrive)

    def _tabulator(self, value, pagination):
        numbers = [field for field in value if types.is_numeric_dtype(value[field])]
        default = dict.fromkeys(value, TEXT) | dict.fromkeys(numbers, NUMBER) | {PICTURE: DRAWN}
        grid = pn.widgets.Tabulator(
            value,
            titles={field: html.escape(str(name)) for field, name in self._names.items()},
            editors={field: self.editors.get(name) for field, name in self._names.items()},
            formatters={field: self.formatters.get(name, default[field]) for field, name in self._names.items()},
            text_align=dict.fromkeys(numbers, "right"),
            header_align=dict.fromkeys(numbers, "right"),
            widths={PICTURE: PICTURE_WIDTH + 2 * CELL_PADDING} | self.widths,
            sortable={PICTURE: False},
            show_index=False,
            selectable=False,
            theme="simple",
            **pagination,
            stylesheets=[STYLE],
            **{"sizing_mode": "stretch_width", "margin": 0, "layout": "fit_data_stretch", **self._options},
        )
        grid.param.watch(self._take_sorter, "sorters")
        grid.param.watch(self._draw, ["sorters", "page"])
        grid.on_edit(lambda event: self.on_edit(event.row, self._names[event.column], event.value))
        return grid

    def _take_sorter(self, event):
        first = next(iter(event.new), None)
        self.sorter = None if first is None else (self._names[first["field"]], first["dir"] == "desc")


def _note(frame):
    columns = 0 if frame is None else frame.shape[1]
    return f"The first {MAX_COLUMNS} of {columns:,} columns." if columns > MAX_COLUMNS else ""


def _cells(series):
    """Return numbers that a browser holds exactly as they are, and anything else as text; rows from 0."""
    series = series.reset_index(drop=True)
    if types.is_bool_dtype(series) or not types.is_numeric_dtype(series):
        text = series.astype("str").astype(object)
        return text.where(series.notna(), None)
    if types.is_integer_dtype(series) and not series.hasnans:
        return series.astype("int64" if series.between(-MAX_EXACT, MAX_EXACT).all() else "str")
    return series.astype("float64")
