"""How a page begins: only the browser knows how wide its window is, and when everything has found its place."""

import param
from panel.custom import JSComponent

__all__ = ["WAITING", "PageStart"]

#: Style of what is not seen until the page is laid out; text that says of itself that it is visible is clipped.
WAITING = {"display": "none", "visibility": "hidden", "clipPath": "inset(100%)"}


class PageStart(JSComponent):
    """In the header of a `panel_material_ui.Page`: nothing jumps while it loads, and a narrow one begins with its map.

    The parts of a page arrive one by one and push those below them: the content, which the page gives the style
    `WAITING`, is seen once all have their place. Below 600 pixels Material UI lays the sidebar over the page, and a
    newcomer would see nothing else, so it is closed. In the browser and not in Python, or the sidebar would be seen
    to go, and what a page tells while it loads can be lost.
    """

    seen = param.Boolean(default=False, doc="Whether the content is.")

    _esm = """
    const STILL = 150, LONGEST = 10000;  // milliseconds; whatever may fail to load, the rest can be used

    export function render({ view, model: start }) {
      const { el, model } = view.root;
      if (window.innerWidth < 600) model.data.sidebar_open = false;
      const main = el.shadowRoot.querySelector(".main-content");
      const began = performance.now();
      let last, since;
      const watch = (now) => {
        // Asked for a height, the browser lays all of the page out: not while parts of it still arrive.
        const there = model.document.is_idle;
        if (there) main.style.display = SEEN.display;
        const height = there ? main.scrollHeight : 0;
        if (!height || height !== last) [last, since] = [height, now];
        if (now - since > STILL || now - began > LONGEST) {
          Object.assign(main.style, SEEN);
          start.seen = true;
        } else requestAnimationFrame(watch);
      };
      requestAnimationFrame(watch);
    }

    const SEEN = { display: "flex", visibility: "visible", clipPath: "none" };
    """

    def __init__(self, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
