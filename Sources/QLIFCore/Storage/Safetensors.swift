import CZlib
import FoundationEssentials

/// A file in the safetensors format (github.com/huggingface/safetensors): 8 bytes of header length, a JSON header
/// that names each tensor's type, shape and place, then the tensors' bytes without gaps.
///
/// The metadata carries a CRC-32 of everything that has a meaning, so that a damaged file is refused.
package struct Safetensors {
  package struct Tensor {
    var name: String
    var shape: [Int]
    /// float32, little-endian; in memory of a parameter or of the file that was read.
    var bytes: UnsafeRawBufferPointer
    /// What keeps that memory; nil: the caller does.
    var owner: AnyObject?
  }

  var metadata: [String: String] = [:]
  var tensors: [Tensor] = []

  private static let checksumKey = "qlif.checksum"
  /// What is read, and so what is written.
  private static let longestHeader = 64 << 20

  /// A tensor as the header describes it.
  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private struct Header: Codable {
    var metadata: [String: String] = [:]
    var entries: [String: Entry] = [:]

    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { return nil }
      static let metadata = Key(stringValue: "__metadata__")
    }

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        if key.stringValue == Key.metadata.stringValue {
          metadata = try container.decode([String: String].self, forKey: key)
        } else {
          entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
        }
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(metadata, forKey: .metadata)
      for (name, entry) in entries { try container.encode(entry, forKey: Key(stringValue: name)) }
    }
  }

  /// CRC-32 of the metadata and of the tensors' names, shapes and bytes, in the order of the names.
  private func checksum() -> String {
    var crc = crc32(0, nil, 0)
    func add(_ raw: UnsafeRawBufferPointer) {
      // Lengths keep neighbours apart.
      withUnsafeBytes(of: UInt64(raw.count).littleEndian) { length in
        crc = crc32_z(crc, length.bindMemory(to: UInt8.self).baseAddress, length.count)
      }
      crc = crc32_z(crc, raw.bindMemory(to: UInt8.self).baseAddress, raw.count)
    }
    func add(_ text: String) { Array(text.utf8).withUnsafeBytes { add($0) } }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != Self.checksumKey {
      add(key)
      add(value)
    }
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      add(tensor.name)
      add(shapeText(tensor.shape))
      add(tensor.bytes)
    }
    return String(UInt32(truncatingIfNeeded: crc), radix: 16)
  }

  /// A file's bytes, the tensors' still where they are.
  package struct Encoding {
    fileprivate let head: [UInt8]
    fileprivate let tensors: [Tensor]
    package let size: Int

    /// - Parameter target: of `size` bytes.
    package func copy(to target: UnsafeMutableRawPointer) {
      var next = target
      func add(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(start: next, count: bytes.count).copyMemory(from: bytes)
        next += bytes.count
      }
      head.withUnsafeBytes { add($0) }
      for tensor in tensors { add(tensor.bytes) }
    }

    func buffer() throws(QLIFError) -> Buffer<UInt8> {
      let buffer = try Buffer<UInt8>(size, for: "the file")
      copy(to: buffer.base)
      return buffer
    }
  }

  func encoded() throws(QLIFError) -> Encoding {
    var header = Header()
    header.metadata = metadata
    header.metadata[Self.checksumKey] = checksum()
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.bytes.count
      header.entries[tensor.name] = Entry(dtype: "F32", shape: tensor.shape, offsets: [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(header) else {
      throw .format("model: its description cannot be written")
    }
    // Tensors begin at a multiple of eight bytes, as the format asks.
    let length = padded(json.count, to: 8)
    guard length <= Self.longestHeader else {
      throw .invalid(
        "model: a description and metadata of \(length) bytes, expected \(Self.longestHeader) at the most")
    }
    var head: [UInt8] = []
    withUnsafeBytes(of: UInt64(length).littleEndian) { head.append(contentsOf: $0) }
    head.append(contentsOf: json)
    head.append(contentsOf: repeatElement(UInt8(ascii: " "), count: length - json.count))
    return Encoding(head: head, tensors: tensors, size: head.count + offset)
  }

  init() {}

  /// - Parameter bytes: they must outlive this.
  /// - Throws: where they are not a whole file of float32 tensors of this library.
  init(_ bytes: UnsafeRawBufferPointer) throws(QLIFError) {
    guard bytes.count >= 8 else {
      throw .format("model: \(bytes.count) bytes, too short for a safetensors file")
    }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(bytes.count - 8, Self.longestHeader)) else {
      throw .format(
        "model: not a safetensors file, or cut off (a header of \(length) bytes in \(bytes.count))")
    }
    let start = 8 + Int(length)
    guard let header = try? JSONDecoder().decode(Header.self, from: Data(bytes[8..<start])) else {
      throw .format("model: not a safetensors file (its header is no valid JSON)")
    }
    metadata = header.metadata
    var end = 0
    for (name, entry) in header.entries.sorted(by: {
      $0.value.offsets.lexicographicallyPrecedes($1.value.offsets)
    }) {
      guard entry.dtype == "F32" else {
        throw .format("model: tensor \(name) has type \(entry.dtype), expected F32")
      }
      guard entry.shape.allSatisfy({ $0 > 0 }), let size = try? product(entry.shape, of: name),
        entry.offsets.count == 2, entry.offsets[0] == end, size <= (bytes.count - start - end) / 4,
        entry.offsets[1] == end + 4 * size
      else {
        throw .format(
          "model: tensor \(name) of shape \(shapeText(entry.shape)) is not where the file says, or cut off")
      }
      tensors.append(
        Tensor(
          name: name, shape: entry.shape,
          bytes: UnsafeRawBufferPointer(rebasing: bytes[start + end..<start + end + 4 * size])))
      end += 4 * size
    }
    guard start + end == bytes.count else {
      throw .format("model: \(bytes.count - start - end) bytes after the last tensor")
    }
    guard let sum = metadata[Self.checksumKey] else {
      throw .format("model: a safetensors file, but not one of qlif (no \(Self.checksumKey) in its metadata)")
    }
    guard sum == checksum() else { throw .format("model: damaged or edited (its checksum does not fit)") }
    metadata[Self.checksumKey] = nil
  }
}

extension Safetensors.Tensor {
  init(name: String, shape: [Int], values: Buffer<Float>) {
    self.init(name: name, shape: shape, bytes: UnsafeRawBufferPointer(values.values), owner: values)
  }

  /// Copies the tensor into a buffer of its size.
  func copy(to buffer: Buffer<Float>) {
    UnsafeMutableRawBufferPointer(buffer.values).copyMemory(from: bytes)
  }
}
