"""Veil: takes what lies beside it out of sight."""

from pathlib import Path

import param

from igtm.dashboard.script import Script

__all__ = ["STYLE", "Veil"]

#: Of the layout that a `Veil` lies in. What is veiled is laid out, as a grid of rows has to be before it can be seen,
#: but it is neither seen nor read, and takes no room.
STYLE = """
.veiled { height: 0; overflow: hidden; visibility: hidden; }
.lifted ~ .veiled { height: auto; overflow: visible; visibility: inherit; }
.lifted ~ .hint { display: none; }
"""


class Veil(Script):
    """In a layout before what has the CSS classes ``veiled`` and ``hint``: of these one is seen, and the other is not.

    Bokeh lays out all of the page, anew, whenever the visibility or the CSS classes of any part change; this does not
    ask it to.
    """

    lifted = param.Boolean(default=False, allow_refs=True, doc="Whether what is veiled is seen.")

    _bundle = Path(__file__).with_suffix(".js")
