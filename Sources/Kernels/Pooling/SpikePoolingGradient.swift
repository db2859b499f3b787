import CSIMD
import KernelTypes

extension VectorKernels {
  /// Bytes that `maxPoolBackward` works in.
  public static func maxPoolBackwardMemory(_ pool: PoolWindow) -> Int {
    pool.size * pool.size * MemoryLayout<Place>.stride
  }

  /// Passes each window's gradient on to one of the neurons that are its maximum, of those that spiked or of all where
  /// none did: the one with the largest membrane, or, without membranes, the first.
  ///   spikes           [rows, pool.words]
  ///   membranes        [rows, inputStride], or nil
  ///   outputGradient   [rows, outputStride], of which outputHeight x outputWidth x channels count; fifteen floats
  ///                    beyond the last are read
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; fifteen floats beyond may be
  ///                    written
  ///   memory           maxPoolBackwardMemory(_:) bytes
  public static func maxPoolBackward(
    _ pool: PoolWindow, rows: Int, spikes: UnsafePointer<UInt64>, membranes: UnsafePointer<Float>?,
    outputGradient: UnsafePointer<Float>, outputStride: Int, inputGradient: UnsafeMutablePointer<Float>,
    inputStride: Int, memory: UnsafeMutableRawPointer
  ) {
    let count = pool.height * pool.width * pool.channels
    // Where each place belongs to just one window, its gradient is written and not added.
    let isTiled =
      pool.stride == pool.size && pool.outputHeight * pool.size == pool.height
      && pool.outputWidth * pool.size == pool.width
    let places = pool.size * pool.size
    let window = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Place.self, capacity: places), count: places)
    for place in 0..<places { window[place] = Place(offset: pool.offset(of: place)) }
    for row in 0..<rows {
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
            let target = target + (corner + first)
            func pass(to place: Place, where wins: LaneMask) {
              let won = select(wins, gradient, Lanes.zero)
              let sum = isTiled ? won : Lanes(loading: target + place.offset) + won
              qlif_store_first(width, sum, target + place.offset)
              qlif_prefetch(target + (place.offset + 8 * laneCount))
            }
            if let membranes {
              let membranes = membranes + (row * inputStride + corner + first)
              findLargest(window, plane, at: corner + first, width, membranes, pass)
            } else {
              findFirst(window, plane, at: corner + first, width, pass)
            }
            first += laneCount
          }
          source += pool.channels
        }
      }
    }
  }

  /// A place of a window, for some channels side by side.
  private struct Place {
    /// From the window's first place on.
    let offset: Int
    var spiked = LaneMask.none
    var membrane = Lanes.zero
  }

  /// The first of the neurons that spiked, or of all.
  @inline(__always)
  private static func findFirst(
    _ window: UnsafeMutableBufferPointer<Place>, _ plane: UnsafePointer<UInt64>, at first: Int, _ width: Int,
    _ pass: (Place, LaneMask) -> Void
  ) {
    func spiked(_ place: Int) -> UInt64 { bits(plane, at: first + window[place].offset, count: width) }
    func lanes(_ bits: UInt64) -> LaneMask { LaneMask(bits: UInt16(truncatingIfNeeded: bits)) }
    let firstWins = spiked(0)
    // The lanes that are still without a winner.
    var open = ~firstWins
    for place in 1..<window.count {
      let winners = spiked(place) & open
      open ^= winners
      pass(window[place], lanes(winners))
    }
    pass(window[0], lanes(firstWins | open))
  }

  /// The neuron with the largest membrane of those that spiked, or of all.
  @inline(__always)
  private static func findLargest(
    _ window: UnsafeMutableBufferPointer<Place>, _ plane: UnsafePointer<UInt64>, at first: Int, _ width: Int,
    _ membranes: UnsafePointer<Float>, _ pass: (Place, LaneMask) -> Void
  ) {
    var anySpiked = LaneMask.none
    for place in window.indices {
      let bits = bits(plane, at: first + window[place].offset, count: width)
      window[place].spiked = LaneMask(bits: UInt16(truncatingIfNeeded: bits))
      anySpiked = anySpiked | window[place].spiked
    }
    var largest = Lanes(repeating: -.infinity)
    for place in window.indices {
      let isOut = anySpiked.subtracting(window[place].spiked)
      let membrane = Lanes(loading: membranes + window[place].offset)
      window[place].membrane = select(isOut, Lanes(repeating: -.infinity), membrane)
      largest = larger(largest, window[place].membrane)
    }
    var taken = LaneMask.none
    for place in window.indices {
      let isLargest = window[place].membrane.isEqual(to: largest)
      pass(window[place], isLargest.subtracting(taken))
      taken = taken | isLargest
    }
  }
}
