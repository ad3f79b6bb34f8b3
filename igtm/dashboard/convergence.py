"""Convergence: the curve of a run, growing in place."""

import pandas as pd
import panel as pn
import param

from igtm.charts import figures
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.part import Part
from igtm.dashboard.text import plain
from igtm.dashboard.training import Training

NOTHING = pd.DataFrame({"iteration": [], "log_likelihood": [], "objective": []})
REASONS = {"done": "end", "stopped": "stopped", "failed": "failed"}


class Convergence(Part):
    """Log-likelihood and objective of one `Training` by iteration."""

    training = param.ClassSelector(class_=Training, doc="The run.")
    dark = param.Boolean(allow_refs=True, default=False, doc="Whether the page is dark.")
    height = param.Integer(default=64, doc="Height of the plot in pixels.")

    def __init__(self, **params):
        super().__init__(**params)
        self.chart = LiveChart(aspect="fill", plot_height=self.height, label="Convergence", margin=0)
        hint = plain("The curve of the log-likelihood grows here during a fit.", font_size="12px", opacity="0.75")
        run = self.training
        empty = pn.Column(
            hint,
            visible=param.bind(lambda frame, _: frame is None and not run.active, run.param.frame, run.param.status),
            margin=0,
            styles={"position": "absolute"},
        )
        self.view = pn.Column(empty, self.chart, sizing_mode="stretch_width", margin=0)
        self._draw()

    @property
    def figure(self) -> figures.Figure | None:
        """The curve as it stands, None before the first fit."""
        if self.training.frame is None:
            return None
        return figures.convergence(self.training.frame.path, stop=REASONS.get(self.training.status))

    @param.depends("dark", watch=True)
    def _draw(self):
        if (figure := self.figure) is not None:
            self.chart.show(figure.spec(dark=self.dark, live=True), figure.data, self.dark)

    @param.depends("training.frame", "training.status", watch=True)
    def _grow(self):
        if self.chart.spec is None:
            self._draw()
        elif (figure := self.figure) is not None:
            for name, rows in figure.data.items():
                self.chart.set_data(name, rows)
        elif not self.training.active:  # else the curve of the run before stays until there is another
            for name in figures.convergence(NOTHING).data:
                self.chart.set_data(name, {})
