"""NewRows: a second file laid on the fitted map, and what to take away of it."""

import asyncio
from io import BytesIO

import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts import figures
from igtm.dashboard.dialog import Dialog
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import Picture, illustrate
from igtm.dashboard.layouts import stack
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.take_away import slug
from igtm.dashboard.text import message, plain
from igtm.dashboard.training import FRAME_ROWS
from igtm.maps import landscape, projection, table_map
from igtm.maps.projection import Projection
from igtm.maps.table_map import TableMap
from igtm.tables import readers
from igtm.tables.tables import MAX_BYTES, TableError

ASK = "Project new rows"
HELP = "Lay the rows of a second file on the fitted map; its columns are matched by name."
GRID_HEIGHT = 260
SMALL = {"variant": "outlined", "size": "small", "margin": 0}


class NewRows(pn.viewable.Viewer):
    """A button for the file, and a dialog with its rows on the map, what did not match, and their coordinates."""

    fitted = param.ClassSelector(class_=TableMap, allow_refs=True, doc="The map, None before the first fit.")
    dark = param.Boolean(default=False, allow_refs=True, doc="Whether the page, and with it the chart, is dark.")
    projection = param.ClassSelector(class_=Projection, doc="The new rows on the map, None before the first.")
    problem = param.String(doc="Why a file could not be laid on the map, in words.")
    notes = param.String(doc="What did not match, in words.")

    def __init__(self, **params):
        super().__init__(**params)
        self._file = pmui.FileInput(
            label=ASK, uploaded_label=ASK, accept=",".join(readers.SUFFIXES), max_file_size=MAX_BYTES,
            disabled=self.param.fitted.rx.is_(None), **SMALL,
        )  # fmt: skip
        self._file.param.watch(self._receive, "value")
        self.param.watch(lambda _: self.param.update(problem=""), "fitted")  # it was of another map
        self.picture = Picture(LiveChart(label="New rows on the map", max_share=0.5), dark=self.param.dark)
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        self._download = pmui.FileDownload(
            label="Coordinates", description="Save where the new rows lie as CSV.", callback=self._give, **SMALL
        )
        self.dialog = Dialog(self._content, "New rows on the map")

    def __panel__(self):
        parts = [self._file, plain(HELP, font_size="12px", opacity="0.7"), message(self.param.problem), self.dialog]
        return stack(*parts)

    def _content(self):
        notes = message(self.param.notes, "info")
        return stack(notes, self.picture, self._grid, self._download, margin=(0, 0, 12, 0))

    async def _receive(self, event):
        if event.new is None:
            return
        fitted, name, content = self.fitted, self._file.filename, event.new
        self._file.clear()  # so that the same file can be opened again
        try:
            found, coordinates, figure = await asyncio.to_thread(_project, fitted, name, content)
        except TableError as error:
            self.problem = str(error)
        else:
            self._show(found, coordinates, figure)

    def _show(self, found, coordinates, figure):
        self._coordinates, pictured = coordinates, found.fitted.pictured
        illustrate(self.picture.chart, pictured, found.table.frame)
        self.picture.figure = figure
        self._download.filename = f"{slug(found.fitted)}-new-rows.csv"
        self.param.update(projection=found, problem="", notes=" ".join(found.notes))
        # Only then, as the dialog builds its grid anew.
        self._grid.show(coordinates, pictured, found.table.frame, then=lambda: setattr(self.dialog, "open", True))

    async def _give(self):
        self._download.data = None  # or a file equal to the last would be no change, and not arrive
        return BytesIO(await asyncio.to_thread(table_map.csv, self._coordinates))


def _project(fitted, name, content):
    """A file's rows on a map, what to take away of them (classes are those of the first label), and a picture."""
    found = projection.project(fitted, readers.read(content, name), fill_missing=True)
    behind = fitted.points.iloc[landscape.sample_rows(fitted.table.frame, FRAME_ROWS)]
    coordinates = projection.coordinates(found, next(iter(fitted.table.labels), None))
    return found, coordinates, figures.new_rows(behind, found.points)
