"""URIs of the published vocabularies the catalogue speaks: EU tables as DCAT-AP asks, SPDX, IANA."""

AUTHORITY = "http://publications.europa.eu/resource/authority/"
THEME = AUTHORITY + "data-theme/"
LANGUAGES = (AUTHORITY + "language/ZHO", AUTHORITY + "language/ENG")
PUBLIC_ACCESS = AUTHORITY + "access-right/PUBLIC"
MEDIA = "https://www.iana.org/assignments/media-types/"
SPDX = "http://spdx.org/rdf/terms#"
SHA256 = SPDX + "checksumAlgorithm_sha256"
FREQUENCY = {
    "realtime": "UPDATE_CONT", "daily": "DAILY", "weekly": "WEEKLY", "tendays": "MONTHLY_3",
    "monthly": "MONTHLY", "quarterly": "QUARTERLY", "yearly": "ANNUAL",
}  # fmt: skip
LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODC-BY-1.0": "https://opendatacommons.org/licenses/by/1-0/",
}
