"""What is done when a plugin has spoiled the process that it runs in."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

from adapters.process.worker import frozen_after
from adapters.stages.process_state import FILES_LOST
from tests.support.stack import ROOT

RUN_A_STAGE = """
import os
from adapters.stages.process_state import ProcessState

state = ProcessState()
{stage}
state.restore()
os._exit(0)
"""


@pytest.mark.parametrize(
    ("stage", "status", "said"),
    [
        ("pass", 0, ""),
        ("os.close(0); os.closerange(1, 2)", 0, ""),
        ("os.closerange(3, 1000)", FILES_LOST, "a plugin closed files of this process, its connections too: it ends"),
        (
            "import gc, socket; [thing.close() for thing in gc.get_objects() if isinstance(thing, socket.socket)]",
            FILES_LOST,
            "a plugin closed files of this process, its connections too: it ends",
        ),
        ("os.closerange(3, 1000); [open(os.devnull) for _ in range(50)]", FILES_LOST, "a plugin closed files"),
    ],
)
def test_a_process_whose_own_files_a_plugin_closed_ends_at_once(stage: str, status: int, said: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", RUN_A_STAGE.format(stage=stage)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert process.returncode == status
    assert said in process.stderr


SPOIL_AND_LOOK = """
import asyncio, decimal, json, sys, threading
import requests
from adapters.logs import to_standard_error
from adapters.stages.process_state import ProcessState
from harvesters.faults import own_context

ways = json.load(sys.stdin)
to_standard_error("INFO")
names = {}
exec("import gc, logging, logging.config, os, resource, signal, time, warnings, datetime, socket", names)
state = ProcessState()
state.look()


def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def stage(way):
    own_context().run(exec, way, names)
    state.restore()
    names["traced"] = bool(sys.gettrace() or sys.getprofile())


def spoiled(name, way, probe):
    def work():
        before = eval(probe, names)
        stage(way)
        names["reason"] = state.look() if threading.current_thread() is threading.main_thread() else ""
        results[name] = [repr(before)]

    in_a_thread(work)
    reason = state.look()
    def look_again():
        results[name] += [repr(eval(probe, names)), reason]
    in_a_thread(look_again)


results = {}
names["json"], names["requests"], names["decimal"], names["asyncio"], names["sys"] = json, requests, decimal, asyncio, sys
names["threading"], names["own_context"] = threading, own_context
for name, (way, probe) in ways.items():
    spoiled(name, way, probe)
