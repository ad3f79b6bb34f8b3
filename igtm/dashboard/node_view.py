"""NodeView: what one node stands for, which rows it explains, and how it compares with another."""

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts import figures
from igtm.charts.colours import Colouring, as_colouring
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import Picture, Thumbnail, as_facts, beside, facts, heading
from igtm.dashboard.inspector_views import GRID_HEIGHT, NUMBER, NumberedView
from igtm.dashboard.layouts import line
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.node_comparison import NodeComparison
from igtm.dashboard.number_field import number_field
from igtm.dashboard.rows_view import RowsView
from igtm.dashboard.text import plain
from igtm.maps import landscape, nodes, table_map
from igtm.maps.table_map import TableMap

BAR_HEIGHT = 22
COMPARE = (
    "While this is on, the node that you pick is compared with the one shown here. On the map, a click with shift "
    "does both."
)


class NodeView(NumberedView):
    """One node: its prototype, its classes and its rows; and the way from it to a second one."""

    hint = "Click a cell of the map, or of a heatmap in here, to see what that node stands for."

    colouring = param.ClassSelector(allow_refs=True, class_=Colouring, doc="Of the map's points; None without.")
    comparing = param.Boolean(default=False, doc="Whether nodes that are picked are compared with the one shown.")
    mixed = param.String(doc="Which column the classes are of.")
    second = param.Integer(default=None, allow_None=True, bounds=(0, None), doc="The node that it is compared with.")

    def __init__(self, **params):
        super().__init__(**params)
        self._explained = None
        self._facts, self._thumbnail = facts(), Thumbnail()
        self._comparison = NodeComparison(dark=self.param.dark)
        bars = Picture(LiveChart(label="Prototype beside the mean", aspect="fill"), dark=self.param.dark)
        mix = Picture(LiveChart(label="Classes of the node", aspect="fill"), dark=self.param.dark)
        self.pictures = {"prototype": bars, "classes": mix}
        self._mix = pn.Column(
            plain(self.param.mixed, font_weight="600", margin_top="8px"), mix, sizing_mode="stretch_width", margin=0
        )
        # Of itself the last column, the difference, would be what the names leave of the room.
        self._features = DataGrid(max_height=GRID_HEIGHT, layout="fit_columns", widths={"c0": "34%"})
        self._rows = RowsView(max_height=GRID_HEIGHT)
        self._tools = self._make_tools()
        self._content[:] = [
            self._thumbnail.beside(self._facts),
            pn.Column(self._comparison, visible=self.param.comparing, sizing_mode="stretch_width", margin=0),
            self._mix,
            heading("Prototype beside the mean of the data"),
            beside(bars, self._features),
            heading("Rows that it explains"),
            plain("By the share of each that falls to the node; at most 1,000, none below 0.1 %.", opacity="0.7"),
            self._rows,
        ]

    def __panel__(self):
        return pn.Column(self._tools, super().__panel__(), sizing_mode="stretch_width", margin=0)

    def _make_tools(self):
        """Which node, and with which it is compared: also without a pointer."""
        options = {**NUMBER, "margin": 0, "description": "Its number."}
        first = number_field(self.param.number, label="Node", disabled=self.param.comparing, **options)
        second = number_field(self.param.second, label="Second node", visible=self.param.comparing, **options)
        self._switch = pmui.Switch.from_param(
            self.param.comparing,
            label="Compare from here",
            description=COMPARE,
            size="small",
            margin=(5, 0),
        )
        return line(
            first, self._switch, second,
            gap="12px 16px", align="start", margin=(12, 4, 0, 4), visible=False,
        )  # fmt: skip

    def count(self, fitted):
        return len(fitted.model.manifold_.nodes)

    def choose(self, number):
        self.pick(number)

    @property
    def figures(self):
        compared = self._comparison.figures if self.comparing and not self.away else {}
        return super().figures | compared

    def update(self, fitted, chosen):
        super().update(fitted, chosen)
        self._tools.visible = fitted is not None
        self.param.second.bounds = self.param.number.bounds
        nothing = self._shown[1] is None
        self._switch.disabled = nothing
        if nothing:
            self.comparing = False

    def look(self, fitted, chosen):
        manifold = fitted.model.manifold_
        shares = landscape.node_shares(manifold, fitted.X, chosen)
        which = landscape.strongest(shares, least=0.001, limit=1000)
        return shares, table_map.prototype(fitted, chosen), which, nodes.picture(fitted, chosen, which)

    def show(self, fitted, chosen, found):
        shares, prototype, which, picture = found
        self._explained = fitted, shares
        x, y = fitted.model.manifold_.nodes[chosen]
        likeliest = np.count_nonzero(fitted.points["node"] == chosen)
        self._facts.object = as_facts(
            {
                "Node": f"{chosen} at ({x:.2f}, {y:.2f})",
                "Explains": f"{shares.sum():,.1f} of {len(fitted.points):,} rows",
                "Most likely for": f"{likeliest:,} row{'' if likeliest == 1 else 's'}",
            }
        )
        self._thumbnail.show(*picture)
        bars = self.pictures["prototype"]
        bars.chart.plot_height = BAR_HEIGHT * min(15, len(prototype))
        bars.figure = figures.prototype(prototype, title=f"Prototype of node {chosen} beside the mean")
        self._features.frame = prototype
        self._rows.show(fitted, which, share=shares)
        self._show_mix()
        self._compare()

    @param.depends("colouring", watch=True)
    def _show_mix(self):
        if self._explained is None:
            return
        fitted, shares = self._explained
        how = mixed_by(fitted, self.colouring)
        self._mix.visible = how is not None
        picture = self.pictures["classes"]
        if how is None:
            picture.figure = None
            return
        self.mixed = f"Its rows by {how.column}"
        mix = nodes.class_mix(fitted.table.frame[how.column], shares)
        picture.chart.plot_height = BAR_HEIGHT * len(mix)
        picture.figure = figures.class_mix(mix, name=how)

    @param.depends("comparing", "second", watch=True)
    def _compare(self):
        if not self.comparing:
            self.second = None
        fitted, first = self._shown
        self._comparison.update(fitted, None if self.second is None else (first, self.second))


def mixed_by(fitted: TableMap, colouring: Colouring | None) -> Colouring | None:
    """By what rows are counted: the classes of the map's colours, else those of the first label that has some."""
    frame = fitted.table.frame
    candidates = [*([] if colouring is None else [colouring]), *map(as_colouring, fitted.table.labels)]
    there = (how for how in candidates if how.column in frame)
    return next((how for how in there if how.kind_of(frame[how.column]) == "category"), None)
