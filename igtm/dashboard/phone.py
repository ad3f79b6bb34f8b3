"""A page on a phone: only the browser knows how wide its window is."""

from panel.custom import JSComponent

__all__ = ["PhoneStart"]


class PhoneStart(JSComponent):
    """In the header of a `panel_material_ui.Page`: starts a narrow one with its sidebar closed.

    Below 600 pixels Material UI lays the sidebar over the page, and a newcomer would see nothing else. In the browser
    and not in Python, or the sidebar would be seen to go, and what a page tells while it loads can be lost.
    """

    _esm = """
    export function render({ view }) {
      if (window.innerWidth < 600) view.root.model.data.sidebar_open = false;
    }
    """

    def __init__(self, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
