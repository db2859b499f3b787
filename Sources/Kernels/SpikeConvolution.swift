import KernelTypes

/// The part of a kernel's row or column that lies inside of the plane.
@inline(__always)
private func inside(_ origin: Int, _ kernel: Int, _ size: Int) -> Range<Int> {
  let first = max(0, -origin)
  return first..<max(first, min(kernel, size - origin))
}

extension VectorKernels {
  /// The currents of a convolution: each position adds the weights of the spikes that it sees.
  ///   spikes    [rows, window.words]
  ///   weights   [window.taps, window.columns]
  ///   bias      [window.columns]
  ///   output    [rows, currents, currentStride]: of each current, positions x filters; may be written up to
  ///             fifteen floats beyond these
  ///   indices   room for taps;  scratch   room for columns
  public static func convolutionForward(
    _ window: Window, rows: Int, spikes: UnsafePointer<UInt64>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, scale: Float, output: UnsafeMutablePointer<Float>, currentStride: Int,
    indices: UnsafeMutablePointer<Int32>, scratch: UnsafeMutablePointer<Float>
  ) {
    let columns = window.columns
    for row in 0..<rows {
      let plane = spikes + row * window.words
      for y in 0..<window.outputHeight {
        let top = y * window.stride - window.padding
        let kernelRows = inside(top, window.kernelHeight, window.usableHeight)
        for x in 0..<window.outputWidth {
          let left = x * window.stride - window.padding
          let kernelColumns = inside(left, window.kernelWidth, window.usableWidth)
          var count = 0
          for ky in kernelRows {
            count = listBits(
              plane, at: ((top + ky) * window.width + left + kernelColumns.lowerBound) * window.channels,
              count: kernelColumns.count * window.channels,
              base: (ky * window.kernelWidth + kernelColumns.lowerBound) * window.channels, into: indices,
              from: count)
          }
          addRows(count, indices, weights, columns, bias, scale, scratch)
          let position = y * window.outputWidth + x
          for current in 0..<window.currents {
            let target =
              output + (row * window.currents + current) * currentStride + position * window.filters
            let source = scratch + current * window.paddedFilters
            for filter in stride(from: 0, to: window.filters, by: laneCount) {
              Lanes(loading: source + filter).store(to: target + filter)
            }
          }
        }
      }
    }
  }

  /// Adds the gradients of the weights: for each weight, the gradients of the positions that saw its input spike.
  ///   outputGradient   [rows, currents, currentStride]; fifteen floats beyond the last are read
  ///   weightGradient   [taps, columns]; the padding of the columns is left with no meaning
  ///   biasGradient     [columns]; likewise
  ///   indices          room for 2 * (height * width + positions)
  public static func convolutionWeightGradient(
    _ window: Window, rows: Int, spikes: UnsafePointer<UInt64>, outputGradient: UnsafePointer<Float>,
    currentStride: Int, scale: Float, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>
  ) {
    let vectors = window.paddedFilters / laneCount
    let active = indices
    let seen = indices + 2 * window.height * window.width
    for row in 0..<rows {
      let plane = spikes + row * window.words
      let gradient = outputGradient + row * window.currents * currentStride
      for position in 0..<window.positions { seen[position] = Int32(truncatingIfNeeded: position) }
      addPositions(window, window.positions, seen, gradient, currentStride, vectors, 1, biasGradient)
      for channel in 0..<window.channels {
        // Where the channel spikes: rows and columns of the plane.
        var activeCount = 0
        for y in 0..<window.usableHeight {
          for x in 0..<window.usableWidth {
            let bit = (y * window.width + x) * window.channels + channel
            active[2 * activeCount] = Int32(truncatingIfNeeded: y + window.padding)
            active[2 * activeCount + 1] = Int32(truncatingIfNeeded: x + window.padding)
            activeCount += Int(truncatingIfNeeded: (plane[bit / 64] >> UInt64(bit % 64)) & 1)
          }
        }
        if activeCount == 0 { continue }
        for ky in 0..<window.kernelHeight {
          for kx in 0..<window.kernelWidth {
            // The positions that see those spikes through this weight; appended without a branch.
            var count = 0
            for k in 0..<activeCount {
              let fromTop = Int(active[2 * k]) - ky
              let fromLeft = Int(active[2 * k + 1]) - kx
              let (y, x) =
                window.stride == 1 ? (fromTop, fromLeft) : (fromTop / window.stride, fromLeft / window.stride)
              seen[count] = Int32(truncatingIfNeeded: y * window.outputWidth + x)
              let fits =
                fromTop >= 0 && fromLeft >= 0 && y < window.outputHeight && x < window.outputWidth
                && (window.stride == 1 || (y * window.stride == fromTop && x * window.stride == fromLeft))
              count += fits ? 1 : 0
            }
            let tap = (ky * window.kernelWidth + kx) * window.channels + channel
            addPositions(
              window, count, seen, gradient, currentStride, vectors, scale,
              weightGradient + tap * window.columns)
          }
        }
      }
    }
  }

