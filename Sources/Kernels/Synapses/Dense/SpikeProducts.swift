import KernelTypes

// Products with spikes: a spike is a row of weights to add, no spike is nothing to do.

extension VectorKernels {
  /// `output[row] = bias + scale * sum of weights[i] over the spikes i of the row`.
  ///   spikes    [rows, words] 64 neurons to a word
  ///   weights   [words * 64, columns], columns a multiple of 16
  ///   bias      [columns]
  ///   output    [rows, columns]
  ///   indices   room for words * 64
  public static func spikeForward(
    rows: Int, words: Int, columns: Int, spikes: UnsafePointer<UInt64>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, scale: Float, output: UnsafeMutablePointer<Float>,
    indices: UnsafeMutablePointer<Int32>
  ) {
    for row in 0..<rows {
      let count = listBits(
        spikes + row * words, at: 0, count: words * 64, base: 0, into: indices, from: 0)
      addRows(count, indices, weights, columns, bias, scale, output + row * columns)
    }
  }
}

/// `result = bias + scale * sum of weights[i]` over the listed i.
@inline(__always)
func addRows(
  _ count: Int, _ indices: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>, _ columns: Int,
  _ bias: UnsafePointer<Float>, _ scale: Float, _ result: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column + 128 <= columns {
    addRows8(count, indices, weights + column, columns, bias + column, scale, result + column)
    column += 128
  }
  while column + 32 <= columns {
    addRows2(count, indices, weights + column, columns, bias + column, scale, result + column)
    column += 32
  }
  if column < columns {
    addRows1(count, indices, weights + column, columns, bias + column, scale, result + column)
  }
}

@inline(__always)
private func addRows8(
  _ count: Int, _ indices: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>, _ stride: Int,
  _ bias: UnsafePointer<Float>, _ scale: Float, _ result: UnsafeMutablePointer<Float>
) {
  var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0
  for k in 0..<count {
    let w = weights + Int(indices[k]) * stride
    a0 += Lanes(loading: w)
    a1 += Lanes(loading: w + 16)
    a2 += Lanes(loading: w + 32)
    a3 += Lanes(loading: w + 48)
    a4 += Lanes(loading: w + 64)
    a5 += Lanes(loading: w + 80)
    a6 += Lanes(loading: w + 96)
    a7 += Lanes(loading: w + 112)
  }
  let factor = Lanes(repeating: scale)
  Lanes(loading: bias).plus(a0, times: factor).store(to: result)
  Lanes(loading: bias + 16).plus(a1, times: factor).store(to: result + 16)
  Lanes(loading: bias + 32).plus(a2, times: factor).store(to: result + 32)
  Lanes(loading: bias + 48).plus(a3, times: factor).store(to: result + 48)
  Lanes(loading: bias + 64).plus(a4, times: factor).store(to: result + 64)
  Lanes(loading: bias + 80).plus(a5, times: factor).store(to: result + 80)
  Lanes(loading: bias + 96).plus(a6, times: factor).store(to: result + 96)
  Lanes(loading: bias + 112).plus(a7, times: factor).store(to: result + 112)
}

// Few columns: several sums side by side, so that one addition need not wait for the one before.

@inline(__always)
func addRows2(
  _ count: Int, _ indices: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>, _ stride: Int,
  _ bias: UnsafePointer<Float>, _ scale: Float, _ result: UnsafeMutablePointer<Float>
) {
  var a0 = Lanes.zero, a1 = a0, b0 = a0, b1 = a0
  var k = 0
  while k + 2 <= count {
    let v = weights + Int(indices[k]) * stride
    let w = weights + Int(indices[k + 1]) * stride
    a0 += Lanes(loading: v)
    a1 += Lanes(loading: v + 16)
    b0 += Lanes(loading: w)
    b1 += Lanes(loading: w + 16)
    k += 2
  }
  if k < count {
    let v = weights + Int(indices[k]) * stride
    a0 += Lanes(loading: v)
    a1 += Lanes(loading: v + 16)
  }
  let factor = Lanes(repeating: scale)
  Lanes(loading: bias).plus(a0 + b0, times: factor).store(to: result)
  Lanes(loading: bias + 16).plus(a1 + b1, times: factor).store(to: result + 16)
}

@inline(__always)
func addRows1(
  _ count: Int, _ indices: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>, _ stride: Int,
  _ bias: UnsafePointer<Float>, _ scale: Float, _ result: UnsafeMutablePointer<Float>
) {
  var a0 = Lanes.zero, b0 = a0
  var k = 0
  while k + 2 <= count {
    a0 += Lanes(loading: weights + Int(indices[k]) * stride)
    b0 += Lanes(loading: weights + Int(indices[k + 1]) * stride)
    k += 2
  }
  if k < count { a0 += Lanes(loading: weights + Int(indices[k]) * stride) }
  Lanes(loading: bias).plus(a0 + b0, times: Lanes(repeating: scale)).store(to: result)
}

