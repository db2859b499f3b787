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
    for row in 0..<rows {
      let plane = spikes + row * pool.words
      let source = outputGradient + row * outputStride
      let target = inputGradient + row * inputStride
      target.update(repeating: 0, count: count)
      for y in 0..<pool.outputHeight {
        for x in 0..<pool.outputWidth {
          let output = source + (y * pool.outputWidth + x) * pool.channels
          for first in stride(from: 0, to: pool.channels, by: laneCount) {
            let width = min(laneCount, pool.channels - first)
            let everyLane: UInt64 = (1 << UInt64(width)) - 1
            var found: UInt64 = 0
            var anywhere: UInt64 = 0
            for dy in 0..<pool.size {
              for dx in 0..<pool.size {
                let place = (y * pool.stride + dy) * pool.width + x * pool.stride + dx
                anywhere |= bits(plane, at: place * pool.channels + first, count: width)
              }
            }
            let gradient = Lanes(loading: output + first)
            for dy in 0..<pool.size {
              for dx in 0..<pool.size {
                let place =
                  ((y * pool.stride + dy) * pool.width + x * pool.stride + dx) * pool.channels + first
                var winners = bits(plane, at: place, count: width) & ~found
                if dy == 0 && dx == 0 { winners |= everyLane & ~anywhere }
                found |= winners
                if winners == 0 { continue }
                let lanes = LaneMask(qlif_lanes_from_bits(UInt16(truncatingIfNeeded: winners)))
                (Lanes(loading: target + place) + select(lanes, gradient, Lanes.zero)).store(
                  to: target + place)
              }
            }
          }
        }
      }
    }
  }
}
