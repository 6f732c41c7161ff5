"""The blind audit: drawing items, taking answers, and learning from them when they are no longer needed.

Answers are kept apart from the marks: a class that learned from them would be examined with what it was taught.
Suggesting and reviewing do not know them either: were audited items left out there, what is marked would depend on what
was asked, and the sample would no longer stand for the rest.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from snoop_flow.cards import cards
from snoop_flow.classes.calibrating import recalibrate
from snoop_flow.classes.lessons import Lesson, knows_nothing, lesson_of
from snoop_flow.classes.marking import counts_of
from snoop_flow.classes.ranking import refuse_none
from snoop_flow.classes.samples import operation
from snoop_flow.entities import Audit, AuditAnswer, ClassModel
from snoop_flow.errors import ConflictError, UsageError
from snoop_flow.learning import design_audit
from snoop_flow.reports import AuditSheet, AuditSummary, LearnedAudit
from snoop_flow.store import audits as kept
from snoop_flow.store import classes, failures, items, marks, rounds
from snoop_flow.store.rows import opaque_id
from snoop_flow.workspace import Workspace

ANSWERS = frozenset({1, -1, 0, None})


def audit_next(
    workspace: Workspace, name: str, count: int = 10, *, fresh: bool = False, seed: int | None = None
) -> AuditSheet:
    """Items to judge next, without telling what the class says of them.

    They come from the newest audit of the class. Where there is none of its present version, or all of it is answered,
    a sample is drawn from what is neither marked nor judged. Asking again before answering gives the same items. Every
    beginning of an audit is a sample of the whole corpus, so one can stop at any time.

    Args:
        fresh: draw a new sample, even if the present one has items left.
        seed: of the draw, where one is made: the same version, corpus and answers give the same sample again.

    Raises:
        UsageError: the class has no model yet, nothing is embedded, `count` is below 1 or `seed` below 0.
    """
    refuse_none(count)
    if seed is not None and seed < 0:
        raise UsageError(f"the seed {seed} must be 0 or more")
    lesson = lesson_of(workspace, name)
    model = model_of(lesson)
    audit, asked = _present(lesson)
    if fresh or audit is None or audit.version != model.version or audit.learned_at is not None or not asked:
        drawn = _drawn(lesson, model, audit, seed)
        audit, asked = drawn or (audit, asked)
    mine = [] if audit is None else [one for one in _sampled(lesson) if one.audit_id == audit.id]
    rng = np.random.default_rng(zlib.crc32(f"{lesson.visual_class.id} {asked[:1]}".encode()))
    shown = [asked[place] for place in rng.permutation(len(asked[:count]))]
    return AuditSheet(
        visual_class=lesson.name,
        audit="" if audit is None else audit.id,
        version=model.version if audit is None else audit.version,
        cards=cards(workspace, shown, why="audit"),
        answered=sum(one.answer is not None for one in mine),
        drawn=len(mine),
    )


def model_of(lesson: Lesson) -> ClassModel:
    """The newest version of a class that can be audited; raises `UsageError` where there is none or no corpus."""
    if lesson.model is None or knows_nothing(lesson.model):
        raise UsageError(
            f"class {lesson.name} has no model yet, so there is nothing to audit; mark a positive, then run: "
            f"snoop-flow class fit {lesson.name!r}"
        )
    if not len(lesson.view):
        raise UsageError(f"the backbone {lesson.known.backbone} has no vectors yet; run: snoop-flow embed")
    return lesson.model


def _sampled(lesson: Lesson) -> list[AuditAnswer]:
    with lesson.workspace.catalogue.read() as connection:
        return kept.sampled(connection, lesson.visual_class.id)


def _present(lesson: Lesson) -> tuple[Audit | None, list[int]]:
    """The newest audit, and the numbers of its items that are still to be asked, in the order of asking."""
    with lesson.workspace.catalogue.read() as connection:
        every = kept.every(connection, lesson.visual_class.id)
    if not every:
        return None, []
    sampled = _sampled(lesson)
    done = {one.item for one in sampled if one.answer is not None}
    order = [number for number in every[0].design["order"] if number not in done and not lesson.marks.get(number)]
    there = lesson.view.rows_of(order) >= 0
    return every[0], [number for number, live in zip(order, there, strict=True) if live]


def _drawn(lesson: Lesson, model: ClassModel, before: Audit | None, seed: int | None) -> tuple[Audit, list[int]] | None:
    """A new audit of a version, which asks what is neither marked nor judged; None where nothing is left."""
    view = lesson.view
    done = [one.item for one in _sampled(lesson) if one.answer is not None]
    known = done + [number for number, value in lesson.marks.items() if value]
    free = np.flatnonzero(~np.isin(view.numbers, known))
    if not len(free):
        return None
    ranked_by = lesson.ranked_by()
    scores = view.scores(ranked_by.weights, ranked_by.bias)[free]
    audit_id = opaque_id("audit", lesson.visual_class.id, uuid.uuid4().hex)
    seed = zlib.crc32(audit_id.encode()) if seed is None else seed
    design = design_audit(scores, np.random.default_rng(seed), threshold=model.threshold)
    order = view.numbers[free[design.rows]].tolist()
    facts = {
        "order": order,
        "edges": design.edges.tolist(),
        "sizes": design.sizes.tolist(),
        "threshold": model.threshold,
        "epoch": lesson.known.epoch,
        "seed": seed,
    }
    drawn = zip(order, scores[design.rows].tolist(), design.strata.tolist(), strict=True)
    rows = [
        {"item": number, "score": score, "probability": 1 / int(design.sizes[stratum]), "stratum": stratum}
        for number, score, stratum in drawn
    ]
    with lesson.workspace.catalogue.write() as connection:
        rounds.lock(connection, lesson.visual_class.id)
        newest = next(iter(kept.every(connection, lesson.visual_class.id)), None)
        if newest is not None and (before is None or newest.id != before.id):
            return newest, list(newest.design["order"])  # somebody else drew one meanwhile
        values = {"id": audit_id, "class_id": lesson.visual_class.id, "version": model.version, "design": facts}
        return kept.add(connection, values, rows), order


def audit_answers(
    workspace: Workspace, name: str, answers: Mapping[str, int | None], *, user: str | None = None
) -> AuditSummary:
    """Keep blind answers: item id → 1 (yes), -1 (no), 0 (cannot be decided) or None (takes an answer back).

    The same answer again changes nothing, another one corrects it. All of them are kept, or none. Afterwards the class
    is calibrated anew.

    Raises:
        NotFoundError: no such class or item.
        UsageError: an answer is none of these, or an item was not asked.
        ConflictError: the answer was learned from already.
    """
    if wrong := [value for value in answers.values() if value not in ANSWERS]:
        raise UsageError(f"answer {wrong[0]!r}: is one of 1 (yes), -1 (no), 0 (unsure) or null (takes it back)")
    author = workspace.user(user)
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        rounds.lock(connection, found.id)
        every = kept.every(connection, found.id)
        if not every:
            raise UsageError(f"class {found.name} has no audit yet; begin one with: {_command(found.name)}")
        known = items.by_ids(connection, list(answers))
        places = _places(found.name, every, kept.sampled(connection, found.id), {one.number: one.id for one in known})
        values = {(places[one.number].audit_id, one.number): answers[one.id] for one in known}
        changed = {key: value for key, value in values.items() if value != places[key[1]].answer}
        kept.answer(connection, changed, author.id)
        if changed:
            detail = {"answers": {one.id: answers[one.id] for one in known}}
            failures.log_event(connection, "class.audited", found.id, author.id, detail)
    recalibrate(workspace, found.id)
    return audits(workspace, found.id)[0]


def _places(
    name: str, every: Sequence[Audit], sampled: Sequence[AuditAnswer], wanted: Mapping[int, str]
) -> dict[int, AuditAnswer]:
    """Item number → where it is asked: where it is answered already, else in the newest audit that has it."""
    spent = {one.id for one in every if one.learned_at is not None}
    places: dict[int, AuditAnswer] = {}
    for one in sampled:
        if one.item in wanted and (one.item not in places or one.answer is not None):
            places[one.item] = one
    for number, item_id in wanted.items():
        if number not in places:
            raise UsageError(f"item {item_id} was not asked in an audit of class {name}; ask with: {_command(name)}")
        if places[number].audit_id in spent:
            raise ConflictError(f"item {item_id}: class {name} has learned from its audit; mark the item instead")
    return places


def _command(name: str) -> str:
    return f"snoop-flow class audit {name!r} --next 10"


def audits(workspace: Workspace, name: str) -> list[AuditSummary]:
    """The audits of a class, the newest first."""
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        every = kept.every(connection, found.id)
        sampled = kept.sampled(connection, found.id)
    return [_summary(one, [answer for answer in sampled if answer.audit_id == one.id]) for one in every]


def _summary(one: Audit, sampled: Sequence[AuditAnswer]) -> AuditSummary:
    yes, no, unsure = counts_of({answer.item: answer.answer for answer in sampled if answer.answer is not None})
    return AuditSummary(
        one.id, one.version, one.created_at, len(sampled), yes + no + unsure, yes, no, unsure, one.learned_at
    )


def learn_audit(workspace: Workspace, name: str) -> LearnedAudit:
    """Turn all blind answers of a class into marks, in the names of those who answered.

    From then on the class is taught with them, so they tell nothing any more of the versions that are fitted after it;
    the present version and those before keep their figures. Items that are marked already keep their marks.

    Raises:
        NotFoundError: no such class.
        UsageError: there are no answers that it has not learned from.
    """
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        rounds.lock(connection, found.id)
        open_ = {one.id: one for one in kept.every(connection, found.id) if one.learned_at is None}
        answered = [one for one in kept.sampled(connection, found.id) if one.answer is not None]
        answered = [one for one in answered if one.audit_id in open_]
        if not answered:
            raise UsageError(f"class {found.name} has no blind answers to learn from; see: snoop-flow class audit")
        present = marks.current(connection, found.id)
        new = [one for one in answered if one.item not in present]
        people = sorted({str(one.user_id) for one in new})
        for author, user_id in enumerate(people):
            mine = [one for one in new if one.user_id == user_id]
            operations = [marks.NewMark(operation(one.audit_id, author), one.item, one.answer) for one in mine]
            marks.append(connection, found.id, user_id, operations)
        used = {one.audit_id for one in answered}
        for audit_id in used:
            kept.set_learned(connection, open_[audit_id], found.version)
        failures.log_event(connection, "class.audit_learned", found.id, found.owner_id, {"marks": len(new)})
    counts = counts_of({one.item: one.answer for one in new if one.answer is not None})
    return LearnedAudit(found.name, len(used), len(new), *counts)
