"""Inspector: the selected rows, one point or one node of a map, in numbers, pictures and rows."""

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.inspector_views import SelectionView
from igtm.dashboard.node_view import NodeView
from igtm.dashboard.point_view import PointView
from igtm.figures import Figure
from igtm.table_map import TableMap

NO_ROWS = np.array([], dtype=np.int64)
CHOICES = ["rows", "picked_row", "picked_node"]
_, POINT, NODE = range(3)


class Inspector(pn.viewable.Viewer):
    """Three tabs beside the map; that of what was chosen last comes to the front, and only that is worked out."""

    fitted = param.ClassSelector(allow_refs=True, class_=TableMap, doc="The map, None before the first fit.")
    rows = param.Array(allow_refs=True, default=NO_ROWS, doc="Positions in the table of the selected rows.")
    picked_row = param.Integer(
        allow_refs=True, default=None, allow_None=True, doc="Position in the table of the point picked last."
    )
    picked_node = param.Integer(allow_refs=True, default=None, allow_None=True, doc="The node picked last.")
    color = param.String(
        allow_refs=True, default=None, allow_None=True, doc="The column by which the map is coloured."
    )
    dark = param.Boolean(allow_refs=True, default=False, doc="Whether charts are dark.")
    active = param.Integer(default=0, bounds=(0, 2), doc="The tab in front: selection, point or node.")
    clear = param.Event(doc="Triggered when the reader asks to clear the selection.")

    def __init__(self, **params):
        super().__init__(**params)
        # Not the parameters: a pick in a heatmap must not cut them off from the map that they follow.
        self._chosen = [getattr(self, name) for name in CHOICES]
        shared = {"dark": self.param.dark, "pick": lambda node: self._choose(NODE, node)}
        selection = SelectionView(on_clear=lambda: self.param.trigger("clear"), **shared)
        point = PointView(pick_row=lambda row: self._choose(POINT, row), **shared)
        self._node = NodeView(color=self.param.color, **shared)
        self._views = [selection, point, self._node]
        self._tabs = pmui.Tabs(
            *zip(("Selection", "Point", "Node"), self._views, strict=True),
            active=self.active,
            sizing_mode="stretch_width",
            margin=0,
        )
        self._tabs.link(self, active="active", bidirectional=True)
        self.param.watch(self._follow, CHOICES)
        self.param.watch(self._refresh, ["fitted", "active"])
        self._refresh()

    @property
    def figures(self) -> dict[str, Figure]:
        """The charts of the tab in front, by name."""
        return self._views[self.active].figures

    def __panel__(self):
        return self._tabs

    def _follow(self, *events):
        for event in events:
            self._choose(CHOICES.index(event.name), event.new)

    def _choose(self, index, choice):
        if index == NODE and self._node.comparing:
            if choice is not None:
                self._node.second = choice
                self.active = NODE
            return
        self._chosen[index] = choice
        if choice is not None and np.size(choice):
            self.active = index
        self._refresh()

    def _refresh(self, *_):
        self._views[self.active].update(self.fitted, self._chosen[self.active])
