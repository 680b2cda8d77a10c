"""The SQL that counts right values: golden ones, and those of the two simpler laws."""

from tongban.resources.batch.cleaning_sql import same, spare
from tongban.resources.batch.spec import Element


def right(element: Element, said: str) -> str:
    """Persons of whom something is said, and of whom golden, latest and majority are as the truth.

    Of each department the last row that says something counts. Of two as new, or of as many voices, the newer wins,
    then the department that the declared order names first.

    :param said: rows of ``key``, ``place``, ``as_of`` and the value ``v``; beside it the tables ``golden_said``, ``truly``
    """
    alike = spare("v") if element.clean == "address" else "v"
    agree = ", ".join(
        f"count(*) FILTER (WHERE {same(element.clean, value, 'truth')})"
        for value in ("g_v", "latest", "majority")
    )
    return f"""
WITH last AS (SELECT key, place, arg_max(v, as_of) AS v, max(as_of) AS since FROM ({said}) AS every GROUP BY key, place),
newest AS (SELECT key, arg_max(v, since * 16 + 15 - place) AS latest FROM last GROUP BY key),
votes AS (
    SELECT key, arg_max(v, since * 16 + 15 - place) AS v, count(*) AS votes, max(since * 16 + 15 - place) AS turn
    FROM last GROUP BY key, {alike}
), most AS (SELECT key, arg_max(v, votes * 100000000 + turn) AS majority FROM votes GROUP BY key)
SELECT count(*), {agree}
FROM (SELECT key, CAST({element.field} AS {element.type}) AS truth FROM truly WHERE {element.field} IS NOT NULL) AS t
JOIN newest USING (key) JOIN most USING (key)
JOIN (SELECT key, {element.field} AS g_v FROM golden_said) AS g USING (key)"""
