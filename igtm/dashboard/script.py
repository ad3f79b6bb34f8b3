"""What only a browser can do."""

from panel.custom import JSComponent

__all__ = ["Script"]


class Script(JSComponent):
    """Runs in the browser, where it takes no room and is not seen; a subclass has a `_bundle` of JavaScript."""

    __abstract = True

    def __init__(self, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
