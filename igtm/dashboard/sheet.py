"""Sheet: the tabs under the map, which say something of the whole of it."""

from functools import cached_property

import panel_material_ui as pmui
import param

from igtm.charts.figures import Figure
from igtm.dashboard.convergence import Convergence
from igtm.dashboard.later import fill, later, tabs
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
        self._places = [later() for _ in TABS]

    @cached_property
    def view(self) -> pmui.Tabs:
        """The tabs."""
        shown = tabs(TABS, self._places, self)
        self._refresh()
        return shown

    @cached_property
    def planes(self) -> PlanesView:
        """The tab of the planes."""
        return PlanesView(dark=self.param.dark, on_show=self.on_show)

    @cached_property
    def quality(self) -> QualityView:
        """The tab that says how good the map is."""
        return QualityView(dark=self.param.dark)

    @property
    def figures(self) -> dict[str, Figure]:
        """The charts that can be taken away, by name: the curve and the planes."""
        planes = None if self.fitted is None else self.planes.figure_of(self.fitted)
        shown = {"convergence": self.convergence.figure, "planes": planes}
        return {name: figure for name, figure in shown.items() if figure is not None}

    @param.depends("fitted", "active", watch=True)
    def _refresh(self):
        view = (lambda: self.convergence.view, lambda: self.planes, lambda: self.quality)[self.active]
        fill(self._places[self.active], view)
        if self.active:
            view().update(self.fitted)
