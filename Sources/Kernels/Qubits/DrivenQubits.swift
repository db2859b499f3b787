import CSIMD
import KernelTypes

/// Neurons of a layer with an input constant in time that are driven, side by side.
struct DrivenQubits {
  let count: Int
  /// The drive of each and its number in the layer; up to a whole group, neurons without a drive.
  let drive: UnsafeMutablePointer<Float>
  let numbers: UnsafeMutablePointer<Int32>
  /// One bit per neuron of the layer.
  let isDriven: UnsafeMutablePointer<UInt64>

  var groups: Int { (count + laneCount - 1) / laneCount }

  /// 64-bit words in the spikes of a step: `spread` looks a word beyond the one that holds bit `count`.
  var words: Int { Self.words(count) }

  static func words(_ count: Int) -> Int { count / 64 + 2 }

  /// - Parameters:
  ///   - drive: of the layer, [groups * 16]
  ///   - range: the drives that are meant: above the lower bound and up to the upper one
  ///   - memory: [(groups + 1) * 16] twice, and a bit for each neuron in whole words
  @inline(__always)
  init(
    groups: Int, drive all: UnsafePointer<Float>, in range: (above: Float, upTo: Float),
    drive: UnsafeMutablePointer<Float>, numbers: UnsafeMutablePointer<Int32>,
    isDriven: UnsafeMutablePointer<UInt64>
  ) {
    self.drive = drive
    self.numbers = numbers
    self.isDriven = isDriven
    var listed = 0
    var word: UInt64 = 0
    for group in 0..<groups {
      let current = all + group * laneCount
      let values = Lanes(loading: current)
      let bits = values.isGreater(than: range.above).subtracting(values.isGreater(than: range.upTo)).bits
      qlif_list_values(bits, current, drive + listed)
      qlif_list_bits(bits, Int32(truncatingIfNeeded: group &* laneCount), numbers + listed)
      listed += bits.nonzeroBitCount
      word |= UInt64(bits) &<< UInt64(truncatingIfNeeded: group % 4 &* laneCount)
      if group % 4 == 3 || group == groups - 1 {
        isDriven[group / 4] = word
        word = 0
      }
    }
    count = listed
    Lanes.zero.store(to: drive + listed)
    UnsafeMutableRawPointer(numbers + listed).storeBytes(of: SIMD16<Int32>.zero, as: SIMD16<Int32>.self)
  }

  /// Adds the spikes of these neurons where they stand in the layer, to a row of 64-bit words.
  @inline(__always)
  func spread(_ fired: UnsafePointer<UInt64>, groups: Int, to row: UnsafeMutablePointer<UInt16>) {
    let row = UnsafeMutableRawPointer(row)
    var first = 0
    for word in 0..<(groups + 3) / 4 {
      let count = isDriven[word].nonzeroBitCount
      let bits = qlif_deposit_bits(wideBits(fired, at: first, count: count), isDriven[word])
      let before = row.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)
      row.storeBytes(of: before | bits, toByteOffset: word * 8, as: UInt64.self)
      first += count
    }
  }
}