os = names["os"]
os.write(1, (chr(10) + json.dumps(results)).encode())
os._exit(0)
"""
HANDLERS = "[type(handler).__name__ for handler in logging.root.handlers]"
WAYS = {
    "tracing": ("sys.settrace(lambda *_: None); threading.settrace(lambda *_: None)", "sys.gettrace() or threading.gettrace()"),
    "profiling": ("sys.setprofile(lambda *_: None)", "sys.getprofile()"),
    "timer": ("signal.setitimer(signal.ITIMER_REAL, 300)", "signal.getitimer(signal.ITIMER_REAL)[0] > 0"),
    "alarm that rings": ("signal.setitimer(signal.ITIMER_PROF, 0.001); sum(range(3_000_000))", "1"),
    "a new handler": ("logging.basicConfig(force=True, level='ERROR')", f"({HANDLERS}, logging.root.level)"),
    "a further handler": ("logging.root.addHandler(logging.StreamHandler())", HANDLERS),
    "other loggers": ("logging.config.dictConfig({'version': 1})", "logging.getLogger('adapters.stages').disabled"),
    "a logger": ("logging.getLogger('adapters').setLevel('CRITICAL')", "logging.getLogger('adapters').getEffectiveLevel()"),
    "a handler": ("logging.root.handlers[0].setLevel('CRITICAL')", "logging.root.handlers[0].level"),
    "a filter": ("logging.root.handlers[0].addFilter(lambda _: False)", "len(logging.root.handlers[0].filters)"),
    "records": ("logging.setLogRecordFactory(None)", "logging.getLogRecordFactory()"),
    "warnings": ("warnings.simplefilter('error')", "[entry for entry in warnings.filters if entry[0] == 'error']"),
    "json": ("json.dumps = json.loads = None", "json.dumps, json.loads"),
    "encoder": ("json.JSONEncoder.default = lambda *_: 1", "json.JSONEncoder.default"),
    "requests": ("requests.Session.request = requests.get = None", "requests.Session.request, requests.get"),
    "time": ("time.sleep = time.monotonic = lambda *_: 1", "time.sleep, time.monotonic"),
    "datetime": ("datetime.datetime = datetime.date", "datetime.datetime"),
    "sockets": ("socket.socket = socket.getaddrinfo = None", "socket.socket, socket.getaddrinfo"),
    "threads": ("threading.Thread.start = threading.excepthook = None", "threading.Thread.start, threading.excepthook"),
    "hooks": ("sys.excepthook = sys.unraisablehook = None", "sys.excepthook, sys.unraisablehook"),
    "open": ("import builtins; builtins.open = builtins.print = None", "open, print"),
    "modules": (
        "sys.modules.pop('harvesters.base'); sys.meta_path.clear()",
        "'harvesters.base' in sys.modules, len(sys.meta_path)",
    ),
    "limit of files": ("resource.setrlimit(7, (20, resource.getrlimit(7)[1]))", "resource.getrlimit(resource.RLIMIT_NOFILE)"),
    "limit of stacks": (
        "resource.setrlimit(resource.RLIMIT_STACK, (2**20, resource.getrlimit(resource.RLIMIT_STACK)[1]))",
        "resource.getrlimit(resource.RLIMIT_STACK)",
    ),
    "garbage": ("gc.disable(); gc.set_threshold(0)", "gc.isenabled(), gc.get_threshold()"),
    "decimals": (
        "decimal.getcontext().prec = decimal.DefaultContext.prec = 2",
        "own_context().run(lambda: decimal.Decimal(1) / 3)",
    ),
    "a closed loop": (
        "loop = asyncio.new_event_loop(); asyncio.set_event_loop(loop); loop.close()",
        "asyncio.get_event_loop_policy()._local.__dict__.get('_loop')",
    ),
}
"""What a stage does, and an expression that is the same afterwards."""


@pytest.fixture(scope="module")
def spoiled() -> tuple[Mapping[str, tuple[str, str, str]], str]:
    """What each expression gave before and after its stage, with the reason to replace the process; and the log."""
    process = subprocess.run(
        [sys.executable, "-c", SPOIL_AND_LOOK], cwd=ROOT, input=json.dumps(WAYS), capture_output=True, text=True, timeout=60
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1]), process.stderr


@pytest.mark.parametrize("way", WAYS)
def test_what_a_stage_changed_for_all_is_as_before(spoiled: tuple[Mapping[str, tuple[str, str, str]], str], way: str) -> None:
    before, after, reason = spoiled[0][way]

    assert after == before
    assert reason == ""


@pytest.mark.parametrize(
    "said",
    [
        "a plugin left its tracing on: it is off again",
        "a plugin set a timer that would end the process: it is stopped",
        "a plugin changed the log of its process: it is as before",
        "a plugin replaced what others use, too (json.dumps, json.loads): it is as before",
        "a plugin replaced what others use, too (json.encoder.JSONEncoder.default): it is as before",
        "a plugin replaced what others use, too (which warnings are errors): it is as before",
        "a plugin changed a limit of this process (RLIMIT_NOFILE): it is as before",
    ],
)
def test_the_log_says_what_was_put_right(spoiled: tuple[Mapping[str, tuple[str, str, str]], str], said: str) -> None:
    assert said in spoiled[1]


@pytest.mark.parametrize(
    ("limit", "lease", "seconds"), [(900.0, 60.0, 120.0), (30.0, 60.0, 30.0), (1.0, 60.0, 10.0), (1.0, 2.0, 4.0)]
)
def test_a_frozen_process_ends_by_the_limit_of_its_stages_or_by_two_leases(limit: float, lease: float, seconds: float) -> None:
    assert frozen_after(limit, lease) == seconds
