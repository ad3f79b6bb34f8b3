"""The parts of the dashboard, which can also stand in layouts of one's own."""

import panel as pn
import panel_material_ui as pmui

from igtm.charts import theme
from igtm.dashboard.delivery import Delivery

__all__ = ["Part"]


class Part(pn.viewable.Viewer):
    """A part of the page: a subclass makes `view`, which the page holds.

    Anywhere else it comes with what the page would give it: the theme, and room around it.
    """

    view: pn.viewable.Viewable

    def __panel__(self):
        wide = {"sizing_mode": "stretch_width", "margin": 10}
        return pmui.Column(Delivery(), self.view, theme_config=theme.material(), **wide)
