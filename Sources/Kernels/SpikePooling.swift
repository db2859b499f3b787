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

  /// Hands each window's gradient to the neurons that are its maximum, in equal parts: those that spiked, or all of
  /// them where none did. Were it one of them only, a silent window would mostly ask a neuron far from its threshold
  /// to spike, and layers would fall silent by and by.
  ///   outputGradient   [rows, outputStride], of which outputHeight x outputWidth x channels count; fifteen floats
  ///                    beyond the last are read
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; fifteen floats beyond may be
  ///                    written
  public static func maxPoolBackward(
    _ pool: PoolWindow, rows: Int, spikes: UnsafePointer<UInt64>, outputGradient: UnsafePointer<Float>,
    outputStride: Int, inputGradient: UnsafeMutablePointer<Float>, inputStride: Int
  ) {
    let count = pool.height * pool.width * pool.channels
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
            var count = Lanes.zero
            forEachPlace(pool, from: corner + first) { place in
              let spikes = LaneMask(bits: UInt16(truncatingIfNeeded: bits(plane, at: place, count: width)))
              count = select(spikes, count + 1, count)
            }
            let isSilent = count.isEqual(to: .zero)
            let share = gradient / select(isSilent, Lanes(repeating: Float(pool.size * pool.size)), count)
            let silent = UInt64(isSilent.bits) & lanes
            forEachPlace(pool, from: corner + first) { place in
              let largest = bits(plane, at: place, count: width) | silent
              put(share, where: largest, among: lanes, isTiled, target + place)
            }
            first += laneCount
          }
        }
      }
    }
  }

  @inline(__always)
  private static func forEachPlace(_ pool: PoolWindow, from corner: Int, _ body: (Int) -> Void) {
    for dy in 0..<pool.size {
      for dx in 0..<pool.size { body(corner + (dy * pool.width + dx) * pool.channels) }
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
