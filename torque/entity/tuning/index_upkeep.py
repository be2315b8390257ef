"""Build the indexes that applications deserve, and drop those that none does any more, without blocking writers.

Run by one process at a time, elected by an advisory lock, on a connection of its own. What stands in the database is
compared by name, which says everything about an index; one that a crash left INVALID is built anew. Which types have
indexes is written down for the servers, whose statements then name application and type as constants: a generic plan
with a parameter cannot use a partial index.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from torque import codec
from torque.db.queries import load_queries
from torque.db.session import Session, StatementFailed, exclusive, quoted
from torque.entity.tuning.ahead import AHEAD_RECORDS
from torque.entity.tuning.grown import keep_analyzed
from torque.entity.tuning.indexing import (
    ASKED_PER_LEAF,
    ASKED_PER_TYPE,
    MANY_RECORDS,
    OFTEN,
    PER_LEAF,
    PREFIX,
    SOME_RECORDS,
    IndexSpec,
    specs_of,
)
from torque.entity.tuning.models import Models
from torque.entity.tuning.shapes import ListShape
from torque.entity.tuning.statistics import keep_statistics
from torque.entity.tuning.summary_upkeep import LOCK, keep_summaries

KEY = "indexed_types"
_Q = load_queries(Path(__file__).with_name("indexes.sql"))

Tell = Callable[..., None]


class Upkeep(msgspec.Struct, frozen=True, kw_only=True):
    """What one round did: names of indexes built and dropped, of those there was no room for, of new summaries."""

    built: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()


def keep_indexes(
    dsn: str, tell: Tell, *, many: int = MANY_RECORDS, some: int = SOME_RECORDS, per_leaf: int = PER_LEAF,
    ahead: int = AHEAD_RECORDS,
) -> Upkeep:  # fmt: skip
    """Bring the indexes of all applications up to date; do nothing while somebody else does.

    Parameters
    ----------
    tell
        Called with a name and members for everything worth an observation.
    many, some
        Records above which a type has the indexes of its model, and those that its lists ask for.
    ahead
        Records above which a type has a summary before anybody asks for figures.

    Raises
    ------
    Unavailable
        When the database cannot be reached, or refuses.
    """
    with exclusive(dsn, "torque:indexes", LOCK) as session:
        return Upkeep() if session is None else _keep(session, tell, many, some, per_leaf, ahead)


def _keep(session: Session, tell: Tell, many: int, some: int, per_leaf: int, ahead: int) -> Upkeep:
    standing = {name: (leaf, valid) for name, leaf, valid in session.rows(_Q.standing, PREFIX + "%")}
    asked = _Wanted(session, per_leaf)
    asked.of_models(many)
    asked.of_lists(some, standing.keys())
    wanted, left_out = asked.specs, asked.left_out
    dropped, built = [], []
    for name, (_, valid) in standing.items():
        if name not in wanted or not valid:
            session.run(f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}")
            dropped.append(name)
            tell("index_dropped", index=name, valid=valid)
    collation = _collation(session)
    missing = [name for name in wanted if not standing.get(name, ("", False))[1]]
    for place, name in enumerate(missing):
        leaf, spec = wanted[name]
        if _build(session, spec, leaf, collation, tell, f"{place + 1}/{len(missing)}"):
            built.append(name)
    fresh = keep_statistics(session, wanted.values())
    fresh -= set(keep_analyzed(session))
    for leaf in sorted(fresh | {wanted[name][0] for name in built}):
        session.run(f"ANALYZE {quoted(leaf)}")  # expressions have statistics of their own
    valid_now = {name for name, _, valid in session.rows(_Q.standing, PREFIX + "%") if valid}
    _remember(session, [spec for name, (_, spec) in wanted.items() if name in valid_now])
    if left_out:
        tell("indexes_left_out", level="warning", indexes=len(left_out), per_leaf=per_leaf)
    made = keep_summaries(session, tell, many, ahead, asked.models)
    return Upkeep(built=tuple(built), dropped=tuple(dropped), left_out=tuple(left_out), summaries=made.built)


class _Wanted:
    """Collects the indexes there should be, by name with their leaves, and the names of those beyond the bound."""

    def __init__(self, session: Session, per_leaf: int) -> None:
        self.specs: dict[str, tuple[str, IndexSpec]] = {}
        self.left_out: list[str] = []
        self._session = session
        self._per_leaf = per_leaf
        self._on_leaf: Counter[str] = Counter()
        self.models = Models(session)

    def of_models(self, many: int) -> None:
        """Add what the models of large types ask for."""
        for application, key, leaf, model_id, revision, document, _ in self._session.rows(_Q.large_types, many):
            model = self.models.get(model_id, revision, document)
            entity = model.entities_by_key.get(key)
            for spec in specs_of(model, application, entity) if entity is not None else ():
                if self._on_leaf[leaf] < self._per_leaf:
                    self._add(leaf, spec)
                else:
                    self.left_out.append(spec.name)

    def of_lists(self, some: int, standing: Collection[str]) -> None:
        """Add what lists that were slow many times ask for; those that stand are not slow any more, and come first."""
        answered = {spec.answers for _, spec in self.specs.values()}
        found = [(leaf, spec) for leaf, spec in self._slow_lists(some) if spec.answers not in answered]
        on_leaf, of_type = Counter[str](), Counter[tuple[str, str]]()
        for leaf, spec in sorted(found, key=lambda one: one[1].name not in standing):
            place = (spec.application_id, spec.entity_key)
            room = self._on_leaf[leaf] < self._per_leaf and on_leaf[leaf] < ASKED_PER_LEAF
            if spec.name not in self.specs and room and of_type[place] < ASKED_PER_TYPE:
                self._add(leaf, spec)
                on_leaf[leaf] += 1
                of_type[place] += 1

    def _slow_lists(self, some: int) -> Iterator[tuple[str, IndexSpec]]:
        for application, key, leaf, model_id, revision, detail in self._session.rows(_Q.slow_lists, some, OFTEN):
            entity = self.models.get(model_id, revision).entities_by_key.get(key)
            shape = msgspec.json.decode(detail, type=ListShape)
            spec = shape.index(application, entity) if entity is not None else None
            if spec is not None:
                yield leaf, spec

    def _add(self, leaf: str, spec: IndexSpec) -> None:
        self._on_leaf[leaf] += 1
        self.specs[spec.name] = (leaf, spec)


def _build(session: Session, spec: IndexSpec, leaf: str, collation: str, tell: Tell, place: str) -> bool:
    """Build one index; what fails leaves an INVALID one behind, which the next round drops and builds anew."""
    about = {"index": spec.name, "application": spec.application_id, "entity": spec.entity_key, "place": place}
    tell("index_begun", **about)
    started = time.monotonic()
    try:
        session.run(spec.statement(leaf, collation))
    except StatementFailed as error:
        tell("index_failed", level="warning", error=str(error), **about)
        return False
    tell("index_built", seconds=round(time.monotonic() - started, 3), **about)
    return True


def _collation(session: Session) -> str:
    rows = session.rows(_Q.collation)
    return str(rows[0][0]) if rows else "C"


def _remember(session: Session, specs: Sequence[IndexSpec]) -> None:
    """Write down which types have indexes, and whose equality these answer."""
    types: dict[str, dict[str, set[str]]] = {}
    for spec in specs:
        types.setdefault(spec.application_id, {}).setdefault(spec.entity_key, set()).update(spec.compared)
    plain = {app: {key: sorted(keys) for key, keys in sorted(found.items())} for app, found in sorted(types.items())}
    session.run(_Q.remember, KEY, codec.dumps(plain).decode())
