"""The product's settings with the addresses of the measurement of filing; nothing else serves with them."""

from tongban.settings import *  # noqa: F403

ROOT_URLCONF = "case_filing_urls"
