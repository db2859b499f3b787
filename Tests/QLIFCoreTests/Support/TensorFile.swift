import Foundation

/// Reads the float64 and int64 safetensors files of `Tests/Golden`. A reader of its own, so that the engine's is not
/// tested against itself.
struct TensorFile {
  var metadata: [String: String] = [:]
  var values: [String: [Double]] = [:]
  var shapes: [String: [Int]] = [:]

  init(_ url: URL) throws {
    let data = [UInt8](try Data(contentsOf: url))
    let length = data[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header =
      try JSONSerialization.jsonObject(with: Data(data[8..<8 + length])) as? [String: [String: Any]] ?? [:]
    for (name, entry) in header {
      if name == "__metadata__" {
        metadata = entry.compactMapValues { $0 as? String }
        continue
      }
      let offsets = entry["data_offsets"] as? [Int] ?? []
      let bytes = Array(data[8 + length + offsets[0]..<8 + length + offsets[1]])
      shapes[name] = entry["shape"] as? [Int]
      values[name] = stride(from: 0, to: bytes.count, by: 8).map { at in
        let word = bytes[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return entry["dtype"] as? String == "I64" ? Double(Int64(bitPattern: word)) : Double(bitPattern: word)
      }
    }
  }

  func floats(_ name: String) -> [Float] { (values[name] ?? []).map { Float($0) } }

  /// The folder of the reference values.
  static let golden = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden")
}
