"""Every rule with its reason and how to mend what it finds. docs/guide-rules.md is made from this table.

Rules 1–9 of the national consistency check and the exchange table's required elements come first; then
what readers of guides stumble over (行政许可法 §§30, 32, 42, 58; 优化营商环境条例 §19: no catch-all
materials, plain and complete guides).
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from tongban.items.checking.base import GuideRule

_R = GuideRule
_ALL = (
    _R(
        "required-element-empty",
        _("必填要素为空"),
        _("国家交换表要求的要素缺失，群众看不到完整的办事指南"),
        _("按交换表补全该要素；确实没有的填写“无”"),
    ),
    _R(
        "item-code-form",
        _("事项编码格式不对"),
        _("编码不是 31 位实施编码或 33 位办理项编码，无法与国家目录对应"),
        _("核对目录，重新赋码"),
        "error",
    ),
    _R(
        "item-code-parts",
        _("编码各段与所填不一致"),
        _("编码中的主体、层级、基本编码应与字段一致，否则同一事项对不上"),
        _("改正编码或对应字段"),
        "error",
    ),
    _R(
        "item-code-type",
        _("编码中的事项类型不一致"),
        _("基本编码第 3、4 位就是事项类型"),
        _("改正类型或基本编码"),
        "error",
    ),
    _R(
        "item-code-uscc",
        _("统一社会信用代码校验不符"),
        _("编码前 18 位是实施主体的统一社会信用代码，校验位不符多为录入错误"),
        _("核对实施主体的统一社会信用代码"),
    ),
    _R(
        "item-code-temporary-agency",
        _("使用临时机构代码"),
        _("临时代码会换，换后编码随之变化"),
        _("取得统一社会信用代码后更换"),
    ),
    _R(
        "item-code-local",
        _("使用地方编码"),
        _("地方编码不是国家基本目录编码，保留原码并与国家编码并存"),
        _("在基本目录中找到对应事项后填写国家编码"),
    ),
    _R(
        "item-code-absent",
        _("来源没有编码"),
        _("来源没有给出编码，暂用由内容产生的稳定编号，不代替国家编码"),
        _("向来源部门取得编码后重新导入"),
    ),
    _R(
        "promised-longer-than-statutory",
        _("承诺时限长于法定时限"),
        _("承诺不得超过法律规定的期限（行政许可法第四十二条）"),
        _("缩短承诺时限"),
        "error",
    ),
    _R(
        "immediate-with-limit",
        _("即办件有办理时限"),
        _("即办件应当场办结"),
        _("改为承诺件，或把时限改为 0 或 1 个工作日"),
        "error",
    ),
    _R(
        "limit-unit-differs",
        _("法定时限与承诺时限单位不同"),
        _("工作日与自然日混用，群众无法比较"),
        _("统一为工作日；法律写明自然日的两处都用自然日"),
    ),
    _R(
        "limit-zero-promised",
        _("承诺件的时限为 0"),
        _("承诺件必须写明多少个工作日办结"),
        _("填写承诺时限，当场办结的改为即办件"),
    ),
    _R(
        "limit-without-steps",
        _("有总时限而无环节时限"),
        _("没有环节时限就无法监督每个环节"),
        _("填写各环节时限"),
    ),
    _R("step-missing", _("缺少办理环节"), _("受理、审查、决定、送达是法定环节"), _("补上缺少的环节")),
    _R(
        "step-limits-sum",
        _("环节时限之和与承诺时限不符"),
        _("各环节时限相加应等于承诺时限"),
        _("调整环节时限或承诺时限"),
    ),
    _R(
        "site-inspection-too-short",
        _("现场核查而时限过短"),
        _("需要现场核查的事项少于 5 个工作日难以办完"),
        _("核实承诺时限，或把现场核查列为特别程序"),
    ),
    _R(
        "visits-without-reason",
        _("要跑现场而无原因"),
        _("到现场次数大于 0 时必须说明原因"),
        _("说明为什么必须到现场"),
    ),
    _R(
        "visits-against-online-depth",
        _("全程网办却要跑现场"),
        _("网办深度已到结果反馈，却仍写需要到现场"),
        _("把到现场次数改为 0，或降低网办深度"),
    ),
    _R(
        "visits-against-agent-presence",
        _("必须本人到场却允许代办或全程网办"),
        _("两处说法相反，群众不知能否委托他人"),
        _("统一说法：写清哪些情形须本人到场"),
        "error",
    ),
    _R("online-without-address", _("可网上办理而无网址"), _("写明可以网办却没有入口"), _("填写网上办理地址")),
    _R(
        "fee-without-basis",
        _("收费没有依据"),
        _("收费必须有法律、行政法规依据（行政许可法第五十八条）"),
        _("写明收费文件，或取消收费"),
        "error",
    ),
    _R(
        "fee-without-amount",
        _("收费没有标准"),
        _("群众无法预先知道要付多少钱"),
        _("填写金额和计费单位；不收费的删去该项"),
    ),
    _R(
        "payment-without-fee",
        _("不收费却支持网上支付"),
        _("没有收费项目时网上支付没有用处"),
        _("补上收费项目，或关闭网上支付"),
    ),
    _R(
        "conditions-age-contradictory",
        _("年龄条件互相矛盾"),
        _("年龄上限低于下限，没有人能满足"),
        _("核对年龄条件"),
        "error",
    ),
    _R(
        "conditions-guardian-contradictory",
        _("监护人与成年条件矛盾"),
        _("要求申请人已成年，又要求由监护人办理"),
        _("分情形写清：成年人本人办理，未成年人由监护人办理"),
    ),
    _R(
        "conditions-contain-materials",
        _("受理条件里写了材料"),
        _("条件说的是谁能办，材料说的是带什么；混写会漏带材料"),
        _("把材料移到材料清单"),
    ),
    _R(
        "certificate-not-in-materials",
        _("条件所提证件不在材料清单"),
        _("条件要求持有某证，材料清单却没有它，窗口会临时要求补交"),
        _("在材料清单中加上该证件，或写明由数据共享核验"),
    ),
    _R(
        "conditions-only-refer",
        _("受理条件只引用法条"),
        _("只写“符合某条规定”，群众不知道具体要求什么"),
        _("把所引条款的要求逐条写出"),
    ),
    _R(
        "vague-catch-all",
        _("有兜底条款"),
        _("“其他材料”“有关材料”“等”使要求不确定，是国务院明令清理的兜底条款"),
        _("逐项列明；确无其他要求的删去"),
    ),
    _R("material-duplicate", _("材料重复"), _("同一份材料列了两次"), _("合并为一项，份数写在份数栏")),
    _R(
        "material-none",
        _("没有任何材料"),
        _("依申请事项至少要有申请表或申请书；即使免提交也应写明"),
        _("补全材料清单，或写明无需提交材料"),
    ),
    _R(
        "material-name-too-long",
        _("材料名称过长"),
        _("名称里混入了填写要求，难以在清单中辨认"),
        _("名称只写材料名，要求移到填报须知"),
    ),
    _R(
        "material-copies-in-name",
        _("份数写在材料名称里"),
        _("份数、原件复印件有专门字段，写在名称里无法核对"),
        _("把份数和原件、复印件要求移到对应字段"),
    ),
    _R(
        "material-shared-asked",
        _("要求提交可共享取得的证件"),
        _("能通过数据共享取得的不得要求申请人提交（国令第716号第七条）"),
        _("把来源改为政府部门核发并关联电子证照"),
    ),
    _R("basis-without-article", _("设定依据没有条款"), _("只写法名无法核对"), _("写明第几条及其内容")),
    _R(
        "text-too-long",
        _("文字过长"),
        _("一段超过 800 字，手机上无法阅读"),
        _("分条写，删去与办理无关的内容"),
    ),
    _R(
        "text-control-characters",
        _("有乱码或多余符号"),
        _("有替换符、问号串或残留的网页代码，说明转换时出错"),
        _("按原文改正"),
    ),
    _R("text-repeated", _("文字整段重复"), _("同一段话写了两遍"), _("删去重复的一段")),
    _R("date-invalid", _("日期不存在"), _("写了日历上没有的日期"), _("改正日期")),
    _R("date-expired", _("写明的办理期限已过"), _("指南写着截止日期而该日期已过"), _("更新日期或停用事项")),
    _R(
        "phone-unreadable",
        _("电话无法拨打"),
        _("咨询或投诉方式里没有一个完整的电话号码、网址或邮箱"),
        _("填写带区号的固定电话、手机号或 12345"),
    ),
    _R("phone-without-area-code", _("电话没有区号"), _("外地的人拨不通"), _("写上区号")),
    _R(
        "complaint-same-as-enquiry",
        _("投诉与咨询是同一个电话"),
        _("投诉应由被投诉的经办人以外的人接听"),
        _("填写监督部门或 12345 热线"),
    ),
    _R("link-invalid", _("网址格式不对"), _("网址打不开：缺少域名、含空格或是内网地址"), _("改正网址")),
    _R(
        "address-not-precise",
        _("地址不具体"),
        _("没有路名门牌、楼层或窗口，找不到地方"),
        _("写明路、号、楼层和窗口"),
    ),
    _R(
        "hours-unreadable",
        _("办理时间看不出几点"),
        _("没有具体钟点"),
        _("写明星期几、上午几点到几点、下午几点到几点"),
    ),
    _R(
        "name-not-plain",
        _("事项名称不规范"),
        _("名称含有省略号、编号或多余空格，搜索不到"),
        _("按基本目录的名称填写"),
    ),
    _R(
        "abbreviation-unexplained",
        _("用了没有解释的英文缩写"),
        _("普通群众看不懂缩写"),
        _("第一次出现时写中文全称"),
    ),
    _R(
        "value-not-understood",
        _("来源的值无法识别"),
        _("导入时不能确定含义，没有猜测"),
        _("改正来源，或在导入方案中补充对应"),
    ),
    _R(
        "unknown-key",
        _("来源有没有说明的字段"),
        _("导入方案没有说明，已原样保留"),
        _("在导入方案中说明这个字段"),
    ),
    _R("source-fields-differ", _("来源中本应相同的字段不同"), _("同一内容写了两处而不一致"), _("向来源核实")),
)
GUIDE_RULES: Mapping[str, GuideRule] = {rule.id: rule for rule in _ALL}


def guide_rule(rule_id: str) -> GuideRule:
    """The rule of this id; one of an older edition is shown under its bare id."""
    return GUIDE_RULES.get(rule_id) or GuideRule(rule_id, rule_id, "", "")
