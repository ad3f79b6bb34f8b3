"""Controls: Fit, Pause, Step, Stop, and how far the run is."""

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard import icons
from igtm.dashboard.first_view import Places, whole
from igtm.dashboard.layouts import line, stack
from igtm.dashboard.part import Part
from igtm.dashboard.settings import duration
from igtm.dashboard.text import message, plain, tooltip_at
from igtm.dashboard.training import Training

# Its line is there when it is empty, too, or the page would jump.
NOTICE = {
    "font_size": "13px",
    "font_weight": "600",
    "line_height": "20px",
    "min_height": "20px",
    "color": "var(--panel-primary-color)",
}
OTHERS = 82, 74, 74  # widths of the buttons beside Fit
BUTTONS = {"margin": 0, "styles": {"gap": "8px", "flex": "none", "width": "auto"}}  # how they stand in a row
# Where a line has no room for progress, it comes last. On a phone its words take two lines, before they do, too.
RUN = "@media (max-width: 1300px) { :host { order: 1; } }"
WORDS = "@media (max-width: 600px) { :host { min-height: 36px; } }"


class Controls(Part):
    """Buttons and progress of one `Training`."""

    training = param.ClassSelector(class_=Training, doc="The run.")
    ready = param.Boolean(default=False, doc="Whether there is a table to fit.")
    notice = param.String(
        allow_refs=True, doc="What the user should know before fitting, such as that the map is outdated."
    )
    fit = param.Event(doc="Fit was pressed.")
    step = param.Event(doc="Step was pressed while no run was under way.")

    def __init__(self, **params):
        super().__init__(**params)
        self._error = message(self.training.param.error, "error")

    @property
    def view(self) -> pn.Column:
        """The controls."""
        return whole(self.begun)

    def begun(self, places: Places, *parts) -> pn.Column:
        """The same, all but Fit in places, and further parts at the end of their line.

        Where that is full, progress gets one of its own.
        """
        status, ready = self.training.param.status, self.param.ready
        fit = self._button(
            "Fit", icons.PLAY, "Fit the table from the start.", lambda _: self.param.trigger("fit"),
            disabled=param.bind(lambda status, ready: _active(status) or not ready, status, ready),
            variant="contained",
        )  # fmt: skip
        others = places.later(self._others, OTHERS, sizing_mode=None, styles={"flex": "none", "width": "auto"})
        buttons = pn.Row(fit, others, css_classes=["focus-line"], **BUTTONS)
        words = plain(
            param.bind(_progress_words, self.training.param.frame, status), font_size="12px", line_height="18px"
        )
        words.stylesheets = [WORDS]
        run = pn.Column(
            words,
            places.later(self._progress, styles={"min-height": "10px"}),
            plain(self.param.notice, **NOTICE),
            margin=0,
            styles={"flex": "1 1 440px", "min-width": "0"},
            stylesheets=[RUN],
        )
        return stack(line(buttons, run, *parts), self._error, gap="0")

    def _others(self) -> pn.Row:
        run, status, ready = self.training, self.training.param.status, self.param.ready
        idle = param.bind(lambda status: not _active(status), status)
        return pn.Row(
            self._button(
                param.bind(lambda status: "Resume" if status == "paused" else "Pause", status),
                param.bind(lambda status: icons.PLAY if status == "paused" else icons.PAUSE, status),
                "Hold the run, or go on with it.", self._pause_or_resume, disabled=idle,
            ),
            self._button(
                "Step", icons.STEP, "Make one iteration and hold.", self._step,
                disabled=param.bind(lambda status, ready: status == "running" or not ready, status, ready),
            ),
            self._button(
                "Stop", icons.STOP, "End the run and keep the map as it is now.", lambda _: run.stop(), disabled=idle,
            ),
            **BUTTONS,
        )  # fmt: skip

    def _progress(self) -> pmui.LinearProgress:
        share = param.bind(_share, self.training.param.frame, self.training.param.status)
        return pmui.LinearProgress(value=share, variant="determinate", sizing_mode="stretch_width", margin=(3, 0))

    def _button(self, label, icon, help, action, **options):
        return pmui.Button(
            label=label, icon=icon, description=help, on_click=action, size="small", margin=0,
            stylesheets=[tooltip_at("above")], **{"variant": "outlined", **options},
        )  # fmt: skip

    def _pause_or_resume(self, _):
        if self.training.status == "paused":
            self.training.resume()
        else:
            self.training.pause()

    def _step(self, _):
        if self.training.status == "paused":
            self.training.advance()
        else:
            self.param.trigger("step")


def _active(status) -> bool:
    return status in ("running", "paused")


def _share(frame, status) -> float:
    if status == "done":
        return 100
    if frame is None:
        return 0
    return 100 * frame.step.n_iter / max(frame.job.settings["niter"], 1)


def _progress_words(frame, status) -> str:
    if status == "failed":
        return "The fit failed. The earlier map, if there was one, is kept."
    if frame is None:
        if _active(status):
            return "Preparing the table …"
        return "Stopped before there was a map." if status == "stopped" else "Press Fit to draw a map of this table."
    step = frame.step
    words = [f"{step.n_iter}/{frame.job.settings['niter']}", f"log-likelihood {step.log_likelihood:.4f} per row"]
    if step.n_iter > 0:
        words.append(f"gain {step.gain:.1e}".replace("-", "\N{MINUS SIGN}"))  # no line ends after it
    if _active(status):
        words.append("paused" if status == "paused" else f"{duration(frame.seconds_left)} at most")
    else:
        words.append({"done": _why(frame), "stopped": "stopped"}.get(status, ""))
    return " · ".join(filter(None, words))


def _why(frame) -> str:
    converged = frame.step.gain < frame.job.settings["tol"]
    return "converged" if converged else "not converged yet"
