import KernelTypes

/// The part of a kernel's row or column that lies inside of the plane.
@inline(__always)
private func inside(_ origin: Int, _ kernel: Int, _ size: Int) -> Range<Int> {
  let first = max(0, -origin)
  return first..<max(first, min(kernel, size - origin))
}

/// The spikes of a plane: those at row y and column x are `list[starts[y * (usableWidth + 1) + x]..<...]` up to the
/// next column's, as places `x * channels + channel` of their row. So what a row of a kernel sees lies side by side.
private struct PlaneSpikes {
  let window: Window
  let starts: UnsafeMutablePointer<Int32>
  let list: UnsafeMutablePointer<Int32>

  init(_ window: Window, memory: UnsafeMutablePointer<Int32>) {
    self.window = window
    starts = memory
    list = memory + window.usableHeight * (window.usableWidth + 1)
  }

  /// Behind the lists.
  @inline(__always)
  var end: UnsafeMutablePointer<Int32> {
    list + (window.usableHeight * window.usableWidth * window.channels + laneCount)
  }

  @inline(__always)
  func read(_ plane: UnsafePointer<UInt64>) {
    var count = 0
    var next = starts
    for y in 0..<window.usableHeight {
      for x in 0..<window.usableWidth {
        next.pointee = Int32(truncatingIfNeeded: count)
        next += 1
        count = listBits(
          plane, at: (y * window.width + x) * window.channels, count: window.channels,
          base: x * window.channels, into: list, from: count)
      }
      next.pointee = Int32(truncatingIfNeeded: count)
      next += 1
    }
  }

