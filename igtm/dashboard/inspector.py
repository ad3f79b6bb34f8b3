"""Inspector: the selected rows, one point or one node of a map, in numbers, pictures and rows."""

from functools import cached_property

import panel_material_ui as pmui
import param

from igtm.charts.colours import Colouring
from igtm.charts.figures import Figure
from igtm.dashboard.inspector_views import View
from igtm.dashboard.later import fill, later, tabs
from igtm.dashboard.node_view import NodeView
from igtm.dashboard.part import Part
from igtm.dashboard.point_view import PointView
from igtm.dashboard.selecting import Selecting
from igtm.dashboard.selection_view import SelectionView
from igtm.maps.selections import Selection
from igtm.maps.table_map import TableMap

TABS = "Selection", "Point", "Node"
VIEWS = "_selection", "_point", "_node"
CHOICES = ["selection", "picked_row", "picked_node"]
_, POINT, NODE = range(3)


class Inspector(Part):
    """Three tabs beside the map; that of what was chosen last comes to the front, and only that is worked out."""

    fitted = param.ClassSelector(allow_refs=True, class_=TableMap, doc="The map, None before the first fit.")
    selecting = param.ClassSelector(class_=Selecting, doc="Whose selection is explained and changed.")
    selection = param.ClassSelector(allow_refs=True, class_=Selection, doc="The present one.")
    picked_row = param.Integer(
        allow_refs=True, default=None, allow_None=True, doc="Position in the table of the point picked last."
    )
    picked_node = param.Integer(allow_refs=True, default=None, allow_None=True, doc="The node picked last.")
    colouring = param.ClassSelector(allow_refs=True, class_=Colouring, doc="Of the map's points; None without.")
    dark = param.Boolean(allow_refs=True, default=False, doc="Whether charts are dark.")
    nodes = param.List(default=[], doc="The node on show, and the one that it is compared with; none, one or two.")
    active = param.Integer(default=0, bounds=(0, 2), doc="The tab in front: selection, point or node.")

    def __init__(self, selecting: Selecting, **params):
        super().__init__(selecting=selecting, selection=selecting.param.selection, **params)
        # Not the parameters: a pick in a heatmap must not cut them off from the map that they follow.
        self._chosen = [getattr(self, name) for name in CHOICES]
        self._shared = {
            "dark": self.param.dark,
            "pick": lambda node: self._choose(NODE, node),
            "compare": self.compare,
            "nodes": self.param.nodes,
        }
        self._places = [later() for _ in TABS]
        self.param.watch(self._follow, CHOICES)
        self.param.watch(self._refresh, ["fitted", "active"])

    @cached_property
    def view(self) -> pmui.Tabs:
        """The tabs."""
        shown = tabs(TABS, self._places, self)
        self._refresh()
        return shown

    # Each tab is made when it first comes to the front

    @cached_property
    def _selection(self) -> SelectionView:
        return SelectionView(selecting=self.selecting, **self._shared)

    @cached_property
    def _point(self) -> PointView:
        return PointView(pick_row=lambda row: self._choose(POINT, row), **self._shared)

    @cached_property
    def _node(self) -> NodeView:
        node = NodeView(colouring=self.param.colouring, **self._shared)
        node.param.watch(self._tell, "second")
        return node

    @property
    def _front(self) -> View:
        return getattr(self, VIEWS[self.active])

    @property
    def figures(self) -> dict[str, Figure]:
        """The charts of the tab in front, by name."""
        return self._front.figures

    def compare(self, node: int) -> None:
        """Compare the node on show with a second one; where there is none, show that."""
        self.active = NODE
        if self._chosen[NODE] is not None:
            self._node.comparing = True
        self._choose(NODE, node)

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
        if choice is not None and not (isinstance(choice, Selection) and not len(choice)):
            self.active = index
        self._refresh()

    def _refresh(self, *_):
        fill(self._places[self.active], lambda: self._front)
        self._front.update(self.fitted, self._chosen[self.active])
        self._tell()

    def _tell(self, *_):
        """Say which nodes are on show."""
        first = self._chosen[NODE]
        both = [] if first is None else [first, self._node.second]
        self.nodes = [node for node in dict.fromkeys(both) if node is not None]