  /// `target[column] += scale * sum of gradient[position][column]` over the listed positions.
  @inline(__always)
  private static func addPositions(
    _ window: Window, _ count: Int, _ positions: UnsafePointer<Int32>, _ gradient: UnsafePointer<Float>,
    _ currentStride: Int, _ vectors: Int, _ scale: Float, _ target: UnsafeMutablePointer<Float>
  ) {
    let factor = Lanes(repeating: scale)
    for current in 0..<window.currents {
      let source = gradient + current * currentStride
      let sum = target + current * window.paddedFilters
      var vector = 0
      while vector + 4 <= vectors {
        let first = source + vector * laneCount
        let s = sum + vector * laneCount
        var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0
        for k in 0..<count {
          let g = first + Int(positions[k]) * window.filters
          a0 += Lanes(loading: g)
          a1 += Lanes(loading: g + 16)
          a2 += Lanes(loading: g + 32)
          a3 += Lanes(loading: g + 48)
        }
        Lanes(loading: s).plus(a0, times: factor).store(to: s)
        Lanes(loading: s + 16).plus(a1, times: factor).store(to: s + 16)
        Lanes(loading: s + 32).plus(a2, times: factor).store(to: s + 32)
        Lanes(loading: s + 48).plus(a3, times: factor).store(to: s + 48)
        vector += 4
      }
      while vector < vectors {
        let first = source + vector * laneCount
        let s = sum + vector * laneCount
        var a = Lanes.zero
        for k in 0..<count { a += Lanes(loading: first + Int(positions[k]) * window.filters) }
        Lanes(loading: s).plus(a, times: factor).store(to: s)
        vector += 1
      }
    }
  }

  /// The gradients of the spikes: each position gives those it sees the weights of its currents, as far as these
  /// have a gradient: of a neuron's two currents at most one has.
  ///   outputGradient   [rows, currents, currentStride]
  ///   weights          [columns, kernelHeight, paddedRow]
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; written
  ///   plane            room for (height + 2 padding) x (width + 2 padding) x channels + 16, twice the kernel more
  ///                    where the stride leaves a rest: (outputHeight * stride + kernelHeight) rows and so on
  ///   indices, amounts room for columns each
  public static func convolutionInputGradient(
    _ window: Window, rows: Int, outputGradient: UnsafePointer<Float>, currentStride: Int,
    weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, inputStride: Int,
    plane: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>,
    amounts: UnsafeMutablePointer<Float>
  ) {
    // A plane with its margins, so that no position needs to be cut.
    let planeWidth = ((window.outputWidth - 1) * window.stride + window.kernelWidth) * window.channels
    let planeHeight = (window.outputHeight - 1) * window.stride + window.kernelHeight
    let kernelSize = window.kernelHeight * window.paddedRow
    for row in 0..<rows {
      plane.update(repeating: 0, count: planeHeight * planeWidth + laneCount)
      let gradient = outputGradient + row * window.currents * currentStride
      for y in 0..<window.outputHeight {
        for x in 0..<window.outputWidth {
          let position = y * window.outputWidth + x
          var count = 0
          for current in 0..<window.currents {
            let source = gradient + current * currentStride + position * window.filters
            for filter in 0..<window.filters {
              indices[count] = Int32(
                truncatingIfNeeded: (current * window.paddedFilters + filter) * kernelSize)
              amounts[count] = source[filter]
              count += source[filter] != 0 ? 1 : 0
            }
          }
          for ky in 0..<window.kernelHeight {
            let target = plane + (y * window.stride + ky) * planeWidth + x * window.stride * window.channels
            let source = weights + ky * window.paddedRow
            var offset = 0
            while offset + 64 <= window.paddedRow {
              addWeights4(count, indices, amounts, source + offset, target + offset)
              offset += 64
            }
            while offset < window.paddedRow {
              addWeights1(count, indices, amounts, source + offset, target + offset)
              offset += laneCount
            }
          }
        }
      }
      // The margins belong to nobody.
      let result = inputGradient + row * inputStride
      result.update(repeating: 0, count: window.height * window.width * window.channels)
      for y in 0..<min(window.usableHeight, planeHeight - window.padding) {
        let width = min(window.usableWidth * window.channels, planeWidth - window.padding * window.channels)
        (result + y * window.width * window.channels).update(
          from: plane + (y + window.padding) * planeWidth + window.padding * window.channels, count: width)
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
