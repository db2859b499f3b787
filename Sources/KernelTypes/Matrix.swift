/// A row-major float32 matrix in memory: element (i, j) is `base[i * stride + j]`, or `base[j * stride + i]` where it
/// is transposed.
@frozen public struct Matrix {
  public var base: UnsafePointer<Float>
  public var stride: Int
  public var isTransposed: Bool

  @inlinable public init(base: UnsafePointer<Float>, stride: Int, isTransposed: Bool = false) {
    self.base = base
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// The transpose, of the same memory.
  @inlinable public var transposed: Matrix { Matrix(base: base, stride: stride, isTransposed: !isTransposed) }
}
