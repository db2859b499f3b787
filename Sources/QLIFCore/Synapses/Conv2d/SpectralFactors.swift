import Glibc
import KernelTypes

/// The lines of a plane and the memory that they refer to.
struct PlaneFactors: Sendable {
  let lines: Spectrum.Lines
  private let memory: [Buffer<Float>]
  private let places: Buffer<Int32>

  init(y: LineFactors, x: LineFactors) throws(QLIFError) {
    memory = [y.memory, x.memory]
    places = try Buffer(y.line.parts * x.line.parts, for: "places of a transform")
    lines = Spectrum.Lines(y: y.line, x: x.line, places: places.base)
    let (y, x) = (y.line, x.line)
    var parts: [(y: Int, x: Int)] = []
    for py in y.pairParts {
      for px in x.pairParts { parts += [(py.0, px.0), (py.0, px.1), (py.1, px.0), (py.1, px.1)] }
    }
    for py in y.pairParts { for px in x.singleParts { parts += [(py.0, px), (py.1, px)] } }
    for py in y.singleParts { for px in x.pairParts { parts += [(py, px.0), (py, px.1)] } }
    for py in y.singleParts { for px in x.singleParts { parts.append((py, px)) } }
    for (k, part) in parts.enumerated() {
      places.base[k] = Int32(16 * (part.y * x.parts + part.x))
    }
  }
}

/// A `SpectralLine` and the memory of its factors.
struct LineFactors {
  let line: SpectralLine
  fileprivate let memory: Buffer<Float>

  /// From entries to parts.
  ///
  /// Where half of the period has a number, the middle of the gradients' line, or of the kernel's, is a place: not both
  /// have its odd part, which stands for `i` times what is stored, so that a product of stored ones is stored alike.
  init(analysing count: Int, spacing: Int, period: Int) throws(QLIFError) {
    try self.init(count: count, spacing: spacing, period: period) { line in
      (
        even: Matrix(line.evens, line.half) { w, k in line.cosine(w, k) },
        odd: Matrix(line.odds, count - line.half) { w, k in -line.sine(w + 1, k) }
      )
    }
  }

  /// From parts to the entries of a whole period.
  init(synthesising period: Int) throws(QLIFError) {
    try self.init(count: period, spacing: 1, period: period) { line in
      // A frequency of two parts stands for its opposite as well.
      let scale = { (frequency: Int) in
        (frequency == 0 || 2 * frequency == period ? 1 : 2) / Double(period)
      }
      return (
        even: Matrix(line.half, line.evens) { k, w in scale(w) * line.cosine(w, k) },
        odd: Matrix(line.half, line.odds) { k, w in -scale(w + 1) * line.sine(w + 1, k) }
      )
    }
  }

  private struct Matrix {
    let rows: Int
    let columns: Int
    let entry: (Int, Int) -> Double

    init(_ rows: Int, _ columns: Int, _ entry: @escaping (Int, Int) -> Double) {
      self.rows = rows
      self.columns = columns
      self.entry = entry
    }

    /// In blocks of rows, [blocks, columns, SpectralLine.block].
    func write(to target: MutableFloats) {
      for row in 0..<rows {
        for column in 0..<columns {
          let (block, place) = (row / SpectralLine.block, row % SpectralLine.block)
          target[(block * columns + column) * SpectralLine.block + place] = Float(entry(row, column))
        }
      }
    }
  }

  private init(
    count: Int, spacing: Int, period: Int, _ matrices: (SpectralLine) -> (even: Matrix, odd: Matrix)
  ) throws(QLIFError) {
    // The sizes follow from the line, whose factors' place follows from the sizes.
    let most = (period / 2 + 1 + SpectralLine.block) * (period / 2 + 1)
    memory = try Buffer(2 * most, for: "factors of a transform")
    line = SpectralLine(
      count: count, spacing: spacing, period: period, even: memory.base, odd: memory.base + most)
    let (even, odd) = matrices(line)
    even.write(to: memory.base)
    odd.write(to: memory.base + most)
  }
}

extension SpectralLine {
  /// Places of the even part and the odd one.
  fileprivate var pairParts: [(Int, Int)] { (0..<pairs).map { ($0 + 1, firstOdd + $0) } }
  fileprivate var singleParts: [Int] {
    [0] + (singles == 2 ? [isCentered ? pairs + 1 : firstOdd + pairs] : [])
  }

  /// Of entry k at a frequency.
  fileprivate func cosine(_ frequency: Int, _ k: Int) -> Double { cos(angle(frequency, k)) }
  fileprivate func sine(_ frequency: Int, _ k: Int) -> Double { sin(angle(frequency, k)) }

  private func angle(_ frequency: Int, _ k: Int) -> Double {
    // Twice the place from the middle is whole.
    Double.pi * Double(frequency * spacing * (2 * k - (count - 1))) / Double(period)
  }
}
