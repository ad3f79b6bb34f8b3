"""A figure as a value: what is drawn, over named data, with the rows beside it.

The live dashboard embeds ``figure.spec(live=True)`` once and sends ``figure.data`` apart; `igtm.charts` puts the
rows in. In either, text from data is only ever a value or a title: never a field name, an expression, HTML or a
link.
"""

import json
from dataclasses import dataclass, field

import altair as alt
import pandas as pd
from altair.utils import schemapi

from igtm.charts.theme import INK, LIGHT, MAP_AXES, MAP_SIDE, SCHEMA, themed


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart over named data, and the rows of that data.

    Parameters
    ----------
    layers : tuple of alt.Chart
        Over `alt.NamedData`, without rows and without theme, the lowest first. They are never changed, and may be in
        several figures.
    data : dict of str to DataFrame
        Rows by dataset name.
    options : dict
        Further properties of the chart: its size, title and view.
    params : tuple of alt.VariableParameter
        Its variables, besides the colour of the text.
    """

    layers: tuple[alt.Chart, ...]
    data: dict[str, pd.DataFrame]
    options: dict = field(default_factory=dict)
    params: tuple[alt.VariableParameter, ...] = ()

    def spec(self, dark: bool = False, live: bool = False) -> dict:
        """Vega-Lite without rows.

        ``live`` leaves out the title, for the page has its own, and the names of a map's axes, lets the page's
        background through and skips the schema check of the options.
        """
        spec = themed(self._layered(validate=not live), dark) | {"$schema": SCHEMA}
        if live:
            spec.pop("title", None)
            for channel in _map_axes(spec):
                channel["title"] = None
            spec["background"] = "transparent"
        return spec

    def _layered(self, validate: bool) -> dict:
        """What `alt.LayerChart` makes of the layers, without its copies of them, which take most of the time."""
        ink = alt.VariableParameter(name=INK, value=LIGHT.text)
        whole = alt.LayerChart(params=[ink, *self.params], **self.options).to_dict(validate=validate)
        units = [_unit(layer) for layer in self.layers]
        lifted = [param | {"views": [unit["name"]]} for unit in units for param in unit.pop("params", ())]
        return whole | {"layer": units, "params": [*whole["params"], *lifted]}

    def standalone(self, dark: bool = False) -> dict:
        """Vega-Lite with the rows in it.

        They are one JSON text a dataset: Altair would check lists of rows against its schema one by one, 9 s for
        20,000 of them instead of 0.1 s.
        """
        spec = self.spec(dark)
        for unit in spec["layer"]:
            unit["data"] |= {"format": {"type": "json"}}
        rows = {name: frame.to_json(orient="records", double_precision=15) for name, frame in self.data.items()}
        return spec | {"datasets": rows}


def _unit(layer: alt.Chart) -> dict:
    """Vega-Lite of a layer, to be changed at will; Altair makes it once of a layer that many figures have."""
    if "_unit" not in vars(layer):
        vars(layer)["_unit"] = json.dumps(layer.to_dict(validate=False, context={"top_level": False}))
    return json.loads(vars(layer)["_unit"])


def _map_axes(spec: dict) -> list[dict]:
    encodings = [layer.get("encoding", {}) for layer in spec.get("layer", [])]
    channels = [each[axis] for each in encodings for axis in ("x", "y") if axis in each]
    return [channel for channel in channels if channel.get("title") in MAP_AXES]


def unchecked():
    """A context in which Altair does not hold each part of a chart against its schema: a fifth of the time.

    For figures that are drawn again and again on one thread: it is a switch of all of Altair. Tests check them.
    """
    return schemapi.debug_mode(False)


def layered(parts, data, title, default, width=MAP_SIDE, height=MAP_SIDE, **options) -> Figure:
    """Layers over named data as a figure; without a title it has the default one, with an empty title none."""
    title = default if title is None else title
    heading = {"title": title, "description": title} if title else {}
    return Figure(tuple(parts), data, {"width": width, "height": height, **heading, **options})
