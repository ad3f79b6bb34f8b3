"""One repair of Panel in notebooks, until Panel has it."""

from threading import Lock

from panel.io import notebook

_send, _lock = notebook.send, Lock()


def _send_whole(comm, message):
    """Send an update, which takes several messages, without those of another one between them.

    JupyterLab runs the callbacks of a page on a thread of its own, beside the kernel's main thread, on which the
    pictures of a running fit are sent. A page that gets the messages of two updates mixed understands neither.
    """
    with _lock:
        _send(comm, message)


notebook.send = _send_whole
