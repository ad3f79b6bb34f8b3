"""The page on which test_delivery.py has Python count, faster than the fields that show it are drawn."""

import asyncio
import socket

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.number_field import number_field
from igtm.dashboard.part import Part

pn.extension()

FIELDS, LAST = 20, 150


class Counter(Part):
    number = param.Integer(default=0, bounds=(0, 1000), doc="What the fields show, and readers change.")
    told = param.String(default="not counted")

    def __init__(self, **params):
        super().__init__(**params)
        fields = [number_field(self.param.number, label=f"Number {place}", width=100) for place in range(FIELDS)]
        told = pn.pane.Str(self.param.told)
        ask = pmui.Button(label="Ask the socket", on_click=self.ask)
        self.view = pn.Column(pmui.Button(label="Count", on_click=self.count), ask, told, pn.FlexBox(*fields))

    async def count(self, _):
        undone = 0
        for number in range(1, LAST + 1):
            self.number = number
            await asyncio.sleep(0.02)
            undone += self.number != number
        await asyncio.sleep(0.5)
        self.told = f"counted to {self.number}, {undone} undone"

    def ask(self, _):
        [connection] = pn.state.curdoc.session_context.session._subscribed_connections
        tcp = connection._socket.ws_connection.stream.socket
        at_once = tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        self.told = "small pieces are sent at once" if at_once else "small pieces are kept"


Counter().servable()
