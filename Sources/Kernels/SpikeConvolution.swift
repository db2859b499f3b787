import KernelTypes

/// The part of a kernel's row or column that lies inside of the plane.
@inline(__always)
private func inside(_ origin: Int, _ kernel: Int, _ size: Int) -> Range<Int> {
  let first = max(0, -origin)
  return first..<max(first, min(kernel, size - origin))
}

/// The spikes that each position of some output rows sees: those of position p, counted from the first row on, are
/// `taps[starts[p]..<starts[p + 1]]`.
private struct SeenSpikes {
  var starts: UnsafeMutablePointer<Int32>
  var taps: UnsafeMutablePointer<Int32>

  init(_ window: Window, indices: UnsafeMutablePointer<Int32>) {
    starts = indices
    taps = indices + window.positions + 1
  }

  @inline(__always)
  func list(_ window: Window, _ plane: UnsafePointer<UInt64>, rows: Range<Int>) {
    var count = 0
    var position = 0
    starts[0] = 0
    for y in rows {
      let top = y * window.stride - window.padding
      let kernelRows = inside(top, window.kernelHeight, window.usableHeight)
      for x in 0..<window.outputWidth {
        let left = x * window.stride - window.padding
        let kernelColumns = inside(left, window.kernelWidth, window.usableWidth)
        for ky in kernelRows {
          count = listBits(
            plane, at: ((top + ky) * window.width + left + kernelColumns.lowerBound) * window.channels,
            count: kernelColumns.count * window.channels,
            base: (ky * window.kernelWidth + kernelColumns.lowerBound) * window.channels, into: taps,
            from: count)
        }
        position += 1
        starts[position] = Int32(truncatingIfNeeded: count)
      }
    }
  }
}

/// Output rows from `first` on that are worked on together, so that the lists of what they see stay small.
@inline(__always)
private func chunk(_ window: Window, from first: Int) -> Range<Int> {
  first..<min(window.outputHeight, first + window.rowsAtATime)
}

extension VectorKernels {
  /// The currents of a convolution: each position adds the weights of the spikes that it sees.
  ///   spikes    [rows, window.words]
  ///   weights   [window.taps, window.columns]
  ///   bias      [window.columns]
  ///   output    [rows, currents, currentStride]: of each current, positions x filters; may be written up to
  ///             fifteen floats beyond these
  ///   indices   room for window.indices
  public static func convolutionForward(
    _ window: Window, rows: Int, spikes: UnsafePointer<UInt64>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, scale: Float, output: UnsafeMutablePointer<Float>, currentStride: Int,
    indices: UnsafeMutablePointer<Int32>
  ) {
    let columns = window.columns
    let seen = SeenSpikes(window, indices: indices)
    for row in 0..<rows {
      var first = 0
      while first < window.outputHeight {
        let chunk = chunk(window, from: first)
        seen.list(window, spikes + row * window.words, rows: chunk)
        let start = first * window.outputWidth
        for current in 0..<window.currents {
          let target = output + (row * window.currents + current) * currentStride + start * window.filters
          // Two vectors of filters at a time: their weights for all taps stay in the first cache. From the last
          // on: what spills beyond it is the next position's first filters, which are yet to be written.
          var end = window.paddedFilters
          while end > 0 {
            let isPair = end % 32 == 0
            let filter = end - (isPair ? 32 : 16)
            let column = current * window.paddedFilters + filter
            for position in 0..<chunk.count * window.outputWidth {
              let list = seen.taps + Int(seen.starts[position])
              let count = Int(seen.starts[position + 1] - seen.starts[position])
              let result = target + position * window.filters + filter
              if isPair {
                addRows2(count, list, weights + column, columns, bias + column, scale, result)
              } else {
                addRows1(count, list, weights + column, columns, bias + column, scale, result)
              }
            }
            end = filter
          }
        }
        first = chunk.upperBound
      }
    }
  }

  /// Adds the gradients of the weights: for each weight, the gradients of the positions that saw its input spike.
  ///   outputGradient   [rows, currents, currentStride]; fifteen floats beyond the last are read
  ///   weightGradient   [taps, columns]; the padding of the columns is left with no meaning
  ///   biasGradient     [columns]; likewise
  ///   indices          room for window.indices
  public static func convolutionWeightGradient(
    _ window: Window, rows: Int, spikes: UnsafePointer<UInt64>, outputGradient: UnsafePointer<Float>,
    currentStride: Int, scale: Float, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>
  ) {
    let seen = SeenSpikes(window, indices: indices)
    let room = window.rowsAtATime * window.outputWidth
    // The same the other way round: the positions that see a spike through each tap, and how many there are.
    let counts = seen.taps + room * window.taps
    let places = counts + window.taps
    for row in 0..<rows {
      let gradient = outputGradient + row * window.currents * currentStride
      var first = 0
      while first < window.outputHeight {
        let chunk = chunk(window, from: first)
        let positions = chunk.count * window.outputWidth
        let start = first * window.outputWidth
        seen.list(window, spikes + row * window.words, rows: chunk)
        counts.update(repeating: 0, count: window.taps)
        for position in 0..<positions {
          for k in Int(seen.starts[position])..<Int(seen.starts[position + 1]) {
            let tap = Int(seen.taps[k])
            places[tap * room + Int(counts[tap])] = Int32(
              truncatingIfNeeded: (start + position) * window.filters)
            counts[tap] += 1
          }
        }
        for tap in 0..<window.taps where counts[tap] > 0 {
          addPositions(
            window, Int(counts[tap]), places + tap * room, gradient, currentStride, scale,
            weightGradient + tap * window.columns)
        }
        // The bias is seen everywhere.
        for position in 0..<positions {
          places[position] = Int32(truncatingIfNeeded: (start + position) * window.filters)
        }
        addPositions(window, positions, places, gradient, currentStride, 1, biasGradient)
        first = chunk.upperBound
      }
    }
  }

