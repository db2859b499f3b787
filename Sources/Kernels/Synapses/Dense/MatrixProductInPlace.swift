import CSIMD
import KernelTypes

// A few rows by the rows of a transposed matrix. A copy of that matrix would take longer than the sums, so it is read
// where it is: 16 of its rows at a time, transposed in registers.

extension MatrixProduct {
  /// The sums of `run`, term by term, where the left matrix is not transposed and the right one is.
  @inline(__always)
  func runInPlace<let small: Int, let medium: Int, let large: Int>(
    _: InlineArray<small, Lanes>.Type, _: InlineArray<medium, Lanes>.Type, _: InlineArray<large, Lanes>.Type
  ) {
    for column in stride(from: 0, to: columns, by: laneCount) {
      for row in stride(from: 0, to: rows, by: large) {
        let size = (rows: min(large, rows - row), columns: min(laneCount, columns - column))
        if size.rows > medium {
          tile(InlineArray<large, Lanes>(repeating: .zero), row, column, size)
        } else if size.rows > small {
          tile(InlineArray<medium, Lanes>(repeating: .zero), row, column, size)
        } else {
          tile(InlineArray<small, Lanes>(repeating: .zero), row, column, size)
        }
      }
    }
  }

  @inline(__always)
  private func tile<let count: Int>(
    _ zero: InlineArray<count, Lanes>, _ row: Int, _ column: Int, _ size: (rows: Int, columns: Int)
  ) {
    forEachPart(of: inner, atMost: MatrixParts.inner, multipleOf: laneCount) { inner in
      let source = right.base + (column * right.stride + inner.lowerBound)
      // In place of rows beyond the last, the last again; their sums are not stored.
      let factors = InlineArray<count, UnsafePointer<Float>> {
        left.base + ((row + min($0, size.rows - 1)) * left.stride + inner.lowerBound)
      }
      // Where the number of columns is a constant, so is what is read.
      let sums =
        size.columns == laneCount
        ? sums(zero, factors, source, columns: laneCount, inner.count)
        : sums(zero, factors, source, columns: size.columns, inner.count)
      for r in 0..<count where r < size.rows {
        let place = result + ((row + r) * resultStride + column)
        let isAdded = isAdded || inner.lowerBound > 0
        let sum = isAdded ? Lanes(loadingFirst: size.columns, place) + sums[r] : sums[r]
        qlif_store_first(size.columns, sum, place)
      }
    }
  }

  @inline(__always)
  private func sums<let count: Int>(
    _ zero: InlineArray<count, Lanes>, _ factors: InlineArray<count, UnsafePointer<Float>>,
    _ source: UnsafePointer<Float>, columns: Int, _ inner: Int
  ) -> InlineArray<count, Lanes> {
    var sums = zero
    var k = 0
    while k + 4 <= inner {
      var terms = InlineArray<4, Lanes>(repeating: .zero)
      withUnsafeMutablePointer(to: &terms) {
        let lanes = UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self)
        qlif_transpose_16x4(source + k, right.stride, columns, lanes, laneCount)
      }
      for i in 0..<4 {
        for r in 0..<count { sums[r] = sums[r].plus(terms[i], times: Lanes(repeating: factors[r][k + i])) }
      }
      k += 4
    }
    while k < inner {
      var terms = Lanes.zero
      for column in 0..<columns { terms[column] = source[column * right.stride + k] }
      for r in 0..<count { sums[r] = sums[r].plus(terms, times: Lanes(repeating: factors[r][k])) }
      k += 1
    }
    return sums
  }
}
