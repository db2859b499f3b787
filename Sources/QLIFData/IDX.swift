import QLIFFiles

/// A file of MNIST's format: a magic number, the sizes as big-endian 32-bit integers, and bytes.
///
/// Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database", section "File formats".
public struct IDX: Sendable {
  /// The sizes, the slowest one first; images are `[count, height, width]`, labels `[count]`.
  public let shape: [Int]
  private let bytes: [UInt8]
  private let start: Int

  /// A file of `rank` dimensions, from its (decompressed) bytes; `path` is for messages only.
  ///
  /// Throws unless the header describes exactly the bytes that follow it.
  public init(_ bytes: [UInt8], rank: Int, path: String) throws(DataError) {
    shape = try Self.shape(bytes, rank: rank, path: path)
    start = 4 + 4 * rank
    let area = shape.reduce(1, *)
    guard bytes.count - start == area else {
      let sizes = shape.map(String.init).joined(separator: " x ")
      let there = bytes.count - start > area ? "more" : "\(bytes.count - start)"
      throw .malformed(path: path, reason: "the header promises \(sizes) = \(area) bytes, \(there) are there")
    }
    self.bytes = bytes
  }

  /// The sizes that a file's header names; their product with the header fits an Int.
  private static func shape(_ bytes: [UInt8], rank: Int, path: String) throws(DataError) -> [Int] {
    let start = 4 + 4 * rank
    guard bytes.count >= start, bytes[0] == 0, bytes[1] == 0 else {
      throw .malformed(path: path, reason: "not an IDX file")
    }
    guard bytes[2] == 0x08, Int(bytes[3]) == rank else {
      throw .malformed(
        path: path, reason: "not an IDX file of bytes with \(rank) dimension\(rank == 1 ? "" : "s")")
    }
    var shape: [Int] = []
    var area = start
    for index in 0..<rank {
      let size = bytes[(4 + 4 * index)..<(8 + 4 * index)].reduce(0) { $0 << 8 | Int($1) }
      let (product, overflow) = area.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow else {
        throw .malformed(path: path, reason: "an IDX header with impossible sizes")
      }
      shape.append(size)
      area = product
    }
    return shape
  }

  /// Reads a file, plain or gzip-compressed.
  public init(path: FilePath, rank: Int) throws(DataError) {
    let name = path.description
    let bytes = try FileBytes.read(path) { start throws(DataError) in
      try Self.shape(start, rank: rank, path: name).reduce(1, *) + 4 + 4 * rank
    }
    try self.init(bytes, rank: rank, path: name)
  }

  /// The bytes of one entry along the first dimension, nil if there is none.
  public func entry(_ index: Int) -> ArraySlice<UInt8>? {
    guard shape[0] > 0, (0..<shape[0]).contains(index) else { return nil }
    let size = (bytes.count - start) / shape[0]
    return bytes[(start + index * size)..<(start + (index + 1) * size)]
  }
}
