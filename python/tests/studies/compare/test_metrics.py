"""Metrics against values computed by hand."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from qlif.studies.compare import _metrics


def one_hot(predicted, classes=3):
    return np.eye(classes, dtype=np.float32)[predicted]


def test_by_hand():
    labels = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    predicted = [0, 0, 0, 1, 1, 1, 2, 0]
    found = _metrics.measure(labels, one_hot(predicted))
    assert found["confusion"] == [[3, 1, 0], [0, 2, 0], [1, 0, 1]]
    assert found["accuracy"] == pytest.approx(6 / 8)
    # Precision of the classes 3/4, 2/3, 1; recall 3/4, 1, 1/2; weights 4, 2, 2 of 8.
    assert found["precision"] == pytest.approx((4 * 3 / 4 + 2 * 2 / 3 + 2 * 1) / 8)
    assert found["recall"] == pytest.approx((4 * 3 / 4 + 2 * 1 + 2 * 1 / 2) / 8)
    # F1: 3/4, 4/5, 2/3.
    assert found["f1"] == pytest.approx((4 * 3 / 4 + 2 * 4 / 5 + 2 * 2 / 3) / 8)


def test_area_under_the_curve_by_hand():
    labels = np.array([0, 0, 1, 1])
    # The odds of class 1 are the differences: -2, 1, -1, 3. Of the four pairs of a negative and a
    # positive three are in order: 3/4 for both classes.
    scores = np.array([[2, 0], [0, 1], [1, 0], [0, 3]], np.float32)
    found = _metrics.measure(labels, scores)
    assert found["roc"]["auc"] == pytest.approx([0.75, 0.75])
    assert found["auc"] == pytest.approx(0.75)
    rates = np.array(found["roc"]["false_positive_rate"])
    curve = np.array(found["roc"]["true_positive_rate"][1])
    assert curve[rates < 0.5] == pytest.approx(0.5)
    assert curve[-1] == 1


def test_softmax_that_rounds_to_one_still_orders():
    labels = np.array([0, 0, 1, 1])
    scores = np.array([[0, 90], [0, 80], [0, 100], [0, 110]], np.float32)
    assert _metrics.measure(labels, scores)["auc"] == pytest.approx(1)


def test_a_class_without_images_has_no_curve():
    found = _metrics.measure(np.array([0, 0, 1, 1]), one_hot([0, 1, 1, 2]))
    assert found["roc"]["auc"][2] is None
    assert found["roc"]["true_positive_rate"][2] is None
    assert found["confusion"] == [[1, 1, 0], [0, 1, 1], [0, 0, 0]]
    assert 0 < found["auc"] < 1


def test_grid_of_the_curves():
    rates = _metrics.FALSE_POSITIVE_RATES
    assert rates[0] == 0
    assert rates[-1] == 1
    assert (np.diff(rates) > 0).all()
