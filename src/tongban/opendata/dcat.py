"""The catalogue in DCAT 3 with the properties DCAT-AP 3 asks for."""

import json
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.conf import settings
from rdflib import DCAT, DCTERMS, FOAF, PROV, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL

from tongban.divisions import service as divisions
from tongban.opendata import reading, vocabulary
from tongban.opendata.models import Dataset, Release

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace(vocabulary.SPDX)
DCATAP = Namespace("http://data.europa.eu/r5r/")
_PREFIXES = {
    "dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "vcard": VCARD, "spdx": SPDX, "dcatap": DCATAP,
    "owl": OWL, "prov": PROV, "xsd": XSD,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write RDF."""

    extension: str
    media_type: str
    writer: str


FORMATS = (
    Format("jsonld", "application/ld+json", "json-ld"),
    Format("ttl", "text/turtle", "turtle"),
    Format("rdf", "application/rdf+xml", "pretty-xml"),
)


def address(path: str) -> str:
    """A path on this site as everybody outside names it."""
    return settings.BASE_URL.rstrip("/") + path


def dataset_uri(code: str) -> str:
    """The page of a dataset, which is its name in RDF too."""
    return address(f"/open/datasets/{quote(code)}/")


def download_path(code: str, number: int, extension: str) -> str:
    """Where a file of a version is downloaded."""
    return f"/open/datasets/{code}/{number}/{code}-{number}.{extension}"


def catalogue(format: Format, code: str = "") -> bytes:
    """The whole catalogue, or what it says about one dataset. Raises NotFound, Withdrawn."""
    if code:
        reading.published(code)
    return _written(format, code, reading.stamp(), settings.BASE_URL)


@lru_cache(maxsize=64)
def _written(format: Format, code: str, stamp: object, base: str) -> bytes:
    graph = graph_of([reading.published(code)]) if code else graph_of(reading.everything(), whole=True)
    if format.extension == "jsonld":
        context = {name: str(space) for name, space in _PREFIXES.items()}
        text = graph.serialize(format="json-ld", context=context, auto_compact=False)
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True).encode()
    return graph.serialize(format=format.writer, encoding="utf-8")


def graph_of(rows: list[Dataset], *, whole: bool = False) -> Graph:
    """Datasets as a graph; ``whole``: with the catalogue they are in."""
    graph = Graph()
    for prefix, space in _PREFIXES.items():
        graph.bind(prefix, space)
    service = URIRef(address("/open/api/"))
    for row in rows:
        _dataset(graph, row, reading.release_of(row), service)
    _service(graph, service, rows)
    if whole:
        _catalogue(graph, rows, service)
    return graph


def _both(graph: Graph, node: URIRef, name: URIRef, zh: str, en: str) -> None:
    graph.add((node, name, Literal(zh, lang="zh")))
    if en:
        graph.add((node, name, Literal(en, lang="en")))


def _typed(graph: Graph, uri: str, kind: URIRef) -> URIRef:
    node = URIRef(uri)
    graph.add((node, RDF.type, kind))
    return node


def _agent(graph: Graph, uscc: str, name: str) -> URIRef:
    node = _typed(graph, address(f"/open/departments/{uscc}"), FOAF.Agent)
    graph.add((node, RDF.type, FOAF.Organization))
    graph.add((node, FOAF.name, Literal(name, lang="zh")))
    graph.add((node, DCTERMS.identifier, Literal(uscc)))
    return node


def _catalogue(graph: Graph, rows: list[Dataset], service: URIRef) -> None:
    node = _typed(graph, address("/open/catalog"), DCAT.Catalog)
    _both(graph, node, DCTERMS.title, "通办数据开放目录", "Tongban open data catalogue")
    about = "政务服务平台开放的数据集", "Datasets opened by the government service platform"
    _both(graph, node, DCTERMS.description, *about)
    for uri in vocabulary.LANGUAGES:
        graph.add((node, DCTERMS.language, _typed(graph, uri, DCTERMS.LinguisticSystem)))
    home = _typed(graph, address("/open/"), FOAF.Document)
    graph.add((node, FOAF.homepage, home))
    graph.add((node, DCAT.service, service))
    graph.add((node, DCTERMS.license, _typed(graph, vocabulary.LICENCES["CC0-1.0"], DCTERMS.LicenseDocument)))
    if rows:
        # The catalogue is kept by whoever publishes most of it.
        most = max(rows, key=lambda row: sum(row.publisher_id == one.publisher_id for one in rows))
        graph.add((node, DCTERMS.publisher, _agent(graph, most.publisher.uscc, most.publisher.name)))
        latest = max(row.changed_at for row in rows)
        graph.add((node, DCTERMS.modified, Literal(latest.isoformat(), datatype=XSD.dateTime)))
    for row in rows:
        graph.add((node, DCAT.dataset, URIRef(dataset_uri(row.code))))


def _service(graph: Graph, node: URIRef, rows: list[Dataset]) -> None:
    graph.add((node, RDF.type, DCAT.DataService))
    _both(graph, node, DCTERMS.title, "开放数据查询接口", "Open data query API")
    graph.add((node, DCAT.endpointURL, URIRef(address("/api/v1/open/datasets"))))
    graph.add((node, DCAT.endpointDescription, URIRef(address("/api/v1/openapi.json"))))
    for row in rows:
        graph.add((node, DCAT.servesDataset, URIRef(dataset_uri(row.code))))


def _dataset(graph: Graph, row: Dataset, release: Release, service: URIRef) -> None:
    node = _typed(graph, dataset_uri(row.code), DCAT.Dataset)
    _both(graph, node, DCTERMS.title, row.title, row.title_en)
    _both(graph, node, DCTERMS.description, row.description, row.description_en)
    graph.add((node, DCTERMS.identifier, Literal(row.code)))
    for word in row.keywords:
        graph.add((node, DCAT.keyword, Literal(word, lang="zh")))
    graph.add((node, DCAT.theme, URIRef(vocabulary.THEME + row.theme)))
    graph.add((node, DCTERMS.publisher, _agent(graph, row.publisher.uscc, row.publisher.name)))
    graph.add((node, DCTERMS.accessRights, _typed(graph, vocabulary.PUBLIC_ACCESS, DCTERMS.RightsStatement)))
    frequency = vocabulary.AUTHORITY + "frequency/" + vocabulary.FREQUENCY[row.cycle]
    graph.add((node, DCTERMS.accrualPeriodicity, _typed(graph, frequency, DCTERMS.Frequency)))
    graph.add((node, DCAT.landingPage, _typed(graph, dataset_uri(row.code), FOAF.Document)))
    for uri in vocabulary.LANGUAGES[:1]:
        graph.add((node, DCTERMS.language, _typed(graph, uri, DCTERMS.LinguisticSystem)))
    assert row.first_published_at
    assert release.published_at
    for name, at in ((DCTERMS.issued, row.first_published_at), (DCTERMS.modified, release.published_at)):
        graph.add((node, name, Literal(at.isoformat(), datatype=XSD.dateTime)))
    graph.add((node, URIRef(str(DCAT) + "version"), Literal(str(release.number))))
    _contact(graph, node, row)
    _extent(graph, node, row, release)
    for extension, media, title, file in (
        ("csv", "text/csv", "CSV", release.csv),
        ("parquet", "application/vnd.apache.parquet", "Parquet", release.parquet),
    ):
        path = download_path(row.code, release.number, extension)
        one = _typed(graph, address(path), DCAT.Distribution)
        graph.add((node, DCAT.distribution, one))
        graph.add((one, DCTERMS.title, Literal(f"{row.title}（{title}）", lang="zh")))
        graph.add((one, DCAT.accessURL, URIRef(dataset_uri(row.code))))
        graph.add((one, DCAT.downloadURL, one))
        graph.add((one, DCAT.mediaType, _typed(graph, vocabulary.MEDIA + media, DCTERMS.MediaType)))
        filetype = vocabulary.AUTHORITY + "file-type/" + title.upper()
        graph.add((one, DCTERMS["format"], _typed(graph, filetype, DCTERMS.MediaTypeOrExtent)))
        graph.add((one, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger)))
        graph.add((one, DCAT.accessService, service))
        graph.add((one, DCTERMS.issued, Literal(release.published_at.isoformat(), datatype=XSD.dateTime)))
        licence = _typed(graph, vocabulary.LICENCES[row.terms], DCTERMS.LicenseDocument)
        graph.add((one, DCTERMS.license, licence))
        _checksum(graph, one, file.hash)


def _checksum(graph: Graph, node: URIRef, sha256: str) -> None:
    sum_ = BNode()
    graph.add((node, SPDX.checksum, sum_))
    graph.add((sum_, RDF.type, SPDX.Checksum))
    algorithm = _typed(graph, vocabulary.SHA256, SPDX.ChecksumAlgorithm)
    graph.add((sum_, SPDX.algorithm, algorithm))
    graph.add((sum_, SPDX.checksumValue, Literal(sha256, datatype=XSD.hexBinary)))


def _contact(graph: Graph, node: URIRef, row: Dataset) -> None:
    card = BNode()
    graph.add((node, DCAT.contactPoint, card))
    graph.add((card, RDF.type, VCARD.Organization))
    graph.add((card, RDF.type, VCARD.Kind))
    graph.add((card, VCARD.fn, Literal(row.contact_name, lang="zh")))
    if "@" in row.contact:
        graph.add((card, VCARD.hasEmail, URIRef("mailto:" + quote(row.contact, safe="@+._-"))))
    else:
        digits = "".join(c for c in row.contact if c.isdigit() or c in "+-")
        graph.add((card, VCARD.hasTelephone, URIRef("tel:" + digits)))


def _extent(graph: Graph, node: URIRef, row: Dataset, release: Release) -> None:
    place = BNode()
    graph.add((node, DCTERMS.spatial, place))
    graph.add((place, RDF.type, DCTERMS.Location))
    graph.add((place, DCTERMS.identifier, Literal(row.division)))
    graph.add((place, URIRef("http://www.w3.org/2004/02/skos/core#prefLabel"),
               Literal(divisions.full_name(row.division), lang="zh")))  # fmt: skip
    if release.period_from and release.period_to:
        time = BNode()
        graph.add((node, DCTERMS.temporal, time))
        graph.add((time, RDF.type, DCTERMS.PeriodOfTime))
        for name, day in ((DCAT.startDate, release.period_from), (DCAT.endDate, release.period_to)):
            graph.add((time, name, Literal(day.isoformat(), datatype=XSD.date)))
