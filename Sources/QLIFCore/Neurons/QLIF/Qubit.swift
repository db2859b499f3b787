import Glibc

/// A neuron as what it is: one qubit, in double precision, as a density matrix.
///
/// Each operation changes the state as the gate or channel of its name does. Angles are in radians, times in
/// microseconds. Conventions are Qiskit's: `RX(theta) = exp(-i theta X / 2)`, and 1 is the excited state.
package struct Qubit: Equatable, Sendable {
  package var bloch: BlochVector

  package init(_ bloch: BlochVector = .ground) { self.bloch = bloch }

  /// The state that `RX(2 asin sqrt(population))` makes of the ground state.
  package init(population: Double) throws(QLIFError) {
    try checkProbability("alpha", population)
    self.init()
    rotate(Self.angle(of: population))
  }

  package var population: Double { bloch.population }

  /// `phi = 2 asin sqrt(alpha)`, in [0, pi].
  package static func angle(of population: Double) -> Double {
    2 * asin(min(1, max(0, population)).squareRoot())
  }

  /// The ground state, at once and without error.
  package mutating func reset() { bloch = .ground }

  /// `RX(theta)`: `y' = y cos(theta) - z sin(theta)`, `z' = y sin(theta) + z cos(theta)`.
  package mutating func rotate(_ theta: Double) {
    let (sine, cosine) = (sin(theta), cos(theta))
    (bloch.y, bloch.z) = (bloch.y * cosine - bloch.z * sine, bloch.y * sine + bloch.z * cosine)
  }

  /// `RX(theta)` as a device does it; see `QubitNoise`.
  package mutating func rotate(_ theta: Double, _ noise: QubitNoise) {
    rotate(theta * (1 + noise.overRotation))
    depolarize(noise.depolarizing)
    if let relaxation = noise.relaxation, noise.gateTime > 0 { wait(noise.gateTime, relaxation) }
  }

  /// `rho' = (1 - p) rho + p / 2`.
  package mutating func depolarize(_ p: Double) {
    bloch = BlochVector(x: bloch.x * (1 - p), y: bloch.y * (1 - p), z: bloch.z * (1 - p))
  }

  /// Waits, `duration` microseconds.
  package mutating func wait(_ duration: Double, _ relaxation: Relaxation) {
    let coherence = exp(-duration / relaxation.t2)
    bloch.x *= coherence
    bloch.y *= coherence
    // From the two ends, so that a wait of 0 changes nothing and an endless one forgets everything.
    let lost = -expm1(-duration / relaxation.t1)
    bloch.z = bloch.z * exp(-duration / relaxation.t1) + (1 - 2 * relaxation.excitedPopulation) * lost
  }

  /// Probability that a measurement reads 1: `population (1 - p10) + (1 - population) p01`.
  package func measured(_ noise: QubitNoise) -> Double {
    population * (1 - noise.p10) + (1 - population) * noise.p01
  }
}
