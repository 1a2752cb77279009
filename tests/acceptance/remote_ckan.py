"""A fake remote CKAN for tests: `ckan/fake_ckan.py` of the shared folder, in a process of its own."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.support.ports import free_port
from tests.support.stack import wait_for


class RemoteCkan:
    """A running fake CKAN; `arguments` are those of the program. Use it as a context manager."""

    def __init__(self, shared: Path, *arguments: str) -> None:
        self._argv = [sys.executable, str(shared / "ckan" / "fake_ckan.py"), *arguments]
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> "RemoteCkan":
        self.start()
        wait_for(self._listens, 20, "the fake CKAN listens")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Start it; after `kill` again, on the same port, with the datasets of the first start."""
        self._process = subprocess.Popen([*self._argv, "--port", str(self._port)], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """kill -9: connections break."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Start it again after `kill`."""
        self.__enter__()

    def steer(self, what: str, **query: Any) -> dict[str, Any]:
        """Mutate, delete, config, stats, reset: what the program offers on top of CKAN's API."""
        found: dict[str, Any] = self._get(f"/_fake/{what}?{urlencode(query)}")
        return found

    def packages(self) -> dict[str, dict[str, Any]]:
        """All datasets that it serves, by id."""
        found: dict[str, dict[str, Any]] = {}
        while True:
            query = urlencode({"rows": 1000, "start": len(found), "sort": "id asc"})
            result = self._get(f"/api/3/action/package_search?{query}")["result"]
            found |= {package["id"]: package for package in result["results"]}
            if len(found) >= result["count"]:
                return found

    def searches(self) -> int:
        """How many package_search requests it has answered."""
        return int(self.steer("stats")["per_action"].get("package_search", 0))

    def _get(self, path: str) -> Any:
        with urlopen(self.url + path, timeout=20) as answer:
            return json.load(answer)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1.0).close()
        except OSError:
            return False
        return True
