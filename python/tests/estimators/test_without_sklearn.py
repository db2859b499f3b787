"""The estimator where scikit-learn is not installed."""

import subprocess
import sys

PREAMBLE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("sklearn", "matplotlib"):
            raise ImportError(f"no {name} here")
sys.meta_path.insert(0, Absent())
import numpy as np, pickle, qlif
rng = np.random.default_rng(3)
y = np.repeat(["a", "b", "c"], 80)
X = np.repeat(rng.uniform(-2, 2, (3, 6)), 80, axis=0) + 0.3 * rng.standard_normal((240, 6))
clf = qlif.QSNNClassifier(hidden=(20,), steps=5, epochs=15, random_state=0, verbose=False)
"""


def run(code):
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_it_learns_and_predicts(tmp_path):
    code = f"""
assert clf.fit(X, y) is clf
print(clf.score(X, y) > 0.95)
clf.save({str(tmp_path / "m.safetensors")!r})
loaded = qlif.QSNNClassifier.load({str(tmp_path / "m.safetensors")!r})
print((loaded.predict_proba(X) == clf.predict_proba(X)).all())
print((pickle.loads(pickle.dumps(clf)).predict(X) == clf.predict(X)).all())
print(clf.get_params()["steps"], clf.set_params(steps=6).steps)
other = qlif.QSNNClassifier().set_params(neuron__threshold=0.4, output_neuron__surrogate__slope=3)
print(other.neuron.threshold, other.get_params()["output_neuron__surrogate__slope"])
print(repr(qlif.QSNNClassifier(steps=3)).replace(" ", ""))
clf.set_params(steps=5).partial_fit(X, y)
print("sklearn" in sys.modules)
"""
    expected = ["True", "True", "True", "5", "6", "0.4", "3.0", "QSNNClassifier(steps=3)", "False"]
    assert run(code) == expected


def test_its_own_checks():
    code = """
def refused(call, *kinds):
    try:
        call()
    except kinds:
        return True
    return False
bad = X.copy(); bad[3, 3] = np.nan
print(refused(lambda: clf.predict(X), qlif.QlifError, ValueError))
print(refused(lambda: clf.fit(bad, y), ValueError))
print(refused(lambda: clf.fit(X[0], y), ValueError))
print(refused(lambda: clf.fit(X, y[:-1]), ValueError))
print(refused(lambda: clf.fit(X.astype(complex), y), ValueError))
print(refused(lambda: clf.fit(X, X[:, 0]), ValueError))
print(refused(lambda: clf.fit(X, None), ValueError))
print(refused(lambda: clf.fit(X[:2], None), ValueError))
print(refused(lambda: clf.fit(X, [None] * 240), ValueError))
print(refused(lambda: clf.set_params(hiden=1), ValueError))
clf.fit(X, y)
print(refused(lambda: clf.predict(X[:, 1:]), ValueError))
for bad in (None, y[:-1], y[:1], y[None], "a", np.arange(240) % 3, [None] * 240):
    print(refused(lambda: clf.score(X, bad), ValueError))
print(clf.score(X, y) == clf.score(X, y[:, None]) == clf.score(X, y.astype(object)) > 0.9)
print(clf.score(X, y, np.arange(240)) < 1 or clf.score(X, y) == 1)
"""
    assert run(code) == ["True"] * 20


def test_the_extras_are_named():
    code = """
for call in (lambda: qlif.datasets.load("digits"), lambda: qlif.plot.raster(np.eye(4))):
    try:
        call()
    except ImportError as error:
        print(str(error).rsplit(maxsplit=1)[1])
"""
    assert run(code) == ["'qlif[sklearn]'", "'qlif[plot]'"]


def test_the_comparison_needs_it(tmp_path):
    code = f"""
import contextlib, io
from qlif.studies.compare import _command
words = io.StringIO()
with contextlib.redirect_stderr(words):
    print(_command.main(["--quick", "--out", {str(tmp_path / "out")!r}]))
print(words.getvalue().strip().rsplit(maxsplit=1)[1])
"""
    assert run(code) == ["2", "'qlif[sklearn]'"]
    assert not (tmp_path / "out").exists()
