import CSIMD
import KernelTypes

/// The trains that an output position sees, as a tree: a train's parent is one whose spikes are all among its own. So
/// what a train has to add to its parent is little: of the spikes seen, a small part remains.
///
/// Trains are numbered anew, a parent before its children; number 0, the root, is silence.
struct SeenTrains {
  private let plane: PlaneTrains
  /// The taps that see spikes, and the number of each one's train.
  let taps: UnsafeMutablePointer<Int32>
  let kinds: UnsafeMutablePointer<Int32>
  private(set) var tapCount = 0
  /// The trains, without silence.
  private(set) var count = 0
  let parents: UnsafeMutablePointer<Int32>
  /// The spikes of each train that its parent lacks.
  let added: UnsafeMutablePointer<UInt64>

  private let trains: UnsafeMutablePointer<UInt64>
  /// By the plane's numbers: which are seen, and their numbers here.
  private let present: UnsafeMutablePointer<UInt64>
  private let ranks: UnsafeMutablePointer<Int32>

  /// How many trains are searched for a parent: the nearest before, which have the most spikes.
  private static let reach = 32

  init(_ plane: PlaneTrains, _ arena: inout Arena) {
    let window = plane.window
    self.plane = plane
    taps = arena.take(window.taps + laneCount)
    kinds = arena.take(window.taps + laneCount)
    parents = arena.take(window.taps + 1)
    // Read in blocks of 64.
    added = arena.take(window.taps + 64)
    // 16 are compared together, also before the first.
    trains = arena.take(16 + window.taps + 1) + 16
    present = arena.take(window.words + 1)
    ranks = arena.take(window.words * 64 + 1)
    present.update(repeating: 0, count: window.words + 1)
  }

  @inline(__always)
  mutating func see(y: Int, x: Int) {
    listTaps(y: y, x: x)
    number()
    findParents()
  }

  @inline(__always)
  private mutating func listTaps(y: Int, x: Int) {
    let window = plane.window
    let top = y * window.stride - window.padding
    let left = x * window.stride - window.padding
    let columns = inside(left, window.kernelWidth, window.usableWidth)
    var listed = 0
    for ky in inside(top, window.kernelHeight, window.usableHeight) {
      let row = plane.numbers + ((top + ky) * window.width + left + columns.lowerBound) * window.channels
      let tap = (ky * window.kernelWidth + columns.lowerBound) * window.channels
      let width = columns.count * window.channels
      for first in stride(from: 0, to: width, by: laneCount) {
        let lanes = UnsafeRawPointer(row + first).loadUnaligned(as: SIMD16<Int32>.self)
        var bits = qlif_nonzero_lanes(lanes)
        if width - first < laneCount { bits &= (1 << UInt16(width - first)) - 1 }
        qlif_list_bits(bits, Int32(truncatingIfNeeded: tap &+ first), taps + listed)
        qlif_list_values(bits, row + first, kinds + listed)
        listed &+= bits.nonzeroBitCount
      }
    }
    tapCount = listed
  }

  @inline(__always)
  private mutating func number() {
    for k in 0..<tapCount {
      let kind = Int(kinds[k])
      present[kind >> 6] |= 1 &<< UInt64(truncatingIfNeeded: kind & 63)
    }
    var listed = 0
    trains[0] = 0
    for word in 0...plane.window.words {
      var rest = present[word]
      present[word] = 0
      while rest != 0 {
        let kind = word &* 64 &+ rest.trailingZeroBitCount
        rest &= rest &- 1
        listed &+= 1
        trains[listed] = plane.trains[kind]
        ranks[kind] = Int32(truncatingIfNeeded: listed)
      }
    }
    count = listed
    for k in 0..<tapCount { kinds[k] = ranks[Int(kinds[k])] }
  }

  /// The nearest before whose spikes are all its own has the most of them. Silence is the last that is found.
  @inline(__always)
  private mutating func findParents() {
    parents[0] = 0
    added[0] = 0
    for number in 0..<count {
      let train = trains[number + 1]
      var parent = 0
      for last in stride(from: number, to: number - Self.reach, by: -16) {
        let contained = qlif_contained(trains + (last - 15), train)
        if contained != 0 {
          parent = last &- contained.leadingZeroBitCount
          break
        }
      }
      parents[number + 1] = Int32(truncatingIfNeeded: parent)
      added[number + 1] = train & ~trains[parent]
    }
  }
}

/// The part of a kernel's row or column that lies inside of the plane.
@inline(__always)
private func inside(_ origin: Int, _ kernel: Int, _ size: Int) -> Range<Int> {
  let first = max(0, -origin)
  return first..<max(first, min(kernel, size - origin))
}
