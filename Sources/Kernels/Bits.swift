/// Up to 32 bits from bit `offset` of a row on. May read seven bytes beyond them.
@inline(__always)
func bits(_ row: UnsafePointer<UInt64>, at offset: Int, count: Int) -> UInt64 {
  let word = (UnsafeRawPointer(row) + offset / 8).loadUnaligned(as: UInt64.self)
  return (word >> UInt64(offset % 8)) & ((1 << UInt64(count)) - 1)
}

/// Appends the places of the set bits among `count` from bit `offset` on, counted from `base`.
@inline(__always)
func listBits(
  _ row: UnsafePointer<UInt64>, at offset: Int, count: Int, base: Int,
  into indices: UnsafeMutablePointer<Int32>,
  from listed: Int
) -> Int {
  var listed = listed
  var first = 0
  while first < count {
    var chunk = bits(row, at: offset + first, count: min(32, count - first))
    while chunk != 0 {
      indices[listed] = Int32(truncatingIfNeeded: base + first + chunk.trailingZeroBitCount)
      listed += 1
      chunk &= chunk - 1
    }
    first += 32
  }
  return listed
}
