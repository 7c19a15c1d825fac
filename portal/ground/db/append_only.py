"""Triggers that refuse any change of a row once written, for the journal and the timeline."""


def forbid_changes(table: str, dialect: str) -> list[str]:
    """Statements that make ``table`` append-only on ``dialect`` (``sqlite`` or ``postgresql``); run by a migration."""
    if dialect == "sqlite":
        return [
            (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        (
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        ),
        (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        ),
    ]


def allow_changes(table: str, dialect: str) -> list[str]:
    """The reverse of :func:`forbid_changes`, for a migration that goes down."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]
    return [
        f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_append_only()",
    ]


def forbid_truncation(table: str, dialect: str) -> list[str]:
    """Statements that refuse ``TRUNCATE`` too, after those of :func:`forbid_changes`; SQLite knows no such order."""
    if dialect == "sqlite":
        return []
    return [
        (
            f"CREATE TRIGGER {table}_no_truncation BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )
    ]


def allow_truncation(table: str, dialect: str) -> list[str]:
    """The reverse of :func:`forbid_truncation`."""
    return [] if dialect == "sqlite" else [f"DROP TRIGGER IF EXISTS {table}_no_truncation ON {table}"]
