"""The accounts a visitor may sign in with, on a sandbox only. The passwords are public on purpose."""

from dataclasses import dataclass

PASSWORD = "Tongban-2026"  # noqa: S105 (printed at every start of a sandbox; refused anywhere else)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A login with its password, whose it is and what to try first."""

    login: str
    password: str
    who: str
    try_first: str


_ACCOUNTS = (
    ("lin", "林晓梅，市民，林记鱼丸店的经营者", "切换到“林记鱼丸店”，搜“开饭店”，办理食品经营许可证"),
    ("huang", "黄志强，闽味轩餐饮公司的法定代表人", "看“我的办件”：补正、现场核查、延期各一件"),
    ("chen", "陈桂英，八十多岁的老人", "打开大字版，看高龄津贴和“谁看过我的数据”"),
    ("wang", "王磊，寿宁户籍、在福州工作", "看居住证申请的进度，在“演示微信”里发“进度”，再办公积金租房提取"),
    ("zhang", "张婷，刚生了宝宝", "接着办没填完的“出生登记”草稿"),
    ("li", "李国华，跑货运的个体户", "切换到“国华货运部”，看道路运输许可"),
    ("clerk", "陈晓燕，鼓楼区综合窗口受理员", "工作台 → 待认领：受理一件，或一次性告知补正"),
    ("reviewer", "郑文彬，鼓楼区市场监管局审查员", "认领审查任务，安排现场核查"),
    ("approver", "吴丽萍，鼓楼区市场监管局审批人", "作出准予或者不予许可的决定"),
    ("duty", "林雨欣，鼓楼区大厅值班员", "群众提问 → 认领一个转人工的问题并答复，再提出作为常见问题"),
    ("chief", "黄建国，鼓楼区市场监管局负责人", "批准延期，作废误报的办件"),
    ("editor", "刘雯，鼓楼区市场监管局事项管理员", "事项目录 → 业务审核；群众提问 → 审核常见问题"),
    ("editor2", "叶欣，鼓楼区市场监管局事项管理员", "改好被退回的草稿，再次送审"),
    ("legal", "蔡明，鼓楼区市场监管局法制审核员", "事项目录 → 做法制审核，通过或者退回"),
    ("province", "苏敏，省级事项管理员", "对标 → 看偏差矩阵，要求改正；起草基本目录标准"),
    ("province2", "何凯，省级事项管理员", "发布另一位起草的基本目录标准"),
    ("province-legal", "温岚，省级法制审核员", "对基本目录标准草稿做法制审核"),
    ("county", "江涛，仓山区市场监管局事项管理员", "对标 → 改正要求 → 一键采用标准"),
    ("steward", "许明，省数据管理局数据管理员", "数据核查 → 看全省逾期的，转给该核查的部门"),
    ("gongan-steward", "罗建平，省公安厅数据管理员", "数据核查 → 核查一件更正申请，更正地址或电话"),
    ("minzheng-steward", "温玉芳，省民政厅数据管理员", "数据核查 → 部门间不一致：答复谁对谁错"),
    ("renshe-steward", "庄志远，省人社厅数据管理员", "数据核查 → 学历、社保的更正申请"),
    ("zhufang-steward", "卢晓东，省住建厅数据管理员", "数据核查 → 部门间不一致"),
    ("shichang-steward", "翁雪琴，省市场监管局数据管理员", "数据核查 → 企业数据不一致"),
    ("shuiwu-steward", "丁文杰，省税务局数据管理员", "数据核查 → 经营地址不一致"),
    ("supervisor", "周静，监督员", "看亮黄灯、红灯的办件"),
    ("leader", "方海东，领导", "看工作台首页的总体情况"),
    ("operator", "谢宇，运维", "看各适配器的状态和存证校验"),
)

# Who decides the parts of the theme packages beside the regulator above; 公安、医保、人社 do 新生儿.
_DECIDING = (
    ("weijian-gulou-reviewer1", "翁燕洁，鼓楼区卫健局审查员", "审查公共场所卫生许可、出生医学证明"),
    ("weijian-gulou-approver3", "罗钰霞，鼓楼区卫健局审批人", "开餐馆一件事的第二件：作出决定"),
    ("gongan-gulou-reviewer1", "翁明宏，鼓楼公安分局审查员", "审查新生儿落户"),
    ("gongan-gulou-approver3", "邱文强，鼓楼公安分局审批人", "新生儿落户：作出决定"),
    ("hall-fuzhou-clerk1", "温琳珍，福州市综合窗口受理员", "受理医保参保和社保卡"),
    ("yibao-fuzhou-reviewer1", "邓泽峰，福州市医保局审查员", "审查居民医保参保"),
    ("yibao-fuzhou-approver3", "江琳莹，福州市医保局审批人", "居民医保参保：作出决定"),
    ("renshe-fuzhou-reviewer1", "李浩，福州市人社局审查员", "审查社会保障卡申领"),
    ("renshe-fuzhou-approver3", "叶华军，福州市人社局审批人", "社会保障卡：作出决定"),
)


def listed() -> list[DemoAccount]:
    """Every demo account, residents first."""
    return [DemoAccount(login, PASSWORD, who, first) for login, who, first in (*_ACCOUNTS, *_DECIDING)]


def guide_text() -> str:
    """The accounts as lines for a terminal."""
    shown = (*_ACCOUNTS, *_DECIDING)
    width = max(len(login) for login, _who, _first in shown)
    lines = [f"Demo accounts 演示账号 (password 密码: {PASSWORD})", ""]
    lines += [f"  {login:<{width}}  {who} —— {first}" for login, who, first in shown]
    return "\n".join(lines)