  /// `target[column] += scale * sum of gradient[place][column]` over the listed places.
  @inline(__always)
  private static func addPositions(
    _ window: Window, _ count: Int, _ places: UnsafePointer<Int32>, _ gradient: UnsafePointer<Float>,
    _ currentStride: Int, _ scale: Float, _ target: UnsafeMutablePointer<Float>
  ) {
    let factor = Lanes(repeating: scale)
    for current in 0..<window.currents {
      let source = gradient + current * currentStride
      let sum = target + current * window.paddedFilters
      var filter = 0
      while filter + 64 <= window.paddedFilters {
        let s = sum + filter
        var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0
        for k in 0..<count {
          let g = source + (Int(places[k]) + filter)
          a0 += Lanes(loading: g)
          a1 += Lanes(loading: g + 16)
          a2 += Lanes(loading: g + 32)
          a3 += Lanes(loading: g + 48)
        }
        Lanes(loading: s).plus(a0, times: factor).store(to: s)
        Lanes(loading: s + 16).plus(a1, times: factor).store(to: s + 16)
        Lanes(loading: s + 32).plus(a2, times: factor).store(to: s + 32)
        Lanes(loading: s + 48).plus(a3, times: factor).store(to: s + 48)
        filter += 64
      }
      while filter < window.paddedFilters {
        let s = sum + filter
        var a = Lanes.zero
        for k in 0..<count { a += Lanes(loading: source + (Int(places[k]) + filter)) }
        Lanes(loading: s).plus(a, times: factor).store(to: s)
        filter += laneCount
      }
    }
  }

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
    let most = window.currents * window.filters
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
        for position in 0..<positions {
          var count = position * most
          for current in 0..<window.currents {
            let source =
              gradient + (current * currentStride + (first * window.outputWidth + position) * window.filters)
            for filter in 0..<window.filters {
              filters[count] = Int32(
                truncatingIfNeeded: (current * window.paddedFilters + filter) * window.paddedRow)
              amounts[count] = source[filter]
              count += source[filter] != 0 ? 1 : 0
            }
          }
          starts[position] = Int32(truncatingIfNeeded: count - position * most)
        }
        // A row of the kernel for all positions, then the next: its weights stay in the first cache.
        for ky in 0..<window.kernelHeight {
          for position in 0..<positions {
            let (y, x) = (first + position / window.outputWidth, position % window.outputWidth)
            let target =
              plane + ((y * window.stride + ky) * window.planeWidth + x * window.stride * window.channels)
            let source = weights + ky * window.columns * window.paddedRow
            let list = filters + position * most
            let values = amounts + position * most
            var offset = 0
            while offset + 64 <= window.paddedRow {
              addWeights4(Int(starts[position]), list, values, source + offset, target + offset)
              offset += 64
            }
            while offset < window.paddedRow {
              addWeights1(Int(starts[position]), list, values, source + offset, target + offset)
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
  _ weights: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
) {
  var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0
  var k = 0
  while k + 2 <= count {
    let g = Lanes(repeating: amounts[k])
    let w = weights + Int(indices[k])
    a0 = a0.plus(g, times: Lanes(loading: w))
    a1 = a1.plus(g, times: Lanes(loading: w + 16))
    a2 = a2.plus(g, times: Lanes(loading: w + 32))
    a3 = a3.plus(g, times: Lanes(loading: w + 48))
    let h = Lanes(repeating: amounts[k + 1])
    let v = weights + Int(indices[k + 1])
    b0 = b0.plus(h, times: Lanes(loading: v))
    b1 = b1.plus(h, times: Lanes(loading: v + 16))
    b2 = b2.plus(h, times: Lanes(loading: v + 32))
    b3 = b3.plus(h, times: Lanes(loading: v + 48))
    k += 2
  }
  if k < count {
    let g = Lanes(repeating: amounts[k])
    let w = weights + Int(indices[k])
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
  _ weights: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
) {
  var a = Lanes.zero
  for k in 0..<count {
    a = a.plus(Lanes(repeating: amounts[k]), times: Lanes(loading: weights + Int(indices[k])))
  }
  (Lanes(loading: target) + a).store(to: target)
}
