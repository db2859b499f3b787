/// What is wrong with a qubit's gates and its measurement; the default is a perfect qubit.
///
/// Every rotation `RX(theta)` is, in this order,
///
///     RX(theta (1 + overRotation)),   depolarizing: (x, y, z) -> (1 - depolarizing) (x, y, z),
///     relaxation for gateTime
///
/// and a measurement reads 1 with probability `population (1 - p10) + (1 - population) p01`. The order is that of
/// Qiskit Aer's noise models, `depolarizing_error(p, 1).compose(thermal_relaxation_error(...))` on `rx`, and
/// `ReadoutError([[1 - p01, p01], [p10, 1 - p10]])`.
package struct QubitNoise: Codable, Equatable, Sendable {
  /// Relative error of every rotation's angle, -1 to 1.
  package var overRotation: Double = 0
  /// Probability that a gate leaves the fully mixed state.
  package var depolarizing: Double = 0
  /// The qubit's own relaxation, during gates and waits; nil: that of the neuron, and gates take no time.
  package var relaxation: Relaxation?
  /// Length of a rotation, microseconds.
  package var gateTime: Double = 0
  /// Probability of reading 1 where the qubit is in 0.
  package var p01: Double = 0
  /// Probability of reading 0 where the qubit is in 1.
  package var p10: Double = 0

  package init() {}

  package func validate() throws(QLIFError) {
    try check("over_rotation", overRotation, "-1 to 1 (relative)") { abs($0) <= 1 }
    try checkProbability("depolarizing", depolarizing)
    try relaxation?.validate()
    try check("gate_time", gateTime, "0 or more (microseconds)") { $0 >= 0 }
    if relaxation == nil, gateTime > 0 {
      throw .invalid("gate_time: \(gateTime), expected 0 where no t1 is given")
    }
    try checkProbability("p01", p01)
    try checkProbability("p10", p10)
  }
}

/// - Throws: where `value` is not a probability; the message names it.
func checkProbability(_ name: String, _ value: Double) throws(QLIFError) {
  try check(name, value, "a probability in [0, 1]") { (0...1).contains($0) }
}
