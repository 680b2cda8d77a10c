"""The batch side of the resource centre: landing, linking and choosing over files, without a database server.

Everything here is SQL written once in DuckDB's dialect, run by DuckDB in this process or, transpiled, by
a Spark cluster. Nothing here reads or writes the platform's own tables.
"""
