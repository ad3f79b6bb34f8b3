"""Parts of a page one under the other, or side by side.

Panel's own layouts take the browser a quarter of the time that those of Material UI take, which only look alike.
"""

import panel as pn

__all__ = ["line", "stack"]


def stack(*parts, gap: str = "8px", **options) -> pn.Column:
    """Parts one under the other, as wide as there is room.

    Parameters
    ----------
    *parts : Panel objects
    gap : str, default "8px"
        What is between them.
    **options
        Other parameters of `panel.Column`.
    """
    return pn.Column(*parts, **_wide(options, gap=gap))


def line(*parts, gap: str = "12px 8px", align: str = "center", **options) -> pn.Row:
    """Parts side by side, in further lines where there is no room.

    Parameters
    ----------
    *parts : Panel objects
    gap : str, default "12px 8px"
        What is between lines, which leaves room for labels, and between parts.
    align : {"center", "start"}, default "center"
        How parts lie that are not equally high.
    **options
        Other parameters of `panel.Row`.
    """
    return pn.Row(*parts, **_wide(options, **{"gap": gap, "flex-wrap": "wrap", "align-items": align}))


def _wide(options, **styles):
    # Of itself a layout is as high as the window at most, what follows lies over it; and as wide as all its parts.
    styles = {"max-height": "none", "min-width": "0", **styles}
    return {"sizing_mode": "stretch_width", "margin": 0, **options, "styles": styles | options.get("styles", {})}
