"""What the views of the inspector are put together from."""

import asyncio
import html
from collections.abc import Callable

import pandas as pd
import panel as pn
import param

from igtm.charts import figures
from igtm.dashboard.layouts import line
from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.text import Html, plain
from igtm.maps import pictures
from igtm.maps.pictures import Molecules, Pixels

# Small pixels are enlarged, formulae are as they are; below, what screen readers are told of the picture.
THUMBNAIL_STYLE = """
img { display: block; min-width: 96px; image-rendering: pixelated; }
p { width: 0; min-width: 100%; margin: 4px 0 0; font-size: 12px; line-height: 1.3; opacity: 0.75; }
"""
FACTS_STYLE = """
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; font-size: 14px; }
dt { opacity: 0.7; }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
"""


class Picture(pn.viewable.Viewer):
    """A figure in a LiveChart, light or dark."""

    figure = param.Parameter(doc="What is drawn, a `Figure`; None before the first.")
    dark = param.Boolean(default=False, allow_refs=True, doc="Whether it is drawn dark.")

    def __init__(self, chart: LiveChart, **params):
        self.chart = chart
        super().__init__(**params)

    def __panel__(self):
        return self.chart

    @property
    def drawn(self) -> figures.Figure:
        """The figure as it is drawn."""
        return self.figure

    @param.depends("figure", "dark", watch=True)
    def _draw(self):
        if self.figure is not None:
            self.chart.clear_selection()
            self.chart.dark = self.dark
            self.chart.show(self.drawn.spec(self.dark, live=True), self.drawn.data)


class Heatmap(Picture):
    """A picture of the nodes: a click picks one, shift + click compares it, and the chosen ones are framed."""

    chosen = param.List(default=[], allow_refs=True, doc="One node, or two that are compared, or none.")
    pick = param.Callable(doc="Called with the node that the reader clicks.")
    compare = param.Callable(doc="Called with the node that the reader clicks with shift.")

    def __init__(self, label: str, **params):
        super().__init__(LiveChart(label=label, max_size=300), **params)
        self.chart.param.watch(lambda event: _tell(event.new, "pick_node", self.pick), "selection")
        self.chart.param.watch(self._take_gesture, "gesture", onlychanged=False)

    @property
    def drawn(self) -> figures.Figure:
        return figures.with_chosen(self.figure, self.chosen)

    @param.depends("chosen", watch=True)
    def _frame(self):
        if self.figure is not None:
            for name, rows in figures.chosen_nodes(self.figure.data["nodes"], self.chosen).items():
                self.chart.set_data(name, rows)

    def _take_gesture(self, event):
        if event.new.get("purpose") == "add" and event.new.get("pick_node") is not None:
            self.compare(int(event.new["pick_node"]))


class Thumbnail:
    """The picture of a row or of a prototype, where a table has pictures."""

    def __init__(self):
        self._pane = Html("", margin=0, stylesheets=[THUMBNAIL_STYLE])
        self._place = pn.Column(self._pane, visible=False, margin=(0, 16, 8, 0), styles={"flex": "none"})

    def beside(self, *parts) -> pn.Row:
        """Parts with the picture to their left."""
        return pn.Row(self._place, *parts, sizing_mode="stretch_width", margin=0)

    def show(self, uri: str | None, words: str) -> None:
        """Show a picture of `igtm.maps.pictures`, and say in words what it shows; None for none."""
        if uri is not None:
            picture, words = html.escape(uri), html.escape(words)
            self._pane.object = f'<img src="{picture}" alt="{words}"><p aria-hidden="true">{words}</p>'
        self._place.visible = uri is not None


def illustrate(chart: LiveChart, how: Pixels | Molecules | None, frame: pd.DataFrame) -> None:
    """Begin the tooltips of a chart, whose ``row_id`` count in a frame, with pictures of its rows; None for none."""
    if how is None:
        chart.illustrate()
    else:
        chart.illustrate(lambda row: pictures.uris(how, frame.iloc[[row]])[0], how.size)


def small_map(label: str, selection: str, picked: Callable[[int], None], **params) -> Picture:
    """A map beside the map; `picked` is called with what the reader clicks, by the selection of that name."""
    chart = LiveChart(label=label, max_size=300)
    chart.param.watch(lambda event: _tell(event.new, selection, picked), "selection")
    return Picture(chart, **params)


def _tell(selected, name, picked):
    if values := selected.get(name):
        picked(int(values[0]))


def beside(*parts) -> pn.Row:
    """Parts side by side where there is room, one under the other where there is not."""
    room = {"flex": "1 1 300px", "min-width": "0"}
    columns = [pn.Column(part, sizing_mode="stretch_width", margin=0, styles=room) for part in parts]
    return line(*columns, gap="16px", align="start", margin=(8, 0))


def heading(text: str) -> pn.pane.HTML:
    """A line above a part of a tab."""
    return plain(text, font_weight="600", margin_top="8px")


def facts() -> pn.pane.HTML:
    """A pane for `as_facts`."""
    return Html("", stylesheets=[FACTS_STYLE], sizing_mode="stretch_width", margin=(0, 0, 8, 0))


def as_facts(pairs: dict) -> str:
    """Names and values, any text, as an HTML description list."""
    lines = (f"<dt>{html.escape(str(name))}</dt><dd>{html.escape(str(value))}</dd>" for name, value in pairs.items())
    return f"<dl>{''.join(lines)}</dl>"


def off_loop(work, then) -> None:
    """Work on a thread, then go on in the event loop with what it returned; in a script, which has none, at once."""

    async def run():
        then(await asyncio.to_thread(work))

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        then(work())
    else:
        pn.state.execute(run)
