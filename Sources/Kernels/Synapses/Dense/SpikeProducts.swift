import KernelTypes

// Products with spikes: a spike is a row of weights to add, no spike is nothing to do.

extension VectorKernels {
  /// `output[row] = bias + scale * sum of weights[i] over the spikes i of the row`.
  ///   spikes    [rows, words] 64 neurons to a word
  ///   weights   [words * 64, columns], columns a multiple of 16
  ///   bias      [columns]
  ///   output    [rows, columns]
  ///   indices   [words * 64] to work in
  public static func spikeForward(
    rows: Int, words: Int, columns: Int, spikes: UnsafePointer<UInt64>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, scale: Float, output: UnsafeMutablePointer<Float>,
    indices: UnsafeMutablePointer<Int32>
  ) {
    for row in 0..<rows {
      let count = listBits(
        spikes + row * words, at: 0, count: words * 64, base: 0, into: indices, from: 0)
      @inline(__always)
      func store<R: Row>(_ sum: R, at column: Int) {
        R(loading: bias + column).plus(sum, times: Lanes(repeating: scale))
          .store(to: output + (row * columns + column))
      }
      var column = 0
      while column + Row8.width <= columns {
        store(sum(count, indices, of: weights + column, stride: columns, as: Row8.self), at: column)
        column += Row8.width
      }
      while column + Row2.width <= columns {
        store(sumOfTwo(count, indices, of: weights + column, stride: columns, as: Row2.self), at: column)
        column += Row2.width
      }
      if column < columns {
        store(sumOfTwo(count, indices, of: weights + column, stride: columns, as: Row1.self), at: column)
      }
    }
  }

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
      let count = listBits(
        spikes + row * words, at: 0, count: words * 64, base: 0, into: indices, from: 0)
      @inline(__always)
      func add<R: Row>(at column: Int, as: R.Type) {
        let gradient = R(loading: outputGradient + (row * columns + column))
        gradient.add(to: biasGradient + column)
        let scaled = scale * gradient
        for k in 0..<count { scaled.add(to: weightGradient + (Int(indices[k]) * columns + column)) }
      }
      var column = 0
      while column + Row4.width <= columns {
        add(at: column, as: Row4.self)
        column += Row4.width
      }
      while column < columns {
        add(at: column, as: Row1.self)
        column += Row1.width
      }
    }
  }

  /// `inputGradient[row] = sum of outputGradient[row][c] * weights[c]`, over the columns whose gradient is
  /// not 0: of a neuron's two currents at most one has a gradient at a step.
  ///   weights         [columns, inputs], inputs a multiple of 16
  ///   inputGradient   [rows, inputs], written
  ///   indices         [columns] to work in
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
      @inline(__always)
      func write<R: Row>(at input: Int, as: R.Type) {
        var sum = R.zero
        for k in 0..<count {
          let column = Int(indices[k])
          let row = R(loading: weights + (column * inputs + input))
          sum = sum.plus(row, times: Lanes(repeating: gradient[column]))
        }
        sum.store(to: inputGradient + (row * inputs + input))
      }
      var input = 0
      while input + Row8.width <= inputs {
        write(at: input, as: Row8.self)
        input += Row8.width
      }
      while input < inputs {
        write(at: input, as: Row1.self)
        input += Row1.width
      }
    }
  }
}
