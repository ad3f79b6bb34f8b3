"""Sheet: the tabs under the map, which say something of the whole of it."""

import panel_material_ui as pmui
import param

from igtm.charts.figures import Figure
from igtm.dashboard.convergence import Convergence
from igtm.dashboard.later import fill, later
from igtm.dashboard.part import Part
from igtm.dashboard.sheet_views import PlanesView, QualityView
from igtm.maps.table_map import TableMap

TABS = "Convergence", "Planes", "Quality"


class Sheet(Part):
    """Convergence, planes and quality; of the last two, only that in front is worked out."""

    fitted = param.ClassSelector(class_=TableMap, allow_refs=True, doc="The map, None before the first fit.")
    convergence = param.ClassSelector(class_=Convergence, doc="The curve of the run.")
    dark = param.Boolean(default=False, allow_refs=True, doc="Whether charts are dark.")
    on_show = param.Callable(doc="Called with the feature whose plane the reader wants to see on the map.")
    active = param.Integer(default=0, bounds=(0, 2), doc="The tab in front: convergence, planes or quality.")

    def __init__(self, **params):
        super().__init__(**params)
        self.planes = PlanesView(dark=self.param.dark, on_show=self.on_show)
        self.quality = QualityView(dark=self.param.dark)
        self._places = [later() for _ in TABS]
        self.view = pmui.Tabs(
            *zip(TABS, self._places, strict=True),
            active=self.active,
            sizing_mode="stretch_width",
            margin=0,
        )
        self.view.link(self, active="active", bidirectional=True)
        self._refresh()

    @property
    def figures(self) -> dict[str, Figure]:
        """The charts that can be taken away, by name: the curve and the planes."""
        planes = None if self.fitted is None else self.planes.figure_of(self.fitted)
        shown = {"convergence": self.convergence.figure, "planes": planes}
        return {name: figure for name, figure in shown.items() if figure is not None}

    @param.depends("fitted", "active", watch=True)
    def _refresh(self):
        views = self.convergence.view, self.planes, self.quality
        fill(self._places[self.active], lambda: views[self.active])
        if self.active:
            views[self.active].update(self.fitted)
