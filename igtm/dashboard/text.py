"""Words from data or from errors, shown as they are: Panel's own text panes read them as HTML or Markdown."""

import html
from typing import ClassVar

import panel as pn
import panel_material_ui as pmui
import param
from bokeh.models import ImportedStyleSheet
from panel.io.notebook import replace_inline_css

from igtm.dashboard.later import fill, later

__all__ = ["listed", "message", "plain", "tooltip_at"]


class Html(pn.pane.HTML):
    """Panel's pane, which in a notebook forgets `inline=True` when it is updated, and asks the internet for styles.

    It also says of itself that it is visible, where what it lies in is not.
    """

    _stylesheets: ClassVar[list[str]] = [*pn.pane.HTML._stylesheets, ":host > div { visibility: inherit !important; }"]

    def _get_properties(self, doc):
        properties = super()._get_properties(doc)
        if pn.config.inline:
            sheets = properties["stylesheets"]
            sheets = [replace_inline_css(each) if isinstance(each, ImportedStyleSheet) else each for each in sheets]
            properties["stylesheets"] = sheets
        return properties


def plain(text, **styles):
    """Return a pane that shows text as text, whatever is in it.

    Parameters
    ----------
    text : str, or a parameter or function bound to one
        The text.
    **styles : str
        CSS declarations, with underscores for hyphens: ``font_size="12px"``.

    Returns
    -------
    panel.pane.HTML
    """
    css = {"overflow-wrap": "anywhere", "font-size": "14px"} | {
        name.replace("_", "-"): value for name, value in styles.items()
    }
    escaped = html.escape(text) if isinstance(text, str) else pn.bind(html.escape, text)
    return Html(escaped, styles=css, sizing_mode="stretch_width", margin=0)


def listed(words):
    """Return words as a sentence lists them: "k, m and s"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def message(text: param.Parameter, severity="warning") -> pn.Column:
    """Return a place with an alert that shows text as text, and that is not there while the text is empty.

    Parameters
    ----------
    text : Parameter
        The text, of type str.
    severity : {"error", "warning", "info", "success"}, default "warning"
        Its colour and icon.
    """

    def alert():
        return pmui.Alert(
            plain(text),
            severity=severity,
            sizing_mode="stretch_width",
            margin=0,
            # The title, which every alert has, would leave a gap.
            sx={
                "py": 0.5,
                "px": 1.5,
                "& .MuiAlertTitle-root": {"display": "none"},
                "& .MuiAlert-message": {"width": "100%"},
            },
        )

    def show(words):
        if words:
            fill(place, alert)
        place.visible = bool(words)

    place = later(visible=False)
    text.owner.param.watch(lambda event: show(event.new), text.name)
    show(getattr(text.owner, text.name))
    return place


def tooltip_at(side, edge="left"):
    """Return a stylesheet for a button in a line of buttons, whose help then opens over or under it.

    Of itself a tooltip is as narrow as its button, and lies over the next one, which could not be pressed.

    Parameters
    ----------
    side : {"above", "below"}
        Of the button.
    edge : {"left", "right"}, default "left"
        With which edge of the button the help is in line.

    Returns
    -------
    str
    """
    # Above the first line of a page there is just room for it.
    above, below = ("calc(100% + 4px)", "auto") if side == "below" else ("auto", "calc(100% - 1px)")
    left, right = ("0", "auto") if edge == "left" else ("auto", "0")
    return f"""
.MuiTooltip-popper {{
  transform: none !important; inset: {above} {right} {below} {left} !important; pointer-events: none !important;
}}
.MuiTooltip-popper .MuiTooltip-tooltip {{ width: max-content; max-width: 320px; margin: 0 !important; }}
.MuiTooltip-arrow {{ display: none; }}
"""
