import CSIMD

/// Up to 32 bits from bit `offset` of a row on. May read seven bytes beyond them.
@inline(__always)
func bits(_ row: UnsafePointer<UInt64>, at offset: Int, count: Int) -> UInt64 {
  let word = (UnsafeRawPointer(row) + (offset >> 3)).loadUnaligned(as: UInt64.self)
  return (word &>> UInt64(truncatingIfNeeded: offset & 7))
    & (((1 as UInt64) &<< UInt64(truncatingIfNeeded: count)) &- 1)
}

/// Up to 64 bits from bit `offset` of a row on. May read a word beyond them.
@inline(__always)
func wideBits(_ row: UnsafePointer<UInt64>, at offset: Int, count: Int) -> UInt64 {
  let shift = UInt64(truncatingIfNeeded: offset & 63)
  let low = row[offset >> 6] &>> shift
  // Shifted in two parts: a shift by 64 would be none.
  let high = (row[(offset >> 6) + 1] &<< 1) &<< (63 &- shift)
  return (low | high) & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- count))
}

/// Appends `base + i` for each set bit i among `count` from bit `offset` on; returns the list's new length.
/// Fifteen entries beyond it may be written.
@inline(__always)
func listBits(
  _ row: UnsafePointer<UInt64>, at offset: Int, count: Int, base: Int,
  into list: UnsafeMutablePointer<Int32>, from listed: Int
) -> Int {
  var listed = listed
  for first in stride(from: 0, to: count, by: 64) {
    let width = min(64, count - first)
    listed = listBits(
      wideBits(row, at: offset + first, count: width), count: width, base: base + first, into: list,
      from: listed)
  }
  return listed
}

/// The same of one word, whose bits from `count` on are 0.
@inline(__always)
func listBits(
  _ word: UInt64, count: Int, base: Int, into list: UnsafeMutablePointer<Int32>, from listed: Int
) -> Int {
  var word = word
  var listed = listed
  // Every part, also where it is empty: a guess of which are would often be wrong.
  var first = 0
  while first < count {
    let bits = UInt16(truncatingIfNeeded: word)
    qlif_list_bits(bits, Int32(truncatingIfNeeded: base &+ first), list + listed)
    listed &+= bits.nonzeroBitCount
    word &>>= 16
    first &+= 16
  }
  return listed
}

/// Appends the values of a row that are not 0, and `base + i` for each; returns the lists' new length. Fifteen
/// entries beyond it may be written, and fifteen values beyond the row are read.
@inline(__always)
func listNonzero(
  _ row: UnsafePointer<Float>, count: Int, base: Int, into list: UnsafeMutablePointer<Int32>,
  values: UnsafeMutablePointer<Float>, from listed: Int
) -> Int {
  var listed = listed
  for first in stride(from: 0, to: count, by: laneCount) {
    var bits = ~Lanes(loading: row + first).isEqual(to: Lanes.zero).bits
    if count - first < laneCount { bits &= (1 << UInt16(count - first)) - 1 }
    qlif_list_bits(bits, Int32(truncatingIfNeeded: base + first), list + listed)
    qlif_list_values(bits, row + first, values + listed)
    listed += bits.nonzeroBitCount
  }
  return listed
}

/// Swaps rows and columns of 64 rows of 64 bits: bit i of word j becomes bit j of word i.
@inline(__always)
func transpose(_ words: UnsafeMutablePointer<UInt64>) {
  // Halves of the matrix change places, then quarters of the halves, and so on.
  var mask: UInt64 = 0xffff_ffff
  var size = 32
  while size > 0 {
    for first in stride(from: 0, to: 64, by: 2 * size) {
      for row in first..<first + size {
        let swap = ((words[row] &>> UInt64(truncatingIfNeeded: size)) ^ words[row + size]) & mask
        words[row] ^= swap &<< UInt64(truncatingIfNeeded: size)
        words[row + size] ^= swap
      }
    }
    size /= 2
    mask ^= mask &<< UInt64(truncatingIfNeeded: size)
  }
}
