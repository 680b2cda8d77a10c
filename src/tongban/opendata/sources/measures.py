"""How good the province's data is: shares by element, nobody's records and nothing of few values."""

from collections.abc import Iterator

from django.conf import settings

from tongban.opendata.shapes import Column, Record, Source
from tongban.quality import service as quality

PLACES = 4  # decimals of a share


def _quality() -> Iterator[Record]:
    least = settings.QUALITY_PUBLIC_LEAST
    day, _days, elements = quality.elements_in_public(least)
    for about, counts in elements:
        for name, share in counts.shares:
            if share.of >= least:
                yield (
                    day, about.code, about.name, name, str(quality.LABELS[name]),
                    round(share.good / share.of, PLACES),
                )  # fmt: skip


SOURCES = (
    Source(
        "data-quality", "政务数据质量", "Quality of government data",
        "各数据元在全省的完整、合规、唯一、及时、一致比例；不足最少数量的不公布。", "register",
        (
            Column("day", "测量日期", "Measured on", "date"),
            Column("element", "数据元代码", "Element code"), Column("element_name", "数据元", "Element"),
            Column("dimension", "维度代码", "Dimension code"), Column("dimension_name", "维度", "Dimension"),
            Column("share", "比例", "Share", "number", "0 到 1"),
        ), _quality,
        defaults={"theme": "GOVE", "keywords": ["数据质量", "完整性", "一致性"], "cycle": "daily"},
    ),
)  # fmt: skip
