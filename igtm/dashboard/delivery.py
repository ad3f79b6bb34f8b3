"""A repair of how Panel sends a page what has changed, until Panel has it."""

from panel.io import document

_dispatch = document._dispatch_msgs


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
