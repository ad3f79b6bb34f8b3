"""Trail: from the whole table to the region of its map that is mapped on its own, and back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.layouts import line
from igtm.dashboard.selecting import Selecting
from igtm.maps import zoom
from igtm.maps.selections import History, Selection
from igtm.maps.table_map import TableMap
from igtm.maps.zoom import Region

TEXT = {"variant": "text", "size": "small", "margin": 0, "sx": {"textTransform": "none"}}


@dataclass(frozen=True, eq=False)
class Level:
    """A region that was entered, and the selections that were left behind in its parent."""

    region: Region
    history: History
    kept: list[Selection]


class Trail(pn.viewable.Viewer):
    """A breadcrumb; nothing at the top."""

    levels = param.List(default=[], item_type=Level, doc="The regions that were entered, the outermost first.")
    back = param.ClassSelector(class_=Level, doc="The level whose parent the reader goes back to.")

    def __init__(self, **params):
        super().__init__(**params)
        self._view = line(gap="4px", visible=False)

    def enter(self, fitted: TableMap, selecting: Selecting) -> Region:
        """Make a region of the selected rows, of which there is at least one."""
        selection = selecting.selection
        nodes = fitted.points["node"].iloc[selection.rows].unique() if selecting.weighted else None
        outer = self.levels[-1].region if self.levels else None
        region = zoom.region(fitted, selection, nodes, outer)
        self.levels = [*self.levels, Level(region, selecting.history, selecting.kept)]
        return region

    def leave(self, level: Level) -> None:
        """Go back to before a level was entered."""
        self.levels = self.levels[: self.levels.index(level)]

    def follow(self, frame: pd.DataFrame) -> None:
        """Forget the way back once another table is worked on than the innermost region."""
        if self.levels and self.levels[-1].region.table.frame is not frame:
            self.levels = []

    @property
    def weights(self) -> np.ndarray | None:
        """How far each row of the innermost region counts."""
        return self.levels[-1].region.weights if self.levels else None

    @param.depends("levels", watch=True)
    def _show(self):
        steps = [
            pmui.Button(
                label=f"{_name(level)} ›", description="Back to this map, with the region's rows selected.",
                on_click=lambda _, level=level: self.param.update(back=level), **TEXT,
            )
            for level in self.levels
        ]  # fmt: skip
        here = [pmui.Button(label=_title(level.region), disabled=True, **TEXT) for level in self.levels[-1:]]
        self._view.param.update(objects=[*steps, *here], visible=bool(steps))

    def __panel__(self):
        return self._view


def _name(level: Level) -> str:
    outer = level.region.outer
    return level.region.parent.table.name if outer is None else _title(outer)


def _title(region: Region) -> str:
    """What tells it from other boxes on the map, too: how many rows it has."""
    return f"{region.selection.title}, {len(region.selection):,} rows"
