"""What the tabs of the inspector have in common, and what the first says of a selection."""

import panel as pn
import panel_material_ui as pmui
import param

from igtm import figures, landscape, table_map
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import beside, heatmap, off_loop
from igtm.dashboard.text import plain
from igtm.table_map import TableMap

GRID_HEIGHT = 320


class View(pn.viewable.Viewer):
    """One tab: a hint while nothing is chosen, else what there is to say of it.

    Subclasses `look` things up, on a thread that must not touch the page, and `show` what was found.
    """

    hint = ""
    margin = (12, 4)

    dark = param.Boolean(default=False, allow_refs=True, doc="Whether charts are dark.")
    pick = param.Callable(doc="Called with the node that the reader picks in a heatmap.")

    def __init__(self, **params):
        super().__init__(**params)
        self._shown = (None, None)
        self.pictures = {}
        # Around the text: Panel's HTML pane fails when its own `visible` changes before it was drawn.
        self._hint = pn.Column(plain(self.hint, opacity="0.7"), sizing_mode="stretch_width", margin=0)
        self._content = pn.Column(visible=False, sizing_mode="stretch_width", margin=0)

    def __panel__(self):
        return pn.Column(self._hint, self._content, sizing_mode="stretch_width", margin=self.margin)

    @property
    def figures(self) -> dict[str, figures.Figure]:
        """The charts on show, by name."""
        drawn = {name: picture.figure for name, picture in self.pictures.items()}
        return {name: each for name, each in drawn.items() if each is not None and self._content.visible}

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
        heat = heatmap("Mean responsibilities of the selection", self.pick, dark=self.param.dark)
        self.pictures = {"selection": heat}
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        count = plain(self.param.count, font_weight="600", align_self="center")
        clear = pmui.Button(
            label="Clear selection", variant="text", size="small", margin=0, on_click=lambda _: self.on_clear()
        )
        self._content[:] = [
            pn.Row(count, clear, sizing_mode="stretch_width", margin=0),
            beside(heat, self._grid),
        ]

    def exists(self, fitted, chosen):
        return len(chosen) > 0 and chosen.max() < len(fitted.points)

    def look(self, fitted, chosen):
        manifold = fitted.model.manifold_
        mean = landscape.mean_responsibilities(manifold, fitted.X[chosen])
        return landscape.nodes(manifold, mean, "responsibility"), table_map.rows(fitted, chosen)

    def show(self, fitted, chosen, found):
        self.count = f"{len(chosen):,} of {len(fitted.points):,} rows"
        self.pictures["selection"].figure = figures.responsibilities(found[0], title="")
        self._grid.frame = found[1]
