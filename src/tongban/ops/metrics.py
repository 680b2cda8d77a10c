"""Gauges of the domain, read from the database at each scrape and so the same in every process."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class DomainGauges(Collector):
    """Cases by state, background jobs by state, accounts."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._by_state("cases", "Case", "tongban_cases", "Cases by legal state")
        yield self._by_state("licences", "Licence", "tongban_licences", "Licences by status", "status")
        jobs = GaugeMetricFamily("tongban_jobs", "Background jobs by status", labels=["status"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
            for status, count in cursor.fetchall():
                jobs.add_metric([status], count)
        yield jobs

    @staticmethod
    def _by_state(
        room: str, model: str, name: str, help_text: str, column: str = "state"
    ) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(name, help_text, labels=[column])
        try:
            rows = apps.get_model(room, model)._default_manager.values(column).annotate(n=Count("pk"))
        except LookupError:
            return gauge
        for row in rows.order_by(column):
            gauge.add_metric([str(row[column])], row["n"])
        return gauge
