"""SelectionView: what there is to say of the selected rows, and what can be done to the selection."""

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts import figures
from igtm.dashboard.inspector_parts import Picture, beside, heading, off_loop
from igtm.dashboard.inspector_views import GRID_HEIGHT, View
from igtm.dashboard.keeping import Keeping
from igtm.dashboard.layouts import line
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.rows_view import RowsView
from igtm.dashboard.selecting import Selecting
from igtm.dashboard.text import plain, tooltip_at
from igtm.maps import comparison, landscape
from igtm.maps.selections import Selection

STEPS = {
    "Undo": "One selection back; on the map, Ctrl + Z.",
    "Redo": "One selection forth; on the map, Ctrl + Shift + Z.",
    "Invert": "Select all other rows.",
    "Clear": "Select nothing; on the map, Esc.",
}
FEW, MANY = 6, 60  # columns drawn at first, and at most
ALL_ROWS = "all rows"


class SelectionView(View):
    """The selected rows: what sets them apart, where, taken together, they lie, and they themselves."""

    hint = "Select rows on the map: hold shift and drag over them or click one, or let Drag select rows."

    selecting = param.ClassSelector(class_=Selecting, doc="Whose selection is shown and changed.")
    other = param.Selector(default=ALL_ROWS, objects=[ALL_ROWS], doc="What to compare with: a kept one, by its name.")
    more = param.Boolean(default=False, doc="Whether all columns are drawn, or those that differ most.")
    count = param.String(doc="How many rows are selected.")
    origin = param.String(doc="How they were chosen.")

    def __init__(self, **params):
        super().__init__(**params)
        columns = Picture(LiveChart(label="Columns of the selection", aspect="fill"), dark=self.param.dark)
        heat = self.heatmap("Mean responsibilities of the selection")
        self.pictures = {"selection": heat, "columns of the selection": columns}
        self._rows = RowsView(max_height=GRID_HEIGHT)
        options = {"size": "small", "margin": 0}
        choices = line(
            pmui.Select.from_param(
                self.param.other, label="Compared with", description="All rows, or a selection that you kept.",
                width=190, **options,
            ),
            pmui.Switch.from_param(
                self.param.more, label="All columns", description=f"At most {MANY}, instead of the first {FEW}.",
                align="center", **options,
            ),
            gap="8px 16px", margin=(14, 0, 8, 0),
        )  # fmt: skip
        self._content[:] = [
            plain(self.param.count, font_weight="600"),
            plain(self.param.origin, font_size="12px", opacity="0.75"),
            heading("What sets these rows apart"),
            choices,
            columns,
            heading("Where they lie, and the rows themselves"),
            beside(heat, self._rows),
        ]
        self.selecting.param.watch(self._offer, "kept")
        self._offer()
        self.param.watch(lambda *_: self._compare(*self._shown), ["other", "more"])

    def __panel__(self):
        parts = [self._tools(), self._zoom(), Keeping(selecting=self.selecting), super().__panel__()]
        return pn.Column(*parts, sizing_mode="stretch_width", margin=0)

    def _tools(self):
        history = self.selecting.param.history.rx()
        off = {"Undo": history.past.rx.len() == 0, "Redo": history.future.rx.len() == 0}
        buttons = (
            pmui.Button(
                label=name, description=help, disabled=off.get(name, False), variant="text", size="small", margin=0,
                on_click=lambda _, name=name: getattr(self.selecting, name.lower())(),
                stylesheets=[tooltip_at("below", "left" if name in off else "right")],
            )
            for name, help in STEPS.items()
        )  # fmt: skip
        return line(*buttons, gap="4px", margin=(8, 0, 0, 0))

    def _zoom(self):
        ask = pmui.Button(
            label="Map this region", description="Fit a map of the selected rows alone; a path above it leads back.",
            disabled=self.selecting.param.selection.rx.len() == 0, variant="outlined", size="small", margin=0,
            on_click=lambda _: self.selecting.param.trigger("zoom"), stylesheets=[tooltip_at("above")],
        )  # fmt: skip
        weigh = pmui.Switch.from_param(
            self.selecting.param.weighted, label="Weighted", size="small", margin=0, align="center",
            description="Rows count as far as the selected rows' nodes are responsible for them.",
        )  # fmt: skip
        return line(ask, weigh, margin=(4, 4))

    def exists(self, fitted, chosen):
        return len(chosen) > 0 and chosen.n_rows == len(fitted.points)

    def prepare(self, fitted):
        off_loop(lambda: None, lambda _: self.away and self._rows.show(fitted, np.arange(len(fitted.points))))

    def show(self, fitted, chosen, found):
        self.count = f"{len(chosen):,} of {chosen.n_rows:,} rows"
        self.origin = chosen.title
        self._rows.show(fitted, chosen.rows)
        off_loop(lambda: None, lambda _: self._draw(fitted, chosen))  # once the rows are on their way

    def _draw(self, fitted, chosen):
        if self._shown[1] is chosen:
            self._locate(fitted, chosen)
            self._compare(fitted, chosen)

    def _locate(self, fitted, chosen: Selection):
        """Draw where the chosen rows lie."""
        manifold = fitted.model.manifold_

        def draw():
            mean = landscape.mean_responsibilities(manifold, fitted.X[chosen.rows])
            grid = landscape.nodes(manifold, mean, "responsibility")
            return figures.responsibilities(grid, title=f"Mean responsibilities of {len(chosen):,} rows")

        def arrive(figure):
            if self._shown[1] is chosen:
                self.pictures["selection"].figure = figure

        off_loop(draw, arrive)

    def _compare(self, fitted, chosen: Selection | None):
        """Draw the columns of the chosen rows in front of those that they are compared with."""
        if chosen is None:
            return
        self._wanted = wanted = (fitted, chosen, self.other, self.more)
        other = next((kept for kept in self.selecting.kept if kept.name == self.other), None)
        names, top = ("selected", self.other), MANY if self.more else FEW

        def draw():
            ranking = comparison.compare(fitted.digest, chosen, other)
            counts = comparison.counts(fitted.digest, chosen, other)
            return figures.distributions(counts, ranking, top=top, across=2, names=names)

        def arrive(figure):
            if wanted is self._wanted:
                picture = self.pictures["columns of the selection"]
                picture.chart.plot_height = figure.options["height"]
                picture.figure = figure

        off_loop(draw, arrive)

    def _offer(self, *_):
        names = [ALL_ROWS, *(selection.name for selection in self.selecting.kept)]
        self.param.other.objects = names
        if self.other not in names:
            self.other = ALL_ROWS
        elif self.other != ALL_ROWS:
            self._compare(*self._shown)  # other rows may go by that name now
