"""ColourOptions: how points are coloured by their column; the column itself is chosen beside it."""

import pandas as pd
import panel as pn
import panel_material_ui as pmui
import param

from igtm.charts.colours import Colouring, as_numbers, kind_of
from igtm.charts.theme import DIVERGING, PALETTE, RAMPS
from igtm.dashboard import icons
from igtm.dashboard.later import fill, later
from igtm.dashboard.text import plain, tooltip_at

AUTOMATIC = "automatic"
KINDS = {AUTOMATIC: AUTOMATIC, "numbers": "number", "classes": "category"}
KIND_HELP = (
    "Automatic takes words, yes and no, and whole numbers of at most ten values for classes, all else for numbers."
)
_RAMPS = {scheme.replace("-", " – "): scheme for scheme in RAMPS}
SCHEMES = {"number": _RAMPS, "category": {"Okabe-Ito": PALETTE, **_RAMPS}}  # the first one is what a chart takes
SCHEME_HELP = (
    f"Okabe-Ito's colours are far apart for all eyes; the others have an order. {DIVERGING.replace('-', ' – ')} has a "
    "pale middle, at 0 where values lie on both sides of it."
)
WHOLE = (0, 100)
CLIPS = {"all values": WHOLE, "1 – 99 %": (1, 99), "2 – 98 %": (2, 98), "5 – 95 %": (5, 95), "10 – 90 %": (10, 90)}
CLIP_HELP = "Between which percentiles the colours change, so that few extreme values do not take them all."
REVERSE_HELP = "Turns the order of the colours round."
LOG_HELP = "A logarithmic scale; only values above 0 have a colour on it, the others are grey."
LEGEND_HELP = (
    "A click on a class in the legend selects its rows; with shift it adds them, with alt it removes them. Without a "
    "mouse, search for the class and press Enter."
)
WIDTH = 230
SAMPLE = 1000  # of words, rows in which numbers are looked for


class ColourOptions(pn.viewable.Viewer):
    """A button and behind it the options of a colouring; each is there where it suits the column."""

    colouring = param.ClassSelector(class_=Colouring, doc="What column and options make; None without a column.")
    disabled = param.Boolean(default=False, allow_refs=True, doc="Whether the map on show has no such colours.")
    kind = param.Selector(default=AUTOMATIC, objects=KINDS, doc=KIND_HELP)
    scheme = param.Selector(default="viridis", objects=SCHEMES["number"], doc=SCHEME_HELP)
    reverse = param.Boolean(default=False, doc=REVERSE_HELP)
    clip = param.Selector(default=WHOLE, objects=CLIPS, doc=CLIP_HELP)
    logarithm = param.Boolean(default=False, doc=LOG_HELP)
    numbers = param.Boolean(default=True, doc="Whether the column is coloured as numbers.")
    positive = param.Boolean(default=True, doc="Whether there is a logarithm of some values.")

    def __init__(self, **params):
        super().__init__(**params)
        self._column, self._values, self._shown = None, None, "number"
        self._place = later(sizing_mode=None)
        self._popup = pmui.Popup(self._place, anchor_origin={"horizontal": "left", "vertical": "bottom"})
        self._button = pmui.Button(
            icon=icons.PALETTE, description="Colour options: kind, scheme, direction and scale.",
            disabled=param.bind(lambda how, off: how is None or off, self.param.colouring, self.param.disabled),
            on_click=self.open, variant="text", size="small", margin=0, sx={"minWidth": "32px"},
            stylesheets=[tooltip_at("below")],
        )  # fmt: skip

    def __panel__(self):
        return pn.Row(self._button, self._popup, margin=0, styles={"flex": "none", "width": "auto"})

    def open(self, *_) -> None:
        """Show the options."""
        fill(self._place, self._choices)
        self._popup.open = True

    def _choices(self):
        options = {"size": "small", "margin": 0}
        number = {"disabled": self.param.numbers.rx.not_()}
        return pn.Column(
            pmui.Select.from_param(
                self.param.kind, label="Coloured as", description=KIND_HELP, width=WIDTH, **options
            ),
            pmui.Select.from_param(self.param.scheme, label="Scheme", description=SCHEME_HELP, width=WIDTH, **options),
            pmui.Select.from_param(
                self.param.clip, label="Colours span", description=CLIP_HELP, width=WIDTH, **number, **options
            ),
            pmui.Switch.from_param(self.param.reverse, label="Reverse", description=REVERSE_HELP, **options),
            pmui.Switch.from_param(
                self.param.logarithm,
                label="Logarithm",
                description=LOG_HELP,
                disabled=self.param.positive.rx.not_(),
                **options,
            ),
            pn.Column(plain(LEGEND_HELP, font_size="12px", opacity="0.75"), visible=number["disabled"], margin=0),
            width=WIDTH,
            margin=16,
            styles={"gap": "14px"},
        )

    def offer(self, column: str | None, values: pd.Series | None = None) -> None:
        """Colour by another column: the options stay, as far as they suit it.

        Parameters
        ----------
        column : str or None
            Its name, None for no colours.
        values : Series, optional
            Its values, of all rows.
        """
        kept = self.kind if column == self._column else AUTOMATIC
        self._column, self._values = column, values
        if column is None:
            self.colouring = None
            return
        written = values if pd.api.types.is_numeric_dtype(values) else values.head(SAMPLE)
        dates = pd.api.types.is_datetime64_any_dtype(values)
        self._found = pd.Series(dtype=float) if dates else as_numbers(written).dropna()
        kinds = (
            KINDS if dates or len(self._found) else {name: kind for name, kind in KINDS.items() if kind != "number"}
        )
        self.param.kind.objects = kinds
        self.kind = kept if kept in kinds.values() else AUTOMATIC
        self._suit()

    @param.depends("kind", "scheme", "reverse", "clip", "logarithm", watch=True)
    def _suit(self):
        if self._column is None:
            return
        kind = None if self.kind == AUTOMATIC else self.kind
        shown = kind or kind_of(self._values)
        numbers, schemes = shown == "number", list(SCHEMES[shown].values())
        positive = numbers and bool((self._found > 0).any())
        self.param.scheme.objects = SCHEMES[shown]
        self.param.update(
            numbers=numbers,
            positive=positive,
            scheme=self.scheme if self.scheme in schemes and shown == self._shown else schemes[0],
            logarithm=self.logarithm and positive,
        )
        self._shown = shown
        scheme = None if self.scheme == schemes[0] else self.scheme
        clip = self.clip if numbers and self.clip != WHOLE else None
        how = Colouring(self._column, kind, scheme, self.reverse, clip, self.logarithm)
        if how != self.colouring:
            self.colouring = how
