"""The SQL (DuckDB) behind the invented departmental files: people, and how each department gets them wrong."""

import math
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

SOURCES = ("gongan", "minzheng", "renshe", "zhufang", "shuiwu")
ROW_ID = {"gongan": "ZJ", "minzheng": "ID", "renshe": "GRBH", "zhufang": "JLH", "shuiwu": "NSRBH"}
FIRST_BIRTH, BIRTH_DAYS = date(1915, 1, 1), 40_500
# Sequence parts of the numbers; 990 and 991 are those of the demo's own people (demo.names).
FIRST_TURN, TURNS = 992, 8
TODAY = "DATE '2026-06-30'"
SURNAMES = "陈林黄张吴李郑王刘苏蔡杨许叶谢郭曾邱周江徐庄何赖洪余潘方卢游翁肖高范魏傅邓罗沈连朱温廖詹"
GIVEN = "伟强志明建国华军辉勇杰涛斌鹏宇浩峰俊凯文博铭宏毅恒晨彬荣炜东海平芳丽娟敏静燕玲慧雪梅婷珍琳萍霞洁颖欣怡雯倩莹妍钰思晓秀桂兰月云"
# Slips of the one who typed: the same sound, or nearly the same shape.
SLIP_FROM = "伟强志明建国华军辉勇杰涛斌鹏宇浩峰俊凯文博铭宏毅恒晨彬荣东海平芳丽娟敏静燕玲慧雪梅婷珍琳萍霞洁颖欣怡雯倩莹妍思晓秀桂兰月云陈林黄张吴"
SLIP_TO = "炜墙智铭健囯桦均晖永捷滔彬朋羽皓锋骏楷闻搏明鸿艺衡辰斌蓉冬诲苹芬莉鹃闵婧艳玪惠血玫亭真淋平侠杰颍心宜文茜盈研丝小绣贵蓝悦芸程琳簧章武"
# The same character written otherwise by an old system: no slip, a variant.
VARIANT_FROM, VARIANT_TO = "陈张国华东云兰刘杨许叶谢郑黄峰", "陳張國華東雲蘭劉楊許葉謝鄭黃峯"
FAR_NAMES = ("阿依古丽·买买提", "古丽娜尔·艾山", "扎西·多吉", "艾力·吐尔逊", "卓玛·央金", "买合木提·阿不都")
STREETS = ("八一七路", "五一路", "五四路", "东大路", "津泰路", "湖东路", "六一路", "工业路", "中山路", "解放路",
           "新华街", "胜利街", "建设路", "和平路", "滨江路", "学府路", "文化路", "环城路", "朝阳路", "民主路")  # fmt: skip
BRANDS = "鑫盛达兴隆瑞祥恒泰嘉和闽榕宏远永顺福源安诚信华茂联创新汇聚海川博雅"
TRADES = ("餐饮管理", "食品", "茶业", "物流", "信息技术", "建筑工程", "人力资源", "文化传媒", "水产", "农业科技",
          "酒店管理", "医疗器械")  # fmt: skip
