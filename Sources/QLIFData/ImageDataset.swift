import QLIFFiles

/// The data sets of labelled images that come as IDX files.
public enum ImageDataset: String, CaseIterable, Sendable {
  case mnist
  case fashionMNIST = "fashion-mnist"
  case kmnist

  /// The two parts of a data set.
  public enum Split: String, CaseIterable, Sendable {
    case test, train

    /// How the file names start.
    var prefix: String { self == .test ? "t10k" : "train" }
  }

  /// One image and its class.
  public struct Sample: Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// From 0 to 1, row by row from the top.
    public let pixels: [Float]
    /// The true class.
    public let label: Int
  }

  /// What the classes are called; empty where the digit says it all.
  public var classNames: [String] {
    switch self {
    case .mnist: []
    // github.com/zalandoresearch/fashion-mnist, "Labels".
    case .fashionMNIST:
      [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot",
      ]
    // The ten Hiragana in order, as they are read.
    case .kmnist: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
    }
  }

  /// The folder where files are kept unless another one is named: `QLIF_DATA`, else the user's cache.
  public static func defaultFolder(environment: (String) -> FilePath?) -> FilePath {
    func named(_ variable: String) -> FilePath? { environment(variable).flatMap { $0.isEmpty ? nil : $0 } }
    return named("QLIF_DATA") ?? named("XDG_CACHE_HOME")?.appending("qlif")
      ?? (environment("HOME") ?? FilePath("")).appending(".cache/qlif")
  }

  /// One image with its label, from the first of the places in `folder` that has both files of the split.
  public func sample(_ index: Int, split: Split, folder: FilePath) throws(DataError) -> Sample {
    let (imagePath, labelPath) = try files(split, in: folder)
    let images = try IDX(path: imagePath, rank: 3)
    let count = images.shape[0]
    guard let bytes = images.entry(index) else {
      throw .unsuitable(
        "index \(index) is outside 0 ... \(count - 1), the \(split.rawValue) images of \(rawValue)")
    }
    let labels = try IDX(path: labelPath, rank: 1)
    guard labels.shape[0] == count, let label = labels.entry(index)?.first else {
      throw .malformed(path: labelPath.description, reason: "\(labels.shape[0]) labels for \(count) images")
    }
    return Sample(
      width: images.shape[2], height: images.shape[1], pixels: bytes.map { Float($0) / 255 },
      label: Int(label))
  }

  /// Where the files may be: in a folder of the data set's name, in the one that is given, or as torchvision
  /// leaves them. The same as in `qlif.datasets`.
  private func places(in folder: FilePath) -> [FilePath] {
    let torchvision =
      switch self {
      case .mnist: "MNIST"
      case .fashionMNIST: "FashionMNIST"
      case .kmnist: "KMNIST"
      }
    return [folder.appending(rawValue), folder, folder.appending(torchvision).appending("raw")]
  }

  private func files(_ split: Split, in folder: FilePath) throws(DataError) -> (
    images: FilePath, labels: FilePath
  ) {
    for place in places(in: folder) {
      if let images = Self.file("\(split.prefix)-images", "idx3-ubyte", in: place),
        let labels = Self.file("\(split.prefix)-labels", "idx1-ubyte", in: place)
      {
        return (images, labels)
      }
    }
    let tried = places(in: folder).map(\.description).joined(separator: ", ")
    throw .unsuitable(
      "the \(split.rawValue) images of \(rawValue) are in none of \(tried): expected \(split.prefix)-images-idx3-ubyte "
        + "and \(split.prefix)-labels-idx1-ubyte, plain or with .gz")
  }

  /// The official names have a hyphen before "idx"; unpacking the official archive with some tools leaves a dot.
  private static func file(_ name: String, _ kind: String, in place: FilePath) -> FilePath? {
    ["-", "."].lazy.flatMap { separator in ["", ".gz"].map { "\(name)\(separator)\(kind)\($0)" } }
      .map { place.appending($0) }.first { $0.exists }
  }
}
