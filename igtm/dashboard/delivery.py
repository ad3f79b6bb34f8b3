"""Four repairs of how Panel and a page tell each other what has changed, until Panel has them."""

from pathlib import Path

from bokeh.server.views.ws import WSHandler
from panel.io import document
from panel.reactive import Syncable

from igtm.dashboard.script import Script

__all__ = ["Delivery"]

_dispatch, _open = document._dispatch_msgs, WSHandler.open


async def _dispatch_all(doc):
    """Send the messages that wait for a page, and those that join them meanwhile.

    Panel marks a document that has messages waiting. Having sent some, it takes the mark away, even if another was put
    there while they were sent; the task that is to send that one then finds no mark, and leaves it until something
    else changes. A reader saw an upload complete, and nothing came of it.
    """
    await _dispatch(doc)
    if doc in document._WRITE_MSGS and doc not in document._WRITE_BLOCK:
        document._WRITE_BLOCK[doc] = True
        await _dispatch_all(doc)


document._dispatch_msgs = _dispatch_all

# Panel lets 50 ms pass before it looks at what a reader chose, which it has whole by then: an answer is there sooner.
Syncable._debounce = 0


def _open_undelayed(handler):
    """Begin to talk to a page.

    A message goes in many small pieces. Of itself the system keeps one until those before it are acknowledged, with
    which the other side takes 40 ms.
    """
    handler.set_nodelay(True)
    _open(handler)


WSHandler.open = _open_undelayed


class Delivery(Script):
    """Anywhere in a page: what Python sets twice in quick succession stays what it was set to last."""

    _bundle = Path(__file__).with_suffix(".js")
