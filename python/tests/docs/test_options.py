"""Every option of every public function and class has an effect, or is refused.

`ENTRIES` has, for each callable, a way to call it and for each option a value that is not its
default. What comes out must differ from what comes out without the option; errors count as such
where they name the option. An option without an entry fails `test_no_option_is_forgotten`.
"""

from __future__ import annotations

import inspect
import random
import sys
import time

import numpy as np
import pytest
from option_tools import (
    IMAGES,
    LABELS,
    NOISE,
    SEQUENCE,
    In,
    Refused,
    Tools,
    network,
    planes,
    seen,
    trained,
)
from study_records import results, study

import qlif
from qlif import estimators, hardware
from qlif._engine import locate

RENDERS = locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is not None


# ---- What there is ---------------------------------------------------------------------------

# What the classifiers have in common is called on one of them.
COMMON = {
    *("fit", "partial_fit", "predict", "predict_proba", "predict_log_proba"),
    *("decision_function", "score"),
}
OTHERS = {"QSCNNClassifier", "SCNNClassifier", "SNNClassifier", "SpikingClassifier"}


def public_modules():
    """The package's modules, each with the name that it has in `qlif`."""
    yield from (("", qlif), ("estimators", estimators))
    for place, module in vars(qlif).items():
        ours = inspect.ismodule(module) and module.__name__.startswith("qlif.")
        if ours and hasattr(module, "__all__") and module is not estimators:
            yield place, module


def callables():
    """Public functions, constructors and methods of the package, by name."""
    for place, module in public_modules():
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{place}.{name}" if place else name, value
            elif inspect.isclass(value) and not issubclass(value, BaseException):
                yield name, value.__init__
                for method in dir(value):
                    if not method.startswith("_") and not (name in OTHERS and method in COMMON):
                        yield f"{name}.{method}", getattr(value, method)


def options(function):
    """The arguments that may be left out; none of what is scikit-learn's or Python's."""
    module = getattr(function, "__module__", None) or ""
    if not inspect.isroutine(function) or not module.startswith("qlif"):
        return []
    parameters = inspect.signature(function).parameters.values()
    found = [each.name for each in parameters if each.default is not each.empty]
    for each in parameters:
        if each.kind is each.VAR_KEYWORD and str(each.annotation).startswith("Unpack["):
            shared = getattr(sys.modules[module], each.annotation[7:-1])
            found += shared.__annotations__
    return found


def test_no_option_is_forgotten():
    wanted = {(name, option) for name, function in callables() for option in options(function)}
    there = {(name, option) for name, (_, values) in ENTRIES.items() for option in values}
    assert wanted - there == set()
    assert there - wanted == set()
    assert len(wanted) > 300


# ---- How each is called ----------------------------------------------------------------------


def neurons(kind, base):
    def call(tools, **options):
        return trained(network(kind(**{**base, **options})), SEQUENCE, LABELS)

    return call


def layer(make):
    def call(tools, **options):
        net = planes(make(**options))
        return trained(net, IMAGES, np.arange(8) % 2)

    return call


def method(name, *arguments, x=SEQUENCE):
    def call(tools, **options):
        return getattr(network(qlif.QLIF(threshold=0.4, drive_scale=2.0)), name)(
            x, *arguments, **options
        )

    return call


# As many steps as samples: labels fit whichever axis comes first.
SQUARE = np.random.default_rng(2).uniform(-1, 1, (12, 12, 5)).astype(np.float32)
FOUND = network().predict(SQUARE, readout="spike_count", batch_first=False)


def noise(tools, **options):
    return network().simulate(SEQUENCE, noise=qlif.Noise(**options), noise_seed=1)


CENTRES = np.random.default_rng(1).uniform(-1, 1, (3, 6))
Y = np.repeat([0, 1, 2], 12)
X = (CENTRES[Y] + 0.3 * np.random.default_rng(2).standard_normal((36, 6))).astype(np.float32)
PICTURES = np.random.default_rng(3).uniform(0, 1, (36, 64)).astype(np.float32)
DENSE = {"hidden": (12,), "steps": 4, "epochs": 2, "random_state": 0, "verbose": False}
CONVOLUTIONAL = {**DENSE, "channels": (3,), "kernel": 3, "steps": 3}
del CONVOLUTIONAL["hidden"]
LONG = {"epochs": 12, "validation_fraction": 0.25, "learning_rate": 0.03}


