"""Datasets as well-known portals show them, in their own schemas and scripts. Made up, in the shapes of the real ones."""

from tests.support.portal_packages import BOX, Package, a_package, extras, id_of, tags
from tests.support.portals_afar import AFAR
from tests.support.portals_by_language import AVOINDATA, DCAT_AP, OPEN_CANADA, OPENDATA_SWISS

DATA_GOV_UK = [
    a_package(
        "data-gov-uk",
        "river-flood-zones",
        {
            "url": "https://environment.example.gov.uk/flood.wms?request=GetCapabilities&service=WMS",
            "name": "Flood zones (WMS)",
            "description": "Web map service",
            "format": "WMS",
            "resource_locator_protocol": "OGC:WMS",
            "resource_locator_function": "",
            "verified": "True",
            "verified_date": "2024-03-01T10:11:12.000013",
            "cache_last_updated": None,
            "cache_filepath": "/mnt/shared/ckan_resource_cache/ab/flood.xml",
            "datafile-date": "2023-06",
            "hash": "ab12",
            "size": "20480",
            "mimetype": "application/xml",
            "resource-type": "file",
            "qa": {"openness_score": 3, "is_broken": False, "format": "WMS"},
            "archiver": {"is_broken": False, "status": "Archived successfully"},
        },
        title="Flood zones – rivers & sea",
        notes="Areas *at risk*.\r\n\r\n* one\r\n* two",
        author=None,
        maintainer="",
        url="",
        version=None,
        license_id="uk-ogl",
        tags=tags("flooding", "Environment", "natural-hazards"),
        extras=extras(
            UKLP="True",
            bbox__east__long="1.8",
            bbox__north__lat="60.9",
            coupled__resource="[]",
            guid="5f0d9d1a-flood",
            harvest_object_id=id_of("object"),
            harvest_source_id=id_of("source"),
            harvest_source_title="Environment Agency",
            harvest_source_reference="https://environment.example.gov.uk/record/5f0d9d1a.xml",
            import_source="harvest",
            licence='["Open Government Licence", "© Crown copyright"]',
            metadata__date="2023-06-05",
            responsible__party='[{"name": "Environment Agency", "roles": ["pointOfContact"]}]',
            spatial=BOX,
            spatial__reference__system="EPSG:27700",
        ),
        **{"contact-email": "data@example.gov.uk", "foi-name": "FOI team", "theme-primary": "Environment", "codelist": []},
    )
]
DATA_GOV_IE = [
    a_package(
        "data-gov-ie",
        "daonra-2022",
        {
            "url": "https://data.example.ie/daonra.px",
            "name": "Daonra (PX)",
            "format": "PX",
            "size": 1.5e3,
            "created": "2022-06-23",
        },
        title="Daonra na hÉireann 2022",
        notes="Áireamh an phobail – réamhthorthaí.",
        license_id="cc-by",
        author_email="mailto:eolas@cso.example.ie",
        tags=tags("daonra", "Áireamh"),
        **{
            "theme-primary": "Society",
            "language": "gle",
            "geographic_coverage-other": "Éire",
            "contact-name": "An Príomh-Oifig Staidrimh",
            "date_released": "2022-06-23T11:00:00+01:00",
            "spatial": "{'not': 'json'}",
            "update_frequency": ["Irregular"],
        },
    )
]
DADOS_GOV_BR = [
    a_package(
        "dados-gov-br",
        "orcamento-publico",
        {"url": "dados.example.gov.br/orçamento.csv", "name": "Orçamento", "format": ["CSV"], "mimetype": None, "size": ""},
        title="Orçamento Público — Execução",
        notes="Execução orçamentária.\u200b",
        author="Ministério da Fazenda",
        author_email="a@example.gov.br; b@example.gov.br",
        maintainer=["Secretaria", "Tesouro"],
        maintainer_email=["contato@example.gov.br"],
        license_id="notspecified",
        version="2024",
        tags=tags("orçamento", "Gastos Públicos"),
        extras=[
            {"key": "Granularidade temporal", "value": "Mês"},
            {"key": "VCGE", "value": ["Orçamento [http://vocab.e.gov.br/x]", "Finanças"]},
            {"key": "Cobertura", "value": {"uf": "DF", "ano": 2024}},
            {"key": "Atualizado", "value": True},
            {"key": "Frequência", "value": "Mensal"},
            {"key": "Frequência", "value": "Mensal"},
        ],
    )
]
DATOS_GOB_MX = [
    a_package(
        "datos-gob-mx",
        "calidad-del-aire",
        {
            "url": "http://datos.example.mx/aire 2016.csv",
            "name": "Aire",
            "format": "csv",
            "last_modified": "2016-03-01T05:00:00.000Z",
        },
        title="Calidad del aire",
        notes="",
        issued="2016-03-01T05:00:00.000Z",
        modified="2016-03",
        temporal="2010-01/2016-12",
        theme=["Salud", "Medio Ambiente"],
        publisher={"name": "SEMARNAT", "mbox": "x@example.mx", "level": 2},
        accrualPeriodicity="R/P1M",
        language="es",
        extras={"dcat_issued": "2016-03-01", "guid": "http://datos.example.mx/aire"},
        tags=["aire", "CDMX", "ozono"],
    )
]
SCRIPTS = [
    a_package(
        "catalog-tokyo",
        "都市計画-2024",
        {"url": "https://data.example.jp/都市計画.csv", "name": "都市計画区域", "format": "ＣＳＶ", "size": "１２"},
        title="都市計画区域　２０２４",
        notes="東京都の都市計画。",
        author="都市整備局",
        license_id="CC-BY-4.0",
        tags=tags("都市計画", "東京都", "ｵｰﾌﾟﾝﾃﾞｰﾀ"),
        extras=[{"key": "更新頻度", "value": "年1回"}, {"key": "データ提供者", "value": "東京都"}],
    ),
    a_package(
        "data-gov-tw",
        "空氣品質指標",
        {"url": "https://data.example.tw/aqi?格式=json", "name": "空氣品質", "format": "JSON", "資源備註": "每小時"},
        title="空氣品質指標(AQI)",
        notes="每小時更新",
        tags=tags("空氣", "環境"),
        更新頻率="每1時",
    ),
    a_package(
        "open-data-sa",
        "riyadh-schools",
        {"url": "https://data.example.sa/مدارس.xlsx", "name": "مدارس الرياض", "description": "قائمة", "format": "XLSX"},
        title="\u200fمدارس مدينة الرياض (٢٠٢٤)",
        title_translated={"ar": "مدارس مدينة الرياض", "en": "Schools of Riyadh"},
        notes="بيانات المدارس الحكومية\u061c والأهلية",
        tags=tags("تعليم", "مُدُن", "الرياض"),
        date_released="٢٠٢٤-٠١-٠١",
    ),
    a_package(
        "data-gov-gr",
        "naytilia",
        {"url": "https://data.example.gr/api/sailing", "name": "Δρομολόγια πλοίων", "format": "JSON"},
        title="Δρομολόγια πλοίων — Αιγαίο",
        notes="Ημερήσια δεδομένα",
        tags=tags("ναυτιλία", "Αιγαίο"),
        frequency="Ημερησίως",
    ),
    a_package(
        "data-gov-bg",
        "uchilishta",
        {"url": "https://data.example.bg/училища.csv", "name": "Училища", "format": "CSV", "created": "01.09.2023 г."},
        title="Регистър на училищата „СофияПлан“",
        notes="Обновява се ежегодно",
        author="Община София",
        tags=tags("училища", "София-град", "образование/наука"),
    ),
]

PORTALS: dict[str, list[Package]] = {
    "data-gov-uk": DATA_GOV_UK,
    "data-gov-ie": DATA_GOV_IE,
    "open-canada": OPEN_CANADA,
    "opendata-swiss": OPENDATA_SWISS,
    "dcat-ap": DCAT_AP,
    "dados-gov-br": DADOS_GOV_BR,
    "datos-gob-mx": DATOS_GOB_MX,
    "avoindata": AVOINDATA,
    "scripts": SCRIPTS,
    **AFAR,
}
