"""What the inspector says of a selection, of a point and of a node."""

import numpy as np
import pandas as pd
import panel as pn
import panel_material_ui as pmui
import param

from igtm import figures, landscape, table_map
from igtm.colours import as_text
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import Picture, as_facts, beside, facts, heading, heatmap, off_loop
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.text import plain
from igtm.table_map import TableMap

GRID_HEIGHT = 320


class View(pn.viewable.Viewer):
    """One tab: a hint while nothing is chosen, else what there is to say of it.

    Subclasses `look` things up, on a thread that must not touch the page, and `show` what was found.
    """

    hint = ""

    dark = param.Boolean(default=False, allow_refs=True, doc="Whether charts are dark.")
    pick = param.Callable(doc="Called with the node that the reader picks in a heatmap.")

    def __init__(self, **params):
        super().__init__(**params)
        self._shown = (None, None)
        # Around the text: Panel's HTML pane fails when its own `visible` changes before it was drawn.
        self._hint = pn.Column(plain(self.hint, opacity="0.7"), sizing_mode="stretch_width", margin=0)
        self._content = pn.Column(visible=False, sizing_mode="stretch_width", margin=0)

    def __panel__(self):
        return pn.Column(self._hint, self._content, sizing_mode="stretch_width", margin=(12, 4))

    @property
    def figure(self) -> figures.Figure | None:
        """The chart on show."""
        return self.picture.figure if self._content.visible else None

    def update(self, fitted: TableMap | None, chosen) -> None:
        """Show what was chosen; what the map does not have, or no longer has, stands for nothing."""
        if fitted is None or not self.exists(fitted, chosen):
            chosen = None
        self._hint.visible = chosen is None
        if fitted is self._shown[0] and chosen is self._shown[1]:
            return
        self._shown = shown = (fitted, chosen)

        def arrive(found):
            if shown is self._shown:  # else something else was chosen meanwhile
                with pn.io.hold():
                    self.show(fitted, chosen, found)
                    self._content.visible = True

        if chosen is None:
            self._content.visible = False
        else:
            off_loop(lambda: self.look(fitted, chosen), arrive)


class SelectionView(View):
    """The selected rows and where, taken together, they lie."""

    hint = "Select rows on the map: hold shift and drag over them, or switch on Select and drag."

    count = param.String(doc="How many rows are selected.")
    on_clear = param.Callable(doc="Called when the reader asks to clear the selection.")

    def __init__(self, **params):
        super().__init__(**params)
        self.picture = heatmap("Mean responsibilities of the selection", self.pick, dark=self.param.dark)
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        count = plain(self.param.count, font_weight="600", align_self="center")
        clear = pmui.Button(
            label="Clear selection", variant="text", size="small", margin=0, on_click=lambda _: self.on_clear()
        )
        self._content[:] = [
            pn.Row(count, clear, sizing_mode="stretch_width", margin=0),
            beside(self.picture, self._grid),
        ]

    def exists(self, fitted, chosen):
        return len(chosen) > 0 and chosen.max() < len(fitted.points)

    def look(self, fitted, chosen):
        manifold = fitted.model.manifold_
        mean = landscape.mean_responsibilities(manifold, fitted.X[chosen])
        return landscape.nodes(manifold, mean, "responsibility"), table_map.rows(fitted, chosen)

    def show(self, fitted, chosen, found):
        self.count = f"{len(chosen):,} of {len(fitted.points):,} rows"
        self.picture.figure = figures.responsibilities(found[0], title="")
        self._grid.frame = found[1]


class PointView(View):
    """One row: where it lies, how surely, and what is in it."""

    hint = "Click a point of the map to see what is known of its row."

    def __init__(self, **params):
        super().__init__(**params)
        self._facts = facts()
        self.picture = heatmap("Responsibilities of the point", self.pick, dark=self.param.dark)
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        self._content[:] = [self._facts, beside(self.picture, self._grid)]

    def exists(self, fitted, chosen):
        return chosen is not None and 0 <= chosen < len(fitted.points)

    def look(self, fitted, chosen):
        manifold = fitted.model.manifold_
        own = landscape.mean_responsibilities(manifold, fitted.X[[chosen]])
        row = fitted.table.frame.iloc[[chosen]]
        values = [as_text(row.iloc[:, i]).iloc[0] for i in range(row.shape[1])]
        return landscape.nodes(manifold, own, "responsibility"), pd.DataFrame({"column": row.columns, "value": values})

    def show(self, fitted, chosen, found):
        point = fitted.points.iloc[chosen]
        share, words = landscape.certainty(point["entropy"], len(found[0]))
        identifier = fitted.table.identifier
        named = {} if identifier is None else {identifier: fitted.table.frame[identifier].iloc[chosen]}
        self._facts.object = as_facts(
            named
            | {
                "Row": f"{chosen:,}",
                "Log-likelihood": f"{point['log_likelihood']:.4g}",
                "Entropy": f"{point['entropy']:.2f}, {share:.0%} of the largest: {words}",
                "Node": f"{point['node']:.0f}",
            }
        )
        self.picture.figure = figures.responsibilities(found[0], title="", marker=(point["mean_x"], point["mean_y"]))
        self._grid.frame = found[1]


class NodeView(View):
    """One node: what it stands for, and which rows it explains."""

    hint = "Click a cell of the map, or of a heatmap in here, to see what that node stands for."

    def __init__(self, **params):
        super().__init__(**params)
        self._facts = facts()
        self.picture = Picture(LiveChart(label="Prototype beside the mean", aspect="fill"), dark=self.param.dark)
        # Of itself the last column, the difference, would be what the names leave of the room.
        self._features = DataGrid(max_height=GRID_HEIGHT, layout="fit_columns", widths={"c0": "34%"})
        self._rows = DataGrid(max_height=GRID_HEIGHT)
        self._content[:] = [
            self._facts,
            heading("Prototype beside the mean of the data"),
            beside(self.picture, self._features),
            heading("Rows that it explains"),
            plain("By the share of each that falls to the node; at most 1,000, none below 0.1 %.", opacity="0.7"),
            self._rows,
        ]

    def exists(self, fitted, chosen):
        return chosen is not None and 0 <= chosen < len(fitted.model.manifold_.nodes)

    def look(self, fitted, chosen):
        shares = landscape.node_shares(fitted.model.manifold_, fitted.X, chosen)
        which = landscape.strongest(shares, least=0.001, limit=1000)
        rows = table_map.rows(fitted, which, share=shares[which])
        return shares.sum(), table_map.prototype(fitted, chosen), rows

    def show(self, fitted, chosen, found):
        explained, prototype, rows = found
        x, y = fitted.model.manifold_.nodes[chosen]
        likeliest = np.count_nonzero(fitted.points["node"] == chosen)
        self._facts.object = as_facts(
            {
                "Node": f"{chosen} at ({x:.2f}, {y:.2f})",
                "Explains": f"{explained:,.1f} of {len(fitted.points):,} rows",
                "Most likely for": f"{likeliest:,} rows",
            }
        )
        self.picture.chart.plot_height = 22 * min(15, len(prototype))
        self.picture.figure = figures.prototype(prototype, title="")
        self._features.frame, self._rows.frame = prototype, rows
