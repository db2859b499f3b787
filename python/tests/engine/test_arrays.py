"""Hostile arrays: the right answer or a clear error, never a misread number."""

import re

import numpy as np
import pytest
from scipy import sparse

import qlif


def unaligned(x):
    raw = np.empty(x.nbytes + 1, np.uint8)[1:]
    result = np.frombuffer(raw.data, np.float32).reshape(x.shape)
    result[...] = x
    assert not result.flags.aligned
    return result


def strided(x):
    wide = np.full((x.shape[0] * 2, x.shape[1] * 3), 99, x.dtype)
    wide[::2, ::3] = x
    return wide[::2, ::3]


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


GOOD = {
    "float64": lambda x: x.astype(np.float64),
    "longdouble": lambda x: x.astype(np.longdouble),
    "big-endian": lambda x: x.astype(">f4"),
    "big-endian float64": lambda x: x.astype(">f8"),
    "Fortran": np.asfortranarray,
    "strided": strided,
    "reversed": lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "unaligned": unaligned,
    "read-only": read_only,
    "list": lambda x: x.tolist(),
}


@pytest.mark.parametrize("kind", GOOD)
def test_other_layouts_give_the_same_answer(network, batch, kind):
    x, y = batch
    other = GOOD[kind](x)
    expected = network.simulate(x)
    found = network.simulate(other)
    for layer in range(2):
        np.testing.assert_array_equal(found.membrane[layer], expected.membrane[layer])
    assert network.loss_and_gradients(other, y)[0] == network.loss_and_gradients(x, y)[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.uint64, np.bool_, np.float16])
def test_small_numbers_of_any_type_are_converted(network, rng, dtype):
    x = rng.integers(0, 2, (3, 12))
    np.testing.assert_array_equal(
        network.simulate(x.astype(dtype)).membrane[0],
        network.simulate(x.astype(np.float32)).membrane[0],
    )


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, ">i4", ">i8", np.uint64])
def test_labels_of_any_integer_type(network, batch, dtype):
    x, y = batch
    assert network.loss_and_gradients(x, y.astype(dtype))[0] == network.loss_and_gradients(x, y)[0]


def test_a_contiguous_float32_array_is_not_copied(batch):
    from qlif._engine import arrays

    x, _ = batch
    assert arrays.float32(x, "x") is x
    assert arrays.float32(x[1:3], "x").base is x


BAD_TYPES = {
    "complex": np.ones((2, 12), complex),
    "object": np.ones((2, 12), object),
    "text": np.full((2, 12), "1.0"),
    "bytes": np.full((2, 12), b"1"),
    "dates": np.zeros((2, 12), "datetime64[s]"),
    "records": np.zeros((2, 12), [("a", "f4")]),
    "None": None,
    "ragged": [[1.0] * 12, [1.0] * 11],
    "masked": np.ma.masked_equal(np.eye(2, 12), 0),
    "a string": "x",
}


@pytest.mark.parametrize("kind", BAD_TYPES)
def test_what_is_not_real_numbers_is_refused(network, kind):
    with pytest.raises(qlif.ArgumentError, match=r"^x "):
        network.predict(BAD_TYPES[kind])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_must_be_finite(network, batch, value, dtype):
    x, y = batch
    x = x.astype(dtype)
    x[-1, -1] = value
    trainer = qlif.Trainer(network)
    before = network.to_bytes()
    for call in (
        lambda: network.simulate(x),
        lambda: network.predict(x),
        lambda: network.evaluate(x, y),
        lambda: network.loss_and_gradients(x, y),
        lambda: trainer.step(x, y),
    ):
        with pytest.raises(qlif.NotFiniteError):
            call()
    assert network.to_bytes() == before


@pytest.mark.parametrize("value", [1e300, -3.5e38])
@pytest.mark.parametrize("dtype", [np.float64, np.longdouble, ">f8"])
def test_numbers_beyond_float32_are_called_that(network, batch, blobs, quick, value, dtype):
    x = batch[0].astype(dtype)
    x[1, 0] = value
    message = rf"{re.escape(str(value)[:2])}\S*, beyond the range of float32"
    for call in (network.predict, network.simulate):
        with pytest.raises(qlif.NotFiniteError, match=rf"^x holds {message}"):
            call(x)
    X, y = blobs[0].astype(dtype), blobs[1]
    clf = qlif.QSNNClassifier(**quick, input_scaling="standardize").fit(X, y)
    X[200, 3] = value
    for call in (lambda: clf.predict(X), lambda: clf.partial_fit(X, y), lambda: clf.fit(X, y)):
        with pytest.raises(qlif.NotFiniteError, match=rf"^X holds {message}"):
            call()


