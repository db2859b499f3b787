import QLIFData
import Testing

@Suite struct SHA256Tests {
  @Test func filesAreHashedAsTheyAre() throws {
    let place = TemporaryFolder()
    #expect(try SHA256.hexadecimal(ofFile: place.write(Array("abc".utf8), "abc")) == Self.abc)
    // A file that looks compressed is not unpacked for it.
    let bytes: [UInt8] = [0x1F, 0x8B, 8, 0]
    let packed = place.write(bytes, "packed")
    #expect(try SHA256.hexadecimal(ofFile: packed) == SHA256.hexadecimal(bytes))
    #expect(throws: DataError.self) { try SHA256.hexadecimal(ofFile: place.place) }
    #expect(throws: DataError.self) { try SHA256.hexadecimal(ofFile: place.place.appending("none")) }
  }

  static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  /// FIPS 180-4, example values.
  @Test func knownDigests() {
    #expect(SHA256.hexadecimal(Array("abc".utf8)) == Self.abc)
    #expect(SHA256.hexadecimal([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }
}