def told(clf, x):
    """All that a fitted classifier says."""
    history = {k: v for k, v in clf.history_.items() if k != "images_per_second"}
    return [history, clf.predict(x), clf.decision_function(x), dict(clf.network_.parameters)]


def classifier(name, base, x):
    def call(tools, **options):
        clf = getattr(qlif, name)(**{**base, **options}).fit(x, Y)
        return [told(clf, x), tools.printed()]

    return call


def fitted(name, *arguments):
    def call(tools, **options):
        clf = qlif.QSNNClassifier(**DENSE).fit(X, Y)
        return getattr(clf, name)(X, *arguments, **options)

    return call


def fit(tools, **options):
    clf = qlif.QSNNClassifier(**DENSE).fit(X, Y, **options)
    return [told(clf, X), sorted(each.name for each in tools.folder.iterdir())]


def partial_fit(tools, **options):
    return told(qlif.QSNNClassifier(**DENSE).partial_fit(X, Y, **options), X)


def trainer(tools, **options):
    if "total_steps" not in options and options.get("schedule", "constant") != "constant":
        options["total_steps"] = 10
    return trained(network(), SEQUENCE, LABELS, **options)


QUBIT = {"t1": 50.0, "t2": 40.0}


def qubit(tools, **options):
    state = qlif.quantum.NeuronState(**{**options})
    state.rotate(0.7).wait(20)
    return [state.history, state.measure(), state.noise]


def pulse(tools, **options):
    state = qlif.quantum.NeuronState(0.2, **QUBIT)
    return [state.drive(0.8, 3.0, **options), state.history]


CURRENTS = (
    [[0.2, 0.5], [-0.1, 0.3], [0.4, -0.2], [0.1, 0.1]],
    [[0.0, 0.1], [0.05, 0.0], [0.0, 0.08], [0.1, 0.0]],
)
SLOW = qlif.Noise(thermal=(200.0, 150.0, 0.1, 0.02))


def circuit(tools, **options):
    return qlif.circuits.run(qlif.QLIF(), *CURRENTS, **options)


def qasm(tools, **options):
    return qlif.circuits.qasm3(qlif.QLIF(), [0.3, -0.1], [0.0, 0.05], **options)


def backend_noise(tools, **options):
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    return qlif.Noise.from_backend(fake.FakeManilaV2(), **options)


class Flaky:
    """A simulator of Manila whose first job fails; counts jobs."""

    def __init__(self, backend):
        self._backend, self.jobs = backend, 0
        self.target, self.name, self.options = backend.target, backend.name, backend.options

    def run(self, circuits, **options):
        self.jobs += 1
        if self.jobs == 1:
            raise ConnectionError("the line is down")
        return self._backend.run(circuits, **options)


Flaky.__module__ = "qiskit_aer.of_a_test"  # a simulator, to the package


def on_hardware(tools, **options):
    aer = pytest.importorskip("qiskit_aer")
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    backend = Flaky(aer.AerSimulator.from_backend(fake.FakeManilaV2()))
    net = network(seed=186)  # whose readouts differ widely, whatever the noise
    slept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", slept.append)
        quick = {"pause": 0.5, "seed": 1, "progress": False}
        run = hardware.run(net, SEQUENCE[:, :1], backend, **{**quick, **options})
    record = [run.recording, run.predictions, run.noise, run.report, slept, tools.printed()]
    return [record, sorted(each.name for each in tools.folder.iterdir())]


def hardware_picture(tools, **options):
    aer = pytest.importorskip("qiskit_aer")
    net = network()
    run = hardware.run(
        net, SEQUENCE[:3], aer.AerSimulator(), 100, leak="rotation", seed=1, progress=False
    )
    return run.plot(**options)[0]


def record():
    return network().simulate(SEQUENCE)


def plot(name, *arguments):
    def call(tools, **options):
        pytest.importorskip("matplotlib").use("Agg")
        given = [each() if inspect.isfunction(each) else each for each in arguments]
        return getattr(qlif.plot, name)(*given, **options)[0]

    return call


ONE = {"model": "qsnn", "dataset": "kmnist"}  # of `results`
HISTORY = {"accuracy": [0.5, 0.7], "loss": [1.0, 0.6]}


def surrogate(name):
    def call(tools, **options):
        return getattr(qlif.surrogate, name)(**options)

    return call


def draw(name, model):
    def call(tools, **options):
        if not RENDERS:
            pytest.skip("qlif-render is not built")
        return getattr(qlif.render, name)(*model(tools), **options)

    return call


