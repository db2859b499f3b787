import CSIMD
import KernelTypes

// The result is made in tiles whose sums stay in registers while they run over a part of the inner dimension. What
// they read is copied before, so that it lies close together: some rows of the left matrix, which stay in the second
// cache, and a few columns of the right one at a time, which stay in the first.

extension VectorKernels {
  /// `result = left right`, or `result += left right` where `isAdded`. An element's terms are summed in their order,
  /// part by part (`MatrixParts.inner`): its bits do not depend on the rows and columns beside it.
  ///   left     [rows, inner], inner 1 or more
  ///   right    [inner, columns]
  ///   result   [rows, columns], its rows `resultStride` apart
  ///   memory   MatrixParts.memory(rows: rows)
  public static func matrixProduct(
    _ left: Matrix, _ right: Matrix, rows: Int, columns: Int, inner: Int, isAdded: Bool,
    into result: UnsafeMutablePointer<Float>, resultStride: Int, memory: UnsafeMutablePointer<Float>
  ) {
    let product = MatrixProduct(
      left: left, right: right, rows: rows, columns: columns, inner: inner, isAdded: isAdded, result: result,
      resultStride: resultStride, rightPart: memory,
      leftPart: memory + MatrixParts.inner * MatrixParts.columns)
    if !left.isTransposed && right.isTransposed {
      // Sums in as many registers as leave room for four rows of the right matrix. More rows than these take less time
      // with copies.
      switch (qlif_vectors_in_registers(), rows) {
      case (32, ...24):
        return product.runInPlace(
          InlineArray<2, Lanes>.self, InlineArray<4, Lanes>.self, InlineArray<8, Lanes>.self)
      case (8, ...8):
        return product.runInPlace(
          InlineArray<1, Lanes>.self, InlineArray<2, Lanes>.self, InlineArray<4, Lanes>.self)
      case (4, ...3):
        return product.runInPlace(
          InlineArray<1, Lanes>.self, InlineArray<2, Lanes>.self, InlineArray<3, Lanes>.self)
      default: break
      }
    }
    // Sums in as many registers as leave room for a row of the right matrix and a factor of the left one. Tiles of
    // fewer rows take what is left at the end.
    switch qlif_vectors_in_registers() {
    case 32:
      product.run(InlineArray<4, Row2>.self, InlineArray<8, Row2>.self, InlineArray<12, Row2>.self)
    case 8:
      product.run(InlineArray<2, Row1>.self, InlineArray<4, Row1>.self, InlineArray<6, Row1>.self)
    default:
      product.run(InlineArray<1, Row1>.self, InlineArray<1, Row1>.self, InlineArray<2, Row1>.self)
    }
  }
}

struct MatrixProduct {
  let left: Matrix
  let right: Matrix
  let rows: Int
  let columns: Int
  let inner: Int
  let isAdded: Bool
  let result: UnsafeMutablePointer<Float>
  let resultStride: Int
  let rightPart: UnsafeMutablePointer<Float>
  let leftPart: UnsafeMutablePointer<Float>

  @inline(__always)
  func run<R: Row, let small: Int, let medium: Int, let large: Int>(
    _ a: InlineArray<small, R>.Type, _ b: InlineArray<medium, R>.Type, _ c: InlineArray<large, R>.Type
  ) {
    forEachPart(of: rows, atMost: MatrixParts.rows, multipleOf: large) { rows in
      forEachPart(of: inner, atMost: MatrixParts.inner, multipleOf: laneCount) { inner in
        left.copyRows(rows, columns: inner, into: leftPart, stride: MatrixParts.rowStride)
        for first in stride(from: 0, to: columns, by: R.width) {
          let columns = first..<min(columns, first + R.width)
          if R.width == laneCount || columns.count > laneCount {
            multiply(rows, columns, inner, a, b, c)
          } else {
            multiply(
              rows, columns, inner, InlineArray<small, Row1>.self, InlineArray<medium, Row1>.self,
              InlineArray<large, Row1>.self)
          }
        }
      }
    }
  }

  /// Some rows by a vector's or two vectors' columns.
  @inline(__always)
  private func multiply<R: Row, let small: Int, let medium: Int, let large: Int>(
    _ rows: Range<Int>, _ columns: Range<Int>, _ inner: Range<Int>, _: InlineArray<small, R>.Type,
    _: InlineArray<medium, R>.Type, _: InlineArray<large, R>.Type
  ) {
    right.copyColumns(columns, rows: inner, into: rightPart, width: R.width)
    for row in stride(from: rows.lowerBound, to: rows.upperBound, by: large) {
      let part = leftPart + (row - rows.lowerBound) * MatrixParts.rowStride
      let target = result + (row * resultStride + columns.lowerBound)
      let size = (rows: min(large, rows.upperBound - row), columns: columns.count, inner: inner.count)
      let isAdded = isAdded || inner.lowerBound > 0
      if size.rows > medium {
        tile(InlineArray<large, R>(repeating: .zero), size, part, isAdded, target)
      } else if size.rows > small {
        tile(InlineArray<medium, R>(repeating: .zero), size, part, isAdded, target)
      } else {
        tile(InlineArray<small, R>(repeating: .zero), size, part, isAdded, target)
      }
    }
  }

  /// Rows and columns beyond those of the result are summed too, and not stored.
  @inline(__always)
  private func tile<R: Row, let count: Int>(
    _ zero: InlineArray<count, R>, _ size: (rows: Int, columns: Int, inner: Int),
    _ left: UnsafePointer<Float>, _ isAdded: Bool, _ target: UnsafeMutablePointer<Float>
  ) {
    var sums = zero
    for k in 0..<size.inner {
      let row = R(loading: rightPart + k * R.width)
      for r in 0..<count {
        sums[r] = sums[r].plus(row, times: Lanes(repeating: left[r * MatrixParts.rowStride + k]))
      }
    }
    // Not to the number of rows: sums stay in registers only where each has a constant number.
    for r in 0..<count where r < size.rows {
      let place = target + r * resultStride
      if size.columns < R.width {
        sums[r].storeFirst(size.columns, to: place, isAdded: isAdded)
      } else if isAdded {
        sums[r].add(to: place)
      } else {
        sums[r].store(to: place)
      }
    }
  }
}

/// Calls `body` with each of about equal parts of `0 ..< count`; all but the last are a multiple of `unit`.
@inline(__always)
func forEachPart(
  of count: Int, atMost most: Int, multipleOf unit: Int, _ body: (Range<Int>) -> Void
) {
  guard count > 0 else { return }
  let parts = (count + most - 1) / most
  let size = ((count + parts - 1) / parts + unit - 1) / unit * unit
  for first in stride(from: 0, to: count, by: size) { body(first..<min(count, first + size)) }
}
