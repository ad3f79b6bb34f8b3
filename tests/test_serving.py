"""What a server does for a page at the right time."""

import asyncio
import gc
import subprocess
import sys
import time

from igtm.dashboard import serving


def test_where_nobody_waits_for_an_answer_it_is_made_at_once():
    made = []
    serving.after_answer(lambda: made.append(True))
    assert made == [True]


def test_a_server_that_has_something_to_do_is_waited_for():
    """As long as it takes, within limits, and not at all where something is so."""
    ended = []

    async def work(seconds):
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            sum(range(20_000))
            await asyncio.sleep(0)
        ended.append("work")

    async def wait(until):
        await serving.quiet(until)
        ended.append("wait")

    async def both(seconds, until):
        ended.clear()
        await asyncio.gather(wait(until), work(seconds))
        return ended

    assert asyncio.run(both(0.2, until=lambda: False)) == ["work", "wait"]
    assert asyncio.run(both(2, until=lambda: False)) == ["wait", "work"]
    assert asyncio.run(both(0.2, until=lambda: True)) == ["wait", "work"]


def test_what_is_there_for_good_is_passed_over_and_what_comes_later_is_not():
    """In a process of its own: it cannot be undone."""
    script = """
import gc, weakref
from igtm.dashboard import serving

class Session:
    pass

serving.settle()
kept = gc.get_freeze_count()
assert kept > 100_000, kept
session = Session()
session.itself, gone = session, weakref.ref(session)
serving.settle()  # of another page
assert gc.get_freeze_count() <= kept
del session
gc.collect()
assert gone() is None
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert gc.get_freeze_count() == 0
