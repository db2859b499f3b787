import CMachine

/// A row-major float32 matrix in memory: element (i, j) is `base[i * stride + j]`.
struct Matrix {
  var base: Floats
  var stride: Int
  var isTransposed = false

  /// The transpose, of the same memory.
  var transposed: Matrix { Matrix(base: base, stride: stride, isTransposed: !isTransposed) }
}

/// `result = left right + keep * result`, with `left` [rows, inner] and `right` [inner, columns], on the calling
/// thread (OpenBLAS, built for one thread: the division of the work is ours).
func multiply(
  _ left: Matrix, _ right: Matrix, rows: Int, columns: Int, inner: Int, keep: Float,
  into result: MutableFloats, stride: Int
) {
  machine_sgemm(
    left.isTransposed ? 1 : 0, right.isTransposed ? 1 : 0, Int32(rows), Int32(columns), Int32(inner),
    left.base, Int32(left.stride), right.base, Int32(right.stride), keep, result, Int32(stride))
}
