"""One repair of Panel in notebooks, until Panel has it."""

from threading import current_thread, main_thread

from pyviz_comms import JupyterComm

_handle = JupyterComm._handle_msg


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
