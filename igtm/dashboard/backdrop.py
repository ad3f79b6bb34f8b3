"""Backdrop: what lies under the points of the map, and how to read it."""

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts import figures
from igtm.charts.colours import Colouring
from igtm.charts.figures import Figure
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.inspector_parts import off_loop
from igtm.dashboard.later import fill, later
from igtm.dashboard.training import Training
from igtm.maps import geometry, nodes, regions, surfaces
from igtm.maps.regions import Regions
from igtm.maps.table_map import TableMap

NOTHING, PLANE, REGIONS = "none", "plane", "regions"
CHOICES = {
    "none": NOTHING,
    "density": "density",
    "landscape": "landscape",
    "spread": "spread",
    "plane": PLANE,
    "magnification": "magnification",
    "U-matrix": "u_matrix",
    "regions": REGIONS,
}
HELP = "What the cells under the points show; landscape and spread are those of the points' column."
COUNTS = {"automatic": 0} | {str(n): n for n in range(2, 13)}
COUNT_HELP = "How many regions there are; automatic takes what parts the nodes best, by silhouette."
BLANKS = f"Cells that explain fewer than {surfaces.LEAST_ROWS:g} rows are blank."


@dataclass(frozen=True, eq=False)
class Ground:
    """What goes with the points of a map, and a sentence on how to read it.

    Parameters
    ----------
    reading : str
        Empty where there is nothing to read.
    cells : Figure, optional
        A landscape under the points.
    regions : Regions, optional
        Parts of the map, drawn over the points.
    """

    reading: str
    cells: Figure | None = None
    regions: Regions | None = None

    def with_points(self, points: Figure) -> Figure:
        """The map of points with it."""
        if self.cells is not None:
            points = figures.with_backdrop(points, self.cells)
        if self.regions is not None:
            points = figures.with_regions(points, self.regions.nodes, self.regions.labels)
        return points


NO_GROUND = Ground("")


class Backdrop(pn.viewable.Viewer):
    """The choice of what lies under the points; it is off while a fit moves the nodes.

    `editor` has, while regions are on the map, how many there are, and their labels.
    """

    fitted = param.ClassSelector(class_=TableMap, allow_refs=True, doc="The map, None before the first fit.")
    training = param.ClassSelector(class_=Training, doc="The run during which there is no backdrop.")
    colouring = param.ClassSelector(
        class_=Colouring, allow_refs=True, doc="Of the points, by a column of the table or not; None without colours."
    )
    feature = param.String(allow_refs=True, doc="Whose plane the feature plane is.")
    choice = param.Selector(default=NOTHING, objects=CHOICES, doc=HELP)
    n_regions = param.Selector(default=0, objects=COUNTS, doc=COUNT_HELP)
    disabled = param.Boolean(default=False, allow_refs=True, doc="Whether the map on show takes none.")
    ground = param.ClassSelector(class_=Ground, default=NO_GROUND, doc="What was found.")

    def __init__(self, **params):
        super().__init__(**params)
        self._asked = (None, NOTHING, None)
        self._found = None
        self._names = WeakKeyDictionary()  # that the reader gave to regions, by table and by the nodes that make them
        self._labels = DataGrid(editors={"label": {"type": "input"}}, on_edit=self._rename)
        shown = param.bind(
            lambda ground, off: ground.regions is not None and not off, self.param.ground, self.param.disabled
        )
        self.editor = later(visible=shown)

    @param.depends("fitted", "training.status", "colouring", "feature", "n_regions", "choice", watch=True)
    def _lay(self):
        how = self.colouring
        of = {"landscape": how, "spread": how, PLANE: self.feature, REGIONS: self.n_regions}.get(self.choice)
        fitted = None if self.training.active else self.fitted
        if (fitted, self.choice, of) == self._asked:
            return
        if fitted is not self._asked[0] or self.choice == NOTHING:
            self.ground = NO_GROUND  # at once: of another map, it would be wrong
        self._asked = asked = (fitted, self.choice, of)

        def arrive(found):
            if asked is self._asked:  # else something else was chosen meanwhile
                self._found = found.regions
                self.ground = self._named(found)

        if fitted is not None and self.choice != NOTHING:
            off_loop(lambda: lay(*asked), arrive)

    @param.depends("ground", watch=True)
    def _list(self):
        if self.ground.regions is not None:
            fill(self.editor, self._fields)
            self._labels.frame = self.ground.regions.labels[["region", "label", "majority", "rows"]].round({"rows": 0})

    def _rename(self, row, _, label):
        region = self._found.labels["region"].iloc[row]
        names = self._names.setdefault(self.fitted.table, {})
        names[regions.members(self._found)[region]] = label or ""
        self.ground = self._named(self.ground)

    def _named(self, ground):
        """With the reader's own names for regions: as found again, they are made of the same nodes."""
        if self._found is None:
            return ground
        return replace(ground, regions=regions.renamed(self._found, self._names.get(self.fitted.table, {})))

    def _fields(self):
        count = pmui.Select.from_param(
            self.param.n_regions,
            label="Regions",
            description=COUNT_HELP,
            width=150,
            size="small",
            margin=(14, 0, 8, 0),
        )
        return pn.Column(count, self._labels, sizing_mode="stretch_width", margin=0)

    def __panel__(self):
        return pmui.Select.from_param(
            self.param.choice, label="Backdrop", description=HELP, width=150, size="small", margin=0,
            disabled=self.param.disabled,
        )  # fmt: skip


