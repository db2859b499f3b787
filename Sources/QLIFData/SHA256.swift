import CCrypto

/// The SHA-256 of some bytes, as OpenSSL's libcrypto computes it.
public enum SHA256 {
  /// 64 hexadecimal digits; nil if libcrypto fails.
  public static func hexadecimal(_ bytes: [UInt8]) -> String? {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1, length == 32 else {
      return nil
    }
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
