import CSIMD
import KernelTypes

extension VectorKernels {
  /// The largest of the spikes of each window: 1 where any spikes.
  ///   spikes   [rows, pool.words]
  ///   output   [rows, pool.outputWords]
  public static func maxPoolForward(
    _ pool: PoolWindow, rows: Int, spikes: UnsafePointer<UInt64>, output: UnsafeMutablePointer<UInt64>
  ) {
    for row in 0..<rows {
      let plane = spikes + row * pool.words
      let result = output + row * pool.outputWords
      result.update(repeating: 0, count: pool.outputWords)
      for y in 0..<pool.outputHeight {
        for x in 0..<pool.outputWidth {
          let target = (y * pool.outputWidth + x) * pool.channels
          var first = 0
          while first < pool.channels {
            let count = min(32, pool.channels - first)
            var any: UInt64 = 0
            for dy in 0..<pool.size {
              for dx in 0..<pool.size {
                let place = (y * pool.stride + dy) * pool.width + x * pool.stride + dx
                any |= bits(plane, at: place * pool.channels + first, count: count)
              }
            }
            let bit = target + first
            result[bit / 64] |= any << UInt64(bit % 64)
            if bit % 64 + count > 64 { result[bit / 64 + 1] |= any >> UInt64(64 - bit % 64) }
            first += 32
          }
        }
      }
    }
  }

  /// Hands each window's gradient to the neuron whose spike it was: the first of the window that spiked, or the
  /// first of all where none did.
  ///   outputGradient   [rows, outputStride], of which outputHeight x outputWidth x channels count; fifteen floats
  ///                    beyond the last are read
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; fifteen floats beyond may be
  ///                    written
  public static func maxPoolBackward(
    _ pool: PoolWindow, rows: Int, spikes: UnsafePointer<UInt64>, outputGradient: UnsafePointer<Float>,
    outputStride: Int, inputGradient: UnsafeMutablePointer<Float>, inputStride: Int
  ) {
    let count = pool.height * pool.width * pool.channels
    // From one place of a window to the next row's first.
    let rowStep = pool.width * pool.channels
    // Where each place belongs to just one window, its gradient is written and not added.
    let isTiled =
      pool.stride == pool.size && pool.outputHeight * pool.size == pool.height
      && pool.outputWidth * pool.size == pool.width
    for row in 0..<rows {
      let plane = spikes + row * pool.words
      let source = outputGradient + row * outputStride
      let target = inputGradient + row * inputStride
      if !isTiled { target.update(repeating: 0, count: count) }
      for y in 0..<pool.outputHeight {
        for x in 0..<pool.outputWidth {
          let output = source + (y * pool.outputWidth + x) * pool.channels
          let corner = (y * pool.width + x) * pool.stride * pool.channels
          var first = 0
          while first < pool.channels {
            let width = min(laneCount, pool.channels - first)
            let gradient = Lanes(loading: output + first)
            let lanes: UInt64 = (1 &<< UInt64(truncatingIfNeeded: width)) &- 1
            let firstWins = bits(plane, at: corner + first, count: width)
            // The lanes that are still without a winner.
            var open = lanes & ~firstWins
            for dy in 0..<pool.size {
              for dx in 0..<pool.size where dy + dx > 0 {
                let place = corner + dy * rowStep + dx * pool.channels + first
                let winners = bits(plane, at: place, count: width) & open
                open ^= winners
                put(gradient, where: winners, among: lanes, isTiled, target + place)
              }
            }
            put(gradient, where: firstWins | open, among: lanes, isTiled, target + corner + first)
            first += laneCount
          }
        }
      }
    }
  }

  /// Writes, or else adds, the gradient in the lanes that win and 0 in the others of a place.
  @inline(__always)
  private static func put(
    _ gradient: Lanes, where winners: UInt64, among lanes: UInt64, _ isWritten: Bool,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let share = select(LaneMask(bits: UInt16(truncatingIfNeeded: winners)), gradient, Lanes.zero)
    if isWritten {
      qlif_store_lanes(UInt16(truncatingIfNeeded: lanes), share, target)
    } else {
      (Lanes(loading: target) + share).store(to: target)
    }
  }
}
