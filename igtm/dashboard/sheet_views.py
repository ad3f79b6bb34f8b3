"""What the sheet under the map says of the whole of it: the planes of its features, and how good it is."""

import html

import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts import figures, theme
from igtm.charts.heatmaps import MOST_CELLS
from igtm.dashboard.inspector_parts import Picture, off_loop
from igtm.dashboard.layouts import line, stack
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.text import Html, plain
from igtm.maps import metrics, planes, surfaces
from igtm.maps.table_map import TableMap

ALL = "all features"
FEW, ACROSS_FEW, ACROSS = 18, 6, 8  # up to so many planes there are six in a row, else eight
ENLARGED = 340

QUALITY_STYLE = """
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 8px; font-size: 12px; opacity: 0.75; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; font-weight: normal; }
tr + tr :is(th, td), tbody tr :is(th, td) {
  border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent);
}
thead th { font-size: 12px; opacity: 0.75; }
tbody th, li, .verdict { font-weight: 600; }
small { display: block; font-size: 12px; font-weight: normal; opacity: 0.75; }
h3 { font-size: 14px; margin: 0 0 12px; }
ul { margin: 0 0 12px; padding-left: 20px; }
"""


class SheetView(pn.viewable.Viewer):
    """One tab: worked out for a map when the tab is first in front, with a word while that takes its time.

    Subclasses `look` things up, on a thread that must not touch the page, and `show` what was found.
    """

    hint = waiting = ""

    dark = param.Boolean(default=False, allow_refs=True, doc="Whether the page is dark.")
    words = param.String(doc="What stands there instead of the content.")

    def __init__(self, **params):
        super().__init__(**{"words": self.hint, **params})
        self._fitted = None
        self._content = stack(visible=False, gap="0")

    def update(self, fitted: TableMap | None) -> None:
        """Show what there is to say of a map, None before the first."""
        if fitted is self._fitted:
            return
        self._fitted = fitted
        self._content.visible = False
        self.words = self.hint if fitted is None else self.waiting

        def arrive(found):
            if fitted is self._fitted:  # else there is another map
                with pn.io.hold():
                    self.show(found)
                    self.param.update(words="")
                    self._content.visible = True

        if fitted is not None:
            off_loop(lambda: self.look(fitted), arrive)

    def __panel__(self):
        words = pn.Column(
            plain(self.param.words, opacity="0.7"), visible=self.param.words.rx.bool(), margin=0,
            sizing_mode="stretch_width",
        )  # fmt: skip
        return stack(words, self._content, gap="0", margin=(10, 4, 0, 4))


