"""What Material UI's markup lacks for keyboards and screen readers: only in the browser can it be reached."""

from pathlib import Path

from panel.custom import JSComponent

__all__ = ["Access"]


class Access(JSComponent):
    """Anywhere in a page: calls its controls what is written on them, and opens their help at focus.

    The help of a control would else be a part of its name, or all of it, and be there for a mouse alone.
    """

    _bundle = Path(__file__).with_suffix(".js")

    def __init__(self, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
