"""Guide: the first map, step by step, beside the page and not over it."""

import html
from collections.abc import Callable
from dataclasses import dataclass

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.later import fill, later
from igtm.dashboard.layouts import line
from igtm.dashboard.text import Html, tooltip_at

STYLE = """
header { display: flex; gap: 4px; margin-bottom: 12px; }
i { flex: 1; height: 4px; border-radius: 2px; background: color-mix(in srgb, currentColor 20%, transparent); }
i.done { background: var(--panel-primary-color); }
small { font-size: 12px; opacity: 0.75; }
h2 { font-size: 16px; margin: 2px 0 4px; }
p { font-size: 14px; line-height: 1.45; margin: 0; min-height: 4.35em; }
"""
# In a corner of the window, where neither map nor controls are; on a phone along its lower edge.
CARD = {
    "position": "fixed",
    "right": "16px",
    "bottom": "16px",
    "max-width": "min(340px, calc(100vw - 32px))",
    "z-index": "1250",
}
SMALL = {"size": "small", "margin": 0}


@dataclass(frozen=True)
class Step:
    """What the reader does next.

    Parameters
    ----------
    title : str
    words : str
        What to do, and what can be seen then.
    of : Parameterized, optional
        Whose parameter tells that it was done; None where there is nothing left to do.
    name : str, optional
        That parameter.
    done : function, optional
        Whether its new value means so; by default any change does.
    """

    title: str
    words: str
    of: param.Parameterized | None = None
    name: str = ""
    done: Callable = lambda value: True


def first_map(data, explorer, sheet, map, selecting, take_away) -> list[Step]:
    """The way from a table to a map that is understood and taken away, in two minutes."""
    return [
        Step(
            "Load a table",
            "Under Data, on a phone behind ☰, choose the sample iris: 150 flowers of three species. Any other does "
            "as well.",
            data, "table",
        ),
        Step(
            "Draw its map",
            "Press Fit and watch: a sheet of nodes is bent towards the rows, until rows that are alike lie side by "
            "side.",
            explorer, "fitted", lambda fitted: fitted is not None,
        ),
        Step(
            "Read the curve",
            "Convergence, under the map: the log-likelihood rises, then flattens, and the fit is done. Then open "
            "Planes beside it: each measure over the map.",
            sheet, "active", lambda tab: tab == 1,
        ),
        Step(
            "Colour it",
            "Above the map, choose another column under Colour, and see where its values are high.",
            map, "color",
        ),
        Step(
            "Ask a cell",
            "Click a cell of the map between the points, or walk there with the arrow keys: beside the map, or below "
            "it, stands what it means.",
            map, "picked_node", lambda node: node is not None,
        ),
        Step(
            "Select rows",
            "Hold shift and drag over some points; by touch, let Drag select first. Beside the map, or below it, "
            "stands what sets them apart.",
            selecting, "selection", len,
        ),
        Step(
            "Take it away",
            "Press Take away: charts, coordinates, the model, and Python that draws the same map.",
            take_away, "open", bool,
        ),
        Step("That is a map", "Now load a table of your own. Words that are new to you stand in the Glossary."),
    ]  # fmt: skip


class Guide(pn.viewable.Viewer):
    """A card with the step that comes next; it goes on when the step is done."""

    steps = param.List(item_type=Step, doc="What the reader is led through.")
    running = param.Boolean(default=False, doc="Whether the card is there.")
    place = param.Integer(default=0, bounds=(0, None), doc="Which step comes next.")

    def __init__(self, steps: list[Step], **params):
        super().__init__(steps=steps, **params)
        for place, step in enumerate(steps[:-1]):
            step.of.param.watch(lambda event, place=place: self._notice(place, event), step.name)
        self._place = later(sizing_mode=None)

    def start(self, *_) -> None:
        """Begin at the first step."""
        fill(self._place, self._card)
        self.param.update(place=0, running=True)

    def leave(self, *_) -> None:
        """Close the card."""
        self.running = False

    def _card(self):
        words = param.bind(self._words, self.param.place)
        return pmui.Paper(
            Html(words, stylesheets=[STYLE], sizing_mode="stretch_width", margin=0),
            line(
                self._button(
                    "Leave", "Close the guide; it can be started again.", self.leave, stylesheets=[tooltip_at("above")]
                ),
                pn.Spacer(sizing_mode="stretch_width"),
                self._button("Back", "One step back.", self._back, disabled=self.param.place.rx() == 0),
                self._button(
                    param.bind(lambda place: "Done" if place == len(self.steps) - 1 else "Skip", self.param.place),
                    "Go on without doing this.", self._skip, variant="outlined",
                ),
                gap="4px", margin=(12, 0, 0, 0),
            ),
            visible=self.param.running, elevation=8, margin=0, styles=CARD, sx={"p": "16px"},
        )  # fmt: skip

    def _notice(self, place, event):
        if self.running and place == self.place and event.type == "changed" and self.steps[place].done(event.new):
            self.place += 1

    def _back(self, _):
        self.place -= 1

    def _skip(self, _):
        if self.place == len(self.steps) - 1:
            self.leave()
        else:
            self.place += 1

    def _words(self, place):
        step = self.steps[place]
        bars = "".join(f"<i class='{'done' * (i <= place)}'></i>" for i in range(len(self.steps)))
        return (
            f"<header aria-hidden='true'>{bars}</header><div role='status'>"
            f"<small>Step {place + 1} of {len(self.steps)}</small>"
            f"<h2>{html.escape(step.title)}</h2><p>{html.escape(step.words)}</p></div>"
        )

    def _button(self, label, help, action, **options):
        look = {"variant": "text", "stylesheets": [tooltip_at("above", "right")], **SMALL}
        return pmui.Button(label=label, description=help, on_click=action, **look | options)

    def __panel__(self):
        return self._place
