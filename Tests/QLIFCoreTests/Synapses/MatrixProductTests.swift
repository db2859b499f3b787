import Glibc
import KernelTypes
import Testing

@testable import QLIFCore

/// Each instruction set's matrix product against sums in double precision.
@Suite struct MatrixProductTests {
  /// The places of a matrix in a buffer that ends with its last element.
  private struct Layout {
    let rows: Int
    let columns: Int
    let isTransposed: Bool
    let stride: Int

    init(_ rows: Int, _ columns: Int, isTransposed: Bool, spare: Int) {
      (self.rows, self.columns, self.isTransposed) = (rows, columns, isTransposed)
      stride = (isTransposed ? rows : columns) + spare
    }

    var count: Int { isTransposed ? (columns - 1) * stride + rows : (rows - 1) * stride + columns }
    func place(_ row: Int, _ column: Int) -> Int {
      isTransposed ? column * stride + row : row * stride + column
    }
    func matrix(_ values: GuardedFloats) -> Matrix {
      Matrix(base: values.base, stride: stride, isTransposed: isTransposed)
    }
  }

  private struct Problem {
    let left: Layout
    let right: Layout
    let result: Layout
    let leftValues: GuardedFloats
    let rightValues: GuardedFloats
    let before: [Float]
    let isAdded: Bool

    var rows: Int { result.rows }
    var columns: Int { result.columns }
    var inner: Int { left.columns }

    init(
      _ rows: Int, _ columns: Int, _ inner: Int, transposes: Int = 0, spare: Int = 0, isAdded: Bool = false,
      _ random: inout TestRandom
    ) {
      left = Layout(rows, inner, isTransposed: transposes & 1 != 0, spare: spare)
      right = Layout(inner, columns, isTransposed: transposes & 2 != 0, spare: spare * 2)
      result = Layout(rows, columns, isTransposed: false, spare: spare * 3)
      leftValues = GuardedFloats(random.floats(left.count, -1...1))
      rightValues = GuardedFloats(random.floats(right.count, -1...1))
      self.isAdded = isAdded
      // What is not added must not be read.
      before = isAdded ? random.floats(result.count, -1...1) : Array(repeating: .nan, count: result.count)
    }

    /// The product of some rows, or all, and the first columns.
    func run(_ kernels: any KernelSet.Type, rows: Range<Int>? = nil, columns: Int? = nil) -> [Float] {
      let rows = rows ?? 0..<self.rows
      let target = GuardedFloats(before)
      let memory = GuardedFloats(Array(repeating: .nan, count: MatrixParts.memory(rows: rows.count)))
      var factors = left.matrix(leftValues)
      factors.base += left.place(rows.lowerBound, 0)
      kernels.matrixProduct(
        factors, right.matrix(rightValues), rows: rows.count, columns: columns ?? self.columns, inner: inner,
        isAdded: isAdded, into: target.base + result.place(rows.lowerBound, 0), resultStride: result.stride,
        memory: memory.base)
      return target.values
    }

    /// An element's exact value, and the sum of its terms' magnitudes.
    func exact(_ row: Int, _ column: Int) -> (value: Double, magnitude: Double) {
      var value = isAdded ? Double(before[result.place(row, column)]) : 0
      var magnitude = abs(value)
      for k in 0..<inner {
        let a = leftValues.base[left.place(row, k)]
        let b = rightValues.base[right.place(k, column)]
        value += Double(a) * Double(b)
        magnitude += abs(Double(a) * Double(b))
      }
      return (value, magnitude)
    }
  }

  private static func compare(_ problem: Problem, _ note: String) {
    for (name, kernels) in KernelTests.sets {
      let result = problem.run(kernels)
      var wrong = 0
      for row in 0..<problem.rows {
        for column in 0..<problem.columns {
          let (value, magnitude) = problem.exact(row, column)
          let difference = abs(Double(result[problem.result.place(row, column)]) - value)
          if !(difference <= 1e-6 * magnitude) { wrong += 1 }
        }
        // What lies between the rows stays as it was.
        guard row + 1 < problem.rows else { continue }
        let gap = problem.result.place(row, problem.columns)..<problem.result.place(row + 1, 0)
        if !zip(result[gap], problem.before[gap]).allSatisfy({ $0.bitPattern == $1.bitPattern }) {
          wrong += 1
        }
      }
      #expect(wrong == 0, "\(name): \(note)")
    }
  }

  @Test(arguments: 0..<8)
  func productsOfAnyShape(_ kind: Int) {
    var random = TestRandom(UInt64(kind))
    for _ in 0..<25 {
      let shape = (0..<3).map { _ in Int.random(in: 1...200, using: &random) }
      let spare = Int.random(in: 0...20, using: &random)
      let problem = Problem(
        shape[0], shape[1], shape[2], transposes: kind & 3, spare: spare, isAdded: kind & 4 != 0, &random)
      Self.compare(problem, "\(shape), stride \(spare) more than the width")
    }
  }

