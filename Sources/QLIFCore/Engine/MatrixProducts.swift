import KernelTypes

/// Matrix products on the threads of one call: the division of the work is the caller's.
struct MatrixProducts {
  private let memories: Pool<Buffer<Float>>

  /// Threads that may multiply at a time.
  var threads: Int { memories.count }

  /// - Parameters:
  ///   - tasks: parts that the caller divides its work into
  ///   - rows: the most rows that a product has
  init(tasks: Int, rows: Int) throws(QLIFError) {
    memories = try Pool(min(Threads.count, tasks)) { () throws(QLIFError) in
      try Buffer(MatrixParts.memory(rows: rows), for: "parts of a matrix product")
    }
  }

  /// `result = left right`, or `result += left right` where `isAdded`, with `left` [rows, inner] and `right`
  /// [inner, columns], on the calling thread.
  func multiply(
    _ left: Matrix, _ right: Matrix, rows: Int, columns: Int, inner: Int, isAdded: Bool,
    into result: MutableFloats, stride: Int
  ) {
    memories.borrow { memory in
      kernels.matrixProduct(
        left, right, rows: rows, columns: columns, inner: inner, isAdded: isAdded, into: result,
        resultStride: stride, memory: memory.base)
    }
  }
}
