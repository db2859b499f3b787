import Glibc

/// A QLIF neuron on a qubit: the constants of the neuron, the noise of the qubit, and the way it is run.
package struct QubitNeuron: Sendable {
  package typealias Memory = QLIF.Memory

  /// How a neuron leaks.
  package enum LeakForm: Sendable, CaseIterable {
    /// It waits.
    case delay
    /// It is turned back, by `RX(gamma)`.
    case rotation
  }

  /// How long a delay of `delayScale |v|` lasts on a qubit whose T1 is not the neuron's.
  package enum DelayClock: Sendable, CaseIterable {
    /// As many T1 as in the neuron, `delayScale |v| (T1 of the qubit) / (t1 of the neuron)`: the leak is the one
    /// that the network was trained with.
    case relative
    /// `delayScale |v|` microseconds.
    case absolute
  }

  package let neuron: QLIF
  package let noise: QubitNoise
  package let memory: Memory
  package let leakForm: LeakForm
  package let clock: DelayClock

  /// The qubit's relaxation: the noise's, else the neuron's.
  let relaxation: Relaxation

  package init(
    _ neuron: QLIF, _ noise: QubitNoise = QubitNoise(), memory: Memory = .reprepare,
    leakForm: LeakForm = .delay, clock: DelayClock = .relative
  ) throws(QLIFError) {
    try neuron.validate()
    try noise.validate()
    if leakForm == .delay, neuron.leak != .relaxation {
      throw .invalid(
        "leak: the neuron's leak is \(neuron.leak.rawValue), no delay: expected the form rotation")
    }
    self.neuron = neuron
    self.noise = noise
    self.memory = memory
    self.leakForm = leakForm
    self.clock = clock
    relaxation = noise.relaxation ?? Relaxation(t1: Double(neuron.t1))
  }
}

extension QubitNeuron {
  /// What is left of a neuron between two steps.
  package struct Kept: Equatable, Sendable {
    package var qubit = NeuronState()
    /// The population that was read at the last step; 0 after a spike.
    package var alpha = 0.0
    package var fired = false

    package init() {}

    /// A neuron that read `alpha` at its last step.
    package init(alpha: Double) throws(QLIFError) {
      qubit = try NeuronState(population: alpha)
      self.alpha = alpha
    }
  }

  /// Radians of the input spike's rotation, `driveScale bound(|u|)`.
  package func theta(_ drive: Double) -> Double {
    Double(neuron.driveScale) * (neuron.driveBound == .tanh ? tanh(abs(drive)) : abs(drive))
  }

  /// Microseconds of waiting on this qubit.
  package func wait(_ delay: Double) -> Double {
    let nominal = Double(neuron.delayScale) * abs(delay)
    return clock == .relative ? nominal * (relaxation.t1 / Double(neuron.t1)) : nominal
  }

  /// - Throws: where a current is not finite, or turns by an angle or waits for a time that is not.
  package func validate(drive: Double, delay: Double) throws(QLIFError) {
    try check("drive", drive, "a finite number")
    try check("delay", delay, "a finite number")
    try check("drive", theta(drive) * (1 + noise.overRotation), "a finite angle (radians)")
    try check("delay", wait(delay), "a finite wait (microseconds)")
  }

  /// Radians of the leak as a rotation, from a neuron with the population `alpha` on the side of positive angles:
  ///
  ///     relaxation:  gamma = 2 asin sqrt(alpha decay) - 2 asin sqrt(alpha)
  ///     published:   gamma = -2 asin sqrt(alpha decay)
  package func gamma(_ delay: Double, alpha: Double) -> Double {
    let decay = exp(-wait(delay) / relaxation.t1)
    let target = NeuronState.angle(of: alpha * decay)
    return neuron.leak != .published ? target - NeuronState.angle(of: alpha) : -target
  }

  /// What a neuron does in a step, after its memory is there.
  enum Action: Equatable {
    /// `RX` by an angle: an input spike, or a leak that is a rotation.
    case rotate(Double)
    /// Microseconds.
    case wait(Double)
  }

  /// Begins a step: after a spike the qubit is reset. Returns whether the step is left out, as the reset takes it.
  func begin(_ kept: inout Kept) -> Bool {
    guard kept.fired else { return false }
    kept = Kept()
    return neuron.isRefractory
  }

  func action(_ kept: Kept, drive: Double, delay: Double) -> Action {
    if drive > 0 { return .rotate(theta(drive)) }
    if leakForm == .delay { return .wait(wait(delay)) }
    guard memory == .coherent else { return .rotate(gamma(delay, alpha: kept.alpha)) }
    // Towards the ground state, along the meridian on which the qubit is.
    let angle = gamma(delay, alpha: kept.qubit.population)
    return .rotate(kept.qubit.bloch.y > 0 ? -angle : angle)
  }

  /// One step. Returns the population that a measurement reads, and whether the neuron fires.
  ///
  /// SPEC's step as a circuit: the memory (`RX(phi)`, or the qubit as it was kept), then `RX(theta)` where
  /// `drive > 0`, else the leak; every rotation and the measurement with the qubit's noise. A spike resets the
  /// qubit; with `isRefractory` the step after it is not run and has `alpha = 0`.
  ///
  /// - Throws: where the neuron fires by measurement; see `read`.
  package func step(
    _ kept: inout Kept, drive: Double, delay: Double
  ) throws(QLIFError) -> (alpha: Double, fires: Bool) {
    if begin(&kept) { return (0, false) }
    for move in moves(kept, drive: drive, delay: delay) { apply(move, &kept.qubit) }
    return try read(&kept)
  }

  /// What happens to the qubit in a step, one after the other.
  enum Move: Equatable {
    /// The ground state, at once.
    case reset
    /// The memory, `RX` by an angle.
    case prepare(Double)
    case act(Action)
  }

  func moves(_ kept: Kept, drive: Double, delay: Double) -> [Move] {
    let action = Move.act(action(kept, drive: drive, delay: delay))
    guard memory == .reprepare else { return [action] }
    return [.reset, .prepare(NeuronState.angle(of: kept.alpha)), action]
  }

  private func apply(_ move: Move, _ qubit: inout NeuronState) {
    switch move {
    case .reset: qubit.reset()
    case .prepare(let angle), .act(.rotate(let angle)): qubit.rotate(angle, noise)
    case .act(.wait(let duration)): qubit.wait(duration, relaxation)
    }
  }

  /// Ends a step: measures.
  ///
  /// - Throws: where the neuron fires by measurement. What is read here is a population, that of infinitely many
  ///   shots; the outcome of one shot, and all that comes after it, is random.
  func read(_ kept: inout Kept) throws(QLIFError) -> (alpha: Double, fires: Bool) {
    guard neuron.firing == .threshold else {
      throw .invalid(
        "firing: \(neuron.firing.rawValue), expected threshold: a circuit is followed with infinitely many shots,"
          + " of which none alone makes a spike")
    }
    kept.alpha = min(1, max(0, kept.qubit.measured(noise)))
    kept.fired = kept.alpha > Double(neuron.threshold)
    return (kept.alpha, kept.fired)
  }

  /// The same neuron on a qubit whose gates and measurement are perfect; it still relaxes while it waits.
  func withoutGateNoise() throws(QLIFError) -> QubitNeuron {
    var perfect = QubitNoise()
    perfect.relaxation = noise.relaxation
    return try QubitNeuron(neuron, perfect, memory: memory, leakForm: leakForm, clock: clock)
  }
}
