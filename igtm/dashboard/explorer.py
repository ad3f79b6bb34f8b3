"""Explorer: the whole dashboard. It owns the fitted map and composes the views."""

from dataclasses import replace
from functools import cached_property, partial
from io import BytesIO
from pathlib import Path

import pandas as pd
import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard import page_layout, serving
from igtm.dashboard.as_table import AsTable
from igtm.dashboard.backdrop import Backdrop
from igtm.dashboard.controls import Controls
from igtm.dashboard.convergence import Convergence
from igtm.dashboard.data import DataView
from igtm.dashboard.first_view import whole
from igtm.dashboard.guide import first_map
from igtm.dashboard.help import Help
from igtm.dashboard.inspector import Inspector
from igtm.dashboard.map_view import MapView, Scene
from igtm.dashboard.new_rows import NewRows
from igtm.dashboard.selecting import Selecting
from igtm.dashboard.settings import Settings
from igtm.dashboard.sheet import Sheet
from igtm.dashboard.take_away import TakeAway
from igtm.dashboard.text import listed
from igtm.dashboard.trail import Trail
from igtm.dashboard.training import Job, Training
from igtm.estimator import eIGTM
from igtm.maps import table_map
from igtm.maps.table_map import TableMap
from igtm.tables import readers
from igtm.tables.tables import Table

POLL_MILLISECONDS = 200


