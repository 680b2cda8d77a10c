"""PostgreSQL, and what speaks its protocol: read over psycopg."""
