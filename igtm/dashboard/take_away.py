"""TakeAway: charts, coordinates, model and code as files; and a saved map back in."""

import asyncio
import html
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts import export
from igtm.dashboard import icons
from igtm.dashboard.dialog import Dialog
from igtm.dashboard.layouts import line
from igtm.dashboard.part import Part
from igtm.dashboard.text import Html, message, plain, tooltip_at
from igtm.maps import table_map
from igtm.maps.table_map import TableMap
from igtm.tables import readers

FORMATS = {name.upper(): name for name in export.WRITERS}
OPEN = "Open a saved map"
NO_CHART = "none yet"
MAX_BYTES = 200_000_000
NOT_YET = "Fit a map first: then its charts, coordinates, model and code can be taken away."
SMALL = {"variant": "outlined", "size": "small", "margin": 0}

CODE_STYLE = """
pre {
  margin: 0; padding: 8px 12px; max-height: 180px; overflow: auto; font-size: 12px; line-height: 1.45;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 4px;
}
"""
# A pane's text is escaped once by Panel and once by us. navigator.clipboard is there on secure pages only; a copy
# event works on any, and leaves the focus in the dialog.
COPY = """
const decode = (text) => new DOMParser().parseFromString(text, "text/html").body.textContent;
const code = decode(decode(pane.text));
const put = (event) => { event.clipboardData.setData("text/plain", code); event.preventDefault(); };
document.addEventListener("copy", put, { capture: true, once: true });
document.execCommand("copy");
"""