class Explorer(pn.viewable.Viewer):
    """Load a table, fit its map, look at it, take it away.

    Its parts can be put into layouts of one's own: `data`, `settings`, `controls`, `convergence`, `map`,
    `sheet`, `inspector` and `take_away`; `selecting` holds the selection.

    Parameters
    ----------
    table : Table, optional
        What to begin with; by default a sample.
    color : str, optional
        Column by which the map is coloured.
    folder : Path, optional
        Whose tables the page offers, besides samples and files from elsewhere.
    **settings
        Parameters of the fit: k, m, s, regul, n_blocks, niter, tol.
    """

    fitted = param.ClassSelector(class_=TableMap, doc="The latest finished map, None before the first.")
    dark = param.Boolean(default=False, doc="Whether the page is dark.")
    notice = param.String(doc="What the reader should know of the map: that it is outdated, or not saved with these.")

    def __init__(self, table: Table | None = None, color: str | None = None, folder: Path | None = None, **settings):
        super().__init__()
        self.data = DataView(table=table, folder=folder)
        self.settings = Settings(**settings)
        self.training = Training()
        self.controls = Controls(training=self.training, notice=self.param.notice)
        self.convergence = Convergence(training=self.training, dark=self.param.dark)
        self.selecting = Selecting()
        self.trail = Trail()
        self.map = MapView(
            selecting=self.selecting,
            backdrop=Backdrop(fitted=self.param.fitted, training=self.training),
            dark=self.param.dark,
        )
        self.sheet = Sheet(
            fitted=self.param.fitted,
            convergence=self.convergence,
            on_show=self.map.show_plane,
            dark=self.param.dark,
        )
        self.inspector = Inspector(
            fitted=self.param.fitted,
            selecting=self.selecting,
            picked_row=self.map.param.picked_row,
            picked_node=self.map.param.picked_node,
            colouring=self.map.colours.param.colouring,
            dark=self.param.dark,
        )
        if color is not None:
            self.map.prefer(color)
        self._poller = None
        self._connect()
        if pn.state.curdoc and pn.state.curdoc.session_context:
            pn.state.on_session_destroyed(self._end)

    # What the page has no need of before its first view is seen

    @cached_property
    def take_away(self) -> TakeAway:
        """Charts, coordinates, the model and the code, to keep."""
        kept = TakeAway(
            fitted=self.param.fitted, figures=self.figures, drawn=lambda: self.map.drawn, dark=self.param.dark
        )
        kept.param.watch(self._open, "opened")
        return kept

    @cached_property
    def as_table(self) -> AsTable:
        """The charts as tables."""
        return AsTable(figures=self.figures)

    @cached_property
    def help(self) -> Help:
        """The guide and the glossary."""
        return Help(first_map(self.data, self, self.sheet, self.map, self.selecting, self.take_away))

    @cached_property
    def new_rows(self) -> NewRows:
        """Rows of a second file on the map."""
        return NewRows(fitted=self.param.fitted, dark=self.param.dark)

    @property
    def model(self) -> eIGTM | None:
        """The fitted estimator; it takes rows as the preprocessing leaves them."""
        return None if self.fitted is None else self.fitted.model

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of the table that the map is of, in its order."""
        table = self.data.table if self.map.scene is None else self.map.scene.table
        return table.frame.iloc[self.selecting.selection.rows]

    def fit(self, paused: bool = False) -> None:
        """Start a fit of the current table with the current settings, on a thread of its own.

        Parameters
        ----------
        paused : bool, default False
            Hold it before the first iteration.
        """
        self.training.start(
            Job(self.data.table, self.data.recipe, self.settings.values, self.trail.weights), paused=paused
        )
        self._poller = pn.state.add_periodic_callback(self._poll, period=POLL_MILLISECONDS)

    def wait(self) -> None:
        """Wait until the fit under way has ended, for scripts and notebooks."""
        self.training.join()
        self._poll()

    def open(self, file: bytes) -> None:
        """Show a saved map, with the current table's rows on it.

        Parameters
        ----------
        file : bytes
            What "take away the model" gave.

        Raises
        ------
        ValueError
            If it is no such file or does not fit the table, or a fit is under way; the present map stays.
        """
        if self.training.active:
            raise ValueError("A fit is under way. Stop it, then open the saved map.")
        fitted = table_map.load(BytesIO(file), self.data.table)
        self._show_map(fitted)

    def map_region(self) -> None:
        """Fit a map of the selected rows; `trail` leads back."""
        if self.fitted is not None and len(self.selecting.selection) and not self.training.active:
            region = self.trail.enter(self.fitted, self.selecting)
            self.data.param.update(table=region.table, recipe=region.recipe)
            self.fit()

    def figures(self) -> dict:
        """The charts that the page shows, by name."""
        shown = {"map": self.map.figure, **self.sheet.figures, **self.inspector.figures}
        return {name: figure for name, figure in shown.items() if figure is not None}

    # How what happens in one view reaches the others

    def _connect(self):
        self.controls.param.watch(lambda _: self.fit(), "fit")
        self.controls.param.watch(lambda _: self.fit(paused=True), "step")
        self.selecting.param.watch(lambda _: self.map_region(), "zoom")
        self.trail.param.watch(lambda event: self._go_back(event.new), "back")
        self.training.param.watch(self._show_frame, "frame")
        self.training.param.watch(self._show_end, "status")
        self.training.param.watch(self._show_result, "result")
        self.data.param.watch(self._take_table, ["table", "recipe"])
        self.settings.param.watch(lambda *_: self._compare(), list(Settings.names))
        self.map.param.watch(lambda event: self.inspector.compare(event.new), "second_node", onlychanged=False)
        self.inspector.param.watch(lambda event: setattr(self.map, "chosen", event.new), "nodes")
        self.map.param.watch(lambda event: self.selecting.begin(event.new.table.frame), "scene")
        self._take_table()

    def _take_table(self, *_):
        table, recipe = self.data.table, self.data.recipe
        self.controls.ready = table is not None and recipe.width(table) > 0
        if self.training.status == "failed":  # what was wrong with the last table says nothing of this one
            self.training.forget()
        if table is not None:
            self.trail.follow(table.frame)
            self.settings.shape = (table.n_fitted, recipe.n_components or recipe.width(table))
        self._compare()

    def _show_frame(self, event):
        if event.new is not None and self.training.active:
            self.map.scene = Scene.of_frame(event.new)

    def _show_result(self, event):
        self.fitted = event.new
        # The last picture of the run, behind which all rows are known now.
        self.map.scene = replace(Scene.of_frame(self.training.frame), everything=event.new.points)

    def _show_map(self, fitted):
        self.data.param.update(table=fitted.table, recipe=fitted.recipe)
        self.settings.take(fitted.model.get_params())
        self.training.recall(fitted)
        self.fitted = fitted
        self.map.scene = Scene.of_map(fitted)

    def _go_back(self, level):
        self.training.close()
        self._poll()
        self.trail.leave(level)
        self._show_map(level.region.parent)
        self.selecting.resume(level.history, level.kept)

    def _show_end(self, event):
        self.settings.disabled = self.training.active
        if event.new in ("done", "stopped", "failed") and self._poller is not None:
            self._poller.stop()
            self._poller = None
        if event.new == "failed" and self.fitted is not None:
            self.map.scene = Scene.of_map(self.fitted)
        self._compare()

    @param.depends("fitted", watch=True)
    def _compare(self):
        """Say so when the map on show is not the one that the present table and settings would give."""
        changed = [] if self.fitted is None or self.training.active else self._changes(self.fitted)
        self.notice = f"Outdated: {listed(changed)} changed since this map was fitted." if changed else ""

    def _changes(self, fitted: TableMap) -> list[str]:
        table = self.data.table
        if table is None or fitted.table.frame is not table.frame:
            return ["the table"]
        params = fitted.model.get_params()
        names = [name for name, value in self.settings.values.items() if params[name] != value]
        if fitted.table.entire != table.entire:
            names.append("which rows are fitted")
        if fitted.table.roles != table.roles:
            names.append("the roles of columns")
        if fitted.recipe != self.data.recipe:
            names.append("the preprocessing")
        return names

    def _open(self, event):
        try:
            self.open(event.new)
        except ValueError as error:
            self.take_away.message = str(error)

    def _poll(self):
        with pn.io.hold():
            self.training.poll()

    def _end(self, _):
        self.training.close()

    # Where the parts are

    @property
    def side(self) -> pn.Column:
        """Data above settings."""
        return whole(partial(page_layout.side, self))

    @property
    def main(self) -> pn.Column:
        """Controls above map and sheet, the inspector beside them where there is room."""
        return whole(partial(page_layout.main, self))

    def page(self) -> pmui.Page:
        """The dashboard as a page of its own."""
        page = self._frame(in_steps=False)
        page_layout.fill(page, self).complete()
        return page

    def servable(self, **options):
        """Serve the page, from a script for `panel serve`."""
        serving.settle()
        page = self._frame(in_steps=True)
        serving.after_answer(lambda: page_layout.fill(page, self))
        return page.servable(**options)

    def _frame(self, in_steps: bool) -> pmui.Page:
        page = page_layout.frame(in_steps)
        page.link(self, dark_theme="dark")
        self.dark = page.dark_theme
        return page

    def __panel__(self):
        both = page_layout.beside(self)
        both.link(self, dark_theme="dark")  # it follows the notebook's
        return both


def explore(data, color: str | None = None, **settings) -> Explorer:
    """Show the dashboard over a table, in a notebook cell or in a Panel layout.

    Parameters
    ----------
    data : DataFrame (of pandas, polars or Dask), pyarrow.Table, array-like (N, D), Table, or path
        A path leads to a file, or to a folder of Parquet files. Of more rows than can be held, a sample is taken: see
        `tables.from_frame` and `readers.read`.
    color : str, optional
        Column by which the map is coloured.
    **settings
        Parameters of the fit to begin with: k, m, s, regul, n_blocks, niter, tol.

    Returns
    -------
    Explorer
        `selected` holds the selected rows, `model` the fitted estimator.

    Raises
    ------
    ValueError
        If there is no column `color`, a setting is out of its range, or the table cannot be used.
    TypeError
        If there is no setting of a name.
    """
    unknown = set(settings) - set(Settings.names)
    if unknown:
        raise TypeError(f"No setting is called {', '.join(sorted(unknown))}. There are {', '.join(Settings.names)}.")
    table = readers.table_of(data)
    if color is not None and color not in table.frame:
        raise ValueError(f"color={color!r} is no column of the table: choose one of {list(table.frame)[:10]}.")
    return Explorer(table, color, **settings)
