"""The statements that bring one part of a run into the platform's tables. Constants only.

They keep the law of the live side (``choice``): of a department's statements about an element the one with
the highest (as-of, number, change) stands; all are kept in the history; what is there is left alone.
Large tables are looked at by their index, row by row (LATERAL with OFFSET 0): what the server knows of their
sizes is old while a load goes on.
"""

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS publish_person
    (key bigint, number text, name text, division text, subject uuid) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS publish_value
    (key bigint, element text, place integer, as_of integer, row_id text, value text) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS publish_said
    (s uuid, e text, source uuid, v jsonb, as_of timestamptz, key text) ON COMMIT DELETE ROWS;
TRUNCATE publish_person, publish_value, publish_said;
SET LOCAL synchronous_commit = off;
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB'
"""
# One part at a time, whoever publishes: two that write about the same people would wait anyhow.
TURN = "SELECT pg_advisory_xact_lock(hashtext('resources_publish'))"
COPY_PERSONS = "COPY publish_person (key, number, name, division) FROM STDIN (FORMAT csv)"
COPY_VALUES = "COPY publish_value FROM STDIN (FORMAT csv)"
SUBJECTS = """
UPDATE publish_person p SET subject = t.id FROM unnest(%s::text[], %s::uuid[]) AS t(number, id)
WHERE t.number = p.number
"""
# Values in the spelling of ``rules.normalise``. Phones that are none, and elements nobody knows, are refused.
SAID = r"""
WITH about AS (
    SELECT * FROM unnest(%(elements)s::text[], %(types)s::text[], %(formats)s::text[]) AS a(e, type, format)
), holder AS (
    SELECT * FROM unnest(%(places)s::integer[], %(departments)s::uuid[]) AS h(place, id)
), spelt AS (
    SELECT p.subject, v.element, h.id AS source, v.row_id, a.type, a.format,
           ((date '1900-01-01' + v.as_of)::timestamp AT TIME ZONE %(zone)s) AS as_of,
           CASE WHEN a.type = 'string'
                THEN btrim(regexp_replace(normalize(v.value, NFKC), '\s+', ' ', 'g'))
                ELSE v.value END AS value
    FROM publish_value v JOIN publish_person p USING (key) JOIN holder h USING (place)
    JOIN about a ON a.e = v.element
    WHERE v.value IS NOT NULL
)
INSERT INTO publish_said (s, e, source, v, as_of, key)
SELECT subject, element, source,
       CASE WHEN type <> 'string' THEN value::jsonb
            WHEN format = 'account' THEN to_jsonb(replace(upper(value), ' ', ''))
            ELSE to_jsonb(value) END,
       as_of, 'run:' || row_id
FROM spelt
WHERE value <> '' AND (format <> 'phone' OR value ~ '^\+?[0-9][0-9 -]{5,18}[0-9]$')
"""
# What a department said before and its last row leaves empty is withdrawn.
WITHDRAWN = """
INSERT INTO publish_said (s, e, source, v, as_of, key)
SELECT p.subject, v.element, h.id, 'null'::jsonb, w.as_of, 'run:' || v.row_id
FROM publish_value v JOIN publish_person p USING (key)
JOIN unnest(%(places)s::integer[], %(departments)s::uuid[]) AS h(place, id) USING (place)
CROSS JOIN LATERAL (
    SELECT (date '1900-01-01' + v.as_of)::timestamp AT TIME ZONE %(zone)s AS as_of
) w
CROSS JOIN LATERAL (
    SELECT r.* FROM resources_value r
    WHERE r.subject_id = p.subject AND r.element = v.element AND r.source_id = h.id OFFSET 0
) held
WHERE v.value IS NULL AND held.value <> 'null'::jsonb
  AND (held.as_of, held.seq, held.change_key COLLATE "C") < (w.as_of, 0, 'run:' || v.row_id)
"""
PUT = """
WITH put AS (
    INSERT INTO resources_value AS held
        (subject_id, element, source_id, value, as_of, seq, change_key, loaded_at)
    SELECT s, e, source, v, as_of, 0, key, now() FROM publish_said
    ON CONFLICT (subject_id, element, source_id) DO UPDATE
    SET value = excluded.value, as_of = excluded.as_of, seq = excluded.seq, change_key = excluded.change_key,
        loaded_at = excluded.loaded_at
    WHERE (held.as_of, held.seq, held.change_key COLLATE "C")
            <= (excluded.as_of, excluded.seq, excluded.change_key)
      AND (held.value, held.as_of, held.seq, held.change_key)
            IS DISTINCT FROM (excluded.value, excluded.as_of, excluded.seq, excluded.change_key)
    RETURNING new.subject_id AS s, new.element AS e, new.source_id AS source
), judged AS (
    SELECT said.*, put.s IS NOT NULL AS stands,
           put.s IS NULL AND (held.value, held.as_of, held.seq, held.change_key)
               = (said.v, said.as_of, 0::bigint, said.key) AS same
    FROM publish_said said LEFT JOIN put USING (s, e, source)
    LEFT JOIN LATERAL (
        SELECT r.* FROM resources_value r
        WHERE put.s IS NULL AND r.subject_id = said.s AND r.element = said.e AND r.source_id = said.source
        OFFSET 0
    ) held ON true
), kept AS (
    INSERT INTO resources_valuehistory
        (id, at, subject_id, element, department_id, value, as_of, seq, change_key, stale)
    SELECT uuidv7(), now(), s, e, source, v, as_of, 0, key, NOT stands FROM judged j
    WHERE stands OR NOT same AND NOT EXISTS (
        SELECT 1 FROM resources_valuehistory h
        WHERE h.subject_id = j.s AND h.element = j.e AND h.as_of = j.as_of AND h.department_id = j.source
          AND h.change_key = j.key AND h.value = j.v)
)
SELECT count(*) FILTER (WHERE stands AND v <> 'null'::jsonb), count(*) FILTER (WHERE same),
       count(*) FILTER (WHERE NOT stands AND NOT same), count(*) FILTER (WHERE stands AND v = 'null'::jsonb)
FROM judged
"""
EACH_SAID = "SELECT count(*) FROM publish_value WHERE value IS NOT NULL"
EACH_TAKEN = "SELECT count(*) FROM publish_said"
# So that the next statements are planned by what is there now; a role that may not is told so and goes on.
COUNT_ANEW = "ANALYZE identity_subject, resources_value, resources_golden"
ANALYZE = "ANALYZE publish_person; ANALYZE publish_value"