  /// Every number of rows and columns that a tile may be left with.
  @Test(arguments: 0..<4)
  func edgesOfTiles(_ transposes: Int) {
    var random = TestRandom(7)
    for size in 1...40 {
      Self.compare(Problem(size, 3, 5, transposes: transposes, isAdded: true, &random), "\(size) rows")
      Self.compare(Problem(3, size, 5, transposes: transposes, isAdded: true, &random), "\(size) columns")
      Self.compare(Problem(3, 5, size, transposes: transposes, &random), "\(size) terms")
    }
  }

  @Test(arguments: 0..<4)
  func productsOfSeveralParts(_ transposes: Int) {
    var random = TestRandom(9)
    let (rows, columns, inner) = (
      2 * MatrixParts.rows + 5, 3 * MatrixParts.columns + 7, 2 * MatrixParts.inner + 9
    )
    let problem = Problem(rows, columns, inner, transposes: transposes, isAdded: true, &random)
    Self.compare(problem, "several parts")
    // The bits of an element do not depend on how many others are made with it.
    for (name, kernels) in KernelTests.sets {
      let whole = problem.run(kernels)
      for (rows, columns) in [(1, 1), (13, 17), (MatrixParts.rows + 1, columns), (rows, 33)] {
        let part = problem.run(kernels, rows: 0..<rows, columns: columns)
        let places = (0..<rows).flatMap { row in (0..<columns).map { problem.result.place(row, $0) } }
        #expect(places.allSatisfy { part[$0] == whole[$0] }, "\(name): \(rows) rows, \(columns) columns")
      }
    }
  }

  /// A row has the bits that it has alone, whether its product copies the right matrix or not.
  @Test(arguments: 0..<4)
  func bitsOfARowAlone(_ transposes: Int) {
    var random = TestRandom(13)
    let (most, columns) = (40, MatrixParts.columns + 7)
    let inner = 2 * MatrixParts.inner + 9
    let problem = Problem(most, columns, inner, transposes: transposes, spare: 3, isAdded: true, &random)
    for (name, kernels) in KernelTests.sets {
      let alone = (0..<most).map { problem.run(kernels, rows: $0..<$0 + 1) }
      for rows in 1...most {
        let together = problem.run(kernels, rows: 0..<rows)
        let isSame = (0..<rows).allSatisfy { row in
          let places = problem.result.place(row, 0)..<problem.result.place(row, columns)
          return zip(alone[row][places], together[places]).allSatisfy { $0.bitPattern == $1.bitPattern }
        }
        #expect(isSame, "\(name): \(rows) rows")
      }
    }
  }

  /// Zeros are multiplied too: NaN and infinities come through where they do in a plain sum.
  @Test(arguments: 0..<4, [3, 29])
  func whatIsNotFinite(_ transposes: Int, _ rows: Int) {
    var random = TestRandom(11)
    let pairs: [(Float, Float)] = [(.nan, 0), (.infinity, 0), (.infinity, 1), (.infinity, -.infinity)]
    for (first, second) in pairs {
      let problem = Problem(rows, 37, 19, transposes: transposes, &random)
      for row in 0..<rows where row % 3 == 0 {
        for k in 0..<19 { problem.leftValues.base[problem.left.place(row, k)] = 0 }
      }
      problem.rightValues.base[problem.right.place(3, 5)] = first
      problem.leftValues.base[problem.left.place(rows / 4, 11)] = first
      problem.rightValues.base[problem.right.place(11, 36)] = second
      for (name, kernels) in KernelTests.sets {
        let result = problem.run(kernels)
        for row in 0..<rows {
          for column in 0..<37 {
            let (value, _) = problem.exact(row, column)
            let ours = result[problem.result.place(row, column)]
            #expect(
              value.isNaN ? ours.isNaN : value.isFinite ? ours.isFinite : ours == Float(value),
              "\(name): \(first), \(second) at [\(row), \(column)]: \(ours), expected \(value)")
          }
        }
      }
    }
  }
}

/// Floats whose last is followed by memory that cannot be read or written.
private final class GuardedFloats {
  let base: UnsafeMutablePointer<Float>
  private let count: Int
  private let pages: UnsafeMutableRawPointer
  private let size: Int

  init(_ values: [Float]) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let bytes = padded(values.count * MemoryLayout<Float>.stride, to: page)
    size = bytes + page
    guard let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      pages != MAP_FAILED, mprotect(pages + bytes, page, PROT_NONE) == 0
    else { fatalError("no memory for a test") }
    self.pages = pages
    count = values.count
    base = (pages + bytes).assumingMemoryBound(to: Float.self) - values.count
    base.initialize(from: values, count: values.count)
  }

  deinit { munmap(pages, size) }

  var values: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
