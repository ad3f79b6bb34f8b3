"""AsTable: every chart of the page as a table."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts.as_table import as_tables
from igtm.dashboard import icons
from igtm.dashboard.dialog import Dialog
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.text import plain, tooltip_at

NOT_YET = "none yet"
HELP = "The charts of this page as they are now: what is written at each of their marks."
GRID_HEIGHT = 420
# What the rows of a dataset are to the reader, where its name is not it.
ROWS = {"nodes": "cells", "path": "curve"}


class AsTable(param.Parameterized):
    """A button, and a dialog that it opens, with the numbers of a chart, which the reader chooses."""

    figures = param.Parameter(
        allow_refs=False, doc="A function that returns the charts on the page: name -> `Figure`."
    )
    chart = param.Selector(default=NOT_YET, objects=[NOT_YET], doc="Which chart is shown.")
    words = param.String(doc="How many rows it has.")

    def __init__(self, figures: Callable, **params):
        super().__init__(figures=figures, **params)
        self._tables = {}
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        self.button = pmui.Button(
            label="As tables", icon=icons.TABLE, description="Read the charts of this page as tables.",
            on_click=self.show, variant="outlined", size="small", margin=0, stylesheets=[tooltip_at("above", "right")],
        )  # fmt: skip
        self.dialog = Dialog(self._content, "Charts as tables")

    def show(self, *_) -> None:
        """Open the dialog on the charts as they are now."""
        self._tables = {
            f"{name} · {ROWS.get(dataset, dataset)}" if len(tables) > 1 else name: table
            for name, tables in ((name, as_tables(figure)) for name, figure in self.figures().items())
            for dataset, table in tables.items()
        }
        names = list(self._tables) or [NOT_YET]
        self.param.chart.objects = names
        self.chart = self.chart if self.chart in names else names[0]
        self._fill()
        self.dialog.open = True

    def _content(self):
        choose = pmui.Select.from_param(
            self.param.chart, label="Chart", description=HELP, width=300, size="small", margin=(8, 0, 0, 0)
        )
        return pn.Column(
            choose, plain(self.param.words, font_size="12px", opacity="0.75"), self._grid,
            sizing_mode="stretch_width", margin=(0, 0, 12, 0), styles={"gap": "8px"}, min_height=GRID_HEIGHT,
        )  # fmt: skip

    @param.depends("chart", watch=True)
    def _fill(self):
        table = self._tables.get(self.chart)
        self.words = "Fit a map first: then its charts are here." if table is None else f"{len(table):,} rows"
        self._grid.frame = table
