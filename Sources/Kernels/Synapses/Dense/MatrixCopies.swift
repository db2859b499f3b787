import CSIMD
import KernelTypes

extension Matrix {
  /// Copies some columns of some rows, to rows `stride` apart.
  @inline(never)
  func copyRows(
    _ rows: Range<Int>, columns: Range<Int>, into target: UnsafeMutablePointer<Float>,
    stride targetStride: Int
  ) {
    if isTransposed {
      transpose(
        base + (columns.lowerBound * stride + rows.lowerBound), stride: stride, rows: columns.count,
        columns: rows.count, into: target, stride: targetStride)
    } else {
      for (number, row) in rows.enumerated() {
        (target + number * targetStride)
          .update(from: base + (row * stride + columns.lowerBound), count: columns.count)
      }
    }
  }

  /// Copies some rows of a few columns, to rows of `width`, a multiple of 16; what lies beyond the columns there
  /// has no meaning.
  @inline(never)
  func copyColumns(
    _ columns: Range<Int>, rows: Range<Int>, into target: UnsafeMutablePointer<Float>, width: Int
  ) {
    if isTransposed {
      transpose(
        base + (columns.lowerBound * stride + rows.lowerBound), stride: stride, rows: columns.count,
        columns: rows.count, into: target, stride: width)
      return
    }
    for (number, row) in rows.enumerated() {
      let source = base + (row * stride + columns.lowerBound)
      let target = target + number * width
      for first in Swift.stride(from: 0, to: columns.count, by: laneCount) {
        Lanes(loadingFirst: min(laneCount, columns.count - first), source + first).store(to: target + first)
      }
    }
  }
}

/// `target[column][row] = source[row][column]`; up to fifteen entries beyond each row of the target are written.
@inline(__always)
private func transpose(
  _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<Float>, stride targetStride: Int
) {
  for row in Swift.stride(from: 0, to: rows, by: laneCount) {
    let (source, target, count) = (source + row * stride, target + row, min(laneCount, rows - row))
    var column = 0
    while column + 4 <= columns {
      let (from, to) = (source + column, target + column * targetStride)
      if count == laneCount {
        qlif_transpose_16x4(from, stride, laneCount, to, targetStride)
      } else {
        qlif_transpose_16x4(from, stride, count, to, targetStride)
      }
      column += 4
    }
    while column < columns {
      for row in 0..<count { target[column * targetStride + row] = source[row * stride + column] }
      column += 1
    }
  }
}
