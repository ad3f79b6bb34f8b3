"""PointView: where one row lies on the map, how surely, beside which others, and what is in it."""

import pandas as pd
import panel as pn
import param

from igtm.charts import figures
from igtm.charts.colours import as_text
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import (
    Thumbnail,
    as_facts,
    beside,
    facts,
    heading,
    illustrate,
    small_map,
)
from igtm.dashboard.inspector_views import GRID_HEIGHT, NUMBER, NumberedView
from igtm.dashboard.number_field import number_field
from igtm.dashboard.text import message, plain
from igtm.maps import landscape, pictures, point

BACKGROUND_ROWS = 2000
NEAREST = "Lines lead from the row to them: short where the map keeps them near. A click goes to that row."


class PointView(NumberedView):
    """One row: where it lies, how surely, which neighbours it keeps, and what is in it."""

    hint = "Click a point of the map to see what is known of its row."

    pick_row = param.Callable(doc="Called with the row that the reader picks among the neighbours.")
    flag = param.String(doc="What to beware of.")

    def __init__(self, **params):
        super().__init__(**params)
        self._field = number_field(
            self.param.number,
            label="Row",
            description="Its position in the table, from 0.",
            margin=(12, 4, 0, 4),
            visible=False,
            **NUMBER,
        )
        self._facts = facts()
        self._thumbnail = Thumbnail()
        heat = self.heatmap("Responsibilities of the point")
        near = small_map("Nearest rows in the data", "pick", self.pick_row, dark=self.param.dark)
        self.pictures = {"point": heat, "neighbours": near}
        self._grid = DataGrid(max_height=GRID_HEIGHT)
        self._content[:] = [
            self._thumbnail.beside(self._facts),
            message(self.param.flag),
            beside(
                _part("Responsibilities", "The circle is the mean. A click goes to the node.", heat),
                _part("Nearest rows in the data", NEAREST, near),
            ),
            heading("Its values"),
            self._grid,
        ]

    def __panel__(self):
        return pn.Column(self._field, super().__panel__(), sizing_mode="stretch_width", margin=0)

    def count(self, fitted):
        return len(fitted.points)

    def choose(self, number):
        self.pick_row(number)

    def update(self, fitted, chosen):
        super().update(fitted, chosen)
        self._field.visible = fitted is not None

    def look(self, fitted, chosen):
        row = fitted.table.frame.iloc[[chosen]]
        values = [as_text(row.iloc[:, i]).iloc[0] for i in range(row.shape[1])]
        return (
            point.explain(fitted, chosen),
            pd.DataFrame({"column": row.columns, "value": values}),
            pictures.uris(fitted.pictured, row)[0] if fitted.pictured else None,
        )

    def show(self, fitted, chosen, found):
        explained, values, picture = found
        self._facts.object = as_facts(_facts(fitted, explained))
        self._thumbnail.show(picture, f"Picture of row {chosen}")
        self.flag = " ".join(_flags(explained))
        self.pictures["point"].figure = figures.responsibilities(
            explained.responsibilities, title=f"Responsibilities of row {chosen:,}", marker=explained.mean
        )
        behind = fitted.points.iloc[:: -(-len(fitted.points) // BACKGROUND_ROWS)]
        near = figures.neighbours(
            behind, explained.mean, explained.neighbours, explained.modes, title=f"Nearest rows of row {chosen:,}"
        )
        illustrate(self.pictures["neighbours"].chart, fitted.pictured, fitted.table.frame)
        self.pictures["neighbours"].figure = near
        self._grid.frame = values


def _part(title, words, picture):
    return pn.Column(
        heading(title), plain(words, font_size="12px", opacity="0.75"), picture, sizing_mode="stretch_width", margin=0
    )


def _facts(fitted, explained: point.Point) -> dict:
    place = fitted.points.iloc[explained.row]
    share, words = landscape.certainty(place["entropy"], len(fitted.model.manifold_.nodes))
    identifier = fitted.table.identifier
    named = {} if identifier is None else {identifier: fitted.table.frame[identifier].iloc[explained.row]}
    near = explained.neighbours["kept"]
    return named | {
        "Row": f"{explained.row:,}",
        "Node": f"{place['node']:.0f}",
        "Log-likelihood": f"{explained.log_likelihood:.4g}, higher than {explained.percentile:.0f}% of all rows",
        "Entropy": f"{place['entropy']:.2f}, {share:.0%} of the largest: {words}",
        "Modes": f"{len(explained.modes)}",
        "Neighbours kept": f"{near.sum()} of {len(near)} ({explained.kept:.0%})",
    }


def _flags(explained: point.Point) -> list[str]:
    flags = []
    if explained.torn:
        flags.append(f"It has {len(explained.modes)} modes: its mean lies where the point is not.")
    if explained.outlier:
        flags.append(f"An outlier: among the {point.OUTLIER_SHARE:.0%} of rows that the map explains worst.")
    return flags
