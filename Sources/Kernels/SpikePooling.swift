import CSIMD
import KernelTypes

extension VectorKernels {
  /// The largest of the spikes of each window: 1 where any spikes. Rows of a window are joined by words, then its
  /// columns.
  ///   spikes   [rows, pool.words]; a word beyond the last is read
  ///   output   [rows, pool.outputWords]
  public static func maxPoolForward(
    _ pool: PoolWindow, rows: Int, spikes: UnsafePointer<UInt64>, output: UnsafeMutablePointer<UInt64>
  ) {
    let width = pool.width * pool.channels
    let words = (width + 63) / 64
    // Behind the joined rows, silence for the columns to look into.
    let silent = (pool.size * pool.channels + 63) / 64 + 1
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * (words + silent)) { memory in
      guard let joined = memory.baseAddress else { return }
      joined.update(repeating: 0, count: 2 * (words + silent))
      let windows = joined + (words + silent)
      for row in 0..<rows {
        let plane = spikes + row * pool.words
        let result = output + row * pool.outputWords
        result.update(repeating: 0, count: pool.outputWords)
        for y in 0..<pool.outputHeight {
          for word in 0..<words {
            let first = y * pool.stride * width + word * 64
            let count = min(64, width - word * 64)
            joined[word] = any(of: pool.size, plane, at: first, apart: width, count: count)
          }
          // Where a window begins, its columns meet.
          for word in 0..<words {
            windows[word] = any(of: pool.size, joined, at: word * 64, apart: pool.channels, count: 64)
          }
          for x in 0..<pool.outputWidth {
            let target = (y * pool.outputWidth + x) * pool.channels
            var first = 0
            while first < pool.channels {
              let count = min(32, pool.channels - first)
              let found = bits(windows, at: x * pool.stride * pool.channels + first, count: count)
              let bit = target + first
              result[bit / 64] |= found << UInt64(bit % 64)
              if bit % 64 + count > 64 { result[bit / 64 + 1] |= found >> UInt64(64 - bit % 64) }
              first += 32
            }
          }
        }
      }
    }
  }

  /// The bits that any of some stretches of a row has, the first at `offset`, the others `distance` further on each.
  @inline(__always)
  private static func any(
    of stretches: Int, _ row: UnsafePointer<UInt64>, at offset: Int, apart distance: Int, count: Int
  ) -> UInt64 {
    var any: UInt64 = 0
    for stretch in 0..<stretches { any |= wideBits(row, at: offset + stretch * distance, count: count) }
    return any
  }

  /// Hands each window's gradient to one of the neurons that are its maximum, of those that spiked or of all where
  /// none did: the first, where `pool.takesTurns` counted from another place of the window at each step.
  ///   spikes           [samples, steps, pool.words]
  ///   outputGradient   [rows, outputStride], of which outputHeight x outputWidth x channels count; fifteen floats
  ///                    beyond the last are read
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; fifteen floats beyond may be
  ///                    written
  public static func maxPoolBackward(
    _ pool: PoolWindow, samples: Int, steps: Int, spikes: UnsafePointer<UInt64>,
    outputGradient: UnsafePointer<Float>, outputStride: Int, inputGradient: UnsafeMutablePointer<Float>,
    inputStride: Int
  ) {
    let count = pool.height * pool.width * pool.channels
    // Where each place belongs to just one window, its gradient is written and not added.
    let isTiled =
      pool.stride == pool.size && pool.outputHeight * pool.size == pool.height
      && pool.outputWidth * pool.size == pool.width
    let places = pool.size * pool.size
    // Where the places lie, twice around the window.
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * places) { offsets in
      guard let offsets = offsets.baseAddress else { return }
      for place in 0..<2 * places { offsets[place] = pool.offset(of: place % places) }
      for row in 0..<samples * steps {
        let order = offsets + (pool.takesTurns ? row % steps % places : 0)
        let plane = spikes + row * pool.words
        let target = inputGradient + row * inputStride
        if !isTiled { target.update(repeating: 0, count: count) }
        var source = outputGradient + row * outputStride
        for y in 0..<pool.outputHeight {
          for x in 0..<pool.outputWidth {
            let corner = (y * pool.width + x) * pool.stride * pool.channels
            var first = 0
            while first < pool.channels {
              let width = min(laneCount, pool.channels - first)
              let gradient = Lanes(loading: source + first)
              let begin = corner + first + order[0]
              let firstWins = bits(plane, at: begin, count: width)
              // The lanes that are still without a winner.
              var open = ~firstWins
              for next in 1..<places {
                let place = corner + first + order[next]
                let winners = bits(plane, at: place, count: width) & open
                open ^= winners
                put(gradient, where: winners, width, isTiled, target + place)
              }
              put(gradient, where: firstWins | open, width, isTiled, target + begin)
              first += laneCount
            }
            source += pool.channels
          }
        }
      }
    }
  }

  /// Writes, or else adds, the gradient in the lanes that win and 0 in the others of a place's `width` lanes.
  @inline(__always)
  private static func put(
    _ gradient: Lanes, where winners: UInt64, _ width: Int, _ isWritten: Bool,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let won = select(LaneMask(bits: UInt16(truncatingIfNeeded: winners)), gradient, Lanes.zero)
    let sum = isWritten ? won : Lanes(loading: target) + won
    qlif_store_first(width, sum, target)
  }
}
