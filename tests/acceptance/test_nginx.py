"""The rule for the nginx before a CKAN, docker/nginx/harvestlog.conf: actions of harvesting reach us, all others the CKAN."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.settings import Settings
from tests.support.ports import free_port
from tests.support.stack import ROOT, wait_for
from tests.support.web_server import SYSADMIN, WebServer, web_server

RULE = ROOT / "docker" / "nginx" / "harvestlog.conf"
CONFIG = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; {rule} location / {{ return 200 "ckan"; }} }}
}}
"""


@pytest.fixture
def proxy(settings: Settings, tmp_path: Path) -> Iterator[WebServer]:
    nginx = shutil.which("nginx")
    if nginx is None:
        if os.environ.get("CI") == "true":
            pytest.fail("nginx is not installed")
        pytest.skip("nginx is not installed")
    with web_server(replace(settings, serve_proxies="127.0.0.1", serve_anonymous_rate=2)) as server:
        port, rule = free_port(), RULE.read_text().replace("127.0.0.1:5005", server.url.removeprefix("http://"))
        config = tmp_path / "nginx.conf"
        config.write_text(CONFIG.format(folder=tmp_path, port=port, rule=rule))
        process = subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: (tmp_path / "nginx.pid").exists() and process.poll() is None, 10, "nginx runs")
            yield WebServer(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(10)


def test_actions_of_harvesting_reach_us_under_ckans_address_and_the_others_ckan(proxy: WebServer) -> None:
    ours = proxy.get("harvest_source_list", token=SYSADMIN)
    info = proxy.request("/api/action/harvesters_info_show", Authorization=SYSADMIN)

    assert ours.json["result"] == []
    assert ours.json["help"] == f"{proxy.url}/api/3/action/help_show?name=harvest_source_list"
    assert info.status == 200
    assert proxy.get("package_search").body == b"ckan"
    assert proxy.request("/dataset").body == b"ckan"
    assert proxy.request("/harvest/object/a0a0a0a0-0000-4000-8000-00000000dead").status == 404


def test_callers_are_counted_by_their_own_address_and_not_by_the_proxys(proxy: WebServer) -> None:
    def asked(address: str) -> int:
        return proxy.request("/api/3/action/harvesters_info_show", X_Forwarded_For=address).status

    assert [asked("192.0.2.1") for _ in range(3)] == [200, 200, 429]
