"""What every test would do again exactly alike is done once a run: compiling routes, templates, statements.

Nothing that is tested changes: the same code comes out of the same source.
"""

import gc
from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

_compile: Callable[[Rule], None] = Rule.compile
_COMPILED = ("_parts", "_trace", "_converters", "arguments")
_BUILDERS = ("_build", "_build_unknown")
_rules: dict[tuple[Any, ...], dict[str, Any]] = {}
_first: dict[str, Engine] = {}
# Of a hundred thousand objects born and not dead; the usual seven hundred looks through them all the time.
OBJECTS_BEFORE_COLLECTING = 200_000


def _compile_once(rule: Rule) -> None:
    """What a rule reads and builds addresses with: compiled from its text alone, when it has no default values."""
    if rule.defaults or rule.map is None:
        _compile(rule)
        return
    key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, rule.map.host_matching)
    if key not in _rules:
        _compile(rule)
        made = {name: getattr(rule, name) for name in _COMPILED}
        _rules[key] = made | {name: getattr(rule, name).__func__ for name in _BUILDERS}
    for name in _COMPILED:
        setattr(rule, name, _rules[key][name])
    for name in _BUILDERS:
        setattr(rule, name, _rules[key][name].__get__(rule, None))


def remember_routes() -> None:
    """Let the applications of a run share what Werkzeug compiles for each route: half the time of making one."""
    Rule.compile = _compile_once  # type: ignore[method-assign]


class _SharedTemplates(BytecodeCache):
    """What Jinja made of each template, by its name, its source and what else it is compiled under."""

    def __init__(self) -> None:
        self._codes: dict[tuple[Any, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(_compiled_under(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[_compiled_under(bucket)] = bucket.code


def _compiled_under(bucket: Bucket) -> tuple[Any, ...]:
    made = bucket.environment
    options = (made.trim_blocks, made.lstrip_blocks, made.autoescape, made.undefined, made.finalize, made.optimized)
    return (bucket.key, bucket.checksum, *options, *made.extensions)


def share_templates() -> None:
    """Let the applications of a run share the templates they compiled, a sixth of the time of a test of pages."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _SharedTemplates()}


def collect_seldom() -> None:
    """Look for unreachable objects now and then: a run makes and drops applications, whose objects die by count."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING, 50, 100)


def share_statements(engine: Engine) -> None:
    """Let the engines of a run share the statements they compiled: each database lives for one test only."""
    engine.connect().close()  # its own dialect meets its database, before it is shared or replaced
    first = _first.setdefault(engine.name, engine)
    if first is not engine:
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
