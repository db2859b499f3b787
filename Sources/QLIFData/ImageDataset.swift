import Glibc

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
  public static func defaultFolder(environment: (String) -> String?) -> String {
    if let folder = environment("QLIF_DATA"), !folder.isEmpty { return folder }
    if let cache = environment("XDG_CACHE_HOME"), !cache.isEmpty { return cache + "/qlif" }
    return (environment("HOME") ?? "") + "/.cache/qlif"
  }

  /// One image with its label, from the files in `folder/<name>/` or `folder` itself.
  public func sample(_ index: Int, split: Split, folder: String) throws(DataError) -> Sample {
    let images = try IDX(path: locate("\(split.prefix)-images-idx3-ubyte", in: folder), rank: 3)
    let count = images.shape[0]
    guard let bytes = images.entry(index) else {
      throw .unsuitable(
        "index \(index) is outside 0 ... \(count - 1), the \(split.rawValue) images of \(rawValue)")
    }
    let labelPath = try locate("\(split.prefix)-labels-idx1-ubyte", in: folder)
    let labels = try IDX(path: labelPath, rank: 1)
    guard labels.shape[0] == count, let label = labels.entry(index)?.first else {
      throw .malformed(path: labelPath, reason: "\(labels.shape[0]) labels for \(count) images")
    }
    return Sample(
      width: images.shape[2], height: images.shape[1], pixels: bytes.map { Float($0) / 255 },
      label: Int(label))
  }

  private func locate(_ file: String, in folder: String) throws(DataError) -> String {
    for candidate in ["\(folder)/\(rawValue)/\(file)", "\(folder)/\(file)"] {
      for path in [candidate + ".gz", candidate] where access(path, F_OK) == 0 { return path }
    }
    throw .unsuitable("\(file)[.gz] of \(rawValue) is neither in \(folder)/\(rawValue) nor in \(folder)")
  }
}
