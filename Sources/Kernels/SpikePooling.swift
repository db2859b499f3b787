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

  /// Hands each window's gradient to one of the neurons that are its maximum, of those that spiked or of all where
  /// none did: the first, counted from another place of the window at each step. Counted from the same place, silent
  /// windows would ask the same neuron over and over, often one that nothing drives, and layers would fall silent.
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
    for row in 0..<samples * steps {
      let start = row % steps % places
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
            let begin = corner + first + pool.offset(of: start)
            let firstWins = bits(plane, at: begin, count: width)
            // The lanes that are still without a winner.
            var open = lanes & ~firstWins
            for next in start + 1..<start + places {
              let place = corner + first + pool.offset(of: next < places ? next : next - places)
              let winners = bits(plane, at: place, count: width) & open
              open ^= winners
              put(gradient, where: winners, among: lanes, isTiled, target + place)
            }
            put(gradient, where: firstWins | open, among: lanes, isTiled, target + begin)
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
    let won = select(LaneMask(bits: UInt16(truncatingIfNeeded: winners)), gradient, Lanes.zero)
    if isWritten {
      qlif_store_lanes(UInt16(truncatingIfNeeded: lanes), won, target)
    } else {
      (Lanes(loading: target) + won).store(to: target)
    }
  }
}