class TakeAway(Part):
    """A button that opens a dialog with everything that can be kept of a map."""

    fitted = param.ClassSelector(class_=TableMap, allow_refs=True, doc="The map, None before the first fit.")
    figures = param.Parameter(
        default={}, allow_refs=False, doc="The charts on the page, name -> `Figure`, or a function that returns that."
    )
    drawn = param.Callable(
        default=lambda: (None, None),
        doc="Gives which map is shown, means or modes, and its `Colouring`, for the code.",
    )
    dark = param.Boolean(default=False, allow_refs=True, doc="Whether the page, and with it each chart, is dark.")
    opened = param.Bytes(doc="Content of a saved map; triggered for every file that the reader opens.")
    message = param.String(doc="What was wrong with the file that was opened, in words.")
    open = param.Boolean(default=False, doc="Whether the dialog is open.")

    def __init__(self, **params):
        super().__init__(**params)
        choice = {"size": "small", "margin": 0, "disabled": self.param.fitted.rx.is_(None)}
        self._chart = pmui.Select(
            label="Chart", options=[NO_CHART], width=160, description="One that the page shows now.", **choice
        )
        self._format = pmui.Select(
            label="Format",
            options=FORMATS,
            width=125,
            description="Pictures, a page of its own, or its data.",
            **choice,
        )
        self._file = pmui.FileInput(
            label=OPEN,
            uploaded_label=OPEN,
            accept=".npz",
            max_file_size=MAX_BYTES,
            **SMALL,
        )
        self._file.param.watch(self._hand_over, "value")
        self._dialog = Dialog(
            self._content,
            "Take away",
            width="sm",
            sx={"& .MuiDialogTitle-root": {"pb": "4px"}, "& .MuiDialogContent-root": {"px": "24px"}},
        )
        self._dialog.param.watch(lambda event: self.param.update(open=event.new), "open")
        self.param.watch(lambda event: self._dialog.param.update(open=event.new), "open")
        self._button = pmui.Button(
            label="Take away",
            icon=icons.DOWNLOAD,
            description="Keep charts, coordinates, the model, or the code of this map.",
            stylesheets=[tooltip_at("above", "right")],
            on_click=lambda _: self.param.update(open=True),
            **SMALL,
        )
        self.view = pn.Row(self._button, self._dialog, margin=0, styles={"flex": "none", "width": "auto"})

    @property
    def code(self) -> str:
        """Python that makes the same coordinates and the map of them, none before the first fit."""
        return "" if self.fitted is None else table_map.script(self.fitted, *self.drawn())

    @param.depends("fitted", "open")
    def _code_as_html(self):
        return f'<pre tabindex="0">{html.escape(self.code)}</pre>'

    @param.depends("open", "fitted", watch=True)
    def _offer_charts(self):
        if self.open:
            charts = list(self._figures()) or [NO_CHART]
            kept = self._chart.value if self._chart.value in charts else charts[0]
            self._chart.param.update(options=charts, value=kept)

    def _figures(self):
        if self.fitted is None:
            return {}
        return self.figures() if callable(self.figures) else self.figures

    def _content(self):
        missing = self.param.fitted.rx.is_(None)
        # Panel's HTML pane fails when its own `visible` changes before it was drawn, as in a closed dialog.
        why = pn.Column(plain(NOT_YET, opacity="0.8"), visible=missing, margin=0, sizing_mode="stretch_width")
        code = Html(
            self._code_as_html,
            stylesheets=[CODE_STYLE],
            sizing_mode="stretch_width",
            margin=0,
        )
        copy = pmui.Button(
            label="Copy",
            icon=icons.COPY,
            description="Put the code on the clipboard.",
            disabled=missing,
            stylesheets=[tooltip_at("above")],
            **SMALL,
        )
        copy.js_on_click(args={"pane": code}, code=COPY)
        return pn.Column(
            why,
            heading("Charts"),
            line(
                self._chart,
                self._format,
                self._download("Download", "Save this chart as a file.", self._draw),
                margin=(6, 0, 0, 0),
            ),
            heading("Coordinates of all rows"),
            line(
                self._download("CSV", "A row for each of the table, as text.", self._csv),
                self._download("Parquet", "The same rows, typed and small.", self._parquet),
            ),
            heading("Model, with roles and preprocessing"),
            line(
                self._download("Model", "Keep the fitted map, to open it here or in Python.", self._model), self._file
            ),
            message(self.param.message, severity="error"),
            heading("Python that gives the same coordinates and map"),
            pn.Column(code, visible=missing.rx.not_(), margin=0, sizing_mode="stretch_width"),
            line(copy, self._download("Script", "Save the code as a file.", self._script)),
            sizing_mode="stretch_width",
            margin=(0, 0, 12, 0),
            styles={"gap": "8px"},
        )

    def _download(self, label, help, make: Callable[[], tuple[str, bytes]]):
        """A button for a file that is made, on a thread, when it is asked for: how its name ends, and its content."""
        none, tip = self.param.fitted.rx.is_(None), tooltip_at("above")
        button = pmui.FileDownload(label=label, description=help, disabled=none, stylesheets=[tip], **SMALL)

        async def give():
            ending, content = await asyncio.to_thread(make)
            # Without data for a moment, or a file equal to the last would be no change, and not arrive. A name that
            # is bound to others would stay as it is from the first file on: the button sets it, too.
            button.param.update(data=None, filename=f"{slug(self.fitted)}-{ending}")
            return BytesIO(content)

        button.callback = give
        return button

    def _draw(self):
        chart, format = self._chart.value, self._format.value
        return f"{as_slug(chart)}.{format}", export.render(self._figures()[chart], format, dark=self.dark)

    def _csv(self):
        return "coordinates.csv", table_map.csv(table_map.coordinates(self.fitted))

    def _parquet(self):
        return "coordinates.parquet", table_map.coordinates(self.fitted).to_parquet(index=False)

    def _model(self):
        file = BytesIO()
        table_map.save(self.fitted, file)
        return "map.npz", file.getvalue()

    def _script(self):
        return "map.py", self.code.encode()

    def _hand_over(self, event):
        if event.new is None:
            return
        self.message = ""
        with param.parameterized.discard_events(self):
            self.opened = event.new
        self.param.trigger("opened")
        self._file.clear()  # so that the same file can be opened again
        self.open = bool(self.message)


def slug(fitted: TableMap | None) -> str:
    """The name of a map's table as the beginning of a file name."""
    name = "map" if fitted is None else fitted.table.name
    return as_slug(Path(name).stem if name.lower().endswith(readers.SUFFIXES) else name)


def as_slug(text: str) -> str:
    """Words of any text, joined so that every system takes them as a file name."""
    return re.sub(r"\W+", "-", text)[:60].strip("-_").lower() or "map"


def heading(text: str) -> pn.pane.HTML:
    """The name of a part of the dialog."""
    return plain(text, font_weight="600", margin_top="8px")
