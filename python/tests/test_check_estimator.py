"""scikit-learn's own checks of an estimator."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from qlif import QSNNClassifier


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
@parametrize_with_checks([QSNNClassifier(hidden=(50,), random_state=0, verbose=False)])
def test_check_estimator(estimator, check):
    check(estimator)
