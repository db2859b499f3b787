"""The engine's reading of JSON, beside Python's."""

import json
import random
import re

import pytest

from qlif import QlifError
from qlif._engine import library

TEXTS = [
    '{"a": [1, -2.5e-3, true, false, null, {"b": "c\\n\\u00e9"}], "": []}',
    '["\\ud83d\\udc08", "\\"\\\\\\/\\b\\f\\r\\t", "é🐈", 0, -0, 1E+2, 10e0]',
    ' {"x" : {"y" : {"z" : [ [ ], { } ]}}}\n',
    "18446744073709551615",
    "12345678901234567890123",
]
BYTES = '{}[]:,"\\/0123456789.eE+-nulltruefas \n\t\x01u😀'


def seen(text):
    """What the engine reads of a text, which is no number in [0, 1]; None: it is no JSON."""
    with pytest.raises(QlifError) as caught:
        library.lib.qlif_check(b"lif", f'{{"beta": {text}}}'.encode())
    message = str(caught.value)
    if "it is no valid JSON" in message or "is there twice" in message:
        return None
    found = re.fullmatch(r"beta: (.*?)(?:, beyond the range of float32)?, expected .*", message)
    assert found, message
    return found[1]


def pairs(items):
    """An object whose keys are all different."""
    if len({key for key, _ in items}) < len(items):
        raise ValueError("a key twice")
    return dict(items)


def expected(text):
    """The same, read by Python; None: it is no JSON."""

    def refuse(name):
        raise ValueError(name)

    try:
        value = json.loads(text, parse_constant=refuse, object_pairs_hook=pairs)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except ValueError:
        return None
    return value


def test_texts_are_read_as_by_python():
    rng = random.Random(0)
    valid = 0
    for _ in range(10_000):
        text = list(rng.choice(TEXTS))
        for _ in range(rng.choice((0, 1, 1, 1, 2, 4))):
            at = rng.randrange(len(text)) if text else 0
            text[at : at + rng.randrange(2)] = rng.choice(("", rng.choice(BYTES)))
        text = "".join(text)
        value = expected(text)
        # What is allowed says nothing, and another text may end the object.
        if isinstance(value, (int, float)) and 0 <= value <= 1:
            continue
        if value is None and isinstance(expected(f'{{"beta": {text}}}'), dict):
            continue
        found = seen(text)
        assert (found is None) == (value is None), text
        if found is None or found.endswith("..."):
            continue
        valid += 1
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            assert float(found) == pytest.approx(value, rel=1e-6)
        else:
            assert json.loads(found) == value, text
    assert valid > 1000


@pytest.mark.parametrize("depth", [32, 33, 500, 100_000])
def test_deep_texts_are_refused(depth):
    text = f'{{"beta": {"[" * depth}{"]" * depth}}}'
    with pytest.raises(QlifError, match=r"^beta: \[" if depth < 33 else "within each other"):
        library.lib.qlif_check(b"lif", text.encode())
