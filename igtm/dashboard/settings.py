"""Settings: the parameters of the fit, each with its help and its automatic value, and what they will cost."""

from functools import cached_property

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.number_field import number_field
from igtm.dashboard.part import Part
from igtm.dashboard.text import plain, tooltip_at
from igtm.engine.plan import Plan, plan
from igtm.estimator import eIGTM

# What the button "automatic" sets: 0 lets the fit decide, the rest are the estimator's defaults.
AUTOMATIC = {**eIGTM().get_params(), "k": 0, "m": 0}
WIDTH_OF_BUTTON = 64
# Where there is no button, its place stays, or the control would change its width.
BESIDE = {"position": "relative", "padding-right": f"{WIDTH_OF_BUTTON}px"}
AT_THE_END = {"position": "absolute", "right": "0", "top": "50%", "transform": "translateY(-50%)"}


class Settings(Part):
    """Editable parameters of `eIGTM`. Changing one starts nothing."""

    k = param.Integer(default=16, bounds=(0, 64), doc="Nodes along one side of the map: more show finer detail.")
    m = param.Integer(
        default=4, bounds=(0, 30), doc="Bumps along one side that bend the sheet: more let it fold more."
    )
    s = param.Number(default=0.3, bounds=(0.01, 5), doc="Width of the bumps: wider make a smoother sheet.")
    regul = param.Number(default=0.1, bounds=(0, 1000), doc="How stiff the sheet is: larger bends less to the data.")
    n_blocks = param.Integer(
        default=0,
        bounds=(0, 10_000),
        doc="In how many pieces rows are read: more need less memory, the map is the same.",
    )
    niter = param.Integer(
        default=200, bounds=(0, 100_000), doc="Most iterations: the fit stops earlier once it converges."
    )
    tol = param.Number(default=1e-4, bounds=(0, 1), doc="Gain per row below which the fit has converged.")
    shape = param.Tuple(default=(0, 0), length=2, doc="Rows and features of the table that will be fitted.")
    disabled = param.Boolean(default=False, doc="Whether a fit is under way, which the settings could not change.")

    names = ("k", "m", "s", "regul", "n_blocks", "niter", "tol")

    @cached_property
    def view(self) -> pn.Column:
        """A slider or a field for each, and what a fit costs with them."""
        shown = [self.param[name] for name in ("k", "m", "s", "n_blocks", "niter", "shape")]
        cost = param.bind(lambda *_: self.cost, *shown)
        return pn.Column(
            self._row("k", "k · nodes per side", pmui.IntSlider, end=40, step=1),
            self._row("m", "m · RBFs per side", pmui.IntSlider, end=15, step=1),
            self._row("s", "s · width", pmui.FloatSlider, start=0.05, end=2, step=0.05, format="0.00"),
            self._row("regul", "regul · stiffness"),
            self._row("n_blocks", "n_blocks · pieces"),
            self._row("niter", "niter · most iterations"),
            self._row("tol", "tol · convergence"),
            plain(cost, font_size="12px", opacity="0.8", margin="4px"),
            sizing_mode="stretch_width",
            margin=0,
        )

    @property
    def values(self) -> dict:
        """The parameters as `eIGTM` takes them."""
        return {name: getattr(self, name) for name in self.names}

    def take(self, params: dict) -> None:
        """Set the parameters to those of a fitted `eIGTM`."""
        self.param.update({name: params[name] for name in self.names})

    @property
    def plan(self) -> Plan | None:
        """What a fit of `shape` would cost; None where there is nothing to fit."""
        if min(self.shape) < 1:
            return None
        return plan(*self.shape, k=self.k, m=self.m, s=self.s, n_blocks=self.n_blocks)

    @property
    def cost(self) -> str:
        """The plan in one sentence."""
        planned = self.plan
        if planned is None:
            return "Load a table to see what a fit costs."
        time = duration(planned.pass_seconds * (self.niter + 1))
        blocks = "1 block" if planned.n_blocks == 1 else f"{planned.n_blocks:,} blocks"
        return (
            f"{planned.k**2:,} nodes ({planned.k} × {planned.k}), {planned.m**2:,} basis functions · {blocks} of "
            f"{planned.block_rows:,} rows, {_bytes(planned.memory)} · {time} for {self.niter:,} iterations"
        )

    def _row(self, name, label, slider=None, **options):
        parameter = self.param[name]
        automatic = AUTOMATIC[name]
        look = {
            "label": param.bind(lambda value: f"{label}, automatic" if value == automatic == 0 else label, parameter),
            "description": parameter.doc,
            "size": "small",
            "sizing_mode": "stretch_width",
            "margin": (8, 4, 4, 4),
            "disabled": self.param.disabled,
        }
        control = (
            number_field(parameter, **look) if slider is None else slider.from_param(parameter, **look, **options)
        )
        row = pn.Row(control, sizing_mode="stretch_width", margin=0, styles=BESIDE)

        def offer(*_):
            if len(row) == 1 and getattr(self, name) != automatic:
                row.append(self._automatic(name))

        self.param.watch(offer, name)
        offer()
        return row

    def _automatic(self, name):
        """A button that is there while a parameter has another value than its automatic one."""
        automatic = AUTOMATIC[name]
        return pmui.Button(
            label="auto",
            description="Let the number of rows decide." if automatic == 0 else f"Back to {automatic:g}.",
            variant="text",
            size="small",
            width=WIDTH_OF_BUTTON,
            margin=0,
            disabled=self.param.disabled,
            visible=self.param[name].rx() != automatic,
            on_click=lambda _: self.param.update({name: automatic}),
            stylesheets=[tooltip_at("above", "right")],
            styles=AT_THE_END,
        )


def _bytes(number: float) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{max(number / 1e6, 0.1):.1f} MB"


def duration(seconds: float) -> str:
    """A rough time in words."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 100:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 6000 else f"about {seconds / 3600:.1f} h"