EDUCATION = ("小学", "初中", "高中", "中专", "大专", "本科", "硕士研究生", "博士研究生")
NATIONS = ("汉族", "汉族", "汉族", "汉族", "汉族", "汉族", "汉族", "汉族", "畲族", "回族", "土家族", "苗族")
TRUTH = (
    "key, id_number, name, sex, birth_date, ethnicity, phone, address, marital_status, employer, education, "
    "CASE WHEN dead THEN '死亡' ELSE '正常' END AS life_state"
)
# How often (of 1) each department errs. The register of persons is the most careful; its telephone is not.
RATES: dict[str, dict[str, float]] = {
    "gongan": {"cover": .995, "id_missing": 0, "id_15": 0, "id_bad": .0006, "id_messy": .002, "name_slip": .001, "name_swap": .0005,
                   "name_variant": .002, "phone_old": .06, "phone_slip": .004, "phone_messy": .02, "phone_missing": .05,
                   "address_old": .03, "address_short": .05, "address_missing": .01, "birth_slip": .0003, "repeated": .002},
    "minzheng": {"cover": .92, "id_missing": .004, "id_15": .01, "id_bad": .004, "id_messy": .01, "name_slip": .006, "name_swap": .002,
                     "name_variant": .01, "phone_old": .15, "phone_slip": .008, "phone_messy": .05, "phone_missing": .1,
                     "address_old": .12, "address_short": .3, "address_missing": .05, "birth_slip": 0, "repeated": .01},
    "renshe": {"cover": .95, "id_missing": .003, "id_15": .006, "id_bad": .003, "id_messy": .01, "name_slip": .005, "name_swap": .001,
                   "name_variant": .01, "phone_old": .08, "phone_slip": .006, "phone_messy": .03, "phone_missing": .03,
                   "address_old": .1, "address_short": .25, "address_missing": .06, "birth_slip": .002, "repeated": .006},
    "zhufang": {"cover": .88, "id_missing": .001, "id_15": .002, "id_bad": .002, "id_messy": .005, "name_slip": .003, "name_swap": .001,
                    "name_variant": .01, "phone_old": .05, "phone_slip": .004, "phone_messy": .02, "phone_missing": .02,
                    "address_old": 0, "address_short": 0, "address_missing": 0, "birth_slip": 0, "repeated": .003},
    "shuiwu": {"cover": .9, "id_missing": .006, "id_15": .004, "id_bad": .005, "id_messy": .02, "name_slip": .008, "name_swap": .002,
                   "name_variant": .008, "phone_old": .04, "phone_slip": .008, "phone_messy": .06, "phone_missing": .04,
                   "address_old": .09, "address_short": .35, "address_missing": .08, "birth_slip": .003, "repeated": .01},
}  # fmt: skip
_ERRORS = {name: 3 * n for n, name in enumerate(RATES["gongan"], 1)}


def helpers(seed: int) -> list[str]:
    """Macros: ``h`` the chance of person i and use s, ``u`` it in [0, 1), ``pick`` it below n, ``one`` of a list."""
    mixed = int.from_bytes(sha256(f"tongban {seed}".encode()).digest()[:7], "big")
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    terms = " + ".join(
        f"{weight} * ((n // {10 ** (16 - place)}) % 10)" for place, weight in enumerate(weights)
    )
    return [
        f"CREATE MACRO h(i, s) AS hash(xor(i * 4096 + s, {mixed}))",
        "CREATE MACRO u(i, s) AS (h(i, s) >> 11) / 9007199254740992.0",
        "CREATE MACRO pick(i, s, n) AS CAST(h(i, s) % n AS BIGINT)",
        "CREATE MACRO one(list, i, s) AS list[1 + pick(i, s, len(list))]",
        "CREATE MACRO letter(text, i, s) AS text[1 + pick(i, s, len(text))]",
        f"CREATE MACRO check_character(n) AS '10X98765432'[1 + ({terms}) % 11]",
        "CREATE MACRO bent(t) AS left(t, 5) || right(t, 1) || substr(t, 7, len(t) - 7) || substr(t, 6, 1)",
    ]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many counties of the province, of the rest of the country, and towns of the province there are."""

    own: int
    others: int
    towns: int


def people(first: int, last: int, sizes: Sizes, seed: int) -> str:
    """Persons ``first`` to ``last`` (excluded) as they truly are, and what they were before."""
    own, others = _spread("j", sizes.own, seed), _spread("j", sizes.others, seed)
    return f"""
