"""A Vega-Lite chart whose rows change in place, 5 times a second if need be."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import param
from panel.custom import JSComponent
from panel.util import lazy_load
from pyviz_comms import JupyterComm

import igtm.dashboard.notebook  # noqa: F401 - in a notebook, all that happens on a page happens on one thread
from igtm.charts.colours import is_text

__all__ = ["LiveChart"]

# Who came here by keyboard also reads what its keys do.
FOCUS_STYLE = """
[role=img] { position: relative; }
[role=img][data-hand]:focus-visible { outline: none; }
[role=img]:focus-visible:not([data-hand]) { outline: 2px solid var(--panel-primary-color); outline-offset: -2px; }
[role=img][aria-description]:focus-visible:not([data-hand])::after {
  content: attr(aria-description); position: absolute; inset: auto 6px 6px; padding: 4px 8px; border-radius: 4px;
  font-size: 12px; color: var(--panel-on-primary-color); background: var(--panel-primary-color); pointer-events: none;
}
"""

AXIS_AND_LEGEND, AXIS = 77, 43  # pixels below a plot, and beside it


class LiveChart(JSComponent):
    """A Vega-Lite chart that the browser embeds once and then patches.

    `panel.pane.Vega` makes a new canvas at every change, and the reader's zoom and brush are lost. Here a new
    canvas is made only for another `spec`. Rows travel as columns, numbers among them as binary arrays.

    Everything that is shown lives in parameters, none of it in messages: a chart that is opened late, or
    twice, shows the latest rows. Frames that arrive while the browser draws are dropped, but for the last.
    """

    spec = param.ClassSelector(class_=dict, doc="Vega-Lite specification over named datasets, without rows.")
    selection = param.Dict(
        default={},
        doc="What the reader selected, by the name of the selection parameter in the specification: "
        "`{'x': [from, to], 'y': [from, to]}` of an interval, a list of values of points, no entry for none.",
    )
    gesture = param.Dict(
        default={},
        doc="The latest gesture with which the reader chose something: its `purpose` ('new', 'add' or 'remove'; of a "
        "key 'undo', 'redo' or 'clear'), and by the name of the selection parameter the bounds of a box that was "
        "drawn, or the value of a mark or of an entry of a legend that was clicked; as `cell` the node whose rows "
        "were chosen by key. The same gesture twice sets it twice.",
    )
    drag = param.Selector(
        default="move",
        objects=["move", "new", "add", "remove"],
        doc="What plain drag does: move the chart, or draw a box that selects anew, adds or removes. Shift always "
        "adds, alt always removes.",
    )
    aspect = param.Selector(
        default="square",
        objects=["square", "fill", "own"],
        doc="'square': the plot is as high as it is wide; 'fill': it is `plot_height` high; 'own': it is as large as "
        "`spec` says, or where there is less room smaller in proportion.",
    )
    max_share = param.Number(
        default=1, bounds=(0.1, 1), doc="Longest side of a square plot, as a share of the window's height."
    )
    max_size = param.Integer(default=900, bounds=(50, None), doc="Longest side of a square plot, in pixels.")
    plot_height = param.Integer(default=200, bounds=(20, None), doc="Height of a plot that is not square.")
    label = param.String(default="Chart", doc="What a screen reader says.")
    dark = param.Boolean(default=False, doc="Whether tooltips are dark. The chart's own colours are in `spec`.")

    _picture_size = param.List(default=[], doc="Width and height of the pictures of rows; none without.")
    _rows = param.Dict(default={}, doc="Dataset -> column -> values.")
    _frame = param.Dict(default={}, doc="The columns set since `_rows` were: all that a frame sends.")
    _pulses = param.Integer(doc="How often attention was drawn to something.")
    _cleared = param.List(default=[0], doc="How often selections were cleared from Python, and which; none means all.")

    _bundle = Path(__file__).with_suffix(".js")

    def __init__(self, **params):
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._lengths = {}
        self._texts = {}  # of each column of text its values, and what is sent
        self._picture = None
        # Until it is drawn, a chart takes the room that it will need: nothing below it jumps.
        square = (
            f"aspect-ratio: 1; max-height: min({self.max_size}px, {100 * self.max_share}vh); "
            f"max-width: calc(100% - {AXIS}px); box-sizing: content-box; padding-bottom: {AXIS_AND_LEGEND}px"
        )
        room = square if self.aspect == "square" else f"min-height: {self.plot_height + 50}px"
        held = f".live-chart:not(:has(canvas)) {{ {room} }}"
        self.stylesheets = [*self.stylesheets, held, FOCUS_STYLE]

    def show(self, spec, data, dark=False):
        """Draw `spec` over `data`; the zoom and selections that it shares with the current one stay.

        Parameters
        ----------
        spec : dict
            Vega-Lite specification over named datasets.
        data : dict of str to pandas.DataFrame or dict of str to array-like
            The rows of each dataset.
        dark : bool, default False
            Whether `spec` is of the dark mode.
        """
        before, self._lengths = self._lengths, {name: _length(frame) for name, frame in data.items()}
        rows = {name: self._packed(name, frame) for name, frame in data.items()}
        if spec != self.spec and before == self._lengths:  # drawn anew from the rows that are there
            self.param.update(spec=spec, dark=dark, _frame={name: self._news(name, rows[name]) for name in rows})
        else:
            self.param.update(spec=spec, dark=dark, _rows=rows, _frame={})

    def set_data(self, name, frame):
        """Replace the rows of one dataset.

        Parameters
        ----------
        name : str
            The dataset.
        frame : pandas.DataFrame or dict of str to array-like
            Its rows.
        """
        self._lengths[name] = _length(frame)
        columns = self._packed(name, frame)
        if columns.keys() == self._rows.get(name, {}).keys():  # all of them are overwritten, and no others are sent
            self._frame = {**self._frame, name: columns}
            return
        others = {other: columns for other, columns in self._frame.items() if other != name}
        self.param.update(_rows={**self._rows, name: columns}, _frame=others)

    def patch(self, name, columns=None, /, **more):
        """Replace some columns of a dataset, row by row; only these are sent.

        Parameters
        ----------
        name : str
            A dataset that is shown.
        columns : dict of str to array-like or DataFrame, optional
            The new values of some columns, as many as the dataset has rows.
        **more : array-like
            Columns, too, where their names are identifiers.
        """
        if name not in self._rows:
            raise KeyError(f"No dataset {name!r} to patch: call show or set_data first; there are {list(self._rows)}")
        columns = {**({} if columns is None else columns), **more}
        n_rows = self._lengths[name]
        for column, values in columns.items():
            if len(values) != n_rows:
                raise ValueError(f"{column!r} has {len(values)} values, {name!r} has {n_rows} rows: use set_data")
        self._frame = {**self._frame, name: {**self._frame.get(name, {}), **self._packed(name, columns)}}

    def redraw(self, spec, name, columns):
        """Draw another specification over the rows that are there, and replace some columns of a dataset, as `patch`.

        Parameters
        ----------
        spec : dict
            Vega-Lite specification over the datasets that are shown, of the mode that is shown.
        name : str
            One of them.
        columns : dict of str to array-like
            The new values of some columns.
        """
        with param.parameterized.batch_call_watchers(self):
            self.spec = spec
            self.patch(name, columns)

    def _packed(self, name, frame):
        """The columns of a dataset as they are sent; a text that stays is not written again."""
        return {str(column): self._pack((name, str(column)), pd.Series(frame[column])) for column in frame}

    def _pack(self, place, values):
        if not is_text(values):
            self._texts.pop(place, None)
            return _column(values)
        words = values.to_numpy()
        kept, text = self._texts.get(place, (None, None))
        if not np.array_equal(kept, words):
            text = json.dumps(words.tolist())
            self._texts[place] = words.copy(), text  # theirs may be changed in place
        return text

    def _news(self, name, columns):
        """Those columns of a dataset that were set since `_rows` were, or are set now."""
        sent, since = self._rows[name], self._frame.get(name, {})
        return {each: new for each, new in columns.items() if each in since or not _same(new, sent.get(each))}

    def pulse(self):
        """Draw attention to what the specification ties to a parameter ``pulse``: it goes from 0 to 1 three times.

        It stays 0 for readers who asked their system for less motion.
        """
        self._pulses += 1

    def illustrate(self, picture=None, size=()):
        """Begin the tooltips of rows with pictures; each is asked for when the pointer comes to its row.

        Parameters
        ----------
        picture : callable, optional
            From the ``row_id`` of a mark to its picture, of `igtm.maps.pictures`, or to None where it has none. By
            default tooltips are text.
        size : (int, int), optional
            Width and height of the pictures.
        """
        self._picture = picture
        self._picture_size = list(size)

    def clear_selection(self, *names):
        """Remove brushes and picks, here and in the browser.

        Parameters
        ----------
        *names : str
            Selection parameters of the specification; by default all.
        """
        kept = {name: value for name, value in self.selection.items() if names and name not in names}
        self.param.update(selection=kept, _cleared=[self._cleared[0] + 1, *names])

    def _process_param_change(self, params):
        # As one text, as are the columns of text: see `_column`.
        if params.get("spec") is not None:
            params = {**params, "spec": json.dumps(params["spec"])}
        return super()._process_param_change(params)

    def _handle_msg(self, data):
        if "row" in data:  # the pointer came to it
            self._send_msg({**data, "picture": self._picture and self._picture(data["row"])})
        else:
            self.gesture = data

    def _get_model(self, doc, root=None, parent=None, comm=None):
        # As Panel's Vega pane does: puts Vega on the page, or says that pn.extension("vega") is missing.
        lazy_load("panel.models.vega", "VegaPlot", isinstance(comm, JupyterComm), root)
        return super()._get_model(doc, root, parent, comm)


def _length(frame):
    return len(next((frame[column] for column in frame), ()))


def _same(values, others):
    """Whether two columns, as they are sent, hold the same."""
    if type(values) is not type(others):
        return False
    return values == others if isinstance(values, str) else np.array_equal(values, others, equal_nan=True)


def _column(values):
    """Return numbers as an array, which is sent in binary, and anything else as the text of a JSON list.

    A list as such would be walked through, value by value, at every change anywhere in a page that holds it.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime("%Y-%m-%dT%H:%M:%S").astype(object)
    elif pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.to_numpy(np.float32 if values.dtype == np.float32 else np.float64, na_value=np.nan)
    if pd.api.types.is_bool_dtype(values) or pd.api.types.infer_dtype(values) == "string":
        return json.dumps(values.astype(object).where(values.notna(), None).tolist())
    return json.dumps([_plain(value) for value in values])


def _plain(value):
    if isinstance(value, str | bool | int | float):
        return None if value != value else value
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)
