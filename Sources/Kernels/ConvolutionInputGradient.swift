import KernelTypes

/// Output rows from `first` on that are worked on together, so that the lists of what they see stay small.
@inline(__always)
private func chunk(_ window: Window, from first: Int) -> Range<Int> {
  first..<min(window.outputHeight, first + window.rowsAtATime)
}

extension VectorKernels {
  /// The gradients of the spikes: each position gives those it sees the weights of its currents, as far as these
  /// have a gradient: of a neuron's two currents at most one has.
  ///   outputGradient   [rows, currents, currentStride]
  ///   weights          [kernelHeight, columns, paddedRow]
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; written
  ///   plane            room for window.planeSize
  ///   indices, amounts room for window.indices, window.amounts
  public static func convolutionInputGradient(
    _ window: Window, rows: Int, outputGradient: UnsafePointer<Float>, currentStride: Int,
    weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, inputStride: Int,
    plane: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>,
    amounts: UnsafeMutablePointer<Float>
  ) {
    let starts = indices
    let filters = indices + window.positions + 1
    for row in 0..<rows {
      plane.update(repeating: 0, count: window.planeSize)
      let gradient = outputGradient + row * window.currents * currentStride
      var first = 0
      while first < window.outputHeight {
        let chunk = chunk(window, from: first)
        let positions = chunk.count * window.outputWidth
        // What each position has to give.
        var count = 0
        starts[0] = 0
        for position in 0..<positions {
          for current in 0..<window.currents {
            count = listNonzero(
              gradient + (current * currentStride + (first * window.outputWidth + position) * window.filters),
              count: window.filters, base: current * window.paddedFilters, into: filters, values: amounts,
              from: count)
          }
          starts[position + 1] = Int32(truncatingIfNeeded: count)
        }
        // A row of the kernel for all positions, then the next: its weights stay in the first cache.
        for ky in 0..<window.kernelHeight {
          for position in 0..<positions {
            let (y, x) = (first + position / window.outputWidth, position % window.outputWidth)
            let target =
              plane + ((y * window.stride + ky) * window.planeWidth + x * window.stride * window.channels)
            let source = weights + ky * window.columns * window.paddedRow
            let list = filters + Int(starts[position])
            let values = amounts + Int(starts[position])
            let count = Int(starts[position + 1] - starts[position])
            var offset = 0
            while offset + 64 <= window.paddedRow {
              addWeights4(count, list, values, source + offset, window.paddedRow, target + offset)
              offset += 64
            }
            while offset < window.paddedRow {
              addWeights1(count, list, values, source + offset, window.paddedRow, target + offset)
              offset += laneCount
            }
          }
        }
        first = chunk.upperBound
      }
      // The margins belong to nobody.
      let result = inputGradient + row * inputStride
      result.update(repeating: 0, count: window.height * window.width * window.channels)
      for y in 0..<min(window.usableHeight, window.planeHeight - window.padding) {
        let width = min(
          window.usableWidth * window.channels, window.planeWidth - window.padding * window.channels)
        (result + y * window.width * window.channels).update(
          from: plane + ((y + window.padding) * window.planeWidth + window.padding * window.channels),
          count: width)
      }
    }
  }
}

// Two sums side by side, so that one product need not wait for the one before.

@inline(__always)
private func addWeights4(
  _ count: Int, _ indices: UnsafePointer<Int32>, _ amounts: UnsafePointer<Float>,
  _ weights: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>
) {
  var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0
  var k = 0
  while k + 2 <= count {
    let g = Lanes(repeating: amounts[k])
    let w = weights + Int(indices[k]) * stride
    a0 = a0.plus(g, times: Lanes(loading: w))
    a1 = a1.plus(g, times: Lanes(loading: w + 16))
    a2 = a2.plus(g, times: Lanes(loading: w + 32))
    a3 = a3.plus(g, times: Lanes(loading: w + 48))
    let h = Lanes(repeating: amounts[k + 1])
    let v = weights + Int(indices[k + 1]) * stride
    b0 = b0.plus(h, times: Lanes(loading: v))
    b1 = b1.plus(h, times: Lanes(loading: v + 16))
    b2 = b2.plus(h, times: Lanes(loading: v + 32))
    b3 = b3.plus(h, times: Lanes(loading: v + 48))
    k += 2
  }
  if k < count {
    let g = Lanes(repeating: amounts[k])
    let w = weights + Int(indices[k]) * stride
    a0 = a0.plus(g, times: Lanes(loading: w))
    a1 = a1.plus(g, times: Lanes(loading: w + 16))
    a2 = a2.plus(g, times: Lanes(loading: w + 32))
    a3 = a3.plus(g, times: Lanes(loading: w + 48))
  }
  (Lanes(loading: target) + (a0 + b0)).store(to: target)
  (Lanes(loading: target + 16) + (a1 + b1)).store(to: target + 16)
  (Lanes(loading: target + 32) + (a2 + b2)).store(to: target + 32)
  (Lanes(loading: target + 48) + (a3 + b3)).store(to: target + 48)
}

@inline(__always)
private func addWeights1(
  _ count: Int, _ indices: UnsafePointer<Int32>, _ amounts: UnsafePointer<Float>,
  _ weights: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>
) {
  var a = Lanes.zero
  for k in 0..<count {
    a = a.plus(Lanes(repeating: amounts[k]), times: Lanes(loading: weights + Int(indices[k]) * stride))
  }
  (Lanes(loading: target) + a).store(to: target)
}
