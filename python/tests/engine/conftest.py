"""Handles of the C ABI."""

from ctypes import byref, c_void_p

import c_abi
import pytest


@pytest.fixture(scope="module")
def c():
    return c_abi.load()


@pytest.fixture
def handle(c):
    """A network of 3 inputs and 2 neurons."""
    made = c_abi.make_network(c)
    yield made
    c.qlif_network_destroy(made)


@pytest.fixture
def trainer(c, handle):
    made = c_void_p()
    assert c.qlif_trainer_create(handle, c_abi.NULL, byref(made)) == c_abi.OK
    yield made
    c.qlif_trainer_destroy(made)