extension VectorKernels {
  /// `gradient[i] += scale * sum of outputGradient[row] over the rows in which i spikes`; the bias's gradient
  /// is that of a neuron which always spikes, unscaled.
  ///   outputGradient   [rows, columns]
  ///   weightGradient   [words * 64, columns]
  ///   biasGradient     [columns]
  public static func spikeWeightGradient(
    rows: Int, words: Int, columns: Int, spikes: UnsafePointer<UInt64>,
    outputGradient: UnsafePointer<Float>, scale: Float, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>
  ) {
    for row in 0..<rows {
      let gradient = outputGradient + row * columns
      let count = listBits(
        spikes + row * words, at: 0, count: words * 64, base: 0, into: indices, from: 0)
      var column = 0
      while column < columns {
        if column + 64 <= columns {
          let g0 = Lanes(loading: gradient + column)
          let g1 = Lanes(loading: gradient + column + 16)
          let g2 = Lanes(loading: gradient + column + 32)
          let g3 = Lanes(loading: gradient + column + 48)
          let bias = biasGradient + column
          (Lanes(loading: bias) + g0).store(to: bias)
          (Lanes(loading: bias + 16) + g1).store(to: bias + 16)
          (Lanes(loading: bias + 32) + g2).store(to: bias + 32)
          (Lanes(loading: bias + 48) + g3).store(to: bias + 48)
          let s0 = scale * g0, s1 = scale * g1, s2 = scale * g2, s3 = scale * g3
          for k in 0..<count {
            let w = weightGradient + Int(indices[k]) * columns + column
            (Lanes(loading: w) + s0).store(to: w)
            (Lanes(loading: w + 16) + s1).store(to: w + 16)
            (Lanes(loading: w + 32) + s2).store(to: w + 32)
            (Lanes(loading: w + 48) + s3).store(to: w + 48)
          }
          column += 64
        } else {
          let g = Lanes(loading: gradient + column)
          let bias = biasGradient + column
          (Lanes(loading: bias) + g).store(to: bias)
          let s = scale * g
          for k in 0..<count {
            let w = weightGradient + Int(indices[k]) * columns + column
            (Lanes(loading: w) + s).store(to: w)
          }
          column += 16
        }
      }
    }
  }
}

extension VectorKernels {
  /// `inputGradient[row] = sum of outputGradient[row][c] * weights[c]`, over the columns whose gradient is
  /// not 0: of a neuron's two currents at most one has a gradient at a step.
  ///   weights         [columns, inputs], inputs a multiple of 16
  ///   inputGradient   [rows, inputs], written
  ///   indices         room for columns
  public static func spikeInputGradient(
    rows: Int, columns: Int, inputs: Int, outputGradient: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    indices: UnsafeMutablePointer<Int32>
  ) {
    for row in 0..<rows {
      let gradient = outputGradient + row * columns
      var count = 0
      for column in 0..<columns where gradient[column] != 0 {
        indices[count] = Int32(truncatingIfNeeded: column)
        count += 1
      }
      let result = inputGradient + row * inputs
      var input = 0
      while input + 128 <= inputs {
        var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0
        for k in 0..<count {
          let g = Lanes(repeating: gradient[Int(indices[k])])
          let w = weights + Int(indices[k]) * inputs + input
          a0 = a0.plus(g, times: Lanes(loading: w))
          a1 = a1.plus(g, times: Lanes(loading: w + 16))
          a2 = a2.plus(g, times: Lanes(loading: w + 32))
          a3 = a3.plus(g, times: Lanes(loading: w + 48))
          a4 = a4.plus(g, times: Lanes(loading: w + 64))
          a5 = a5.plus(g, times: Lanes(loading: w + 80))
          a6 = a6.plus(g, times: Lanes(loading: w + 96))
          a7 = a7.plus(g, times: Lanes(loading: w + 112))
        }
        let r = result + input
        a0.store(to: r)
        a1.store(to: r + 16)
        a2.store(to: r + 32)
        a3.store(to: r + 48)
        a4.store(to: r + 64)
        a5.store(to: r + 80)
        a6.store(to: r + 96)
        a7.store(to: r + 112)
        input += 128
      }
      while input < inputs {
        var a = Lanes.zero
        for k in 0..<count {
          let g = Lanes(repeating: gradient[Int(indices[k])])
          a = a.plus(g, times: Lanes(loading: weights + Int(indices[k]) * inputs + input))
        }
        a.store(to: result + input)
        input += 16
      }
    }
  }
}
