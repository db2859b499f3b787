/// A map of the Bloch vector, `r -> A r + b`, as the rows of `[A b]`; also the generator of one, `dr/dt = A r + b`.
struct AffineMap: Equatable {
  /// `[A b]`, three rows of four.
  var rows: [SIMD4<Double>]

  static let identity = AffineMap(rows: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])

  func callAsFunction(_ r: BlochVector) -> BlochVector {
    let point = SIMD4(r.x, r.y, r.z, 1)
    return BlochVector(x: (rows[0] * point).sum(), y: (rows[1] * point).sum(), z: (rows[2] * point).sum())
  }

  /// The map that is `self` after `first`; the last row, `[0 0 0 last]`, is 1 for maps and 0 for generators.
  func after(_ first: AffineMap, last: Double = 1) -> AffineMap {
    AffineMap(
      rows: rows.map { row in
        var product = first.rows[0] * row[0] + first.rows[1] * row[1] + first.rows[2] * row[2]
        product[3] += row[3] * last
        return product
      })
  }

  static func * (factor: Double, map: AffineMap) -> AffineMap {
    AffineMap(rows: map.rows.map { $0 * factor })
  }

  static func + (a: AffineMap, b: AffineMap) -> AffineMap {
    AffineMap(rows: [a.rows[0] + b.rows[0], a.rows[1] + b.rows[1], a.rows[2] + b.rows[2]])
  }

  /// The largest sum of a row's magnitudes.
  var norm: Double {
    rows.map { row in (0..<4).reduce(0) { $0 + abs(row[$1]) } }.max() ?? 0
  }

  /// `exp` of a generator: its Taylor series on `2^-k` of it, squared k times.
  func exponential() -> AffineMap {
    var halvings = 0
    var scale = 1.0
    while norm * scale > 0.25 {
      scale /= 2
      halvings += 1
    }
    let generator = scale * self
    // State as the difference from the identity, so that squaring does not lose small terms.
    var sum = generator
    var term = generator
    for order in 2...14 {
      term = (1 / Double(order)) * generator.after(term, last: 0)
      sum = sum + term
    }
    for _ in 0..<halvings { sum = sum + sum + sum.after(sum, last: 0) }
    return AffineMap.identity + sum
  }
}
