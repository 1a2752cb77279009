"""A dataset described for machines: schema.org's Dataset, which search engines read, and DCAT, which catalogues harvest.

Sources: https://schema.org/Dataset, https://www.w3.org/TR/vocab-dcat-3/, https://www.w3.org/TR/xml/#charsets.
"""

import re
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from adapters.web.pages.dataset_view import DatasetView, Resource
from adapters.web.pages.shown import moment, web_address

if TYPE_CHECKING:
    from rdflib import Graph, Node

KEPT = "!#$%&'()*+,/:;=?@[]~"  # in an IRI; all else is percent-encoded
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
VCARD = "http://www.w3.org/2006/vcard/ns#"
DESCRIPTION = 5000  # characters: schema.org's readers take no more


def schema_org(dataset: DatasetView, address: str) -> bytes:
    """JSON-LD of schema.org's Dataset; `address` is its page."""
    organization, title = dataset.organization
    licence, licence_url = dataset.licence
    described: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "identifier": clean(dataset.fact("id")),
        "name": clean(dataset.title),
        "description": clean(dataset.notes)[:DESCRIPTION],
        "keywords": [clean(tag) for tag in dataset.tags],
        "license": iri(licence_url) or clean(licence),
        "publisher": {"@type": "Organization", "name": clean(title), "identifier": clean(organization)} if title else None,
        "creator": [{"@type": "Organization", "name": clean(name)} for role, name, _ in dataset.contacts if role == "author"],
        "datePublished": day(dataset.fact("metadata_created")),
        "dateModified": day(dataset.fact("metadata_modified")),
        "version": clean(dataset.fact("version")),
        "isBasedOn": iri(dataset.fact("url")),
        "distribution": [_download(resource) for resource in dataset.resources if iri(resource.url)],
    }
    return orjson.dumps(_filled(described), option=orjson.OPT_INDENT_2)


def _download(resource: Resource) -> dict[str, Any]:
    return _filled(
        {
            "@type": "DataDownload",
            "contentUrl": iri(resource.url),
            "name": clean(resource.name),
            "description": clean(resource.description),
            "encodingFormat": clean(resource.media_type or resource.format),
            "contentSize": f"{resource.bytes} B" if resource.bytes is not None else "",
            "dateModified": day(resource.modified),
        }
    )


def turtle(dataset: DatasetView, address: str) -> bytes:
    """DCAT as Turtle."""
    return _dcat(dataset, address).serialize(format="turtle", encoding="utf-8")


def rdf_xml(dataset: DatasetView, address: str) -> bytes:
    """DCAT as RDF/XML."""
    return _dcat(dataset, address).serialize(format="pretty-xml", encoding="utf-8")


def _dcat(dataset: DatasetView, address: str) -> "Graph":
    from rdflib import BNode, Graph, Literal, Namespace, URIRef
    from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, XSD

    graph, vcard = Graph(), Namespace(VCARD)
    for prefix, namespace in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("vcard", vcard)):
        graph.bind(prefix, namespace)
    this = URIRef(address)

    def say(subject: "Node", predicate: "Node", value: str, kind: str = "text") -> None:
        if kind == "iri":
            value = iri(value)
        elif kind == "time":
            value = day(value)
        if value:
            node = URIRef(value) if kind == "iri" else Literal(clean(value), datatype=XSD.dateTime if kind == "time" else None)
            graph.add((subject, predicate, node))

    graph.add((this, RDF.type, DCAT.Dataset))
    say(this, DCTERMS.title, dataset.title)
    say(this, DCTERMS.description, dataset.notes)
    say(this, DCTERMS.identifier, dataset.fact("id"))
    say(this, DCTERMS.issued, dataset.fact("metadata_created"), "time")
    say(this, DCTERMS.modified, dataset.fact("metadata_modified"), "time")
    say(this, OWL.versionInfo, dataset.fact("version"))
    say(this, DCAT.landingPage, dataset.fact("url"), "iri")
    for tag in dataset.tags:
        say(this, DCAT.keyword, tag)
    if dataset.organization[1]:
        publisher = BNode()
        graph.add((this, DCTERMS.publisher, publisher))
        graph.add((publisher, RDF.type, FOAF.Organization))
        say(publisher, FOAF.name, dataset.organization[1])
    for _role, name, mail in dataset.contacts:
        contact = BNode()
        graph.add((this, DCAT.contactPoint, contact))
        graph.add((contact, RDF.type, vcard.Kind))
        say(contact, vcard.fn, name)
        if "@" in mail and not any(letter.isspace() for letter in mail):
            graph.add((contact, vcard.hasEmail, URIRef("mailto:" + quote(clean(mail), safe="@"))))
    for number, resource in enumerate(dataset.resources):
        if not iri(resource.url):
            continue
        distribution = URIRef(f"{address}#resource-{number}")
        graph.add((this, DCAT.distribution, distribution))
        graph.add((distribution, RDF.type, DCAT.Distribution))
        say(distribution, DCAT.accessURL, resource.url, "iri")
        say(distribution, DCTERMS.title, resource.name)
        say(distribution, DCTERMS.description, resource.description)
        say(distribution, DCTERMS["format"], resource.format)
        say(distribution, DCAT.mediaType, resource.media_type)
        say(distribution, DCTERMS.modified, resource.modified, "time")
        if resource.bytes is not None:
            graph.add((distribution, DCAT.byteSize, Literal(resource.bytes, datatype=XSD.nonNegativeInteger)))
        if iri(dataset.licence[1]):
            say(distribution, DCTERMS.license, dataset.licence[1], "iri")
        else:
            say(distribution, DCTERMS.rights, dataset.licence[0])
    return graph


def iri(address: str) -> str:
    """A web address with what an IRI may not hold percent-encoded; empty when it is none."""
    return quote(web_address(NOT_XML.sub("", address)), safe=KEPT)


def day(value: str) -> str:
    """A time as xsd:dateTime in UTC; empty when it is none."""
    time = moment(value)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


def clean(value: str) -> str:
    """Text without what XML can't hold."""
    return NOT_XML.sub("", value)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


FORMS: dict[str, tuple[str, Callable[[DatasetView, str], bytes]]] = {
    ".jsonld": ("application/ld+json", schema_org),
    ".ttl": ("text/turtle", turtle),
    ".rdf": ("application/rdf+xml", rdf_xml),
}
"""What stands behind a dataset's address for each form: its media type, and who writes it."""
