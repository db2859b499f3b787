"""Where the official files are, and what they must contain."""

from __future__ import annotations

from dataclasses import dataclass

# In the order of `Source.md5`.
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class Source:
    """A data set on its official mirror.

    Attributes:
        url: the folder of the four files; their names end in ``.gz`` there.
        md5: of each uncompressed file, in the order of `FILES`.
    """

    url: str
    md5: tuple[str, str, str, str]


CATALOGUE = {
    "mnist": Source(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        (
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
    ),
    "fashion-mnist": Source(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "9018921c3c673c538a1fc5bad174d6f9",
            "8181f5470baa50b63fa0f6fddb340f0a",
            "15d484375f8d13e6eb1aabb0c3f46965",
        ),
    ),
    "kmnist": Source(
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        (
            "92be26ec9822e900ac425d0a0aa84ced",
            "949e75301f8813e0dc5800dcc320fc52",
            "bf305b8cd328700fbc17f5acbc2856d2",
            "9f55f451c0988b028eccdf7d5cc265ab",
        ),
    ),
}
