"""Rules on words: catch-alls, dates, phones, links, addresses, hours, lengths. Pure."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.checking.base import Found
from tongban.items.content import Prepared

LONG_TEXT = 800  # characters of one paragraph
LONG_NAME = 60  # characters of a material's name
# "其他证明材料", "有关材料", "等相关文件": what is wanted stays open. "其他组织" and the like are none.
_VAGUE = re.compile(
    r"(?:其[他它](?:需要|应当|须|必须)?(?:提供|提交|补充)?的?(?:相关|有关|证明|必要|申请)*(?:材料|资料|文件|证件|证明)(?!名称)"
    r"|(?:等|及|和|与)?(?:有关|相关)(?:证明)?(?:材料|资料|文件)$"
    r"|等(?:有关|相关|证明)?(?:材料|资料|文件|证件)$"
    r"|(?:法律|法规|规章).{0,12}(?:规定的|要求的)其[他它](?:条件|材料|情形)"
    r"|(?:认为|视情|根据需要).{0,8}(?:提供|提交|补充)的?(?:其[他它])?(?:材料|资料|文件))"
)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})(?!\d)\s*日?")
_UNTIL = re.compile(
    r"(?:截止(?:日期|时间)?(?:为|到|至|：)?|有效期至|(?:受理|办理|申报)(?:时间|期限)?.{0,12}至)\s*"
    r"((?:19|20)\d{2})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})"
)
_CALLABLE = re.compile(
    r"0\d{2,3}[)）\s—–-]{0,3}\d{7,8}|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|[48]00[\s-]?\d{3,4}[\s-]?\d{3,4}"
    r"|(?<!\d)(?:1[012]\d{3}|12\d{3}|9[56]\d{3,6})(?!\d)|https?://|www\.|@|0\d{2,3}[)）\s—–-]{1,3}\d{3,6}(?!\d)"
)
# National service numbers such as 12333 and 95598 are answered by others than those who handle the matter.
_HOTLINE = re.compile(r"(?:0\d{2,3}[-\s]?)?(?:1(?:10|23)\d{2}|95\d{3})")
_BARE_PHONE = re.compile(r"(?<![\d—–-])[2-8]\d{6,7}(?!\d)")
_ROAD = re.compile(
    r"\d|[一二三四五六七八九十]+(?:号|楼|层)|窗口|大厅|中心|网上|线上|无线下|网站|http|全程网办|APP",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}\s*[:：时点]|24\s*小时|全天|[一二三四五六七八九十]+点")
_BROKEN = re.compile(r"\ufffd|\?{3,}|？{3,}|&(?:nbsp|lt|gt|amp|quot);|锟斤拷|烫烫烫|</?[a-zA-Z]{1,8}\s*/?>")
_ABBREVIATION = re.compile(r"(?<![A-Za-z0-9.@/_-])[A-Z]{3,6}(?![A-Za-z0-9.@/_-])")
_KNOWN = frozenset(
    {
        "APP",
        "PDF",
        "DOC",
        "JPG",
        "PNG",
        "ISO",
        "EMS",
        "OFD",
        "VIP",
        "III",
        "VIII",
        "VII",
        "XIII",
        "CAD",
        "USB",
        "DNA",
        "DVD",
        "GPS",
        "ATM",
        "WORD",
        "EXCEL",
        "WTO",
        "GMP",
        "GSP",
    }
)
_AREA_CODES_NEED = 7  # local numbers of seven or eight digits need an area code before them


def catch_alls(prepared: Prepared) -> Iterator[Found]:
    """Words that leave open what is wanted, in materials and conditions (兜底条款)."""
    for index, material in enumerate(prepared.parts.get("materials", [])):
        if found := _VAGUE.search(material["name"].rstrip("。；;，, ")):
            yield _vague(f"materials.{index}.name", found[0])
    for index, condition in enumerate(prepared.columns.get("conditions", [])):
        if found := _VAGUE.search(condition.rstrip("。；;，, ")):
            yield _vague(f"conditions.{index}", found[0])


def _vague(where: str, words: str) -> Found:
    return Found("vague-catch-all", where, _("“%(words)s”没有说明具体要什么") % {"words": words[-30:]})


def texts(prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Every text a reader sees with its field."""
    for name in ("name", "summary", "flow", "visits_reason", "promised_note", "address", "hours"):
        if value := prepared.columns.get(name):
            yield name, value
    for index, condition in enumerate(prepared.columns.get("conditions", [])):
        yield f"conditions.{index}", condition
    for name, keys in (("materials", ("name", "filling", "standard")), ("faqs", ("question", "answer"))):
        for index, row in enumerate(prepared.parts.get(name, [])):
            for key in keys:
                if value := row.get(key):
                    yield f"{name}.{index}.{key}", value


