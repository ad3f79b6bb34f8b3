"""What the views of the inspector are put together from."""

import asyncio
import html
from collections.abc import Callable

import panel as pn
import param

from igtm.dashboard.live_chart import LiveChart
from igtm.dashboard.text import Html, plain

THUMBNAIL = 96  # pixels
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

    @param.depends("figure", "dark", watch=True)
    def _draw(self):
        if self.figure is not None:
            self.chart.clear_selection()
            self.chart.dark = self.dark
            self.chart.show(self.figure.spec(self.dark, live=True), self.figure.data)


class Thumbnail:
    """The picture of a row or of a prototype, where a table has pictures."""

    def __init__(self):
        self._pane = Html("", margin=0)
        self._place = pn.Column(self._pane, visible=False, margin=(0, 16, 8, 0), width=THUMBNAIL)

    def beside(self, *parts) -> pn.Row:
        """Parts with the picture to their left."""
        return pn.Row(self._place, *parts, sizing_mode="stretch_width", margin=0)

    def show(self, uri: str | None, words: str) -> None:
        """Show a picture of `igtm.maps.pictures`, and say in words what it shows; None for none."""
        if uri is not None:
            size = f'width="{THUMBNAIL}" height="{THUMBNAIL}" style="image-rendering: pixelated"'
            self._pane.object = f'<img src="{html.escape(uri)}" alt="{html.escape(words)}" {size}>'
        self._place.visible = uri is not None


def heatmap(label: str, picked: Callable[[int], None], **params) -> Picture:
    """A heatmap; `picked` is called with the node that the reader clicks."""
    return small_map(label, "pick_node", picked, **params)


def small_map(label: str, selection: str, picked: Callable[[int], None], **params) -> Picture:
    """A map beside the map; `picked` is called with what the reader clicks, by the selection of that name."""
    chart = LiveChart(label=label, max_size=300)

    def tell(event):
        if values := event.new.get(selection):
            picked(int(values[0]))

    chart.param.watch(tell, "selection")
    return Picture(chart, **params)


def beside(*parts) -> pn.FlexBox:
    """Parts side by side where there is room, one under the other where there is not."""
    room = {"flex": "1 1 300px", "min-width": "0"}
    columns = [pn.Column(part, sizing_mode="stretch_width", margin=0, styles=room) for part in parts]
    return pn.FlexBox(*columns, gap="16px", align_items="start", sizing_mode="stretch_width", margin=(8, 0))


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
