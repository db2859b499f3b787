/// The parts of matrices that a product copies before it multiplies them, so that they lie close together.
public enum MatrixParts {
  /// Terms that are summed before they are added to the result.
  @inlinable public static var inner: Int { 256 }
  /// Rows of the left matrix: a multiple of every number of rows whose sums are in registers at a time.
  @inlinable public static var rows: Int { 264 }
  /// Columns of the right matrix, as many as registers hold sums of side by side at the most.
  @inlinable public static var columns: Int { 32 }
  /// From one row of the left matrix to the next: not a power of two, which would have them meet in few places of the
  /// first cache.
  @inlinable public static var rowStride: Int { inner + 16 }

  /// Floats that a product of so many rows needs.
  public static func memory(rows: Int) -> Int {
    inner * columns + min(Self.rows, (rows + 11) / 12 * 12) * rowStride
  }
}
