"""The DCAT catalogue: shapes, another reader, and the same triples in every notation."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import DCAT, RDF, Graph, URIRef

from tongban.opendata import dcat
from tongban.opendata import service as opendata

pytestmark = pytest.mark.django_db
SHAPES = Path(__file__).parent / "dcat-shapes.ttl"
READERS = {"jsonld": ox.RdfFormat.JSON_LD, "ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML}


@pytest.fixture
def graph(publish):
    publish()
    publish("test-register", contact="0591-12345", description_en="English & <tags>")
    return dcat.graph_of(opendata.everything(), whole=True)


def check(graph):
    shapes = Graph().parse(SHAPES)
    return validate(graph, shacl_graph=shapes, inference="none", advanced=True)


def test_it_fits_the_shapes(graph):
    fits, _report, text = check(graph)
    assert fits, text


@pytest.mark.parametrize(
    "name",
    ["title", "description", "publisher"],
)
def test_the_shapes_notice_what_is_missing(graph, name):
    from rdflib import DCTERMS

    row = next(graph.subjects(RDF.type, DCAT.Dataset))
    graph.remove((row, DCTERMS[name], None))
    assert not check(graph)[0]


def test_the_shapes_notice_a_file_without_an_address(graph):
    one = next(graph.subjects(RDF.type, DCAT.Distribution))
    graph.remove((one, DCAT.accessURL, None))
    assert not check(graph)[0]


def test_another_reader_finds_the_same_in_every_notation(graph):
    seen = {}
    for format in opendata.FORMATS:
        text = opendata.catalogue(format)
        quads = ox.parse(text, format=READERS[format.extension])
        found = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
        found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        seen[format.extension] = {str(q) for q in found}
    assert seen["ttl"] == seen["rdf"] == seen["jsonld"]
    assert len(seen["ttl"]) == len(graph)


def test_one_dataset_alone(graph):
    text = opendata.catalogue(opendata.FORMATS[1], "test-counts").decode()
    alone = Graph().parse(data=text, format="turtle")
    names = set(alone.subjects(RDF.type, DCAT.Dataset))
    assert names == {URIRef(dcat.dataset_uri("test-counts"))}


def test_the_data_block_cannot_be_left(publish):
    row = publish(description="</script><script>alert(1)</script>")
    text = opendata.data_block(row, opendata.release_of(row))
    assert "<" not in text
    assert json.loads(text)["description"] == "</script><script>alert(1)</script>"
