"""Where the official files are, and what they must contain."""

from __future__ import annotations

from dataclasses import dataclass

# In the order of `Source.files`.
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class File:
    """An official file.

    Attributes:
        size: of the compressed file on the mirror, in bytes.
        sha256: of the same.
        md5: of its uncompressed contents.
    """

    size: int
    sha256: str
    md5: str


@dataclass(frozen=True)
class Source:
    """A data set on its official mirror.

    Attributes:
        url: the folder of the four files; their names end in ``.gz`` there.
        torchvision: what torchvision calls the data set's folder.
        files: in the order of `FILES`.
    """

    url: str
    torchvision: str
    files: tuple[File, File, File, File]


# Sizes and SHA-256 as TensorFlow Datasets has them, too (url_checksums).
CATALOGUE = {
    "mnist": Source(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "MNIST",
        (
            File(
                9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                "6bbc9ace898e44ae57da46a324031adb",
            ),
            File(
                28881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                "a25bea736e30d166cdddb491f175f624",
            ),
            File(
                1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                "2646ac647ad5339dbf082846283269ea",
            ),
            File(
                4542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                "27ae3e4e09519cfbb04c329615203637",
            ),
        ),
    ),
    "fashion-mnist": Source(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "FashionMNIST",
        (
            File(
                26421880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            ),
            File(
                29515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "9018921c3c673c538a1fc5bad174d6f9",
            ),
            File(
                4422102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "8181f5470baa50b63fa0f6fddb340f0a",
            ),
            File(
                5148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                "15d484375f8d13e6eb1aabb0c3f46965",
            ),
        ),
    ),
    "kmnist": Source(
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "KMNIST",
        (
            File(
                18165135,
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                "92be26ec9822e900ac425d0a0aa84ced",
            ),
            File(
                29497,
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                "949e75301f8813e0dc5800dcc320fc52",
            ),
            File(
                3041136,
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                "bf305b8cd328700fbc17f5acbc2856d2",
            ),
            File(
                5120,
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
                "9f55f451c0988b028eccdf7d5cc265ab",
            ),
        ),
    ),
}
