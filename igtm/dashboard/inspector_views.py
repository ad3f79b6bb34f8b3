"""What the tabs of the inspector have in common."""

from collections.abc import Callable

import panel as pn
import param

from igtm.charts import figures
from igtm.dashboard.inspector_parts import Heatmap, off_loop
from igtm.dashboard.later import fill, later
from igtm.dashboard.text import plain
from igtm.dashboard.veil import STYLE, Veil
from igtm.maps.table_map import TableMap

GRID_HEIGHT = 320
# A field for a number, which is narrow; what is wrong with one is said in one line.
NUMBER = {"size": "small", "width": 132, "sx": {"& .MuiFormHelperText-root": {"mx": 0, "whiteSpace": "nowrap"}}}


class View(pn.viewable.Viewer):
    """One tab: a hint while nothing is chosen, else what there is to say of it.

    Subclasses `look` things up, on a thread that must not touch the page, and `show` what was found. The page gets
    the content with the first map: it begins sooner. Out of sight they `prepare` what takes the browser long.
    """

    hint = ""
    margin = (12, 4)
    look: Callable[[TableMap, object], object] | None = None  # without, there is nothing to wait for

    dark = param.Boolean(default=False, allow_refs=True, doc="Whether charts are dark.")
    pick = param.Callable(doc="Called with the node that the reader picks in a heatmap.")
    compare = param.Callable(doc="Called with the node that the reader wants to compare with the one on show.")
    nodes = param.List(default=[], allow_refs=True, doc="The node on show, and the one that it is compared with.")
    away = param.Boolean(default=True, doc="Whether the content is out of sight.")

    def __init__(self, **params):
        super().__init__(**params)
        self._shown = (None, None)
        self.pictures = {}
        self._content = pn.Column(sizing_mode="stretch_width", margin=0)
        self._place = later(css_classes=["veiled"])

    def __panel__(self):
        hint = pn.Column(plain(self.hint, opacity="0.7"), css_classes=["hint"], sizing_mode="stretch_width", margin=0)
        veil = Veil(lifted=self.param.away.rx.not_())
        return pn.Column(veil, hint, self._place, sizing_mode="stretch_width", stylesheets=[STYLE], margin=self.margin)

    def heatmap(self, label: str) -> Heatmap:
        """A heatmap of this tab."""
        return Heatmap(label, pick=self.pick, compare=self.compare, chosen=self.param.nodes, dark=self.param.dark)

    @property
    def figures(self) -> dict[str, figures.Figure]:
        """The charts on show, by name."""
        drawn = {name: picture.figure for name, picture in self.pictures.items()}
        return {name: each for name, each in drawn.items() if each is not None and not self.away}

    def update(self, fitted: TableMap | None, chosen) -> None:
        """Show what was chosen; what the map does not have, or no longer has, stands for nothing."""
        if fitted is not None:
            fill(self._place, lambda: self._content)
            if fitted is not self._shown[0]:
                self.prepare(fitted)
        if fitted is None or not self.exists(fitted, chosen):
            chosen = None
        if fitted is self._shown[0] and chosen is self._shown[1]:
            return
        self._shown = shown = (fitted, chosen)

        def arrive(found):
            if shown is self._shown:  # else something else was chosen meanwhile
                with pn.io.hold():
                    self.show(fitted, chosen, found)
                    self.away = False

        if chosen is None:
            self.away = True
        elif self.look is None:
            arrive(None)
        else:
            off_loop(lambda: self.look(fitted, chosen), arrive)

    def prepare(self, fitted: TableMap) -> None:
        """Fill what is out of sight, when there is another map; by default nothing."""


class NumberedView(View):
    """A tab for what has a number, a row or a node: it can be chosen by that, too, without a pointer."""

    number = param.Integer(default=None, allow_None=True, bounds=(0, None), doc="Of what is shown.")

    def count(self, fitted: TableMap) -> int:
        """How many of them a map has."""
        raise NotImplementedError

    def choose(self, number: int) -> None:
        """Tell of the one that the reader chose by its number."""
        raise NotImplementedError

    def exists(self, fitted, chosen):
        return chosen is not None and 0 <= chosen < self.count(fitted)

    def update(self, fitted, chosen):
        super().update(fitted, chosen)
        if fitted is not None:
            self.param.number.bounds = (0, self.count(fitted) - 1)
        self.number = self._shown[1]

    @param.depends("number", watch=True)
    def _choose(self):
        if self.number is None:
            self.number = self._shown[1]
        elif self.number != self._shown[1]:
            self.choose(self.number)
