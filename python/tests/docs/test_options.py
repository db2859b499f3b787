"""Every option of every public function and class has an effect, or is refused.

`ENTRIES`, put together from the modules ``options_*``, has, for each callable, a way to call it and
for each option a value that is not its default. What comes out must differ from what comes out
without the option; errors count as such where they name the option. An option without an entry
fails `test_no_option_is_forgotten`.
"""

from __future__ import annotations

import inspect
import random
import sys

import numpy as np
import options_classifiers
import options_networks
import options_pictures
import options_quantum
import pytest
from option_tools import In, Refused, Tools, network, seen
from options_pictures import ONE
from study_records import results

import qlif
from qlif import estimators

# ---- What there is ---------------------------------------------------------------------------

# What the classifiers have in common is called on one of them.
COMMON = {
    *("fit", "partial_fit", "predict", "predict_proba", "predict_log_proba"),
    *("decision_function", "score", "get_params"),
}
OTHERS = {
    *("ConvolutionalClassifier", "QSCNNClassifier", "SCNNClassifier", "SNNClassifier"),
    "SpikingClassifier",
}
ENTRIES = {
    **options_classifiers.ENTRIES,
    **options_networks.ENTRIES,
    **options_pictures.ENTRIES,
    **options_quantum.ENTRIES,
}


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
                if "__init__" in vars(value):  # else it is that of the base
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
    assert len(wanted) > 250


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
    "x": lambda: qlif.render.bloch(qlif.QLIF(), [0.2], x=options_pictures.DIGIT),
    "dataset": lambda: qlif.render.bloch(np.eye(3), dataset="mnist"),
    "model": lambda: qlif.plot.confusion([0, 1], [0, 1], model="qsnn"),
    "predicted": lambda: qlif.plot.confusion({"runs": results()}, [0, 1], **ONE),
    "firing": lambda: qlif.render.bloch(qlif.QLIF(firing="measurement"), [0.2]),
}


@pytest.mark.parametrize("name", IDLE)
def test_an_option_that_could_do_nothing_is_refused(name):
    with pytest.raises(qlif.ArgumentError, match=f"^{name.split()[0]} is"):
        IDLE[name]()
