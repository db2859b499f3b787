/// Random numbers as a pure function of where they are used: no state, no order, no threads in them.
///
/// The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014) applied to keys and counters in turn.
package enum Counter {
  @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// The key of a stream inside the stream `key`.
  @inline(__always)
  static func key(_ key: UInt64, _ index: Int) -> UInt64 {
    mixed(mixed(key) ^ UInt64(truncatingIfNeeded: index))
  }

  /// Number `index` of the stream `key`, uniform in [0, 1).
  @inline(__always)
  static func uniform(_ key: UInt64, _ index: Int) -> Float {
    Float(self.key(key, index) >> 40) * 0x1p-24
  }
}
