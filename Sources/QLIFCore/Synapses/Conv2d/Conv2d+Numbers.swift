import KernelTypes

// An input of numbers: its patches as a matrix, a product for each sample.

/// A rectangle of positions that follow each other: whole rows, or a part of one.
private struct Strip {
  let y: Range<Int>
  let x: Range<Int>
  /// The number of its first position.
  let first: Int
  var count: Int { y.count * x.count }
}

extension Conv2d {
  /// The inputs of each position of a strip, [weights of a filter, positions].
  private func patches(of input: Floats, _ strip: Strip, into patches: MutableFloats) {
    let w = plain
    var target = patches
    /// How many positions of a row begin below a column.
    func positions(below column: Int) -> Int {
      min(w.outputWidth, max(0, column + w.stride - 1) / w.stride)
    }
    for channel in 0..<w.channels {
      for ky in 0..<w.kernelHeight {
        for kx in 0..<w.kernelWidth {
          // The positions that see a column of the plane.
          let first = w.padding - kx
          let inside = (positions(below: first)..<positions(below: first + w.width)).clamped(to: strip.x)
          for y in strip.y {
            let row = y * w.stride + ky - w.padding
            let columns =
              (0..<w.height).contains(row) ? inside : strip.x.lowerBound..<strip.x.lowerBound
            let line = target - strip.x.lowerBound
            target.update(repeating: 0, count: columns.lowerBound - strip.x.lowerBound)
            let source = input + (channel * w.height + row) * w.width - first
            if w.stride == 1 {
              (line + columns.lowerBound).update(from: source + columns.lowerBound, count: columns.count)
            } else {
              for x in columns { line[x] = source[x * w.stride] }
            }
            (line + columns.upperBound).update(repeating: 0, count: strip.x.upperBound - columns.upperBound)
            target += strip.x.count
          }
        }
      }
    }
  }

  private static let samplesPerTask = 8
  /// Patches at a time, as many as a core's cache holds.
  private static let patchFloats = 1 << 18
  /// Positions at a time in spite of that, so that a product is worth its name.
  private static let fewestPositions = 64

  /// Columns and rows of a strip.
  private var stripSize: (columns: Int, rows: Int) {
    let positions = max(Self.fewestPositions, Self.patchFloats / plain.taps)
    return (min(plain.outputWidth, positions), max(1, min(plain.outputHeight, positions / plain.outputWidth)))
  }

  private func forEachStrip(_ body: (Strip) -> Void) {
    let (columns, rows) = stripSize
    for y in stride(from: 0, to: plain.outputHeight, by: rows) {
      for x in stride(from: 0, to: plain.outputWidth, by: columns) {
        body(
          Strip(
            y: y..<min(y + rows, plain.outputHeight), x: x..<min(x + columns, plain.outputWidth),
            first: y * plain.outputWidth + x))
      }
    }
  }

  private func tasks(_ rows: Int) -> Int { padded(rows, to: Self.samplesPerTask) / Self.samplesPerTask }

  /// Calls `body` for each task with its rows and memory for the patches of a strip.
  private func forEachTask(
    _ rows: Int, _ body: (_ task: Int, _ rows: Range<Int>, _ patches: MutableFloats) -> Void
  ) throws(QLIFError) {
    let tasks = tasks(rows)
    let size = try product([stripSize.columns, stripSize.rows, plain.taps], of: "patches of a convolution")
    let memories = try Pool(min(Threads.count, tasks)) { () throws(QLIFError) in
      try Buffer<Float>(size, for: "patches of a convolution")
    }
    Threads.run(tasks, atMost: memories.count) { task in
      let first = task * Self.samplesPerTask
      memories.borrow { body(task, first..<min(rows, first + Self.samplesPerTask), $0.base) }
    }
  }

  private var features: Int { plain.channels * plain.height * plain.width }

  package func project(
    _ input: Floats, rows: Int, currents count: Int, into output: MutableFloats
  ) throws(QLIFError) {
    let (positions, filters, taps) = (plain.positions, plain.filters, plain.taps)
    let products = try MatrixProducts(tasks: tasks(rows), rows: stripSize.columns * stripSize.rows)
    try forEachTask(rows) { _, rows, memory in
      for row in rows {
        let first = output + row * count * currentStride
        for (current, bias) in biases.prefix(count).enumerated() {
          for position in 0..<positions {
            (first + current * currentStride + position * filters).update(
              from: bias.effective, count: filters)
          }
        }
        forEachStrip { strip in
          patches(of: input + row * features, strip, into: memory)
          for (current, weight) in weights.prefix(count).enumerated() {
            products.multiply(
              Matrix(base: memory, stride: strip.count).transposed,
              Matrix(base: weight.effective, stride: taps).transposed,
              rows: strip.count, columns: filters, inner: taps, isAdded: true,
              into: first + current * currentStride + strip.first * filters, stride: filters)
          }
        }
      }
    }
  }

  package func gatherGradients(
    _ input: Floats, rows: Int, currents count: Int, gradient: Floats
  ) throws(QLIFError) {
    let (positions, filters, taps) = (plain.positions, plain.filters, plain.taps)
    let tasks = tasks(rows)
    let products = try MatrixProducts(tasks: tasks, rows: filters)
    let perCurrent = filters * (taps + 1)
    let size = count * perCurrent
    let shards = try Buffer<Float>(
      product([tasks, size], of: "gradients"), for: "gradients of a convolution")
    try forEachTask(rows) { task, rows, memory in
      let shard = shards.base + task * size
      for row in rows {
        let first = gradient + row * count * currentStride
        forEachStrip { strip in
          patches(of: input + row * features, strip, into: memory)
          for current in 0..<count {
            products.multiply(
              Matrix(base: first + current * currentStride + strip.first * filters, stride: filters)
                .transposed,
              Matrix(base: memory, stride: strip.count).transposed,
              rows: filters, columns: taps, inner: strip.count, isAdded: true,
              into: shard + current * perCurrent,
              stride: taps)
          }
        }
        for current in 0..<count {
          let source = first + current * currentStride
          let bias = shard + current * perCurrent + filters * taps
          for position in 0..<positions {
            for filter in 0..<filters { bias[filter] += source[position * filters + filter] }
          }
        }
      }
    }
    for task in 1..<max(1, tasks) {
      kernels.addInto(count: size, target: shards.base, source: shards.base + task * size)
    }
    for (current, (weight, bias)) in zip(weights, biases).prefix(count).enumerated() {
      let source = shards.base + current * filters * (taps + 1)
      weight.gradient.base.update(from: source, count: filters * taps)
      bias.gradient.base.update(from: source + filters * taps, count: filters)
    }
  }
}