def dates(prepared: Prepared) -> Iterator[Found]:
    """Days that are in no calendar, and ends that have passed."""
    for where, text in texts(prepared):
        if "年" not in text and "-" not in text and "/" not in text and "." not in text:
            continue
        for found in _DATE.finditer(text):
            if _day(found) is None:
                message = _("日历上没有“%(date)s”") % {"date": found[0]}
                yield Found("date-invalid", where, message)
        for found in _UNTIL.finditer(text):
            day = _day(found)
            if day is not None and day < timezone.localdate():
                message = _("期限 %(date)s 已过") % {"date": day.isoformat()}
                yield Found("date-expired", where, message)


def _day(found: "re.Match[str]") -> date | None:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def broken_text(prepared: Prepared) -> Iterator[Found]:
    """Signs of a failed conversion, walls of text, texts that say the same twice."""
    for where, text in texts(prepared):
        if found := _BROKEN.search(text):
            message = _("文字里有“%(what)s”，像是转换时出错") % {"what": found[0][:20]}
            yield Found("text-control-characters", where, message)
        if len(text) > LONG_TEXT:
            message = _("这一段有 %(length)s 个字，最好不超过 %(most)s 个字")
            yield Found("text-too-long", where, message % {"length": len(text), "most": LONG_TEXT})
    said: dict[str, int] = {}
    for index, condition in enumerate(prepared.columns.get("conditions", [])):
        if len(condition) < 12:
            continue
        if condition in said:
            message = _("与第 %(n)s 条完全相同") % {"n": said[condition] + 1}
            yield Found("text-repeated", f"conditions.{index}", message)
        said.setdefault(condition, index)


def phones(prepared: Prepared) -> Iterator[Found]:
    """At least one number that can be dialled from anywhere, a site or an address."""
    for name in ("enquiry", "complaint"):
        value = prepared.columns.get(name) or ""
        if not value or _CALLABLE.search(value):
            continue
        rule, message = "phone-unreadable", _("“%(value)s”里没有完整的电话、网址或邮箱")
        if _BARE_PHONE.search(value):
            rule, message = "phone-without-area-code", _("“%(value)s”没有区号")
        yield Found(rule, name, message % {"value": value[:40]})
    enquiry, complaint = (prepared.columns.get(name) or "" for name in ("enquiry", "complaint"))
    if enquiry and enquiry == complaint and "12345" not in enquiry and not _HOTLINE.fullmatch(enquiry):
        yield Found("complaint-same-as-enquiry", "complaint", _("监督投诉方式与咨询方式完全相同"))


def links(prepared: Prepared) -> Iterator[Found]:
    """A web address that can be opened from outside."""
    value = prepared.columns.get("online_url") or ""
    if not value:
        return
    try:
        host = urlsplit(value).hostname or ""
    except ValueError:
        host = ""
    inside = re.match(r"(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.|localhost$", host)
    if not host or "." not in host or " " in value or inside:
        yield Found("link-invalid", "online_url", _("网址“%(url)s”在外网打不开") % {"url": value[:60]})


def places(prepared: Prepared) -> Iterator[Found]:
    """An address that can be found, hours that say a time."""
    address, hours = prepared.columns.get("address") or "", prepared.columns.get("hours") or ""
    if address and not _ROAD.search(address):
        yield Found(
            "address-not-precise", "address", _("地址“%(a)s”没有门牌、楼层或窗口") % {"a": address[:40]}
        )
    if hours and not _CLOCK.search(hours):
        yield Found("hours-unreadable", "hours", _("办理时间“%(h)s”没有具体钟点") % {"h": hours[:40]})


def names(prepared: Prepared) -> Iterator[Found]:
    """The item's name, and capitals nobody explains."""
    name = prepared.columns.get("name", "")
    if re.search(r"…|\.{3}|\s{2,}|^[\d一二三四五六七八九十]+[、.．]", name):
        yield Found("name-not-plain", "name", _("事项名称里有省略号、编号或多余空格"))
    seen: set[str] = set()
    for where, text in texts(prepared):
        for found in _ABBREVIATION.finditer(text):
            word = found[0]
            explained = re.search(rf"[（(]\s*{word}\s*[）)]|{word}\s*[（(]", text)
            if word in _KNOWN or word in seen or explained or re.fullmatch(r"[IVX]+", word):
                continue
            seen.add(word)
            yield Found("abbreviation-unexplained", where, _("缩写“%(word)s”没有中文解释") % {"word": word})


def legal_basis(prepared: Prepared) -> Iterator[Found]:
    """A law without its article cannot be looked up."""
    for index, basis in enumerate(prepared.columns.get("legal_basis") or []):
        if not basis.get("article") and "条" not in str(basis.get("text", "")):
            message = _("依据“%(law)s”没有写明第几条") % {"law": str(basis.get("law", ""))[:60]}
            yield Found("basis-without-article", f"legal_basis.{index}", message)


WORDING: tuple[Callable[[Any], Iterator[Found]], ...] = (
    catch_alls, dates, broken_text, phones, links, places, names, legal_basis,
)  # fmt: skip