def lay(fitted: TableMap, choice: str, of: Colouring | str | int | None) -> Ground:
    """What a choice shows of a map.

    Parameters
    ----------
    fitted : TableMap
    choice : str
        A value of `CHOICES`.
    of : Colouring, str, int or None
        The colouring of the points, for what is of its column; the feature of a plane; of regions how many, 0 for as
        many as fit best.
    """
    sheet = fitted.model.manifold_
    if choice == "magnification":
        cells = figures.landscape(geometry.shape(sheet), "stretch", name="stretch (doublings)", blank="no area")
        return Ground(geometry.READ_MAGNIFICATION, cells)
    if choice == "u_matrix":
        cells = figures.landscape(geometry.shape(sheet), "distance", name="distance to neighbours")
        return Ground(geometry.READ_U_MATRIX, cells)
    if choice == REGIONS:
        found = regions.find(fitted, min(of, len(sheet.nodes)) or None)
        return Ground(
            "Parts of the sheet that are alike, named by what sets them apart. The names can be edited below.",
            None,
            found,
        )
    if choice == PLANE:
        return _plane(fitted, of)
    if choice == "density":
        return _density(fitted)
    if of is None or of.column not in fitted.table.frame:
        return Ground("Choose a column of the table under Colour to see its landscape.")
    draw = _classes if of.kind_of(fitted.table.frame[of.column]) == "category" else _numbers
    return draw(fitted, of, choice == "spread")


def _density(fitted: TableMap) -> Ground:
    mass = surfaces.density(fitted)
    mass["rows"] = mass["mass"].where(mass["mass"] >= surfaces.LEAST_ROWS)
    reading = f"How many rows each node explains: full parts are groups, thin ones the gaps between them. {BLANKS}"
    return Ground(reading, figures.landscape(mass, "rows", name="rows explained"))


def _plane(fitted: TableMap, feature: str) -> Ground:
    decoded = nodes.decode(fitted, fitted.model.manifold_.nodes)
    if feature not in decoded:
        return Ground("Choose a feature under Planes, below the map, and show it here.")
    plane = surfaces.density(fitted).assign(value=decoded[feature].to_numpy())
    plane["value"] = plane["value"].where(plane["mass"] >= surfaces.LEAST_ROWS)
    return Ground(
        f"The value of {feature} that the sheet has at each node, in original units. {BLANKS}",
        figures.landscape(plane, "value", name=feature),
    )


def _classes(fitted: TableMap, how: Colouring, spread: bool) -> Ground:
    column = how.column
    found = surfaces.classes(fitted, column)
    if not spread:
        reading = f"Each cell has the colour of its likeliest {column}, the fainter the less sure. {BLANKS}"
        return Ground(reading, figures.class_landscape(found, name=how))
    reading = (
        f"Share of the rows of each cell that are not of its likeliest {column}: high where classes mix. {BLANKS}"
    )
    mixed = found.assign(mixed=1 - found["confidence"])
    return Ground(reading, figures.landscape(mixed, "mixed", name="not of the likeliest class", percent=True))


def _numbers(fitted: TableMap, how: Colouring, spread: bool) -> Ground:
    column = how.column
    found = surfaces.numbers(fitted, column)
    if not spread:
        reading = f"Each cell has the mean {column} of the rows that it explains. {BLANKS}"
        return Ground(reading, figures.landscape(found, "mean", name=replace(how, column=f"mean of {column}")))
    reading = f"Standard deviation of {column} among the rows of each cell: high where the map mixes values. {BLANKS}"
    return Ground(reading, figures.landscape(found, "spread", name=f"spread of {column}"))
