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
  public init(path: String) throws(DataError) {
    try self.init(FileBytes.read(path), path: path)
  }

  /// The same from bytes in memory; `path` is for messages only.
  public init(_ bytes: [UInt8], path: String) throws(DataError) {
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
    let start = 8 + lengthBytes + length
    guard length <= 1 << 16, bytes.count >= start else { throw malformed("the .npy header is cut off") }
    let text = String(decoding: bytes[(8 + lengthBytes)..<start], as: UTF8.self)
    guard let header = NPYHeader(text) else { throw malformed("a .npy header that cannot be read") }
    guard let type = NPYType(header.description) else {
      throw malformed("arrays of type '\(printable(header.description))' cannot be used: save as float32")
    }
    guard header.shape.count <= Self.mostDimensions else {
      throw malformed("more than \(Self.mostDimensions) dimensions")
    }
    var count = 1
    for size in header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw malformed("a .npy header with impossible sizes") }
      count = product
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: type.size)
    guard !overflow, bytes.count - start == size else {
      throw malformed(
        "the header promises \(count) numbers of \(type.size) bytes, \(bytes.count - start) bytes are there")
    }
    shape = header.shape
    self.count = count
    self.bytes = bytes
    self.start = start
    self.type = type
    isFortranOrder = header.isFortranOrder
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
