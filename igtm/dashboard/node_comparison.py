"""NodeComparison: how one node differs from another, and what changes on the way."""

import param

from igtm.charts import figures
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import Picture, beside, heading
from igtm.dashboard.inspector_views import GRID_HEIGHT, View
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.text import plain
from igtm.maps import nodes

BAR_HEIGHT, PATH_HEIGHT = 22, 200


class NodeComparison(View):
    """A pair of nodes, first and second: their difference and the path between them."""

    hint = "Now click a second cell, on the map or in a heatmap, or type its number above."
    margin = (8, 0)

    head = param.String(doc="Which nodes are compared.")

    def __init__(self, **params):
        super().__init__(**params)
        bars = Picture(LiveChart(label="Difference of two nodes", aspect="fill"), dark=self.param.dark)
        lines = LiveChart(label="Path between two nodes", aspect="fill", plot_height=PATH_HEIGHT)
        self.pictures = {"difference": bars, "path": Picture(lines, dark=self.param.dark)}
        # Of itself the last column, the difference, would be what the names leave of the room.
        self._features = DataGrid(max_height=GRID_HEIGHT, layout="fit_columns", widths={"c0": "34%"})
        self._content[:] = [
            plain(self.param.head, font_weight="600"),
            beside(bars, self._features),
            heading("On the straight line between them"),
            plain("The features that change most; above 0 is above the mean of the data.", opacity="0.7"),
            self.pictures["path"],
        ]

    def exists(self, fitted, chosen):
        return chosen is not None and chosen[0] != chosen[1] and max(chosen) < len(fitted.model.manifold_.nodes)

    def look(self, fitted, chosen):
        first, second = chosen
        places = fitted.model.manifold_.nodes
        return nodes.difference(fitted, first, second), nodes.path(fitted, places[first], places[second])

    def show(self, fitted, chosen, found):
        difference, path = found
        self.head = "From node {} to node {}".format(*chosen)
        bars = self.pictures["difference"]
        bars.chart.plot_height = BAR_HEIGHT * min(15, len(difference))
        bars.figure = figures.difference(difference, title=self.head)
        self.pictures["path"].figure = figures.path(path)
        self._features.frame = difference
