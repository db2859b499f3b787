import CCrypto
import Glibc
import QLIFFiles

/// The SHA-256 of bytes and files, as OpenSSL's libcrypto computes it.
public enum SHA256 {
  /// 64 hexadecimal digits; nil if libcrypto fails.
  public static func hexadecimal(_ bytes: [UInt8]) -> String? {
    guard let state = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(state) }
    guard EVP_DigestInit_ex(state, EVP_sha256(), nil) == 1, EVP_DigestUpdate(state, bytes, bytes.count) == 1
    else { return nil }
    return finish(state)
  }

  /// The same of a file, byte for byte as it lies on the disk, whatever its size.
  public static func hexadecimal(ofFile path: FilePath) throws(DataError) -> String {
    func failure(_ code: Int32) -> DataError {
      .unreadable(path: path.description, reason: String(cString: strerror(code)))
    }
    let descriptor: Int32
    do { descriptor = try PlainFile.open(path).descriptor } catch { throw DataError(error) }
    defer { close(descriptor) }
    guard let state = EVP_MD_CTX_new() else { throw failure(ENOMEM) }
    defer { EVP_MD_CTX_free(state) }
    guard EVP_DigestInit_ex(state, EVP_sha256(), nil) == 1 else { throw failure(ENOMEM) }
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      guard EVP_DigestUpdate(state, chunk, count) == 1 else { throw failure(EIO) }
    }
    guard let digits = finish(state) else { throw failure(EIO) }
    return digits
  }

  private static func finish(_ state: OpaquePointer) -> String? {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    guard EVP_DigestFinal_ex(state, &digest, &length) == 1, length == 32 else { return nil }
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
