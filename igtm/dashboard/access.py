"""What Material UI's markup lacks for keyboards and screen readers: only in the browser can it be reached."""

from pathlib import Path

from igtm.dashboard.script import Script

__all__ = ["Access"]


class Access(Script):
    """Anywhere in a page: calls its controls what is written on them, and opens their help at focus.

    The help of a control would else be a part of its name, or all of it, and be there for a mouse alone.
    """

    _bundle = Path(__file__).with_suffix(".js")
