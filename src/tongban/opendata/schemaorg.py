"""A dataset as schema.org describes one, for search engines, as a data block in its page."""

import json
from typing import Any

from tongban.divisions import service as divisions
from tongban.opendata import dcat, vocabulary
from tongban.opendata.models import Dataset, Release
from tongban.opendata.reading import columns_of

# What could end a data block early or start a comment in it.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def describe(row: Dataset, release: Release) -> dict[str, Any]:
    """The schema.org/Dataset of a release."""
    files = (("csv", "text/csv", release.csv), ("parquet", "application/vnd.apache.parquet", release.parquet))
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": dcat.dataset_uri(row.code),
        "url": dcat.dataset_uri(row.code),
        "name": row.title,
        "alternateName": row.title_en,
        "description": row.description,
        "identifier": row.code,
        "keywords": row.keywords,
        "license": vocabulary.LICENCES[row.terms],
        "isAccessibleForFree": True,
        "inLanguage": "zh",
        "version": str(release.number),
        "datePublished": row.first_published_at and row.first_published_at.isoformat(),
        "dateModified": release.published_at and release.published_at.isoformat(),
        "temporalCoverage": f"{release.period_from}/{release.period_to}",
        "spatialCoverage": {"@type": "Place", "name": divisions.full_name(row.division)},
        "creator": {"@type": "GovernmentOrganization", "name": row.publisher.name},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": dcat.address("/open/")},
        "variableMeasured": [
            {"@type": "PropertyValue", "name": c.name, "description": c.title} for c in columns_of(release)
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media,
                "contentUrl": dcat.address(dcat.download_path(row.code, release.number, extension)),
                "contentSize": f"{file.size} B",
                "sha256": file.hash,
            }
            for extension, media, file in files
        ],
    }


def data_block(row: Dataset, release: Release) -> str:
    """The description as text that is safe between ``<script type="application/ld+json">`` and its end."""
    return json.dumps(describe(row, release), ensure_ascii=False).translate(_ESCAPES)