def digits_model(tools):
    layers = [qlif.Dense(6, qlif.QLIF(threshold=0.3)), qlif.Dense(10, qlif.QLIF(threshold=0.3))]
    return (qlif.Network(input_shape=(784,), layers=layers, steps=4, seed=0),)


def image_model(tools):
    neuron = qlif.QLIF(threshold=0.3)
    layers = [qlif.Conv2d(3, 5, neuron), qlif.Conv2d(2, 3, neuron), qlif.Dense(10, neuron)]
    return (qlif.Network(input_shape=(1, 28, 28), layers=layers, steps=4, seed=0),)


DIGIT = np.random.default_rng(5).uniform(0, 1, (2, 784)).astype(np.float32)
PICTURE = DIGIT.reshape(2, 1, 28, 28)
PLACE = {"dataset": "mnist", "index": 0, "data_dir": Tools.data_dir}
INPUT = {
    "x": None,
    "dataset": In("mnist", index=0, data_dir=Tools.data_dir),
    "index": In(1, dataset="mnist", data_dir=Tools.data_dir),
    "split": In("train", **PLACE),
    "data_dir": In(Tools.data_dir, dataset="mnist", index=0),
}


def inputs(x, **context):
    """The options that say what a model sees."""
    values = {**INPUT, "x": In(x)}
    for value in values.values():
        assert isinstance(value, In)
    return {name: In(each.value, **{**context, **each.context}) for name, each in values.items()}


LOOK = {"title": "mine", "scale": 1.5}


def looks(**context):
    return {name: In(value, **context) for name, value in LOOK.items()}


WAY = {"drive": [0.2, 0.3, 0.1], "delay": [0.0, 0.05, 0.02]}


def bloch(tools, **options):
    """Of a neuron; of a model where the options say what it sees."""
    if not RENDERS:
        pytest.skip("qlif-render is not built")
    sees = {"x", "dataset", "index", "split", "data_dir", "layer", "neuron"} & set(options)
    source = digits_model(tools)[0] if sees else qlif.QLIF()
    return qlif.render.bloch(source, **options)


def of_the_trainer(**more):
    return {
        "loss": "spike_count",
        "readout": "membrane",
        "schedule": "cosine",
        "learning_rate": 0.1,
        "weight_decay": 0.5,
        "clip_norm": 1e-3,
        "warmup": In(0.9, schedule="one_cycle"),
        **more,
    }


TRAINING = of_the_trainer(
    schedule="constant",
    steps=7,
    epochs=3,
    batch_size=20,
    dropout=0.6,
    surrogate="triangular",
    slope=5.0,
    input_scaling="standardize",
    validation_fraction=0.25,
    patience=In(1, **LONG),
    random_state=1,
    verbose=True,
)
OF_QLIF = {
    "threshold": 0.2,
    "t1": 5.0,
    "drive_scale": 1.0,
    "delay_scale": 500.0,
    "drive_bound": "none",
    "leak": "published",
    "refractory": True,
    "memory": "coherent",
    "firing": "measurement",
}
OF_LIF = {"beta": 0.3, "threshold": 0.2, "reset": "zero"}
OF_OUTPUTS = {"output_drive_scale": 1.0, "output_drive_bound": "tanh", "noise": NOISE}
OF_IMAGES = {
    "channels": 4,
    "kernel": 2,
    "pool": 3,
    "image_shape": (4, 16),
}
NOISY = {
    "noise": NOISE,
    "noise_seed": In(4, noise=NOISE),
    "noise_offset": In(50, noise=NOISE),
    "batch_first": True,
}
OF_CLASSIFIERS = {"noise": NOISE, "noise_seed": In(3, noise=NOISE)}
SLOPE = {"slope": 7.0}

