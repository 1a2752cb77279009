"""What the remotes of more plugins answer: RDF and CSW in XML, a folder of files, Socrata's catalogue, OAI-PMH, and a CKAN.

`later` is the answer after the first harvest: something changed, something went.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import NAMESPACE_URL, uuid5

DATASET = """<dcat:Dataset rdf:about="https://remote.example/{name}"><dct:title>{title}</dct:title>
<dcat:keyword>{word}</dcat:keyword><dcat:keyword>open data</dcat:keyword></dcat:Dataset>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
xmlns:dct="http://purl.org/dc/terms/">{datasets}</rdf:RDF>"""
CSW = """<r xmlns:csw="http://www.opengis.net/cat/csw/2.0.2">{body}</r>"""
OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{records}</ListRecords></OAI-PMH>"""
GONE = '<record><header status="deleted"><identifier>oai:{name}</identifier></header></record>'
THERE = """<record><header><identifier>oai:{name}</identifier></header><metadata><title>{title}</title></metadata></record>"""


def identity(name: str) -> str:
    """A UUID that is the same in every run."""
    return str(uuid5(NAMESPACE_URL, f"https://feeds.example/{name}"))


def _rdf(query: Mapping[str, list[str]], later: bool) -> str:
    pages = [
        [("rdf-trees", "Old trees" if later else "Trees", "nature"), ("rdf-walls", "Walls", "streets")],
        [("rdf-none", "", "nature")],
    ]
    page = int(query.get("page", ["1"])[0])
    rows = pages[page - 1] if page <= len(pages) else []
    return RDF.format(datasets="".join(DATASET.format(name=name, title=title, word=word) for name, title, word in rows))


def _csw(query: Mapping[str, list[str]], later: bool) -> str:
    names = ["csw-rivers", "csw-broken", "csw-lakes", "csw-plan"]
    if query["request"] == ["GetRecords"]:
        start = int(query["startposition"][0]) - 1
        return CSW.format(body="".join(f"<id>{identity(name)}</id>" for name in names[start : start + 2]))
    name = next(name for name in names if query["id"] == [identity(name)])
    if name == "csw-broken":
        return "<broken>\n<not closed>"
    changed = " of today" if later and name == "csw-lakes" else ""
    return CSW.format(body=f"<id>{identity(name)}</id><title>{name}{changed}</title><org>Office</org>")


def _waf(path: str, later: bool) -> str:
    files = {"roads.xml": "2024-01-01", "paths.xml": "2024-06-01" if later else "2024-02-01"}
    name = path.rpartition("/")[2]
    if name in files:
        return f"<file><id>{identity(name)}</id><title>{name.removesuffix('.xml')} {files[name]}</title></file>"
    return "".join(f'<a href="{file}">{file}</a> {date} 10:00<br>\n' for file, date in files.items())


def _socrata(query: Mapping[str, list[str]], later: bool) -> Any:
    rows = [
        {"resource": {"id": identity("so-budget"), "name": "Budget 2024", "columns_name": ["Year", "Sum"], "type": "dataset"}},
        {"resource": {"id": identity("so-map"), "name": "A map", "columns_name": [], "type": "map"}},
        {"resource": {"id": identity("so-staff"), "name": "Staff", "columns_name": ["Office"], "type": "dataset"}},
    ]
    if later:
        rows[2]["resource"]["name"] = "Staff of all offices"
    offset, limit = int(query["offset"][0]), int(query["limit"][0])
    return {"results": rows[offset : offset + limit], "resultSetSize": len(rows)}


def _oai(query: Mapping[str, list[str]], later: bool) -> str:
    if "resumptionToken" in query:
        return OAI.format(records=THERE.format(name="b", title="Second paper"))
    first = GONE.format(name="a") if later else THERE.format(name="a", title="First paper")
    return OAI.format(records=f"{first}<resumptionToken>more</resumptionToken>")


def _package(name: str, title: str, changed: str, **fields: Any) -> dict[str, Any]:
    package: dict[str, Any] = {"id": identity(name), "name": name, "title": title, "metadata_modified": changed, "notes": ""}
    package |= {"type": "dataset", "state": "active", "private": False, "organization": None}
    package |= {"tags": [], "groups": [], "extras": []}
    package["resources"] = [{"id": identity(f"{name}-1"), "url": f"https://remote.example/{name}.csv"}]
    return package | fields


def _ckan(query: Mapping[str, list[str]], later: bool) -> Any:
    packages = [
        _package("ck-parks", "Parks", "2024-05-01T10:00:00"),
        _package("ck-secret", "Internal figures", "2024-05-01T10:00:00", notes="internal"),
    ]
    if later:
        packages[0] |= {"title": "Parks and gardens", "metadata_modified": "2099-05-02T10:00:00"}
    start, rows = int(query.get("start", ["0"])[0]), int(query.get("rows", ["10"])[0])
    return {"success": True, "result": {"count": len(packages), "results": packages[start : start + rows]}}


def answer(path: str, *, later: bool) -> Any:
    """JSON, or text that is sent as it is; None: there is nothing."""
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    if parts.path.startswith("/waf/"):
        return _waf(parts.path, later)
    by_path = {"/rdf": _rdf, "/csw": _csw, "/socrata": _socrata, "/oai": _oai, "/open/api/3/action/package_search": _ckan}
    return by_path[parts.path](query, later) if parts.path in by_path else None