class PlanesView(SheetView):
    """Every feature over the map in original units; one of them large, and on the map."""

    hint = "After a fit, every feature is drawn here over the map."
    waiting = "Drawing the planes …"

    search = param.String(doc="Only features whose names have this in them are drawn.")
    feature = param.Selector(default=ALL, objects=[ALL], doc="The plane that is enlarged.")
    note = param.String(doc="How many planes are drawn, and what can be done with them.")
    on_show = param.Callable(doc="Called with the feature that the reader wants to see on the map.")

    def __init__(self, **params):
        super().__init__(**params)
        self._planes = self._nodes = None
        self._shown = None
        self.picture = Picture(LiveChart(label="Feature planes", aspect="own"), dark=self.param.dark)
        self.large = Picture(LiveChart(label="Enlarged plane", max_size=ENLARGED), dark=self.param.dark)
        self.picture.chart.param.watch(self._pick, "selection")
        small = {"size": "small", "margin": 0}
        feature = self.param.feature.rx()
        field = pmui.TextInput(
            label="Search features", description="Part of a name: the other planes go.", width=180, **small
        )
        field.param.watch(lambda event: setattr(self, "search", event.new), "value_input")
        choose = pmui.Select.from_param(
            self.param.feature, label="Plane", searchable=True, width=180,
            description="Enlarge the plane of a feature; a click on it does, too.", **small,
        )  # fmt: skip
        show = pmui.Button(
            label="Show on the map", description="Lay this plane under the points.", variant="outlined",
            disabled=feature == ALL, on_click=lambda _: self.on_show(self.feature), **small,
        )  # fmt: skip
        wide = {"min-width": "500px"}
        multiples = pn.Column(self.picture, sizing_mode="stretch_width", margin=0, styles=wide)
        self._content[:] = [
            line(field, choose, show),
            plain(self.param.note, font_size="12px", opacity="0.75", margin="6px 0"),
            pn.Column(multiples, visible=feature == ALL, sizing_mode="stretch_width", margin=0, scroll="x"),
            pn.Column(self.large, visible=feature != ALL, sizing_mode="stretch_width", margin=0),
        ]

    @property
    def figure(self) -> figures.Figure | None:
        """The planes, or the one that is enlarged."""
        if not self._content.visible:
            return None
        return (self.picture if self.feature == ALL else self.large).figure

    def figure_of(self, fitted: TableMap) -> figures.Figure:
        """The same; of a map whose planes were not looked at, all of them."""
        if self.figure is not None and fitted is self._fitted:
            return self.figure
        mass, drawn = self.look(fitted)
        return _multiples(drawn.iloc[:, : _most(drawn)], mass)

    def look(self, fitted):
        mass = surfaces.density(fitted)
        return mass, planes.feature_planes(fitted).where(mass["mass"] >= surfaces.LEAST_ROWS)

    def show(self, found):
        self._nodes, self._planes = found
        self._shown = None
        self._draw()

    @param.depends("search", watch=True)
    def _draw(self):
        if self._planes is None:
            return
        asked = self.search.casefold()
        names = [name for name in self._planes if asked in str(name).casefold()]
        shown = names[: _most(self._planes)]
        self.note = self._words(len(names), len(shown))
        if shown == self._shown:  # a letter more made no difference: a click on a plane must not meet a new canvas
            return
        self._shown = shown
        objects = [ALL, *self._shown]
        keep = self.feature if self.feature in objects else ALL
        self.param.feature.objects = objects
        self.picture.figure = _multiples(self._planes[self._shown], self._nodes)
        self.feature = keep
        self._enlarge()

    @param.depends("feature", watch=True)
    def _enlarge(self):
        if self.feature != ALL:
            plane = self._nodes.assign(value=self._planes[self.feature])
            self.large.figure = figures.landscape(plane, "value", name=str(self.feature))

    def _words(self, n, n_shown):
        if n == 0:
            return "No feature is called like that."
        few = "" if n == n_shown else f"The first {n_shown:,} of {n:,}: search for others. "
        return (
            f"{few}{n:,} features in original units, those alike side by side. A click enlarges. Cells that explain "
            f"fewer than {surfaces.LEAST_ROWS:g} rows are blank."
        )

    def _pick(self, event):
        if picked := event.new.get("pick_plane"):
            self.feature = self._shown[int(picked[0])]


def _most(planes) -> int:
    """How many planes can be drawn."""
    return max(1, MOST_CELLS // len(planes))


def _multiples(planes, nodes) -> figures.Figure:
    across = max(1, min(planes.shape[1], ACROSS_FEW if planes.shape[1] <= FEW else ACROSS))
    return figures.planes(planes, nodes, across=across)


class QualityView(SheetView):
    """How good the map is: each measure, what is good and bad for it, and what to change."""

    hint = "After a fit, this tab says how good the map is."
    waiting = "Measuring: three refits on a part of the rows, which takes some seconds …"
    figure = None

    def __init__(self, **params):
        super().__init__(**params)
        self._table = None
        self._page = Html("", stylesheets=[QUALITY_STYLE], sizing_mode="stretch_width", margin=0)
        self._content[:] = [self._page]

    def look(self, fitted):
        return metrics.quality(fitted)

    def show(self, found):
        self._table = found
        self._write()

    @param.depends("dark", watch=True)
    def _write(self):
        if self._table is not None:
            self._page.object = as_page(self._table, self.dark)


def as_page(quality, dark: bool) -> str:
    """What `metrics.quality` found as HTML: what to change, then each measure."""
    tokens = theme.tokens(dark)
    colours = {"good": tokens.success, "fair": tokens.warning, "poor": tokens.error}
    advice = "".join(f"<li>{html.escape(each)}</li>" for each in quality["advice"] if each)
    head = f"<h3>What to change</h3><ul>{advice}</ul>" if advice else "<h3>Nothing asks to be changed.</h3>"
    rows = []
    for each in quality.itertuples():
        value = "—" if each.value != each.value else f"{each.value:.3g}"
        colour = colours.get(each.verdict, "inherit")
        verdict = f'<span class="verdict" style="color: {colour}">{each.verdict or "—"}</span>'
        rows.append(
            f"<tr><th scope='row'>{html.escape(each.measure)}<small>{html.escape(each.meaning)}</small></th>"
            f"<td>{value}</td>"
            f"<td>{verdict}<small>{html.escape(each.reading)}</small></td></tr>"
        )
    sample = quality.loc[quality["rows"].idxmin()]
    drawn = "" if sample["rows"] == sample["of"] else ", drawn at random"
    return (
        f"{head}<table><caption>Measured on {sample['rows']:,} of {sample['of']:,} rows{drawn}.</caption>"
        f"<thead><tr><th>measure</th><th>value</th><th>verdict</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
