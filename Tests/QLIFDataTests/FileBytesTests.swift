import Glibc
import QLIFData
import QLIFFiles
import Testing

@Suite struct FileBytesTests {
  @Test func plainAndCompressed() throws {
    let place = TemporaryFolder()
    let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
    #expect(try FileBytes.read(place.write(bytes, "plain")) == bytes)
    #expect(try FileBytes.read(place.write(bytes, "packed", compressed: true)) == bytes)
    #expect(try FileBytes.read(place.write([], "empty")) == [])
  }

  @Test func damagedGzipIsRefused() throws {
    let place = TemporaryFolder()
    let packed = place.write(
      (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }, "packed", compressed: true)
    let good = try Self.raw(packed)
    for length in stride(from: 4, to: good.count, by: 37) {
      let path = place.write(Array(good[..<length]), "cut")
      #expect(throws: DataError.self) { try FileBytes.read(path) }
    }
    var numbers = Numbers(state: 2)
    for _ in 0..<300 {
      var bytes = good
      bytes[Int.random(in: 10..<bytes.count, using: &numbers)] ^=
        1 << UInt8.random(in: 0...7, using: &numbers)
      let path = place.write(bytes, "flipped")
      // The check sum notices what the stream itself forgives.
      #expect(throws: DataError.self) { try FileBytes.read(path) }
    }
  }

  @Test func aBombIsNotUnpacked() {
    let place = TemporaryFolder()
    let path = place.write([UInt8](repeating: 0, count: 3_000_000), "bomb", compressed: true)
    #expect(throws: DataError.malformed(path: path.description, reason: "it holds more than 1000000 bytes")) {
      try FileBytes.read(path, limit: 1_000_000)
    }
  }

  @Test(arguments: ["/", "/nonexistent/file", "", "a\0b"])
  func whatIsNoFileIsRefused(path: String) {
    #expect(throws: DataError.self) { try FileBytes.read(FilePath(path)) }
  }

  /// Nobody writes to the pipe: it would be waited for.
  @Test func aPipeIsRefusedAtOnce() {
    let place = TemporaryFolder()
    let pipe = place.write([], "pipe")
    unlink(pipe.bytes)
    mkfifo(pipe.bytes, 0o600)
    #expect(throws: DataError.self) { try FileBytes.read(pipe) }
    #expect(throws: DataError.self) { try SHA256.hexadecimal(ofFile: pipe) }
  }

  @Test func noMoreIsReadThanTheStartPromises() throws {
    let place = TemporaryFolder()
    let path = place.write([UInt8](repeating: 0, count: 30_000_000), "bomb", compressed: true)
    let bytes = try FileBytes.read(path) { _ in 1000 }
    #expect(bytes.count > 1000 && bytes.count < 1_000_000)
  }

  private static func raw(_ path: FilePath) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let descriptor = open(path.bytes, O_RDONLY)
    defer { close(descriptor) }
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(count, 0)))
  }
}