def test_sparse_matrices_are_called_that(network):
    x = np.eye(2, 12)
    for kind in (sparse.csr_matrix, sparse.coo_array, sparse.dia_array):
        with pytest.raises(qlif.ArgumentError, match=r"^x is a sparse .*x\.toarray\(\)"):
            network.predict(kind(x))
        network.predict(kind(x).toarray())


def test_a_mask_is_not_lost(network, blobs, quick):
    X, y = blobs
    masked, whole = np.ma.masked_less(X, 0), np.ma.masked_array(X, False)
    clf = qlif.QSNNClassifier(**quick).fit(whole, np.ma.masked_array(y, False))
    expected = qlif.QSNNClassifier(**quick).fit(X, y)
    assert clf.network_.to_bytes() == expected.network_.to_bytes()
    np.testing.assert_array_equal(clf.predict(whole), expected.predict(X))
    weights = np.ma.masked_array(np.ones(len(y)), np.arange(len(y)) == 3)
    cnn = qlif.QSCNNClassifier(channels=2, kernel=1, pool=1, epochs=1, image_shape=(2, 3))
    for call in (
        lambda: qlif.QSNNClassifier(**quick).fit(masked, y),
        lambda: qlif.QSNNClassifier(**quick).fit(X, np.ma.masked_equal(y, 1)),
        lambda: qlif.QSNNClassifier(**quick).fit(X, y, validation_data=(masked, y)),
        lambda: clf.partial_fit(masked, y),
        lambda: clf.partial_fit(X, y, classes=np.ma.masked_equal([0, 1, 2], 1)),
        lambda: clf.predict(masked),
        lambda: clf.score(X, y, sample_weight=weights),
        lambda: cnn.fit(masked.reshape(-1, 2, 3), y),
        lambda: qlif.plot.confusion(np.ma.masked_equal(y, 1), y),
        lambda: qlif.plot.roc(np.ma.masked_equal(y, 1), clf.predict_proba(X)),
        lambda: qlif.plot.roc(y, np.ma.masked_less(clf.predict_proba(X), 0.3)),
    ):
        with pytest.raises(qlif.ArgumentError, match=r"has masked values.*\.filled\(0\)"):
            call()
    assert network.predict(np.ma.masked_array(np.eye(2, 12), False)).shape == (2,)


@pytest.mark.parametrize(
    "shape",
    [(), (12,), (5, 11), (5, 13), (12, 5), (2, 5, 11), (1, 2, 5, 12), (0, 12), (0, 5, 12), (5, 0)],
)
def test_wrong_shapes(network, shape):
    with pytest.raises(qlif.ShapeError, match=r"expected"):
        network.simulate(np.zeros(shape, np.float32))


@pytest.mark.parametrize("labels", [[4], [-1], [2**62], [-(2**63)]])
def test_labels_out_of_range(network, batch, labels):
    x, y = batch
    y = y.copy()
    y[2] = labels[0]
    trainer = qlif.Trainer(network)
    for call in (network.evaluate, network.loss_and_gradients, trainer.step):
        with pytest.raises(qlif.ArgumentError):
            call(x, y)
    assert trainer.step_count == 0


@pytest.mark.parametrize(
    "labels",
    [
        np.zeros(4, int),
        np.zeros((5, 1), int),
        np.zeros(5),
        np.full(5, 2**64 - 1, np.uint64),
        np.array(["0"] * 5),
        np.array([None] * 5),
        0,
    ],
)
def test_labels_that_are_no_labels(network, batch, labels):
    with pytest.raises(qlif.ArgumentError, match=r"^y "):
        network.loss_and_gradients(batch[0], labels)


def test_an_error_is_also_the_builtin_one(network, tmp_path):
    with pytest.raises(ValueError, match="shape"):
        network.predict(np.zeros(3))
    with pytest.raises(OSError, match="absent"):
        qlif.Network.load(tmp_path / "absent.safetensors")
