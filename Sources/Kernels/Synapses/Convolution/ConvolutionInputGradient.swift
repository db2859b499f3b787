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
  ///   weights          [kernelHeight, paddedRow, columns] in blocks of rows: see `Window.rowPlace`
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; written
  ///   plane            [window.planeSize] to work in
  ///   indices, amounts [window.indices] and [window.amounts] to work in
  public static func convolutionInputGradient(
    _ window: Window, rows: Int, outputGradient: UnsafePointer<Float>, currentStride: Int,
    weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, inputStride: Int,
    plane: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>,
    amounts: UnsafeMutablePointer<Float>
  ) {
    var arena = Arena(indices)
    let starts: UnsafeMutablePointer<Int32> = arena.take(window.positions + 1)
    let byCount = CountingSort(window.positions, most: window.currents * window.filters, &arena)
    let filters: UnsafeMutablePointer<Int32> = arena.take(window.amounts + laneCount)
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
        byCount.sort(positions, most: window.currents * window.filters) { Int(starts[$0 + 1] - starts[$0]) }
        // A block of a row of the kernel for all positions, then the next: its weights stay in the first cache.
        for ky in 0..<window.kernelHeight {
          var start = 0
          while start < window.paddedRow {
            let block = weights + (ky * window.paddedRow + start) * window.columns
            let width = window.rowBlockWidth(from: start)
            if width == Row2.width { give(Row2.self) } else { give(Row1.self) }
            @inline(__always)
            func give<R: Row>(_: R.Type) {
              for k in 0..<positions {
                let position = Int(byCount.order[k])
                let (y, x) = (first + position / window.outputWidth, position % window.outputWidth)
                let corner = window.stride * (y * window.planeWidth + x * window.channels)
                let list = Int(starts[position])
                addProducts(
                  Int(starts[position + 1]) - list, filters + list, amounts + list, block,
                  to: plane + (corner + ky * window.planeWidth + start), as: R.self)
              }
            }
            start += width
          }
        }
        first = chunk.upperBound
      }
      window.copyInside(of: plane, to: inputGradient + row * inputStride)
    }
  }
}

extension Window {
  /// A plane without its margins, which belong to nobody.
  @inline(__always)
  func copyInside(of plane: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>) {
    let height = min(usableHeight, planeHeight - padding)
    let width = min(usableWidth * channels, planeWidth - padding * channels)
    if height < self.height || width < self.width * channels {
      result.update(repeating: 0, count: self.height * self.width * channels)
    }
    for y in 0..<height {
      (result + y * self.width * channels).update(
        from: plane + (y + padding) * planeWidth + padding * channels, count: width)
    }
  }
}

/// `target += sum of amounts[k] * weights[list[k]]`. Two sums, so that one product need not wait for the one before.
@inline(__always)
private func addProducts<R: Row>(
  _ count: Int, _ list: UnsafePointer<Int32>, _ amounts: UnsafePointer<Float>,
  _ weights: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, as: R.Type
) {
  @inline(__always)
  func product(_ k: Int, plus sum: R) -> R {
    sum.plus(R(loading: weights + Int(list[k]) * R.width), times: Lanes(repeating: amounts[k]))
  }
  var even = R.zero
  var odd = R.zero
  var k = 0
  while k + 2 <= count {
    even = product(k, plus: even)
    odd = product(k + 1, plus: odd)
    k += 2
  }
  if k < count { even = product(k, plus: even) }
  even += odd
  even.add(to: target)
}
