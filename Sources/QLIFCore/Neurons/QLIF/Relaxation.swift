import Glibc

/// How a qubit that is left alone comes to rest.
///
///     z(t) = z0 + (z(0) - z0) exp(-t / t1),   z0 = 1 - 2 excitedPopulation
///     (x, y)(t) = (x, y)(0) exp(-t / t2)
///
/// Times are in microseconds. The same channel as Qiskit Aer's
/// `thermal_relaxation_error(t1, t2, time, excited_state_population)`.
package struct Relaxation: Codable, Equatable, Sendable {
  /// Relaxation time, microseconds.
  package var t1: Double
  /// Coherence time, microseconds, at most `2 t1`.
  package var t2: Double
  /// Excited-state population at rest.
  package var excitedPopulation: Double

  package init(t1: Double, t2: Double, excitedPopulation: Double = 0) {
    self.t1 = t1
    self.t2 = t2
    self.excitedPopulation = excitedPopulation
  }

  /// Decay and nothing else: `t2 = 2 t1`, to the ground state.
  package init(t1: Double) { self.init(t1: t1, t2: 2 * t1) }

  package func validate() throws(QLIFError) {
    try check("t1", t1, "above 0 (microseconds)") { $0 > 0 }
    try check("t2", t2, "above 0 (microseconds)") { $0 > 0 }
    guard t2 <= 2 * t1 * (1 + 1e-12) else { throw .invalid("t2: \(t2), expected at most 2 t1 = \(2 * t1)") }
    try checkProbability("excited_population", excitedPopulation)
  }
}
