"""What blind answers tell: figures with intervals, thresholds, what an enrichment will give, probabilities."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from snoop_flow import Workspace
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.reports import AuditFigures, Figure
from snoop_flow.store import classes
from snoop_flow.store.schema import vector_row

Judge = Callable[..., list[str]]
MEMBERS = 40


def _figures(workspace: Workspace, **options: Any) -> AuditFigures:
    figures = workspace.audit_report("Seals", **options).figures
    assert figures is not None
    return figures


def _holds(figure: Figure | None, true: float) -> bool:
    assert figure is not None
    return figure.interval[0] <= true <= figure.interval[1]


def _truth(workspace: Workspace, threshold: float) -> tuple[int, int]:
    """(hits, proposed) of an enrichment, counted."""
    marks = workspace.marks("Seals")
    cards = workspace.ranking("Seals", count=600).cards
    given = [
        card.item
        for card in cards
        if marks.get(card.item) == 1 or (card.item not in marks and (card.score or 0) >= threshold)
    ]
    return sum(item.startswith("yes") for item in given), len(given)


def test_before_thirty_answers_nothing_is_estimated(large: Workspace, judge: Judge) -> None:
    report = large.audit_report("Seals")
    assert (report.answers, report.needed, report.figures, report.curve, report.audits) == (0, 30, None, (), ())
    judge(29)
    report = large.audit_report("Seals", precision=0.9)
    assert (report.answers, report.needed, report.figures, report.wanted) == (29, 1, None, None)
    assert report.calibration is None
    assert "1 more; ask with: snoop-flow class audit 'Seals' --next 1" in report.notes[0]
    judge(1)
    report = large.audit_report("Seals")
    assert (report.needed, report.notes) == (0, ())
    assert report.figures is not None
    assert report.calibration is not None


@pytest.mark.parametrize("threshold", [-0.5, 0.0, 0.6])
def test_intervals_hold_the_truth_at_any_threshold(large: Workspace, judge: Judge, threshold: float) -> None:
    judge(100)
    hits, proposed = _truth(large, threshold)
    figures = _figures(large, threshold=threshold)
    assert figures.threshold == threshold
    assert (figures.proposed, figures.unmarked) == (proposed, proposed - 4)
    assert _holds(figures.precision, hits / proposed)
    assert _holds(figures.precision_unmarked, (hits - 4) / (proposed - 4))
    assert _holds(figures.recall, hits / MEMBERS)
    assert _holds(figures.members, MEMBERS)
    assert _holds(figures.missed, MEMBERS - hits)


def test_the_curve_runs_from_what_is_marked_to_everything(large: Workspace, judge: Judge) -> None:
    judge(60)
    curve = large.audit_report("Seals").curve
    assert (curve[0].proposed, curve[0].unmarked, curve[-1].proposed) == (4, 0, 596)
    assert curve[0].precision == Figure(1, (1, 1))
    assert curve[-1].recall == Figure(1, (1, 1))
    assert [one.threshold for one in curve] == sorted((one.threshold for one in curve), reverse=True)


def test_thresholds_keep_a_wanted_precision(large: Workspace, judge: Judge) -> None:
    judge(100)
    wanted = large.audit_report("Seals", precision=0.8).wanted
    assert wanted is not None
    assert wanted.estimated is not None
    assert wanted.cautious is not None
    assert wanted.cautious.threshold >= wanted.estimated.threshold
    assert wanted.estimated.precision is not None
    assert wanted.estimated.precision.value >= 0.8
    hits, proposed = _truth(large, wanted.cautious.threshold)
    assert hits / proposed >= 0.8
    for wrong in (0, -1, 1.5, float("nan")):
        with pytest.raises(UsageError, match="must be above 0 and at most 1"):
            large.audit_report("Seals", precision=wrong)
    with pytest.raises(UsageError, match="must be a finite number"):
        large.audit_report("Seals", threshold=float("inf"))
    with pytest.raises(NotFoundError, match="no version 9"):
        large.audit_report("Seals", version=9)


def test_what_is_expected_is_what_enriching_gives(large: Workspace, judge: Judge) -> None:
    expected = large.expected_hits("Seals", threshold=0.2)
    assert expected.figures is None
    assert "blind answers are needed" in expected.notes[0]
    judge(80)
    expected = large.expected_hits("Seals", threshold=0.2)
    assert expected.figures is not None
    assert (expected.scored, expected.figures.proposed) == (600, expected.proposed)
    assert large.enrich(["Seals"], threshold=0.2).predicted == expected.proposed
    given = large.predictions("Seals", limit=600)
    assert _holds(expected.figures.hits, sum(card.item.startswith("yes") for card in given))
    large.learn_audit("Seals")  # the answers are marks now, and an enrichment goes by them
    expected = large.expected_hits("Seals", threshold=0.2)
    large.enrich(["Seals"], threshold=0.2)
    standing = [card for card in large.predictions("Seals", limit=600) if card.status != "rejected"]
    assert expected.proposed == len(standing)


def test_what_is_expected_of_a_collection(large: Workspace, judge: Judge) -> None:
    judge(100)
    expected = large.expected_hits("Seals", collection="prints")
    assert expected.figures is not None
    assert expected.scored == 300
    assert _holds(expected.figures.members, MEMBERS // 2)
    assert large.enrich(["Seals"], collection="prints").predicted == expected.proposed
    assert "about the whole corpus" in expected.notes[-1]
    with pytest.raises(NotFoundError, match="posters"):
        large.expected_hits("Seals", collection="posters")


def test_old_answers_are_weighed_anew_for_a_new_version(large: Workspace, judge: Judge) -> None:
    shown = judge(100)
    values = {f"yes-prints-{place}": 1 for place in range(8)} | {f"no-prints-{place}": -1 for place in range(20, 30)}
    large.mark("Seals", values, op_id="more")
    large.fit("Seals")
    report = large.audit_report("Seals")
    assert report.version == 2
    assert report.answers == 100 - len(set(values) & set(shown))
    assert report.effective < report.answers
    assert "drawn for version 1; they are weighed anew for version 2" in report.notes[0]
    hits, proposed = _truth(large, 0.0)
    assert report.figures is not None
    assert _holds(report.figures.precision, hits / proposed)
    assert _holds(report.figures.recall, hits / MEMBERS)
    assert _holds(report.figures.members, MEMBERS)


def test_answers_of_several_audits_count_together(large: Workspace, judge: Judge) -> None:
    judge(40)
    large.mark("Seals", {"no-prints-290": -1}, op_id="more")
    large.fit("Seals")
    judge(40)
    judge(20, fresh=True)
    report = large.audit_report("Seals")
    assert report.answers in (99, 100)
    hits, proposed = _truth(large, 0.0)
    assert report.figures is not None
    assert _holds(report.figures.precision, hits / proposed)
    assert _holds(report.figures.members, MEMBERS)


@pytest.mark.parametrize("answer", [1, -1])
def test_answers_that_are_all_alike(large: Workspace, judge: Judge, answer: int) -> None:
    judge(40, answer)
    figures = _figures(large)
    assert figures.precision is not None
    if answer == 1:
        assert figures.precision.interval[1] == 1
        assert figures.members.interval[1] == 596
    else:
        assert figures.precision_unmarked is not None
        assert figures.precision_unmarked.interval[0] == 0
        assert figures.members.interval[0] == 4
    report = large.audit_report("Seals")
    assert report.calibration is not None
    assert 0 <= report.calibration.probability(0.0) <= 1


def test_unsure_answers_widen_the_intervals(large: Workspace, judge: Judge) -> None:
    judge(60)
    before = _figures(large)
    judge(10, 0)
    report = large.audit_report("Seals")
    assert (report.answers, report.unsure) == (60, 10)
    assert "unsure answers (10) may be either" in report.notes[0]
    after = report.figures
    assert after is not None
    assert after.members.interval[1] > before.members.interval[1]
    assert after.members.interval[0] <= before.members.value


def test_nothing_but_unsure_answers_tell_nothing(large: Workspace, judge: Judge) -> None:
    judge(50, 0)
    report = large.audit_report("Seals")
    assert (report.answers, report.unsure, report.needed, report.figures) == (0, 50, 30, None)


def test_a_small_corpus_is_known_when_all_of_it_is_judged(
    archive: Workspace, items_of: Callable[..., list[str]]
) -> None:
    archive.create_class("Stripes", positives=items_of("stripes")[:6])
    archive.mark("Stripes", dict.fromkeys(items_of("discs")[:10], -1), op_id="a")
    archive.fit("Stripes")
    stripes = set(items_of("stripes"))
    shown = [card.item for card in archive.audit_next("Stripes", 100).cards]
    assert len(shown) == 20
    archive.audit_answers("Stripes", {item: 1 if item in stripes else -1 for item in shown[:-1]})
    assert archive.audit_report("Stripes").needed == 1
    archive.audit_answers("Stripes", {shown[-1]: 0})
    report = archive.audit_report("Stripes")
    assert report.needed == 0
    assert report.figures is not None
    assert report.figures.members.interval[1] - report.figures.members.interval[0] == 1


def test_new_items_are_told_of_and_changed_pictures_are_not_judged(large: Workspace, judge: Judge) -> None:
    shown = judge(60)
    with large.catalogue.write() as connection:  # as if these had been embedded again since
        numbers = [large.item(item).number for item in shown[:10]]
        connection.execute(update(vector_row).where(vector_row.c.item.in_(numbers)).values(epoch=99))
    assert large.audit_report("Seals").answers == 50
    with large.catalogue.write() as connection:
        connection.execute(update(vector_row).where(vector_row.c.item <= 100).values(epoch=99))
    notes = large.audit_report("Seals").notes
    assert "items are newer than the audit" in notes[0]


def test_items_that_are_gone_leave_the_sample(large: Workspace, judge: Judge) -> None:
    judge(60)
    with large.catalogue.write() as connection:
        connection.exec_driver_sql("UPDATE item SET gone_at = '2026-01-01 00:00:00' WHERE record_id = 'prints'")
    report = large.audit_report("Seals")
    assert 0 < report.answers < 60
    assert large.expected_hits("Seals").scored == 300


def test_a_calibrated_class_gives_probabilities(large: Workspace, judge: Judge) -> None:
    assert large.histogram("Seals").probabilities == ()
    judge(60)
    calibration = large.audit_report("Seals").calibration
    assert calibration is not None
    assert calibration.answers == 60
    model = large.class_summary("Seals").model
    assert model is not None
    assert model.calibration == calibration
    told = large.histogram("Seals", 10).probabilities
    assert len(told) == 11
    assert list(told) == sorted(told)
    assert (told[0] < 0.1, told[-1] > 0.9) == (True, True)
    large.fit("Seals")  # the new version has the same marks, and the same answers
    model = large.class_summary("Seals").model
    assert model is not None
    assert model.calibration is not None
    assert model.calibration.answers == 60


def test_taking_answers_back_takes_the_calibration_back(large: Workspace, judge: Judge) -> None:
    shown = judge(30)
    large.audit_answers("Seals", {shown[0]: None})
    with large.catalogue.read() as connection:
        model = classes.model(connection, classes.find(connection, "Seals").id)
    assert model is not None
    assert model.calibration == {}


def test_annotations_say_which_confidence_they_carry(large: Workspace, judge: Judge, tmp_path: Path) -> None:
    large.enrich(["Seals"])
    assert large.publish(["Seals"], policy="all").changed > 20
    item = large.predictions("Seals")[0].item
    assert _metric(large, item).endswith("#confidence")
    assert set(_probabilities(large, tmp_path)) == {""}
    judge(60)
    assert large.publish(["Seals"], policy="all").changed > 20
    assert _metric(large, item).endswith("#probability")
    assert all(0 <= float(one) <= 1 for one in _probabilities(large, tmp_path))


def _probabilities(workspace: Workspace, folder: Path) -> list[str]:
    workspace.export("csv", folder / "table.csv")
    with (folder / "table.csv").open(encoding="utf-8") as file:
        return [row["probability"] for row in csv.DictReader(file)]


def _metric(workspace: Workspace, item: str) -> str:
    (one,) = (found for found in workspace.annotation_page(item)["items"] if "dqv:hasQualityMeasurement" in found)
    measurement = one["dqv:hasQualityMeasurement"]
    assert 0 <= measurement["dqv:value"] <= 1
    return str(measurement["dqv:isMeasurementOf"])
