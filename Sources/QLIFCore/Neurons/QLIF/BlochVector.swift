import Glibc

/// The state of one qubit as a point of the Bloch ball: `rho = (1 + x X + y Y + z Z) / 2`.
///
/// `z = 1` is the ground state, `z = -1` the excited one.
package struct BlochVector: Equatable, Sendable {
  package var x: Double
  package var y: Double
  package var z: Double

  package init(x: Double, y: Double, z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  package static let ground = BlochVector(x: 0, y: 0, z: 1)

  /// Excited-state population, `(1 - z) / 2`.
  package var population: Double { min(1, max(0, (1 - z) / 2)) }

  /// At most 1: 1 for a pure state, 0 for the fully mixed one.
  package var length: Double { (x * x + y * y + z * z).squareRoot() }

  /// Polar angle from the ground state, in [0, pi].
  package var polarAngle: Double { atan2((x * x + y * y).squareRoot(), z) }

  /// - Throws: where it is not finite or lies outside the ball.
  package func validate() throws(QLIFError) {
    for (name, value) in [("x", x), ("y", y), ("z", z)] {
      try check("state.\(name)", value, "a finite number")
    }
    try check("state: length", length, "at most 1") { $0 <= 1 + 1e-9 }
  }
}