# name: (call, {option: value that is not its default})
ENTRIES = {
    "QLIF": (
        neurons(qlif.QLIF, {"threshold": 0.4, "drive_scale": 2.0}),
        {
            **OF_QLIF,
            "drive_bound": "tanh",
            "refractory": False,
            "surrogate": qlif.surrogate.triangular(),
            "dropout": 0.5,
        },
    ),
    "LIF": (
        neurons(qlif.LIF, {"threshold": 0.5}),
        {**OF_LIF, "surrogate": qlif.surrogate.triangular(), "dropout": 0.5},
    ),
    "Conv2d": (
        layer(lambda **o: [qlif.Conv2d(3, 3, qlif.QLIF(threshold=0.3), **o)]),
        {"stride": 2, "padding": 1},
    ),
    "MaxPool2d": (
        layer(lambda **o: [qlif.Conv2d(3, 3, qlif.QLIF(threshold=0.3)), qlif.MaxPool2d(2, **o)]),
        {"stride": 1, "ties": "membrane"},
    ),
    "Network": (lambda tools, **o: network(**o).simulate(SEQUENCE), {"seed": 1}),
    "Network.simulate": (
        method("simulate"),
        {"spikes": False, "alpha": False, "layers": [1], **NOISY},
    ),
    "Network.predict": (method("predict"), {"readout": "membrane", **NOISY}),
    "Network.predict_scores": (method("predict_scores"), {"readout": "membrane", **NOISY}),
    "Network.score": (method("score", FOUND, x=SQUARE), {"readout": "membrane", **NOISY}),
    "Network.evaluate": (
        method("evaluate", FOUND, x=SQUARE),
        {"loss": "spike_count", "readout": "membrane", **NOISY},
    ),
    "Network.loss_and_gradients": (
        method("loss_and_gradients", FOUND, x=SQUARE),
        {"loss": "spike_count", **NOISY},
    ),
    "Noise": (
        noise,
        {
            "shots": 10,
            "over_rotation": 0.2,
            "depolarizing": 0.1,
            "thermal": (20.0, 10.0, 2.0, 0.1),
            "readout": (0.05, 0.1),
        },
    ),
    "Noise.from_backend": (backend_noise, {"qubits": [3, 1], "shots": 100}),
    "Noise.structs": (
        lambda tools, **o: len(qlif.Noise(depolarizing=[0.1, 0.2]).structs(**o)),
        {"units": Refused(3)},
    ),
    "QSNNClassifier": (
        classifier("QSNNClassifier", DENSE, X),
        {"hidden": (7,), **TRAINING, **OF_QLIF, **OF_OUTPUTS},
    ),
    "SNNClassifier": (
        classifier("SNNClassifier", DENSE, X),
        {"hidden": (7,), **TRAINING, **OF_LIF},
    ),
    "QSCNNClassifier": (
        classifier("QSCNNClassifier", CONVOLUTIONAL, PICTURES),
        {
            **OF_IMAGES,
            **TRAINING,
            **OF_QLIF,
            **OF_OUTPUTS,
            "pool_ties": "first",
            "readout": "spike_count",
            "noise": [NOISE, None, NOISE],
        },
    ),
    "SCNNClassifier": (
        classifier("SCNNClassifier", CONVOLUTIONAL, PICTURES),
        {**OF_IMAGES, **TRAINING, **OF_LIF, "pool_ties": "membrane"},
    ),
    "QSNNClassifier.fit": (
        fit,
        {"validation_data": (X, Y), "checkpoint": lambda tools: tools.new()},
    ),
    "QSNNClassifier.partial_fit": (partial_fit, {"classes": [0, 1, 2]}),
    "QSNNClassifier.predict": (fitted("predict"), OF_CLASSIFIERS),
    "QSNNClassifier.predict_proba": (fitted("predict_proba"), OF_CLASSIFIERS),
    "QSNNClassifier.predict_log_proba": (fitted("predict_log_proba"), OF_CLASSIFIERS),
    "QSNNClassifier.decision_function": (fitted("decision_function"), OF_CLASSIFIERS),
    "QSNNClassifier.score": (
        fitted("score", Y),
        {"sample_weight": np.arange(36), **OF_CLASSIFIERS},
    ),
    "Trainer.step": (
        lambda tools, **o: qlif.Trainer(network()).step(SQUARE, FOUND, **o),
        {"batch_first": True},
    ),
    "Trainer": (
        trainer,
        of_the_trainer(
            beta1=0.1,
            beta2=0.3,
            epsilon=0.1,
            total_steps=In(4, schedule="cosine"),
            noise=NOISE,
            noise_seed=In(3, noise=NOISE),
        ),
    ),
    "NeuronState": (
        qubit,
        {"alpha": 0.3, "noise": NOISE, "t1": 5.0, "t2": 3.0, "excited_population": 0.2},
    ),
    "NeuronState.prepare": (
        lambda tools, **o: qlif.quantum.NeuronState(0.1).prepare(**o).alpha,
        {"alpha": 0.4},
    ),
    "NeuronState.drive": (
        pulse,
        {
            "detuning": 0.5,
            "shape": "gaussian",
            "sigma": In(0.4, shape="gaussian"),
            "relax": False,
            "samples": 4,
        },
    ),
    "circuits.run": (
        circuit,
        {
            "noise": SLOW,
            "memory": "coherent",
            "leak": In("rotation", memory="coherent"),
            "clock": In("absolute", noise=SLOW),
            "before": [0.3, 0.1],
        },
    ),
    "circuits.qasm3": (
        qasm,
        {
            "alpha": [0.2, 0.3],
            "noise": SLOW,
            "memory": "coherent",
            "leak": "rotation",
            "clock": In("absolute", noise=SLOW),
        },
    ),
    "datasets.load": (
        lambda tools, **o: qlif.datasets.load("digits", **o),
        {"data_dir": Refused("elsewhere")},
    ),
    "hardware.run": (
        on_hardware,
        {
            "shots": 100,
            "leak": "rotation",
            "qubits": [1, 2],
            "qubits_per_circuit": 2,
            "circuits_per_job": 1,
            "state": lambda tools: tools.new(),
            "retries": 0,
            "pause": 2.0,
            "noise": NOISE,
            "readout": "membrane",
            "seed": 2,
            "progress": True,
        },
    ),
    "HardwareResult.plot": (hardware_picture, {"sample": 2}),
    "plot.raster": (plot("raster", record), {"ax": Tools.axes, "layer": 1, "sample": 3}),
    "plot.traces": (
        plot("traces", record),
        {"ax": Tools.axes, "layer": 1, "sample": 3, "neurons": [2], "threshold": 0.4},
    ),
    "plot.bloch": (plot("bloch", np.eye(3)), {"ax": Tools.axes3d}),
    "plot.filters": (
        plot("filters", network),
        {
            "ax": In(Tools.axes, shape=(1, 5)),
            "layer": In(1, shape=(3, 3)),
            "units": In([0, 1], shape=(1, 5)),
            "shape": (5, 1),
            "columns": In(3, shape=(1, 5)),
        },
    ),
    "plot.history": (plot("history", HISTORY), {"ax": Tools.axes, "what": "loss"}),
    "plot.confusion": (
        plot("confusion", lambda: {"runs": results()}),
        {
            "predicted": Refused([0, 1], **ONE),
            "ax": In(Tools.axes, **ONE),
            "classes": Refused(["no", "yes"], **ONE),
            "model": In("snn", dataset="kmnist"),
            "dataset": In("kmnist", model="qsnn"),
            "seed": In(0, **ONE),
            "title": In("mine", **ONE),
        },
    ),
    "plot.curves": (
        plot("curves", lambda: {"runs": results()}),
        {"kind": "roc", "model": "qsnn", "dataset": "kmnist", "seed": 0, "title": "mine"},
    ),
    "plot.robustness": (plot("robustness", study), {"title": "mine"}),
    "plot.roc": (
        plot("roc", [0, 1, 1], [[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]),
        {"ax": Tools.axes, "classes": ["no", "yes"]},
    ),
    "render.raster": (
        draw("raster", digits_model),
        {**inputs(DIGIT), "label": In(3, x=DIGIT), "shape": In((14, 56), x=DIGIT)} | looks(x=DIGIT),
    ),
    "render.trace": (
        draw("trace", digits_model),
        {
            **inputs(DIGIT, layer=0),
            "neurons": In([2, 3], x=DIGIT, layer=0),
            "label": In(3, x=DIGIT, layer=0),
        }
        | looks(x=DIGIT, layer=0),
    ),
    "render.maps": (
        draw("maps", image_model),
        {
            **inputs(PICTURE, layer=0),
            "channels": In([1], x=PICTURE, layer=0),
            "windows": In(2, x=PICTURE, layer=0),
            "label": In(3, x=PICTURE, layer=0),
        }
        | looks(x=PICTURE, layer=0),
    ),
    "render.filters": (
        draw("filters", image_model),
        {
            "layer": 1,
            "units": [1],
            "inputs": In([1], layer=1),
            "columns": 1,
            "shape": Refused((5, 5)),
            **looks(),
        },
    ),
    "render.bloch": (
        bloch,
        {
            "drive": WAY["drive"],
            "delay": In(WAY["delay"], drive=[0.2, -0.3, 0.1]),
            **inputs(DIGIT, layer=1, neuron=2),
            "layer": In(0, x=DIGIT, neuron=2),
            "neuron": In(3, x=DIGIT, layer=1),
            "noise": In(qlif.Noise(depolarizing=0.2), **WAY),
            "memory": In("coherent", **WAY),
            "leak": In("rotation", drive=[0.4, -0.3], delay=[0.0, 0.2]),
            "clock": In("absolute", noise=SLOW, drive=[0.4, -0.3], delay=[0.0, 0.2]),
            "pulse": In(0.5, **WAY),
            "detuning": In(2.0, pulse=0.5, **WAY),
            "sigma": In(0.1, pulse=0.5, detuning=2.0, **WAY),
            "azimuth": In(40.0, **WAY),
            "elevation": In(40.0, **WAY),
            **looks(**WAY),
        },
    ),
    "surrogate.arctan": (surrogate("arctan"), SLOPE),
    "surrogate.fast_sigmoid": (surrogate("fast_sigmoid"), SLOPE),
    "surrogate.sigmoid": (surrogate("sigmoid"), SLOPE),
    "surrogate.triangular": (surrogate("triangular"), SLOPE),
    "Surrogate": (lambda tools, **o: qlif.surrogate.Surrogate("arctan", **o), SLOPE),
}


# ---- What it does ----------------------------------------------------------------------------


DEFAULTS = {}  # what came out without any option, by name


@pytest.fixture
def tools(tmp_path, capfd, monkeypatch):
    monkeypatch.delenv("QLIF_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield Tools(tmp_path, capfd)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
@pytest.mark.parametrize(
    ("name", "option"),
    [(name, option) for name, (_, values) in ENTRIES.items() for option in values],
)
def test_every_option_does_something(name, option, tools):
    call, values = ENTRIES[name]
    entry = values[option]
    if not isinstance(entry, In | Refused):
        entry = In(entry)

    def made(value):
        return value(tools) if inspect.isfunction(value) else value

    def outcome(**given):
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002
        try:
            return seen(call(tools, **{key: made(value) for key, value in given.items()}))
        except (qlif.QlifError, ValueError, TypeError) as error:
            return error

    if entry.context:
        without = outcome(**entry.context)
    elif name in DEFAULTS:
        without = DEFAULTS[name]
    else:
        without = DEFAULTS[name] = outcome()
    found = outcome(**entry.context, **{option: entry.value})
    if isinstance(entry, Refused):
        assert not isinstance(without, Exception), without
        assert isinstance(found, qlif.QlifError | ValueError)
        assert option in str(found) or name == "Noise.structs"
        return
    if isinstance(found, Exception) and name != "hardware.run":
        raise found
    if isinstance(without, Exception):  # only where something is needed is it no option
        return
    assert found != without


# ---- Where an option could do nothing --------------------------------------------------------

IDLE = {
    "warmup": lambda: qlif.Trainer(network(), warmup=0.3),
    "warmup of a cosine": lambda: qlif.Trainer(
        network(), schedule="cosine", total_steps=9, warmup=0.3
    ),
    "total_steps": lambda: qlif.Trainer(network(), schedule="constant", total_steps=9),
    "sigma": lambda: qlif.quantum.NeuronState().drive(0.5, 1.0, sigma=0.1),
    "layer": lambda: qlif.plot.raster(np.eye(4), layer=0),
    "layer of traces": lambda: qlif.plot.traces(np.eye(4), layer=0),
    "layer of weights": lambda: qlif.plot.filters(np.ones((2, 4)), layer=0),
    "sample": lambda: qlif.plot.raster(np.eye(4), sample=0),
    "shape": lambda: qlif.plot.filters(np.ones((2, 1, 3, 3)), shape=(3, 3)),
    "x": lambda: qlif.render.bloch(qlif.QLIF(), [0.2], x=DIGIT),
    "dataset": lambda: qlif.render.bloch(np.eye(3), dataset="mnist"),
    "model": lambda: qlif.plot.confusion([0, 1], [0, 1], model="qsnn"),
    "predicted": lambda: qlif.plot.confusion({"runs": results()}, [0, 1], **ONE),
    "firing": lambda: qlif.render.bloch(qlif.QLIF(firing="measurement"), [0.2]),
}


@pytest.mark.parametrize("name", IDLE)
def test_an_option_that_could_do_nothing_is_refused(name):
    with pytest.raises(qlif.ArgumentError, match=f"^{name.split()[0]} is"):
        IDLE[name]()
