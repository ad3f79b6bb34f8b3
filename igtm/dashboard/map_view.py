"""MapView: the map itself, moving in place while a fit runs, and what the reader picks on it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts import figures
from igtm.charts.colours import Colouring, as_text, class_names, coloured
from igtm.charts.figure import Figure, unchecked
from igtm.charts.scatter import placed, recoloured
from igtm.dashboard.backdrop import PLANE, Backdrop
from igtm.dashboard.colour_options import ColourOptions
from igtm.dashboard.first_view import Places, whole
from igtm.dashboard.inspector_parts import illustrate
from igtm.dashboard.layouts import line, stack
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.part import Part
from igtm.dashboard.search_view import SearchView
from igtm.dashboard.selecting import NEW, Selecting
from igtm.dashboard.text import Html, plain
from igtm.dashboard.training import FRAME_ROWS, Frame
from igtm.maps import landscape, pictures
from igtm.maps.pictures import Molecules, Pixels
from igtm.maps.selections import select
from igtm.maps.table_map import TableMap
from igtm.tables.tables import Table

KINDS = {"Means": "means", "Modes": "modes", "Node mass": "mass"}
FIT_COLUMNS = {"log_likelihood": "log-likelihood of the row", "entropy": "entropy of the row"}
MOST_TIPS = 8
MOST_PICTURES = 2000  # that go with a map that is taken away
NO_COLOR = "none"
# In the middle of where the map will be.
WELCOME = """
<style>
main { position: absolute; inset: 0; display: grid; place-content: center; font-size: 15px; line-height: 1.5; }
h2 { margin: 0 0 4px; font-size: 18px; }
ol { margin: 0; padding-left: 20px; max-width: 330px; opacity: 0.8; }
li { margin: 6px 0; }
</style>
<main><h2>Draw the first map</h2><ol>
<li>Keep the sample, or drop a file of your own under Data.</li>
<li>Press <b>Fit</b> and watch: rows that are alike come to lie side by side.</li>
<li>Click a point or a cell, or select rows, to read what they are.</li>
</ol></main>
"""
# Two lines of them: widths, and what the rest of a line is for.
CONTROLS = (203, 180, 32, 150), (132, 180, "1 1 250px")
ALL_OVER = {"position": "absolute", "inset": "0", "width": "100%", "height": "100%"}
DRAG = {"moves map": "move", "selects": "new", "adds": "add", "removes": "remove"}
DRAG_HELP = "What dragging, or tapping a point, does. Shift always adds to the selection, alt always removes from it."
KEYS = ["undo", "redo", "clear"]


@dataclass(frozen=True, eq=False)
class Scene:
    """What a map shows.

    Parameters
    ----------
    table : Table
    rows : ndarray of int
        Which rows of the table are drawn.
    points : DataFrame
        Where these rows lie; its `row_id` counts in `table`.
    nodes : DataFrame
        `node`, `x`, `y` and `mass`, of all rows.
    everything : DataFrame
        Where all rows lie; during a run, only those that are drawn.
    """

    table: Table
    rows: np.ndarray
    points: pd.DataFrame
    nodes: pd.DataFrame
    everything: pd.DataFrame

    @classmethod
    def of_frame(cls, frame: Frame) -> "Scene":
        """A picture of a run under way."""
        nodes = landscape.nodes(frame.step.manifold, frame.step.statistics.mass, "mass")
        points = frame.points.assign(row_id=frame.rows)
        return cls(frame.job.table, frame.rows, points, nodes, points)

    @classmethod
    def of_map(cls, fitted: TableMap) -> "Scene":
        """A finished map."""
        sheet = fitted.model.manifold_
        mass = landscape.mean_responsibilities(sheet, fitted.X) * len(fitted.X)
        rows = landscape.sample_rows(fitted.table.frame, FRAME_ROWS)
        nodes = landscape.nodes(sheet, mass, "mass")
        return cls(fitted.table, rows, fitted.points.iloc[rows], nodes, fitted.points)

    def redraws(self, other: "Scene | None") -> bool:
        """Whether the same marks stand for the same rows and nodes, so that only their places differ."""
        return (
            other is not None
            and self.table is other.table
            and len(self.nodes) == len(other.nodes)
            and np.array_equal(self.rows, other.rows)
        )


class MapView(Part):
    """Posterior means, modes or node mass of a scene, coloured by any column."""

    scene = param.ClassSelector(class_=Scene, doc="What is shown; None before the first fit.")
    kind = param.Selector(default="means", objects=KINDS, doc="Means, modes or node mass.")
    color = param.Selector(default=NO_COLOR, objects=[NO_COLOR], doc="Column by which points are coloured.")
    colours = param.ClassSelector(class_=ColourOptions, doc="How they are coloured by it.")
    backdrop = param.ClassSelector(class_=Backdrop, doc="What lies under the points.")
    selecting = param.ClassSelector(class_=Selecting, doc="Whose selection is drawn and changed.")
    drag = param.Selector(default="move", objects=DRAG, doc=DRAG_HELP)
    dark = param.Boolean(allow_refs=True, default=False, doc="Whether the page is dark.")
    chosen = param.List(default=[], doc="Nodes that are framed: one, or two that are compared.")
    picked_row = param.Integer(default=None, allow_None=True, doc="Row that was clicked.")
    picked_node = param.Integer(default=None, allow_None=True, doc="Node that was clicked.")
    second_node = param.Integer(default=None, allow_None=True, doc="Node that was clicked with shift, at every click.")

    def __init__(self, **params):
        super().__init__(colours=ColourOptions(), **params)
        self._drawn = self._pictured = self._painted = None
        self._texts = {}
        # Of nodes, none is selected: a click picks one, whatever dragging does elsewhere.
        drag = param.bind(lambda kind, drag: "move" if kind == "mass" else drag, self.param.kind, self.param.drag)
        self.chart = LiveChart(label="Map", max_share=0.41, margin=0, drag=drag)
        self.chart.param.watch(self._take_picks, "selection")
        self.chart.param.watch(self._take_gesture, "gesture", onlychanged=False)
        self.search = SearchView(selecting=self.selecting)
        self.search.param.watch(lambda _: self._show_found(), "found")
        self.colours.disabled = self._no_points
        self.backdrop.param.update(colouring=self.colours.param.colouring, disabled=self._no_points)
        self._show()

    @cached_property
    def view(self) -> pn.Column:
        """The map below its controls."""
        return whole(self.begun)

    def begun(self, places: Places) -> pn.Column:
        """The same, with places for the controls."""
        welcome = pn.Column(
            Html(WELCOME, margin=0, styles=ALL_OVER),
            visible=self.param.scene.rx.is_(None),
            margin=0,
            styles=ALL_OVER,
        )
        return pn.Column(
            places.later(self._controls, *CONTROLS, styles={"margin-bottom": "4px"}),
            pn.Column(welcome, self.chart, sizing_mode="stretch_width", margin=0, styles={"position": "relative"}),
            places.later(self._below),
            sizing_mode="stretch_width",
            margin=0,
        )

    def _below(self) -> pn.Column:
        """What was found, how to read the backdrop, and its editor."""
        reading = param.bind(lambda *_: self.reading, self.backdrop.param.ground, self.param.kind)
        return stack(
            self.search.results, plain(reading, font_size="12px", opacity="0.75"), self.backdrop.editor, gap="0"
        )

    def _controls(self) -> pn.Column:
        options = {"size": "small", "margin": 0}
        points = {**options, "disabled": self._no_points}
        return stack(
            line(
                pmui.RadioButtonGroup.from_param(self.param.kind, label="", **options),
                pmui.Select.from_param(
                    self.param.color, label="Colour", searchable=True, width=180, **points,
                    description="Column by which points are coloured, or how well the map fits them.",
                ),
                self.colours,
                self.backdrop,
            ),
            line(
                pmui.Select.from_param(self.param.drag, label="Drag", width=132, description=DRAG_HELP, **points),
                self.search,
                plain(
                    param.bind(lambda *_: self.caption, self.param.scene, self.param.kind),
                    font_size="12px", opacity="0.75", min_height="18px", flex="1 1 250px", min_width="0",
                ),
                margin=(12, 0, 0, 0),
            ),
            gap="0",
        )  # fmt: skip

    @property
    def _no_points(self):
        """Whether the map is one of nodes."""
        return self.param.kind.rx() == "mass"

    @property
    def figure(self) -> Figure | None:
        """The map as it stands, with the pictures of its rows in it; None before the first fit."""
        return None if self.scene is None else self._figure(pictures=self._pictures)

    def prefer(self, color: str) -> None:
        """Colour by this column as soon as a table is shown that has it."""
        self.param.color.objects = [NO_COLOR, color]
        self.color = color

    def show_plane(self, feature: str) -> None:
        """Lay the plane of a feature under the points."""
        if self.kind == "mass":
            self.kind = "means"
        self.backdrop.param.update(feature=feature, choice=PLANE)

    @property
    def drawn(self) -> tuple[str | None, Colouring | None]:
        """Which map of points is shown, None where it is one of nodes, and their colouring by the columns of a map."""
        how = self.colours.colouring
        fields = {title: field for field, title in FIT_COLUMNS.items()}
        if how is not None:
            how = replace(how, column=fields.get(how.column, how.column))
        return None if self.kind == "mass" else self.kind, how

    @property
    def caption(self) -> str:
        """How much of the table is drawn, and how to select."""
        if self.scene is None:
            return ""
        shown, total = len(self.scene.rows), len(self.scene.table.frame)
        if self.kind == "mass":
            return f"All {total:,} rows · shift picks a second node"
        return f"Showing {shown:,} of {total:,} · shift adds, alt removes"

    @property
    def reading(self) -> str:
        """How to read the backdrop."""
        return "" if self.kind == "mass" else self.backdrop.ground.reading

    def placed(self, points: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Where this kind of map draws points: x and y."""
        return placed(points, "modes" if self.kind == "modes" else "means", self.scene.nodes)

    @param.depends("scene", watch=True)
    def _update(self):
        before, self._drawn = self._drawn, self.scene
        if before is not None and before.table is not self.scene.table:
            self.chart.clear_selection()
        if self.scene is None or not self.scene.redraws(before):
            table = self.scene and self.scene.table
            self._pictured = None if table is None else pictures.pictured(table)
            illustrate(self.chart, self._pictured, table and table.frame)
            self.search.param.update(table=table, pictured=self._pictured)
            self._texts, self._painted = {} if self.scene is None else self._tips(), None
            before = self.colours.colouring
            self._offer_colors()
            if self.colours.colouring is before:  # else it is shown already
                self._show()
        elif self.kind == "mass":
            self._ring()
            self.chart.set_data("nodes", figures.node_mass(self.scene.nodes).data["nodes"])
        elif self.color in FIT_COLUMNS.values():
            self._show()
        else:
            self._ring()
            x, y = self.placed(self.scene.points)
            self.chart.patch("points", x=x, y=y, node=self.scene.points["node"])

    @param.depends("color", watch=True)
    def _recolour(self):
        none = self.scene is None or self.color == NO_COLOR
        self.colours.offer(*((None,) if none else (self.color, self._column)))

    @param.depends("colours.colouring", watch=True)
    def _paint(self):
        if self._recolours(self._painted) and self._recolours(self.colours.colouring):
            how = self._painted = self._colouring_of_all
            column = self.scene.table.frame[how.column].iloc[self.scene.rows].reset_index(drop=True)
            spec, values = recoloured(self.chart.spec, column, how, self._texts)
            self.chart.redraw(spec, "points", {"color": values})
        else:
            self._show()

    def _recolours(self, how) -> bool:
        """Whether nothing but the colours of points depends on a colouring: their tooltips have its column anyway."""
        shown = self.scene is not None and self.kind != "mass" and self.backdrop.ground.cells is None
        return shown and how is not None and how.column in self._texts

    @param.depends("kind", "dark", "backdrop.ground", watch=True)
    def _show(self):
        if self.scene is not None:
            self._painted = None if self.kind == "mass" else self._colouring_of_all
            with unchecked():
                figure = self._figure()
                spec = figure.spec(dark=self.dark, live=True)
            self.chart.show(spec, figure.data, self.dark)

    @param.depends("selecting.selection", watch=True)
    def _mark(self):
        if self.scene is not None and self.kind != "mass":
            self.chart.patch("points", selected=self._selected.astype(np.float32))

    @param.depends("chosen", watch=True)
    def _frame(self):
        if self.scene is not None:
            for name, rows in figures.chosen_nodes(self.scene.nodes, self.chosen).items():
                self.chart.set_data(name, rows)

    def _ring(self):
        if self.scene is not None:
            self.chart.set_data("found", self._found_places)

    def _show_found(self):
        self._ring()
        if self.search.found is not None:
            self.chart.pulse()

    @property
    def _found_places(self) -> pd.DataFrame:
        """Where the best of what was found lies, as far as it is known; on a map of nodes, the likeliest ones."""
        found, points = self.search.found, self.scene.everything
        if found is None or self.search.table is not self.scene.table:
            return pd.DataFrame(columns=["x", "y"])
        ringed = points["row_id"].isin(found.frame["row_id"]).to_numpy()
        if self.kind == "mass":
            return self.scene.nodes.loc[points["node"][ringed].unique(), ["x", "y"]]
        x, y = self.placed(points)
        return pd.DataFrame({"x": x[ringed], "y": y[ringed]})

    @property
    def _column(self) -> pd.Series:
        """Values of the column of the colours, of all rows as far as they are known."""
        frame = self.scene.table.frame
        return (
            frame[self.color] if self.color in frame else self.scene.everything.rename(columns=FIT_COLUMNS)[self.color]
        )

    @property
    def _selected(self) -> np.ndarray:
        """Whether each point drawn is selected; all are where no row is."""
        selection = self.selecting.selection
        if not len(selection) or selection.n_rows != len(self.scene.table.frame):
            return np.ones(len(self.scene.rows), dtype=bool)
        return selection.mask[self.scene.rows]

    def _offer_colors(self):
        if self.scene is None:
            return
        table = self.scene.table
        objects = [NO_COLOR, *table.frame.columns, *FIT_COLUMNS.values()]
        keep = self.color if self.color in objects and self.color != NO_COLOR else None
        color = keep or next(iter(table.labels), NO_COLOR)
        self.param.color.objects = objects
        with param.parameterized.discard_events(self):
            self.color = color
        self.param.trigger("color")

    def _figure(self, **look) -> Figure:
        figure = figures.node_mass(self.scene.nodes) if self.kind == "mass" else self._points_figure(**look)
        return figures.with_chosen(figures.with_found(figure, self._found_places, self.scene.nodes), self.chosen)

    def _points_figure(self, **look) -> Figure:
        draw = figures.modes if self.kind == "modes" else figures.means
        points, names = self._points_with_data()
        how = self._colouring_of_all
        color = None if how is None else replace(how, column=names.get(how.column, how.column))
        figure = draw(points, color, [names[name] for name in self._texts], nodes=self.scene.nodes, **look)
        return self.backdrop.ground.with_points(figure)

    @property
    def _colouring_of_all(self) -> Colouring | None:
        """The colouring, with the classes that the whole column has, sampled or not."""
        how, frame = self.colours.colouring, self.scene.table.frame
        if how is None or how.column not in frame or how.kind_of(frame[how.column]) != "category":
            return how
        return replace(how, kind="category", kept=class_names(frame[how.column]))

    def _points_with_data(self) -> tuple[pd.DataFrame, dict[str, str]]:
        """Points beside the columns of their rows, and under which names: those of points are taken."""
        points = self.scene.points.rename(columns=FIT_COLUMNS).reset_index(drop=True).assign(selected=self._selected)
        frame, how, beside = self.scene.table.frame, self.colours.colouring, dict(self._texts)
        if how is not None and how.column in frame:
            beside[how.column] = frame[how.column].iloc[self.scene.rows].reset_index(drop=True)
        names = {}
        for name in beside:
            names[name] = name
            while names[name] in points:
                names[name] += "\N{NO-BREAK SPACE}"
        return points.join(pd.DataFrame(beside).rename(columns=names)), names

    def _tips(self) -> dict[str, pd.Series]:
        """Texts of the columns that tooltips show, made once: another colour does not change them."""
        table = self.scene.table
        identifier = [table.identifier] if table.identifier is not None else []
        features = () if isinstance(self._pictured, Pixels) else table.features[:MOST_TIPS]  # which the picture shows
        # Not every SMILES can be drawn: it is there as text, too.
        smiles = [self._pictured.column] if isinstance(self._pictured, Molecules) else []
        columns = [*identifier, *smiles, *table.labels, *features]
        return {name: as_text(table.frame[name].iloc[self.scene.rows]).reset_index(drop=True) for name in columns}

    def _take_picks(self, event):
        def one(name):
            return int(event.new[name][0]) if event.new.get(name) else None

        self.param.update(picked_row=one("pick"), picked_node=one("pick_node"))

    @pn.io.hold()
    def _take_gesture(self, event):
        purpose, box, row, name, cell = (
            event.new.get(each) for each in ("purpose", "brush", "pick", "classes", "cell")
        )
        if purpose in KEYS:
            getattr(self.selecting, purpose)()
        elif self.scene is not None and (box or row is not None):
            self.selecting.take(self._within(box) if box else self._found([row], f"row {row:,}"), purpose)
        elif self.scene is not None and name is not None and self.colours.colouring is not None:
            self._take_class(self._of_class(name), purpose)
        elif self.scene is not None and cell is not None:
            points = self.scene.everything
            self.selecting.take(self._placed_rows(points["node"] == cell, f"cell of node {cell}"), purpose)
        elif purpose == "add" and event.new.get("pick_node") is not None:
            self.second_node = int(event.new["pick_node"])
        self.chart.clear_selection("brush", "classes")

    def _take_class(self, found, purpose):
        again = purpose == NEW and np.array_equal(found.rows, self.selecting.selection.rows)
        self.selecting.clear() if again else self.selecting.take(found, purpose)

    def _of_class(self, name):
        values = coloured(self._column, self.colours.colouring)[0].to_numpy()
        ids = self.scene.everything["row_id"].to_numpy()
        rows = np.flatnonzero(values == name)
        rows = rows if self.color in self.scene.table.frame else ids[rows]
        return self._found(rows, f"{self.color} = {name}")

    def _within(self, box):
        points = self.scene.everything
        inside = landscape.inside(*self.placed(points), box)
        return self._placed_rows(inside, "box on the map")

    def _placed_rows(self, where, origin):
        """Rows found by where they lie, which during a fit is known of those drawn alone: then it is said."""
        ids, total = self.scene.everything["row_id"].to_numpy(), len(self.scene.table.frame)
        return self._found(ids[where], origin if len(ids) == total else f"{origin}, of the {len(ids):,} rows drawn")

    def _found(self, rows, origin):
        return select(rows, len(self.scene.table.frame), origin)

    @property
    def _pictures(self) -> list[str] | None:
        """The pictures of the points, as far as all of them are soon made."""
        if not isinstance(self._pictured, Pixels) or len(self.scene.rows) > MOST_PICTURES:
            return None
        return pictures.uris(self._pictured, self.scene.table.frame.iloc[self.scene.rows])
