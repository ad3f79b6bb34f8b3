"""What changes is sent to the page, whatever else is being sent."""

import asyncio

import panel as pn
import pytest
from bokeh.document import Document
from panel.io import document

import igtm.dashboard  # noqa: F401 - the repair under test


class Connection:
    """To a page that takes what it is sent when a test says so."""

    def __init__(self):
        self._socket = self.protocol = self  # all that Panel asks of either is here
        self.messages, self.taken = [], []

    def create(self, kind, events):
        return events

    def write(self, msg):
        self.messages.append(msg)
        self.taken.append(asyncio.get_running_loop().create_future())
        return self.taken[-1:]


@pytest.fixture
def connection(monkeypatch):
    monkeypatch.setitem(document.extra_socket_handlers, Connection, Connection.write)
    return Connection()


def test_a_message_that_joins_while_another_is_sent_is_sent_too(connection):
    async def send():
        doc = Document()
        for number in range(2):
            # The second comes when the page has taken the first, and its sender has not heard of that yet.
            document.schedule_write_events(doc, [connection], [number])
            await asyncio.sleep(0)
            if not connection.taken[-1].done():
                connection.taken[-1].set_result(None)
        await asyncio.sleep(0.01)
        return doc in document._WRITE_MSGS or doc in document._WRITE_BLOCK

    assert not asyncio.run(send()), "something waits"
    assert connection.messages == [[0], [1]]


def test_what_a_reader_chose_is_looked_at_without_delay(monkeypatch):
    doc, field = Document(), pn.widgets.TextInput()
    monkeypatch.setattr(doc, "_session_context", lambda: "of a page")
    field._server_change(doc, ref=None, subpath=None, attr="value", old="", new="wine")
    [callback] = doc.session_callbacks
    assert callback.timeout == 0
