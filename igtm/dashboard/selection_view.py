"""SelectionView: what there is to say of the selected rows, and what can be done to the selection."""

import panel as pn
import panel_material_ui as pmui
import param

from igtm import figures, landscape, table_map
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import beside, heatmap
from igtm.dashboard.inspector_views import GRID_HEIGHT, View
from igtm.dashboard.selecting import Selecting
from igtm.dashboard.text import plain

STEPS = {
    "Undo": "One selection back; on the map, Ctrl + Z.",
    "Redo": "One selection forth; on the map, Ctrl + Shift + Z.",
    "Invert": "Select all other rows.",
    "Clear": "Select nothing; on the map, Esc.",
}


class SelectionView(View):
    """The selected rows and where, taken together, they lie."""

    hint = "Select rows on the map: hold shift and drag over them or click one, or let Drag select rows."

    selecting = param.ClassSelector(class_=Selecting, doc="Whose selection is shown and changed.")
    count = param.String(doc="How many rows are selected.")
    origin = param.String(doc="How they were chosen.")

    def __init__(self, **params):
        super().__init__(**params)
        heat = heatmap("Mean responsibilities of the selection", self.pick, dark=self.param.dark)
        self.pictures = {"selection": heat}
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        self._content[:] = [
            plain(self.param.count, font_weight="600"),
            plain(self.param.origin, font_size="12px", opacity="0.75"),
            beside(heat, self._grid),
        ]

    def __panel__(self):
        return pn.Column(self._tools(), super().__panel__(), sizing_mode="stretch_width", margin=0)

    def _tools(self):
        history = self.selecting.param.history.rx()
        off = {
            "Undo": history.past.rx.len() == 0,
            "Redo": history.future.rx.len() == 0,
            "Invert": False,
            "Clear": False,
        }
        return pmui.FlexBox(
            *(
                pmui.Button(
                    label=name,
                    description=help,
                    disabled=off[name],
                    on_click=lambda _, name=name: getattr(self.selecting, name.lower())(),
                    variant="text",
                    size="small",
                    margin=0,
                )
                for name, help in STEPS.items()
            ),
            gap="4px",
            sizing_mode="stretch_width",
            margin=(8, 0, 0, 0),
        )

    def exists(self, fitted, chosen):
        return len(chosen) > 0 and chosen.n_rows == len(fitted.points)

    def look(self, fitted, chosen):
        manifold = fitted.model.manifold_
        mean = landscape.mean_responsibilities(manifold, fitted.X[chosen.rows])
        return landscape.nodes(manifold, mean, "responsibility"), table_map.rows(fitted, chosen.rows)

    def show(self, fitted, chosen, found):
        self.count = f"{len(chosen):,} of {chosen.n_rows:,} rows"
        self.origin = chosen.title
        self.pictures["selection"].figure = figures.responsibilities(found[0], title="")
        self._grid.frame = found[1]
