/// Up to 32 bits from bit `offset` of a row on. May read seven bytes beyond them.
@inline(__always)
func bits(_ row: UnsafePointer<UInt64>, at offset: Int, count: Int) -> UInt64 {
  let word = (UnsafeRawPointer(row) + offset / 8).loadUnaligned(as: UInt64.self)
  return (word >> UInt64(offset % 8)) & ((1 << UInt64(count)) - 1)
}

/// Up to 64 bits from bit `offset` of a row on. May read a word beyond them.
@inline(__always)
func wideBits(_ row: UnsafePointer<UInt64>, at offset: Int, count: Int) -> UInt64 {
  let shift = UInt64(offset % 64)
  let low = row[offset / 64] >> shift
  // Shifted in two parts: a shift by 64 would be none.
  let high = (row[offset / 64 + 1] << 1) << (63 - shift)
  return (low | high) & (UInt64.max >> UInt64(64 - count))
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
    var chunk = wideBits(row, at: offset + first, count: min(64, count - first))
    while chunk != 0 {
      indices[listed] = Int32(truncatingIfNeeded: base + first + chunk.trailingZeroBitCount)
      listed += 1
      chunk &= chunk - 1
    }
    first += 64
  }
  return listed
}