  /// Calls `body` with what each row of the kernel at an output position sees: the spikes, and what makes a tap's
  /// number of a spike's place.
  @inline(__always)
  func forEachKernelRow(
    y: Int, x: Int, _ body: (_ seen: UnsafePointer<Int32>, _ count: Int, _ shift: Int) -> Void
  ) {
    let top = y * window.stride - window.padding
    let left = x * window.stride - window.padding
    let columns = inside(left, window.kernelWidth, window.usableWidth)
    for ky in inside(top, window.kernelHeight, window.usableHeight) {
      let row = starts + (top + ky) * (window.usableWidth + 1)
      let first = Int(row[left + columns.lowerBound])
      body(
        list + first, Int(row[left + columns.upperBound]) - first,
        (ky * window.kernelWidth - left) * window.channels)
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
  ///   weights   [window.columns, window.taps] in blocks of columns: see `Window.blockWidth`
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
    let plane = PlaneSpikes(window, memory: indices)
    let starts = plane.end
    let taps = starts + window.positions + 1
    for row in 0..<rows {
      plane.read(spikes + row * window.words)
      var first = 0
      while first < window.outputHeight {
        let chunk = chunk(window, from: first)
        listTaps(plane, rows: chunk, starts: starts, into: taps)
        let start = first * window.outputWidth
        for current in 0..<window.currents {
          let target = output + (row * window.currents + current) * currentStride + start * window.filters
          // A block of filters at a time: its weights for all taps stay in the first cache. From the last on: what
          // spills beyond it is the next position's first filters, which are yet to be written.
          var end = window.paddedFilters
          while end > 0 {
            let width = window.blockWidth(endingAt: end)
            let filter = end - width
            let column = current * window.paddedFilters + filter
            let block = weights + column * window.taps
            for position in 0..<chunk.count * window.outputWidth {
              let list = taps + Int(starts[position])
              let count = Int(starts[position + 1] - starts[position])
              let result = target + position * window.filters + filter
              if width == 32 {
                addRows2(count, list, block, 32, bias + column, scale, result)
              } else {
                addRows1(count, list, block, 16, bias + column, scale, result)
              }
            }
            end = filter
          }
        }
        first = chunk.upperBound
      }
    }
  }

  /// What each position of some output rows sees: those of position p, counted from the first row on, are the taps
  /// `taps[starts[p]..<starts[p + 1]]`.
  @inline(__always)
  private static func listTaps(
    _ plane: PlaneSpikes, rows: Range<Int>, starts: UnsafeMutablePointer<Int32>,
    into taps: UnsafeMutablePointer<Int32>
  ) {
    var count = 0
    var position = 0
    starts[0] = 0
    for y in rows {
      for x in 0..<plane.window.outputWidth {
        plane.forEachKernelRow(y: y, x: x) { seen, seenCount, shift in
          let shifts = SIMD16(repeating: Int32(truncatingIfNeeded: shift))
          for k in stride(from: 0, to: seenCount, by: laneCount) {
            let places = UnsafeRawPointer(seen + k).loadUnaligned(as: SIMD16<Int32>.self)
            UnsafeMutableRawPointer(taps + count + k).storeBytes(
              of: places &+ shifts, as: SIMD16<Int32>.self)
          }
          count += seenCount
        }
        position += 1
        starts[position] = Int32(truncatingIfNeeded: count)
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
    let plane = PlaneSpikes(window, memory: indices)
    let room = window.rowsAtATime * window.outputWidth
    // The positions that see a spike through each tap, and the ends of their lists.
    let ends = plane.end
    let places = ends + window.taps
    for row in 0..<rows {
      let gradient = outputGradient + row * window.currents * currentStride
      plane.read(spikes + row * window.words)
      var first = 0
      while first < window.outputHeight {
        let chunk = chunk(window, from: first)
        let positions = chunk.count * window.outputWidth
        let start = first * window.outputWidth
        for tap in 0..<window.taps { ends[tap] = Int32(truncatingIfNeeded: tap &* room) }
        var place = start * window.filters
        for y in chunk {
          for x in 0..<window.outputWidth {
            plane.forEachKernelRow(y: y, x: x) { seen, count, shift in
              for k in 0..<count {
                let tap = Int(seen[k]) &+ shift
                places[Int(ends[tap])] = Int32(truncatingIfNeeded: place)
                ends[tap] &+= 1
              }
            }
            place += window.filters
          }
        }
        for tap in 0..<window.taps where Int(ends[tap]) > tap * room {
          addPositions(
            window, Int(ends[tap]) - tap * room, places + tap * room, gradient, currentStride, scale,
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
    // Where a vector of columns lies in the gradient: each current has a plane of its own.
    func source(_ column: Int) -> UnsafePointer<Float> {
      gradient + (column / window.paddedFilters * currentStride + column % window.paddedFilters)
    }
    var column = 0
    while column + 128 <= window.columns {
      let (s0, s1, s2, s3) = (source(column), source(column + 16), source(column + 32), source(column + 48))
      let (s4, s5) = (source(column + 64), source(column + 80))
      let (s6, s7) = (source(column + 96), source(column + 112))
      var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0
      for k in 0..<count {
        let place = Int(places[k])
        a0 += Lanes(loading: s0 + place)
        a1 += Lanes(loading: s1 + place)
        a2 += Lanes(loading: s2 + place)
        a3 += Lanes(loading: s3 + place)
        a4 += Lanes(loading: s4 + place)
        a5 += Lanes(loading: s5 + place)
        a6 += Lanes(loading: s6 + place)
        a7 += Lanes(loading: s7 + place)
      }
      let t = target + column
      Lanes(loading: t).plus(a0, times: factor).store(to: t)
      Lanes(loading: t + 16).plus(a1, times: factor).store(to: t + 16)
      Lanes(loading: t + 32).plus(a2, times: factor).store(to: t + 32)
      Lanes(loading: t + 48).plus(a3, times: factor).store(to: t + 48)
      Lanes(loading: t + 64).plus(a4, times: factor).store(to: t + 64)
      Lanes(loading: t + 80).plus(a5, times: factor).store(to: t + 80)
      Lanes(loading: t + 96).plus(a6, times: factor).store(to: t + 96)
      Lanes(loading: t + 112).plus(a7, times: factor).store(to: t + 112)
      column += 128
    }
    while column < window.columns {
      let s = source(column)
      var a = Lanes.zero
      for k in 0..<count { a += Lanes(loading: s + Int(places[k])) }
      let t = target + column
      Lanes(loading: t).plus(a, times: factor).store(to: t)
      column += laneCount
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
