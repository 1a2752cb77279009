"""The rule for the nginx before a CKAN, docker/nginx/harvestlog.conf: what is about harvesting reaches us, all else CKAN."""

import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.actions.session import Session
from adapters.parts import Parts
from adapters.settings import Settings
from tests.support.ports import free_port
from tests.support.stack import PATIENCE, ROOT, wait_for
from tests.support.visitor import Visitor, forms
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
            wait_for(lambda: (tmp_path / "nginx.pid").exists() and process.poll() is None, PATIENCE, "nginx runs")
            yield WebServer(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(PATIENCE)


def test_actions_of_harvesting_reach_us_under_ckans_address_and_the_others_ckan(proxy: WebServer) -> None:
    ours = proxy.get("harvest_source_list", token=SYSADMIN)
    info = proxy.request("/api/action/harvesters_info_show", Authorization=SYSADMIN)

    assert ours.json["result"] == []
    assert ours.json["help"] == f"{proxy.url}/api/3/action/help_show?name=harvest_source_list"
    assert info.status == 200
    assert proxy.get("package_search").body == b"ckan"
    assert proxy.request("/dataset").body == b"ckan"
    assert proxy.request("/harvest/object/a0a0a0a0-0000-4000-8000-00000000dead").status == 404


def test_pages_reach_us_under_ckans_address_with_their_styles_and_scripts(proxy: WebServer) -> None:
    for path in ("/harvest", "/harvest/", "/harvest?q=trees", "/harvest/-/sign-in"):
        page = proxy.request(path, token=SYSADMIN, Accept="text/html")
        files = [proxy.request(file) for file in re.findall(r'"(/harvest/-/static/[^"]+)"', page.body.decode())]

        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert {file.status for file in files} == {200}
        kinds = {file.headers["content-type"].partition(";")[0] for file in files}
        assert kinds == {"text/css", "text/javascript", "image/svg+xml"}
    assert proxy.request("/harvest/no-such-source", token=SYSADMIN, Accept="text/html").status == 404


def test_all_else_stays_ckans(proxy: WebServer) -> None:
    pages = ("/", "/dataset", "/dataset/", "/dataset/city", "/dataset/harvest", "/dataset/harvest_objects")
    others = ("/organization/harvest", "/harvester", "/harvest-help", "/harvests/", "/api/eventsource", "/api/events/")
    actions = ("/api/3/action/package_search", "/api/3/action/harvestable")
    for_the_sites_own_machines = ("/metrics", "/health/ready")

    answers = {path: proxy.request(path).body for path in (*pages, *others, *actions, *for_the_sites_own_machines)}

    assert answers == dict.fromkeys(answers, b"ckan")


def test_people_sign_in_on_a_page_under_ckans_address(proxy: WebServer, settings: Settings) -> None:
    cli = Session(Parts(settings))
    cli.call("harvest_person_create", name="anna")
    token = cli.call("harvest_token_create", person="anna", name="tests")["token"]
    visitor = Visitor(proxy.url)

    visitor.sign_in(token)  # a form, whose origin is compared with the host that nginx passes on

    assert "/harvest/-/sign-out" in forms(visitor.get("/harvest").text)


def test_what_happens_now_reaches_pages_without_waiting_in_nginx(proxy: WebServer) -> None:
    request = urllib.request.Request(f"{proxy.url}/api/events", headers={"Authorization": SYSADMIN})

    with urllib.request.urlopen(request, timeout=10) as stream:
        first = stream.readline()

    assert stream.headers["Content-Type"].startswith("text/event-stream")
    assert first.startswith(b"retry:")


def test_callers_are_counted_by_their_own_address_and_not_by_the_proxys(proxy: WebServer) -> None:
    def asked(address: str) -> int:
        return proxy.request("/api/3/action/harvesters_info_show", X_Forwarded_For=address).status

    assert [asked("192.0.2.1") for _ in range(3)] == [200, 200, 429]