WITH numbered AS (
    SELECT i, i % 10 < 6 AS local, CASE WHEN i % 10 < 6 THEN i // 10 * 6 + i % 10 ELSE i // 10 * 4 + i % 10 - 6 END AS j
    FROM range({first}, {last}) r(i)
), spread AS (
    SELECT i, CASE WHEN local THEN {own} ELSE {others} END AS x, CASE WHEN local THEN {sizes.own} ELSE {sizes.others} END AS places,
        CASE WHEN local THEN 0 ELSE {sizes.own} END AS others FROM numbered
), placed AS (
    SELECT i, others + x % places AS place, DATE '{FIRST_BIRTH}' + CAST(x // places % {BIRTH_DAYS} AS INTEGER) AS birth_date,
        {FIRST_TURN} + x // (places * {BIRTH_DAYS}) AS turn,
        pick(i, 70, {sizes.towns}) AS now_n, pick(i, 71, {sizes.towns}) AS before_n, pick(i, 72, {sizes.towns}) AS kept_n
    FROM spread
), numbers AS (
    SELECT placed.*, CAST(county AS BIGINT) * 100000000000
        + (year(birth_date) * 10000 + month(birth_date) * 100 + day(birth_date)) * 1000 + turn AS key
    FROM placed JOIN counties ON counties.n = place
), named AS (
    SELECT *, CAST(key AS VARCHAR) || check_character(key) AS id_number, CASE WHEN turn % 2 = 1 THEN '1' ELSE '2' END AS sex,
        CASE WHEN u(i, 1) < 0.004 THEN one({_list(FAR_NAMES)}, i, 2)
             ELSE '{SURNAMES}'[1 + CAST(floor(pow(u(i, 3), 1.7) * {len(SURNAMES)}) AS BIGINT)] || letter('{GIVEN}', i, 4)
                  || CASE WHEN u(i, 5) < 0.85 THEN letter('{GIVEN}', i, 6) ELSE '' END END AS name,
        '1540' || lpad(CAST(i * 7919 % 10000000 AS VARCHAR), 7, '0') AS phone,
        '1540' || lpad(CAST(h(i, 8) % 10000000 AS VARCHAR), 7, '0') AS old_phone,
        {_address("now", 10)} AS address, {_address("before", 20)} AS old_address, {_address("kept", 30)} AS hukou_address,
        u(i, 40) < CASE WHEN birth_date < DATE '1936-01-01' THEN 0.6 WHEN birth_date < DATE '1956-01-01' THEN 0.1 ELSE 0.004 END AS dead,
        one({_list(NATIONS)}, i, 41) AS ethnicity, one({_list(EDUCATION)}, i, 42) AS education,
        CASE WHEN birth_date > DATE '2004-06-30' THEN '10' WHEN u(i, 43) < 0.7 THEN '20' WHEN u(i, 43) < 0.8 THEN '40'
             WHEN birth_date < DATE '1950-01-01' THEN '30' ELSE '10' END AS marital_status,
        letter('{SURNAMES}', i, 44) || letter('{GIVEN}', i, 45) || letter('{GIVEN}', i, 46) AS spouse,
        {_firm(50)} AS employer, {_firm(60)} AS old_employer
    FROM numbers JOIN towns AS now ON now.n = now_n JOIN towns AS before ON before.n = before_n
        JOIN towns AS kept ON kept.n = kept_n
)
SELECT * FROM named"""


def _spread(j: str, counties: int, seed: int) -> str:
    """A one-to-one scatter of j over places, days and turns (a step coprime to every size that occurs)."""
    step = 10_000_019  # a prime larger than any county count, no factor of the days or of ten
    if math.gcd(step, BIRTH_DAYS * TURNS * counties) != 1:
        raise ValueError("the step would meet places twice")
    return f"(({j} * {step} + {seed} * 7919) % ({counties} * {BIRTH_DAYS} * {TURNS}))"


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def _address(town: str, s: int) -> str:
    return (
        f"{town}.province || {town}.city || {town}.county || {town}.town || one({_list(STREETS)}, i, {s}) "
        f"|| CAST(1 + pick(i, {s + 1}, 300) AS VARCHAR) || '号' || CAST(1 + pick(i, {s + 2}, 20) AS VARCHAR) || '栋' "
        f"|| CAST(101 + pick(i, {s + 3}, 30) * 100 + pick(i, {s + 4}, 8) AS VARCHAR) || '室'"
    )


def _firm(s: int) -> str:
    # Many people work for one firm, so the firm's number is drawn first and the name hangs on it.
    firm = f"pick(i, {s}, 60000)"
    return (
        f"'福建' || letter('{BRANDS}', {firm}, 901) || letter('{BRANDS}', {firm}, 902) || letter('{BRANDS}', {firm}, 903) "
        f"|| one({_list(TRADES)}, {firm}, 904) || '有限公司'"
    )


def source(name: str, people_table: str, hurried: float = 0) -> str:
    """The rows of one department: its own column names, its own errors, some rows twice.

    :param hurried: of 1, rows of ``renshe`` taken down in a hurry: without number, telephone and address, with
        somebody else's sex and date of birth, so that nobody can be sure whom they are about
    """
    rates, at = RATES[name], 512 + 256 * SOURCES.index(name)

    def on(error: str, more: int = 0) -> str:
        return f"u(i, {at + _ERRORS[error] + more}) < {rates[error]}"

    hurry = f"u(i, {at + 101}) < {hurried if name == 'renshe' else 0}"

    columns = f"""
        id_number, key,
        {hurry} AS hurried,
        CASE WHEN {hurry} OR {on("id_missing")} THEN NULL
             WHEN {on("id_15")} AND birth_date < DATE '2000-01-01' AND birth_date >= DATE '1915-01-01'
                  THEN left(id_number, 6) || substr(id_number, 9, 9)
             WHEN {on("id_bad")} THEN {_bad_id(at)}
             WHEN {on("id_messy")} THEN {_messy_id(at)} ELSE id_number END AS said_id,
        CASE WHEN {on("name_slip")} THEN left(name, len(name) - 1) || translate(right(name, 1), '{SLIP_FROM}', '{SLIP_TO}')
             WHEN {on("name_swap")} AND len(name) = 3 THEN name[1] || name[3] || name[2]
             WHEN {on("name_variant")} THEN translate(replace(name, '·', '•'), '{VARIANT_FROM}', '{VARIANT_TO}')
             ELSE name END AS said_name,
        CASE WHEN {hurry} OR {on("phone_missing")} THEN NULL WHEN again OR {on("phone_old")} THEN old_phone
             WHEN {on("phone_slip")} THEN bent(phone)
             WHEN {on("phone_messy")} THEN '+86 ' || left(phone, 3) || '-' || substr(phone, 4, 4) || '-' || right(phone, 4)
             ELSE phone END AS said_phone,
        CASE WHEN {hurry} OR {on("address_missing")} THEN NULL WHEN {on("address_old")} THEN old_address
             WHEN {on("address_short")} THEN {_short(at)} ELSE address END AS said_address,
        CASE WHEN {hurry} THEN birth_date + CAST(1000 + pick(i, {at + 102}, 3000) AS INTEGER)
             WHEN {on("birth_slip")} THEN birth_date + CAST(1 + pick(i, {at + 90}, 20) AS INTEGER) ELSE birth_date END AS said_birth,
        CASE WHEN again OR {on("phone_old")} OR {on("address_old")} THEN {TODAY} - CAST(700 + pick(i, {at + 91}, 1500) AS INTEGER)
             ELSE {TODAY} - CAST(pick(i, {at + 92}, 700) AS INTEGER) END AS said_on,
        (i * 2 + CAST(again AS INTEGER)) * 2654435761 % 1099511627776 AS row_id"""
    return f"""
WITH held AS (
    SELECT *, false AS again FROM {people_table} WHERE u(i, {at}) < {rates["cover"]}
    UNION ALL
    SELECT *, true AS again FROM {people_table} WHERE u(i, {at}) < {rates["cover"]} AND {on("repeated")}
), said AS (SELECT i, sex, dead, ethnicity, education, marital_status, spouse, employer, old_employer, hukou_address,
        again, birth_date, {columns} FROM held)
SELECT {_OWN[name].format(at=at)}, key AS person FROM said ORDER BY row_id"""


def _bad_id(at: int) -> str:
    """One digit wrong, two neighbours swapped, or the last character wrong: the check finds all three."""
    place = f"7 + pick(i, {at + 93}, 10)"
    wrong = (
        f"CAST((CAST(substr(id_number, {place}, 1) AS INTEGER) + 1 + pick(i, {at + 94}, 8)) % 10 AS VARCHAR)"
    )
    return f"""CASE pick(i, {at + 95}, 3)
        WHEN 0 THEN left(id_number, {place} - 1) || {wrong} || substr(id_number, {place} + 1)
        WHEN 1 THEN left(id_number, 9) || substr(id_number, 11, 1) || substr(id_number, 10, 1) || substr(id_number, 12)
        ELSE left(id_number, 17) || translate(right(id_number, 1), '0123456789X', '58X0462719350') END"""


def _messy_id(at: int) -> str:
    return f"""CASE pick(i, {at + 96}, 3) WHEN 0 THEN ' ' || lower(id_number) || ' '
        WHEN 1 THEN translate(id_number, '0123456789X', '０１２３４５６７８９Ｘ')
        ELSE left(id_number, 6) || ' ' || substr(id_number, 7, 8) || ' ' || right(id_number, 4) END"""


def _short(at: int) -> str:
    return f"""CASE pick(i, {at + 97}, 3) WHEN 0 THEN replace(address, '福建省', '')
        WHEN 1 THEN replace(replace(replace(address, '福建省', ''), '栋', '-'), '室', '')
        ELSE replace(regexp_replace(address, '^福建省[^市]+市', ''), '号', '#') END"""


_OWN = {
    "gongan": "row_id AS ZJ, said_id AS GMSFHM, said_name AS XM, sex AS XB, strftime(said_birth, '%Y%m%d') AS CSRQ, "
    "ethnicity AS MZ, hukou_address AS HJDZ, said_address AS XZZ, said_phone AS SJH, "
    "CASE WHEN dead AND u(i, {at} + 98) < 0.97 THEN '死亡' ELSE '正常' END AS RYZT, strftime(said_on, '%Y%m%d') AS GXSJ",
    "minzheng": "row_id AS ID, said_id AS SFZH, said_name AS XM, marital_status AS HYZK, "
    "CASE WHEN marital_status = '20' THEN spouse END AS POXM, said_address AS ZZ, said_phone AS LXDH, "
    "strftime(said_on, '%Y-%m-%d') AS GXRQ",
    "renshe": "row_id AS GRBH, said_id AS SHBZHM, said_name AS XM, CASE WHEN (sex = '1') <> hurried THEN '男' ELSE '女' END AS XB, "
    "strftime(said_birth, '%Y-%m-%d') AS CSRQ, education AS XL, "
    "CASE WHEN {at} > 0 AND NOT hurried AND u(i, {at} + 99) < 0.05 THEN old_employer ELSE employer END AS DWMC, "
    "CASE WHEN dead AND u(i, {at} + 98) < 0.8 THEN '死亡' ELSE '正常' END AS SCZT, said_address AS DZ, said_phone AS LXDH, "
    "strftime(said_on, '%Y-%m-%d') AS BGRQ",
    "zhufang": "row_id AS JLH, said_id AS ZJHM, said_name AS XM, CAST(350000000000 + key % 9999999967 AS VARCHAR) AS GJJZH, "
    "pick(i, {at} + 100, 30000000) AS YE, "
    "CASE WHEN u(i, {at} + 99) < 0.08 THEN old_employer ELSE employer END AS DWMC, said_phone AS SJHM, "
    "strftime(said_on, '%Y/%m/%d') AS GXRQ",
    "shuiwu": "row_id AS NSRBH, said_id AS ZJHM, said_name AS NSRMC, strftime(said_birth, '%Y-%m-%d') AS CSRQ, "
    "CASE WHEN u(i, {at} + 99) < 0.1 THEN old_employer ELSE employer END AS RZDW, said_address AS TXDZ, said_phone AS YDDH, "
    "strftime(said_on, '%Y-%m-%d') AS XGRQ",
}
