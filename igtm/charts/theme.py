"""The one place for colours, type and sizes; charts and the dashboard both take theirs from here."""

from dataclasses import dataclass

#: Vega-Lite version of the specs that we write: the one that Panel bundles, or its page logs a warning.
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.3.0.json"

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

#: Side of a square map in pixels, before the page that shows it makes it larger or smaller.
MAP_SIDE = 420
#: What its axes are called.
MAP_AXES = ("map x", "map y")
LABEL_LIMIT = 150

BLACK = "#000000"
#: Okabe and Ito's eight colours; black comes last, and is drawn light on a dark background (see `INK`).
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", BLACK)
#: For 9 to 20 classes: the first seven stay, the others are as far from each other as colours go (also for
#: colour-blind eyes) while they can be seen on both backgrounds.
PALETTE_20 = (
    *OKABE_ITO[:7],
    *("#A1398E", "#5E6800", "#55D071", "#8E7BEC", "#F697FF", "#A14C42", "#1CECD0"),
    *("#FFBD8E", "#FF847B", "#979700", "#007168", "#714CBD", "#1CBDAA"),
)
BLUE, ORANGE = OKABE_ITO[:2]
OTHER_GREY = "#7D8590"
MISSING_GREY = "#B6BCC4"
UNSELECTED = "#9CA3AF"
SELECTED = "#E0006C"

#: Viridis at eleven equal steps.
VIRIDIS = (
    *("#440154", "#482475", "#414487", "#355F8D", "#2A788E", "#21918C"),
    *("#22A884", "#44BF70", "#7AD151", "#BDDF26", "#FDE725"),
)

#: Colours for amounts, and in steps for classes that have an order; all can be seen on both backgrounds. The last one
#: has two sides and a pale middle.
DIVERGING = "blue-red"
RAMPS = {
    "viridis": VIRIDIS[2:-1],
    "cividis": ("#213F6E", "#44516E", "#5A5E6E", "#737171", "#888477", "#989278", "#B1A774", "#C7B76C", "#E6CE59"),
    "magma": ("#651A80", "#822582", "#A1307F", "#C13B76", "#DE4968", "#ED5A60", "#F97B5E", "#FE9F6D", "#FEC387"),
    DIVERGING: ("#2166AC", "#4F93C3", "#8DB9D3", "#DCCB85", "#E5A14E", "#D55E00", "#9E2A2B"),
}
#: Colours for classes that have no order.
PALETTE = "okabe-ito"

#: Height in pixels of fields and buttons, which stand in lines together.
CONTROL = 36
_LOW = {"height": f"{CONTROL}px"}
# The "i" that opens help, and around it room for a finger.
_HELP = {
    "fontSize": "16px",
    "boxSizing": "content-box",
    "padding": "4px",
    "margin": "-4px -4px -4px 2px",
    "verticalAlign": "text-bottom",
}
_TEXT = {"fontSize": "14px", "textTransform": "none", "letterSpacing": 0}
#: Style of the dashboard's controls, by Material UI's names of them and of their parts.
CONTROLS = {
    "MuiOutlinedInput": {
        "root": {"fontSize": "14px", "&.MuiInputBase-sizeSmall:not(.MuiInputBase-multiline)": _LOW},
        "notchedOutline": {"& legend": {"fontSize": "12px"}},  # the gap for the label
    },
    "MuiInputLabel": {
        "root": {
            "fontSize": "14px",
            "&.MuiInputLabel-sizeSmall:not(.MuiInputLabel-shrink)": {"transform": "translate(14px, 8px)"},
            # Of which Material UI draws three quarters.
            "&.MuiInputLabel-shrink": {"fontSize": "16px", "& svg": {"fontSize": "20px"}},
        },
    },
    "MuiButton": {"root": {"&.MuiButton-root": _LOW | {"fontSize": "13px"}}},
    "MuiToggleButton": {"sizeSmall": _TEXT | _LOW | {"fontSize": "13px", "whiteSpace": "nowrap"}},
    "MuiTabs": {"root": {"minHeight": f"{CONTROL}px"}},
    "MuiTab": {"root": _TEXT | {"minHeight": f"{CONTROL}px", "minWidth": 0, "padding": "6px 12px", "fontWeight": 600}},
    # Of sliders; those of fields have styles of their own.
    "MuiFormLabel": {"root": {"fontSize": "13px", "& svg": _HELP}},
    "MuiFormControlLabel": {"label": {"fontSize": "14px", "& svg": _HELP}},
    "MuiMenuItem": {"root": {"fontSize": "14px"}},
    "MuiListItemText": {"primary": {"fontSize": "14px"}},
    # On a phone, help stands beside its label, on the one side or the other.
    "MuiTooltip": {"tooltip": {"@media (max-width: 600px)": {"maxWidth": "150px"}}},
}

#: Name of the chart parameter that stands for black on light and for near-white on dark.
INK = "ink"
#: And of the one that goes from 0 to 1 while what was found draws the eye.
PULSE = "pulse"


@dataclass(frozen=True)
class Tokens:
    """Colours of one mode; every text colour passes WCAG AA on ``background`` and on ``surface``."""

    background: str
    surface: str
    text: str
    muted: str
    grid: str
    outline: str
    accent: str
    on_accent: str
    success: str
    warning: str
    error: str
    ramp: tuple[str, ...]


LIGHT = Tokens(
    background="#FFFFFF",
    surface="#F6F8FA",
    text="#1B1F24",
    muted="#57606A",
    grid="#E6E9ED",
    outline="#CDD3DA",
    accent="#0067A3",
    on_accent="#FFFFFF",
    success="#00704F",
    warning="#8A5A00",
    error="#B3261E",
    ramp=VIRIDIS[:-1],  # the last yellow can't be seen on white
)
DARK = Tokens(
    background="#14171C",
    surface="#1D2229",
    text="#E8EBEF",
    muted="#A3ADB9",
    grid="#2A313A",
    outline="#434C58",
    accent="#56B4E9",
    on_accent="#0B1116",
    success="#4CC9A0",
    warning="#F0B849",
    error="#FF8A80",
    ramp=VIRIDIS[2:],  # nor the first purples on black
)


