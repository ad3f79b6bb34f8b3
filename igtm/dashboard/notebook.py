"""Three repairs of Panel in notebooks, until Panel has them."""

import json
from threading import current_thread, main_thread
from weakref import WeakKeyDictionary

from panel import viewable
from panel.models.esm import ReactiveESM
from pyviz_comms import JupyterComm

_handle, _put_inline = JupyterComm._handle_msg, viewable.patch_inline_stylesheets


def _handle_on_main_thread(comm, message):
    """Answer a page on the kernel's main thread.

    JupyterLab sends what happens on a page to a thread of its own, a subshell. Panel's documents are made for one
    thread: with the pictures of a running fit, sent from the main one, in between, updates are lost.
    """
    if current_thread() is main_thread():
        _handle(comm, message)
    else:
        from IPython import get_ipython  # which is there in a notebook only

        get_ipython().kernel.io_loop.add_callback(_handle, comm, message)


JupyterComm._handle_msg = _handle_on_main_thread


# What a page needs once: the code of a library, and for all others that need it, how to come by it.
_FIRST = """
const text = {text}, library = (window.igtmLibraries ??= {{}});
library[{key}] = importShim(URL.createObjectURL(new Blob([text], {{ type: "text/javascript" }})));
export default (await library[{key}]).default;
"""
_OTHERS = """
while (!window.igtmLibraries?.[{key}]) await new Promise((resolve) => setTimeout(resolve, 10));
export default (await window.igtmLibraries[{key}]).default;
"""
_written = WeakKeyDictionary()  # the libraries that a document has in it


def _put_inline_once(model):
    """Put what a model needs of style sheets and code into the page, where it is shown without the internet.

    Panel would write the code of a library, 2 MB, once for each component: 200 MB for a dashboard. And Bokeh would go
    through all models of the page after each of them, for half a minute; they are counted anyway when it is written.
    """
    if model.document is None:  # it comes later, by itself
        _put_inline(model)
        return
    models = model.document.models
    models._freeze_count += 1
    try:
        _put_inline(model)
        if isinstance(model, ReactiveESM) and model.bundle:
            _share_code(model)
    finally:
        models._freeze_count -= 1


def _share_code(model):
    written, bundle = _written.setdefault(model.document, set()), model.bundle
    if bundle in written:
        model.esm = _OTHERS.format(key=json.dumps(bundle))
    else:
        written.add(bundle)
        model.esm = _FIRST.format(key=json.dumps(bundle), text=json.dumps(model.esm))
        model.bundle = f"{bundle}-first"  # or it would be taken for one of the others


viewable.patch_inline_stylesheets = _put_inline_once
