"""Data frames as grids in which nothing from the data is ever HTML."""

import html

import pandas as pd
import panel as pn
import param
from bokeh.models import StringFormatter
from pandas.api import types
from panel.io.model import JSCode

from igtm.dashboard.text import plain

__all__ = ["DataGrid"]

MAX_COLUMNS = 100  # a browser draws every column of every row that it shows
PAGE_SIZE = 100
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
# Of `igtm.maps.pictures`, all of one size, so that rows do not grow; anything else is text.
PICTURE_SIZE = PICTURE_WIDTH, _ = 86, 64
PICTURE = JSCode(f"""cell => {{
  const value = cell.getValue();
  if (!/^data:image\\/png;base64,[\\w+/=]+$/.test(value)) return document.createTextNode(value ?? "—");
  const picture = document.createElement("img");
  [picture.width, picture.height] = {list(PICTURE_SIZE)};
  Object.assign(picture, {{ src: value, alt: "Picture of the row" }});
  picture.style.cssText = "display: block; object-fit: contain; object-position: left";
  return picture;
}}""")

# Over the styles that Panel's Material design brings: dense, and of one colour with whatever the grid lies on.
STYLE = """
.pnx-tabulator.tabulator {
  --line: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  font: 13px/1.4 var(--bokeh-base-font, inherit); font-variant-numeric: tabular-nums;
  color: var(--panel-on-surface-color); border: var(--line); border-radius: 4px; background: none;
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
.pnx-tabulator.tabulator .tabulator-footer { border-top: var(--line); }
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
    pictures = param.String(default="", doc="The column that holds pictures, of `igtm.maps.pictures`; none if empty.")
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
        self._grid = self._schema = None
        self._names = {}  # of the columns, by the fields that stand for them in the browser
        self._place = pn.Column(sizing_mode="stretch_width", margin=0)
        super().__init__(frame=frame, **own)
        self._show()

    def __panel__(self):
        note = plain(pn.bind(_note, self.param.frame), font_size="12px", opacity="0.7")
        return pn.Column(self._place, note, sizing_mode="stretch_width", margin=0)

    @param.depends("frame", watch=True)
    def _show(self):
        if self.frame is None:
            return
        frame = self.frame.iloc[:, :MAX_COLUMNS]
        names = {f"c{position}": name for position, name in enumerate(frame.columns)}
        value = pd.DataFrame({field: _cells(frame.iloc[:, position]) for position, field in enumerate(names)})
        pagination = "remote" if len(value) > PAGE_SIZE else None
        schema = names, pagination, self.pictures, value.dtypes.to_dict()
        if schema != self._schema:
            self._names, self._schema = names, schema
            self._grid = self._tabulator(value, pagination)
            self._place[:] = [self._grid]
        # An edit is in the grid already (as another dtype): sending it back would close the next editor.
        elif not value.equals(self._grid.value.astype(schema[-1])):
            self._grid.value = value  # in place: the reader's sorting stays

    def _tabulator(self, value, pagination):
        numbers = [field for field in value if types.is_numeric_dtype(value[field])]
        pictures = [field for field, name in self._names.items() if self.pictures and name == self.pictures]
        default = dict.fromkeys(value, TEXT) | dict.fromkeys(numbers, NUMBER) | dict.fromkeys(pictures, PICTURE)
        widths = dict.fromkeys(pictures, PICTURE_WIDTH + 2 * CELL_PADDING) | self.widths
        grid = pn.widgets.Tabulator(
            value,
            titles={field: html.escape(str(name)) for field, name in self._names.items()},
            editors={field: self.editors.get(name) for field, name in self._names.items()},
            formatters={field: self.formatters.get(name, default[field]) for field, name in self._names.items()},
            text_align=dict.fromkeys(numbers, "right"),
            header_align=dict.fromkeys(numbers, "right"),
            widths=widths,
            sortable=dict.fromkeys(pictures, False),
            show_index=False,
            selectable=False,
            pagination=pagination,
            page_size=PAGE_SIZE,
            theme="simple",
            stylesheets=[STYLE],
            **{"sizing_mode": "stretch_width", "margin": 0, "layout": "fit_data_stretch", **self._options},
        )
        grid.param.watch(self._take_sorter, "sorters")
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
