"""What every test would do again exactly alike is done once a run: compiling routes, compiling statements.

Nothing that is tested changes: the same code comes out of the same source.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from werkzeug.routing import Rule

_compile_builder: Callable[..., Callable[..., tuple[str, str]]] = Rule._compile_builder
_builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_first: dict[str, Engine] = {}


def _compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What builds the addresses of a rule: compiled from its text alone, when it has no default values."""
    if rule.defaults:
        return _compile_builder(rule, append_unknown)
    key = (rule.rule, append_unknown, *rule._trace)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def remember_routes() -> None:
    """Let the applications of a run share what Werkzeug compiles for each route: half the time of making one."""
    Rule._compile_builder = _compile_once  # type: ignore[method-assign]


def share_statements(engine: Engine) -> None:
    """Let the engines of a run share the statements they compiled: each database lives for one test only."""
    engine.connect().close()  # its own dialect meets its database, before it is shared or replaced
    first = _first.setdefault(engine.name, engine)
    if first is not engine:
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
