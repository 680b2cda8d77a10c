"""Whether a package may be used: rules with stable ids, run while editing and before publication."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.items import service as items
from tongban.kit.errors import DomainError, Invalid
from tongban.packages import merging
from tongban.packages.definition import Definition, order


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. ``severity`` is error (stops publication) or warning."""

    rule: str
    where: str
    message: str
    severity: str = "error"


def versions_of(definition: Definition) -> tuple[dict[str, items.VersionDetail], list[Finding]]:
    """The version in force of each member's item, and a finding for each that cannot be filed."""
    details, found = {}, []
    for member in definition.members:
        try:
            detail = items.published(member.item)
        except DomainError:
            words = _("没有已发布的事项“%(item)s”") % {"item": member.item}
            found.append(Finding("P01", member.key, words))
            continue
        details[member.key] = detail
        if not detail.fileable:
            words = _("“%(name)s”目前不能在网上办理（已暂停、取消或没有表单）") % {"name": detail.name}
            found.append(Finding("P02", member.key, words))
    return details, found


def check(definition: Definition) -> list[Finding]:
    """Every finding of every rule, errors first."""
    details, found = versions_of(definition)
    found += _order(definition) + _questions(definition) + _mappings(definition, details)
    for key, (one, name), (other, second) in merging.conflicts(definition, details):
        words = _("“%(key)s”在 %(one)s 和 %(other)s 中的类型、格式或选项不同，不能只问一次") % {
            "key": key,
            "one": f"{one}.{name}",
            "other": f"{other}.{second}",
        }
        found.append(Finding("P07", f"{other}.{second}", words))
    found += _materials(definition, details)
    kinds = {d.applicant for d in details.values()} - {"either"}
    if len(kinds) > 1:
        found.append(Finding("P09", "members", _("有的事项只能由个人办，有的只能由单位办，不能一次申请")))
    return sorted(found, key=lambda f: f.severity)


def _order(definition: Definition) -> list[Finding]:
    known, found = {m.key for m in definition.members}, []
    for member in definition.members:
        for after in member.after:
            if after.member not in known:
                words = _("“%(key)s”要等的“%(other)s”不在这件事里") % {
                    "key": member.key,
                    "other": after.member,
                }
                found.append(Finding("P03", member.key, words))
    try:
        order(definition.members)
    except Invalid as circle:
        found.append(Finding("P04", "members", str(circle.problems[0].message)))
    return found


def _questions(definition: Definition) -> list[Finding]:
    offered = {q.key: {o.value for o in q.options} for q in definition.questions}
    found = []
    for member in definition.members:
        for question, value in member.when.items():
            if value not in offered.get(question, set()):
                words = _("条件“%(q)s = %(v)s”没有对应的问题或选项") % {"q": question, "v": value}
                found.append(Finding("P05", member.key, words))
    used = {q for m in definition.members for q in m.when}
    for question in sorted(set(offered) - used):
        words = _("问题“%(q)s”不影响任何事项，可以不问") % {"q": question}
        found.append(Finding("P10", question, words, "warning"))
    return found


def _mappings(definition: Definition, details: merging.Details) -> list[Finding]:
    fields = {f"{m}.{n}" for m, d in details.items() for n in merging.properties(d)}
    papers = {f"{m}.{one.key}" for m, d in details.items() for one in d.materials}
    wrong = sorted(set(definition.fields) - fields) + sorted(set(definition.materials) - papers)
    return [
        Finding("P06", place, _("对照表中的“%(place)s”不存在") % {"place": place})
        for place in wrong
        if place.split(".")[0] in details or "." not in place
    ]


def _materials(definition: Definition, details: merging.Details) -> list[Finding]:
    found = []
    for merged in merging.materials(definition, details):
        wanted = [m for key, name in merged.places for m in details[key].materials if m.key == name]
        kinds = [set(m.accept) for m in wanted if m.accept]
        if len(kinds) > 1 and not set.intersection(*kinds):
            words = _("几个事项对“%(name)s”接受的文件格式没有交集") % {"name": wanted[0].name}
            found.append(Finding("P08", merged.key, words))
    return found