def tokens(dark: bool) -> Tokens:
    """Colours of the dark or of the light mode."""
    return DARK if dark else LIGHT


def vega_config(dark: bool) -> dict:
    """Vega-Lite ``config`` of one mode.

    Parameters
    ----------
    dark : bool
        Dark or light.

    Returns
    -------
    dict
        Fonts, sizes and colours, with the named mark styles that our figures use
        (``ring``, ``over``, ``node``, ``node-ring``, ``way``, ``way-halo``, ``tile``, ``rule``, ``note``,
        ``diamond``, ``heading``, ``aside``, ``baseline``, ``usual``, ``border``, ``border-halo``, ``label``,
        ``label-halo``).
    """
    t = tokens(dark)
    return {
        "background": t.background,
        "font": FONT,
        "view": {"stroke": t.outline, "continuousWidth": MAP_SIDE, "continuousHeight": MAP_SIDE},
        "title": {
            "anchor": "start",
            "frame": "group",
            "color": t.text,
            "fontSize": 14,
            "fontWeight": 600,
            "offset": 12,
            "subtitleColor": t.muted,
            "subtitleFontSize": 12,
            "subtitlePadding": 4,
        },
        "axis": {
            "domain": False,
            "ticks": False,
            "gridColor": t.grid,
            "labelColor": t.muted,
            "labelFontSize": 11,
            "labelPadding": 6,
            "titleColor": t.text,
            "titleFontSize": 12,
            "titleFontWeight": 500,
            "titlePadding": 8,
        },
        "legend": {
            "orient": "bottom",
            "offset": 12,
            "layout": {
                "expr": "{bottom: {anchor: 'start', direction: 'vertical', margin: 10}}"
            },  # one below the other
            "labelColor": t.text,
            "labelFontSize": 12,
            "labelLimit": LABEL_LIMIT,
            "titleColor": t.muted,
            "titleFontSize": 12,
            "titleFontWeight": 500,
            "titleLimit": {"expr": "max(width, 220)"},  # as long as the gradient at least
            "columnPadding": 14,
            "rowPadding": 4,
            "symbolSize": 90,
            "symbolStrokeWidth": 0,
            "gradientLength": 220,
            "gradientThickness": 8,
            "gradientStrokeWidth": 0,
            "gradientOpacity": 1,
            "symbolOpacity": 1,
        },
        "range": {"ramp": list(t.ramp), "heatmap": list(VIRIDIS)},
        "style": {
            "ring": {"color": SELECTED, "strokeWidth": 2.5, "opacity": 1},
            "over": {"stroke": t.background, "strokeWidth": 0.5},
            "node": {"stroke": t.grid, "strokeWidth": 1},
            "node-ring": {"stroke": SELECTED, "strokeWidth": 2},
            "way": {"color": SELECTED, "strokeWidth": 2, "strokeDash": [1, 0], "opacity": 1},
            "way-halo": {"color": t.background, "strokeWidth": 5, "strokeDash": [1, 0], "opacity": 0.8},
            "tile": {"stroke": t.background, "strokeWidth": 1},
            "rule": {"color": t.muted, "strokeWidth": 1, "strokeDash": [3, 3]},
            "note": {"color": t.text, "fontSize": 11},
            "diamond": {"shape": "diamond", "stroke": t.background, "strokeWidth": 1, "opacity": 0.95},
            "heading": {"color": t.text, "fontSize": 12, "fontWeight": 600},
            "aside": {"color": t.muted, "fontSize": 11},
            "baseline": {"color": t.outline, "strokeWidth": 1, "strokeDash": [1, 0]},
            "usual": {"color": t.text, "opacity": 1},
            "border": {"color": t.text, "strokeWidth": 1.5, "strokeDash": [1, 0], "strokeCap": "round"},
            "border-halo": {"color": t.background, "strokeWidth": 4, "strokeDash": [1, 0], "strokeCap": "round"},
            "label": {"color": t.text, "fontSize": 11, "fontWeight": 600},
            "label-halo": {
                "color": t.background,
                "stroke": t.background,
                "strokeWidth": 4,
                "strokeJoin": "round",
                "fontSize": 11,
                "fontWeight": 600,
            },
        },
    }


def themed(spec: dict, dark: bool) -> dict:
    """The same Vega-Lite spec in the dark or the light mode."""
    params = [
        {**param, "value": tokens(dark).text} if param["name"] == INK else param for param in spec.get("params", [])
    ]
    tooltip = {"embedOptions": {"tooltip": {"theme": "dark" if dark else "light"}}}
    return {**spec, "params": params, "config": vega_config(dark), "usermeta": tooltip}


def material() -> dict:
    """Theme of the dashboard's Material UI components, light and dark."""
    return {mode: _mode(t) for mode, t in (("light", LIGHT), ("dark", DARK))}


def _mode(t: Tokens) -> dict:
    return {
        "palette": {
            "primary": {"main": t.accent, "contrastText": t.on_accent},
            "background": {"default": t.surface, "paper": t.background},
            "text": {"primary": t.text, "secondary": t.muted},
            "divider": t.outline,
            "success": {"main": t.success},
            "warning": {"main": t.warning},
            "error": {"main": t.error},
        },
        "typography": {"fontFamily": FONT},
        "shape": {"borderRadius": 8},
        "components": {name: {"styleOverrides": styles} for name, styles in CONTROLS.items()},
    }
