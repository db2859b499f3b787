import QLIFFiles

/// An array of numbers from a `.npy` file, which gives them as float32 and in C order.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1 to 3. Takes booleans, whole
/// numbers of 1 to 8 bytes and floats of 2, 4 and 8 bytes, either byte order, C and Fortran order.
public struct NPY: Sendable {
  /// The sizes, as in NumPy.
  public let shape: [Int]
  /// How many numbers there are.
  public let count: Int

  // The numbers stay as they are in the file: only what is asked for is converted.
  private let bytes: [UInt8]
  private let start: Int
  private let type: NPYType
  private let isFortranOrder: Bool

  /// More dimensions than these nothing here can use.
  static let mostDimensions = 8

  /// Reads a file. Throws unless its header describes exactly the bytes that follow it.
  public init(path: FilePath) throws(DataError) {
    let name = path.description
    let bytes = try FileBytes.read(path) { start throws(DataError) in try Layout(start, path: name).end }
    try self.init(bytes, path: name)
  }

  /// The same from bytes in memory; `path` is for messages only.
  public init(_ bytes: [UInt8], path: String) throws(DataError) {
    let layout = try Layout(bytes, path: path)
    guard bytes.count == layout.end else {
      let there = bytes.count > layout.end ? "more" : "\(bytes.count - layout.start)"
      throw .malformed(
        path: path,
        reason:
          "the header promises \(layout.count) numbers of \(layout.type.size) bytes, \(there) bytes are there"
      )
    }
    (shape, count, start, type) = (layout.shape, layout.count, layout.start, layout.type)
    isFortranOrder = layout.isFortranOrder
    self.bytes = bytes
  }

  /// What the start of a file says of the whole.
  private struct Layout {
    let shape: [Int]
    let count: Int
    let type: NPYType
    let isFortranOrder: Bool
    /// Where the numbers begin.
    let start: Int
    /// Where the file must end.
    let end: Int

    init(_ bytes: [UInt8], path: String) throws(DataError) {
      func malformed(_ reason: String) -> DataError { .malformed(path: path, reason: reason) }
      let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
      guard bytes.count >= 10, Array(bytes[..<6]) == magic else { throw malformed("not a .npy file") }
      let lengthBytes: Int
      switch bytes[6] {
      case 1: lengthBytes = 2
      case 2, 3: lengthBytes = 4
      default: throw malformed("version \(bytes[6]) of the .npy format")
      }
      guard bytes.count >= 8 + lengthBytes else { throw malformed("the .npy header is cut off") }
      let length = bytes[8..<(8 + lengthBytes)].reversed().reduce(0) { $0 << 8 | Int($1) }
      start = 8 + lengthBytes + length
      guard length <= 1 << 16, bytes.count >= start else { throw malformed("the .npy header is cut off") }
      let text = String(decoding: bytes[(8 + lengthBytes)..<start], as: UTF8.self)
      guard let header = NPYHeader(text) else { throw malformed("a .npy header that cannot be read") }
      guard let type = NPYType(header.description) else {
        throw malformed("arrays of type '\(printable(header.description))' cannot be used: save as float32")
      }
      guard header.shape.count <= NPY.mostDimensions else {
        throw malformed("more than \(NPY.mostDimensions) dimensions")
      }
      var count = 1
      for size in header.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow else { throw malformed("a .npy header with impossible sizes") }
        count = product
      }
      let (size, overflow) = count.multipliedReportingOverflow(by: type.size)
      let (end, isBeyond) = size.addingReportingOverflow(start)
      guard !overflow, !isBeyond else { throw malformed("a .npy header with impossible sizes") }
      (self.shape, self.count, self.type, self.end) = (header.shape, count, type, end)
      isFortranOrder = header.isFortranOrder
    }
  }

  /// All numbers in C order.
  public var values: [Float] { values(0..<count) }

  /// The numbers at some places in C order, which must lie inside `0 ..< count`.
  public func values(_ places: Range<Int>) -> [Float] {
    bytes.withUnsafeBytes { buffer in
      let data = UnsafeRawBufferPointer(rebasing: buffer[start...])
      return places.map { type.value(data, at: isFortranOrder ? fortranPlace($0) : $0) }
    }
  }

  /// Where an array in Fortran order, whose first dimension changes fastest, keeps the number that is at
  /// `place` in C order.
  private func fortranPlace(_ place: Int) -> Int {
    var rest = place
    var result = 0
    // Both orders are mixed-radix numbers of the same digits; this reads them from the last.
    var weight = count
    for size in shape.reversed() {
      weight /= size
      result += rest % size * weight
      rest /= size
    }
    return result
  }
}

/// Without what could break a line or a terminal.
private func printable(_ text: String) -> String {
  String(text.unicodeScalars.prefix(40).map { $0.isASCII && $0.value >= 32 ? Character($0) : "?" })
}
