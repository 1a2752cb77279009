"""Datasets with objects for place and time, right-to-left and Japanese texts, odd types: into a CKAN with a schema for such."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.test_ckan_portals import harvested, warnings
from tests.support.ckan_site import CkanSite, ckan_site, require_type
from tests.support.portals_afar import AFAR, GEOJSON

pytestmark = pytest.mark.ckan

TYPE = "harvestlog-afar"
RULES: list[dict[str, Any]] = [{"rule": "constant", "field": "type", "value": TYPE}]
ENVI = "http://publications.europa.eu/resource/authority/data-theme/ENVI"
SENT: dict[str, dict[str, Any]] = {
    "govdata-de": {
        "license_id": "http://dcat-ap.de/def/licenses/dl-by-de/2.0",
        "spatial": GEOJSON,
        "temporal": {"startDate": "2020-01-01", "endDate": None},
        "temporal_coverage": [{"start": "2019-12-31T23:00:00", "end": "2024-12-31T22:59:59"}],
        "spatial_coverage": [{"text": "Magdeburg", "geom": GEOJSON, "centroid": '{"coordinates":[11.6,52.1],"type":"Point"}'}],
        "publisher": [{"name": "Land Sachsen-Anhalt", "type": "http://purl.org/adms/publishertype/RegionalAuthority"}],
        "contributorID": ["http://dcat-ap.de/def/contributors/sachsenAnhalt"],
        "politicalGeocodingURI": ["http://dcat-ap.de/def/politicalGeocoding/regionalKey/150030000000"],
        "theme": [ENVI],
        "issued": "2020-01-31",
        "modified": "2024-10-27T00:30:00",
    },
    "open-data-qa": {
        "title_translated": {"ar": "مدارس الدوحة", "en": "Schools of Doha"},
        "keywords": {"ar": ["تعليم", "مدارس_حكومية"], "en": ["education"]},
        "update_frequency": {"ar": ["سنوي"], "en": ["annual"]},
        "metadata_contact": {"en": "info@example.qa"},
        "date_released": "2024-02-01",
        "language": ["ar", "en"],
    },
    "opendata-kyoto": {
        "title_translated": {"ja": "防災マップ〜避難所〜", "en": "Shelter maps", "zh-Hant": "防災地圖"},
        "keywords": {"de": ["防災", "避難所"]},
        "frequency": "annual",
        "データ所管課": ["危機管理室", "消防局"],
        "issued": "2024-04-01",
    },
    "dados-abertos-br": {
        "title": "Licitações e Contratos",
        "license_id": "cc-by",
        "theme": ["econ", "gove"],
        "conforms_to": ["LAI"],
        "language": ["português"],
        "publisher": [{"name": "Tesouro"}],
        "date_released": "2024-01-31",
        "valid_from": "2024-01-31",
    },
}
RESOURCES: dict[str, dict[str, Any]] = {
    "govdata-de": {
        "checksum": {"algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "value": "9f86d081"},
        "documentation": [{"url": "https://pegel.example.de/hilfe", "title": "Hilfe"}],
        "issued": "2020-01-31",
        "modified": "2024-10-27T00:30:00",
    },
    "open-data-qa": {
        "name": "ملف المدارس",
        "name_translated": {"ar": "ملف المدارس", "en": "Schools file"},
        "description_translated": {"ar": "قائمة المدارس"},
        "language": ["ar"],
    },
    "opendata-kyoto": {
        "created": "2024-04-01T09:00:00",
        "last_modified": "2024-04-01T00:00:00",
        "件数": 1234,
        "url": "https://data.example.jp/防災/避難所一覧.csv",
    },
    "dados-abertos-br": {
        "name": "2024",
        "url": "http://dados.example.gov.br/licitacoes.zip",
        "campos": [{"nome": "valor", "tipo": "R$"}, {"nome": "órgão"}],
    },
}
"""Of the first resource of each."""


@pytest.fixture(scope="module")
def site() -> Iterator[CkanSite]:
    with ckan_site() as site:
        require_type(site, TYPE, "scheming_afar.yaml")
        yield site


@pytest.mark.parametrize("portal", AFAR)
def test_each_field_arrives_in_the_form_of_the_schema(site: CkanSite, portal: str) -> None:
    harvested(site, portal, *RULES)

    (package,) = AFAR[portal]
    shown = site.show(package["id"]) or {}
    assert {name: shown.get(name) for name in SENT[portal]} == SENT[portal]
    resource = shown["resources"][0]
    assert {name: resource.get(name) for name in RESOURCES[portal]} == RESOURCES[portal]


def test_a_dataset_that_is_there_keeps_its_type_and_what_the_new_one_has_fields_for(site: CkanSite) -> None:
    source, _ = harvested(site, "opendata-kyoto")
    source.source = replace(source.source, config=json.dumps({"mapping": RULES}))

    result = source.harvest(force_import=True)

    (package,) = AFAR["opendata-kyoto"]
    shown = site.show(package["id"]) or {}
    extras = {extra["key"]: extra["value"] for extra in shown["extras"]}
    assert (set(result.statuses.values()), shown["type"]) == ({"updated"}, "dataset")
    assert (extras["frequency"], extras["データ所管課"]) == ("毎年", '["危機管理室","消防局"]')
    assert any(f"keep the type dataset, CKAN makes none of them {TYPE}" in told for told in warnings(result))
