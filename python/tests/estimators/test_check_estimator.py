"""scikit-learn's own checks of an estimator."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import qlif

QUICK = {"random_state": 0, "verbose": False}
# Their data are no images: one row of as many pixels as there are features.
ROW = {"image_shape": (1, 1, -1), "kernel": 1, "pool": 1, "channels": (20,), **QUICK}


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
@parametrize_with_checks(
    [
        qlif.QSNNClassifier(hidden=(50,), **QUICK),
        qlif.SNNClassifier(hidden=(50,), **QUICK),
        # The default threshold and slope are made for images; of two pixels they may learn nothing.
        qlif.QSCNNClassifier(**ROW).set_params(
            neuron__threshold=0.5,
            neuron__surrogate__slope=2.0,
            output_neuron__threshold=0.5,
            output_neuron__surrogate__slope=2.0,
        ),
        qlif.SCNNClassifier(**ROW),
        qlif.SpikingClassifier(hidden=(50,), neuron=qlif.LIF(beta=0.8), **QUICK),
        qlif.ConvolutionalClassifier(**ROW, neuron=qlif.LIF(beta=0.8)),
    ]
)
def test_check_estimator(estimator, check):
    check(estimator)
