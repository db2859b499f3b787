import Glibc

/// A QLIF neuron on a qubit: the constants of the neuron, the noise of the qubit, and the way it is run.
package struct QubitCircuit: Sendable {
  /// How a neuron leaks.
  package enum LeakForm: String, Sendable, CaseIterable {
    /// It waits.
    case delay
    /// It is turned back, by `RX(gamma)`.
    case rotation
  }

  /// How long a delay of `delayScale |v|` lasts on a qubit whose T1 is not the neuron's.
  package enum DelayClock: String, Sendable, CaseIterable {
    /// As many T1 as in the neuron, `delayScale |v| (T1 of the qubit) / (t1 of the neuron)`: the leak is the one
    /// that the network was trained with.
    case relative
    /// `delayScale |v|` microseconds.
    case absolute
  }

  /// What a description says of a circuit beside its neuron.
  package struct Settings: Described, Sendable {
    /// nil: a delay where the neuron's leak is one, else a rotation.
    package var leakForm: LeakForm?
    package var clock = DelayClock.relative

    package init() {}

    package static var fields: [Field<Settings>] {
      [.choice("leak_form", \.leakForm), .choice("clock", \.clock)]
    }
  }

  package let neuron: QLIF
  package let noise: QubitNoise
  package let leakForm: LeakForm
  package let clock: DelayClock
  package var memory: QLIF.Memory { neuron.memory }

  /// The qubit's relaxation: the noise's, else the neuron's.
  let relaxation: Relaxation

  package init(
    _ neuron: QLIF, _ noise: QubitNoise = QubitNoise(), _ settings: Settings = Settings()
  ) throws(QLIFError) {
    try neuron.validate()
    try noise.validate()
    leakForm = settings.leakForm ?? (neuron.leak == .relaxation ? .delay : .rotation)
    if leakForm == .delay, neuron.leak != .relaxation {
      throw .invalid(
        "leak_form: the neuron's leak is \(neuron.leak.rawValue), no delay: expected rotation")
    }
    self.neuron = neuron
    self.noise = noise
    clock = settings.clock
    relaxation = noise.relaxation ?? Relaxation(t1: Double(neuron.t1))
  }
}

extension QubitCircuit {
  /// Reads `{"neuron": {"kind": "qlif", ...}, "leak_form": ..., "clock": ...}`.
  package init(_ reader: inout DescriptionReader, _ noise: QubitNoise) throws(QLIFError) {
    var neuron = QLIF()
    if let value = reader.take("neuron") {
      var own = try DescriptionReader(value, at: reader.place(of: "neuron"))
      guard let given = try NeuronKind.read(&own) as? QLIF else {
        throw .invalid("\(own.place(of: "kind")): a circuit is of QLIF neurons, expected \(QLIF.kind)")
      }
      neuron = given
    }
    try self.init(neuron, noise, Settings(&reader))
  }

  /// The same neuron, run alike, on another qubit.
  package init(_ other: QubitCircuit, _ noise: QubitNoise) throws(QLIFError) {
    var settings = Settings()
    settings.leakForm = other.leakForm
    settings.clock = other.clock
    try self.init(other.neuron, noise, settings)
  }

  /// What is left of a neuron between two steps.
  package struct State: Equatable, Sendable {
    package var qubit = Qubit()
    /// The population that was read at the last step; 0 after a spike.
    package var alpha = 0.0
    package var fired = false

    package init() {}

    /// A neuron that read `alpha` at its last step.
    package init(alpha: Double) throws(QLIFError) {
      qubit = try Qubit(population: alpha)
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
    let target = Qubit.angle(of: alpha * decay)
    return neuron.leak != .published ? target - Qubit.angle(of: alpha) : -target
  }

  /// What a step makes of a re-prepared qubit, in radians and microseconds.
  package struct Angles: Equatable, Sendable {
    /// The memory, `RX(phi)`.
    package var phi = 0.0
    /// `RX(theta)`: an input spike, or a leak that is a rotation; 0 where it waits.
    package var theta = 0.0
    /// A leak that is a delay; 0 elsewhere.
    package var wait = 0.0
  }

  /// The angles of a step from the population `alpha`.
  package func angles(alpha: Double, drive: Double, delay: Double) throws(QLIFError) -> Angles {
    try validate(drive: drive, delay: delay)
    let state = try State(alpha: alpha)
    var angles = Angles(phi: Qubit.angle(of: alpha))
    switch action(state, drive: drive, delay: delay) {
    case .rotate(let theta): angles.theta = theta
    case .wait(let duration): angles.wait = duration
    }
    return angles
  }

  /// What a neuron does in a step, after its memory is there.
  enum Action: Equatable {
    /// `RX` by an angle: an input spike, or a leak that is a rotation.
    case rotate(Double)
    /// Microseconds.
    case wait(Double)
  }

  /// Begins a step: after a spike the qubit is reset. Returns whether the step is left out, as the reset takes it.
  func begin(_ state: inout State) -> Bool {
    guard state.fired else { return false }
    state = State()
    return neuron.isRefractory
  }

  func action(_ state: State, drive: Double, delay: Double) -> Action {
    if drive > 0 { return .rotate(theta(drive)) }
    if leakForm == .delay { return .wait(wait(delay)) }
    guard memory == .coherent else { return .rotate(gamma(delay, alpha: state.alpha)) }
    // Towards the ground state, along the meridian on which the qubit is.
    let angle = gamma(delay, alpha: state.qubit.population)
    return .rotate(state.qubit.bloch.y > 0 ? -angle : angle)
  }

  /// One step. Returns the population that a measurement reads, and whether the neuron fires.
  ///
  /// The neuron's step (docs/model.md#as-a-circuit): the memory (`RX(phi)`, or the qubit as it was left), then
  /// `RX(theta)` where `drive > 0`, else the leak; every rotation and the measurement with the qubit's noise. A spike
  /// resets the qubit; with `isRefractory` the step after it is not run and has `alpha = 0`.
  ///
  /// - Throws: where the neuron fires by measurement; see `read`.
  package func step(
    _ state: inout State, drive: Double, delay: Double
  ) throws(QLIFError) -> (alpha: Double, fires: Bool) {
    if begin(&state) { return (0, false) }
    for operation in operations(state, drive: drive, delay: delay) { apply(operation, &state.qubit) }
    return try read(&state)
  }

  /// What happens to the qubit in a step, one after the other.
  enum Operation: Equatable {
    /// The ground state, at once.
    case reset
    /// The memory, `RX` by an angle.
    case prepare(Double)
    case act(Action)
  }

  func operations(_ state: State, drive: Double, delay: Double) -> [Operation] {
    let action = Operation.act(action(state, drive: drive, delay: delay))
    guard memory == .reprepare else { return [action] }
    return [.reset, .prepare(Qubit.angle(of: state.alpha)), action]
  }

  private func apply(_ operation: Operation, _ qubit: inout Qubit) {
    switch operation {
    case .reset: qubit.reset()
    case .prepare(let angle), .act(.rotate(let angle)): qubit.rotate(angle, noise)
    case .act(.wait(let duration)): qubit.wait(duration, relaxation)
    }
  }

  /// Ends a step: measures.
  ///
  /// - Throws: where the neuron fires by measurement. What is read here is a population, that of infinitely many
  ///   shots; the outcome of one shot, and all that comes after it, is random.
  func read(_ state: inout State) throws(QLIFError) -> (alpha: Double, fires: Bool) {
    guard neuron.firing == .threshold else {
      throw .invalid(
        "firing: \(neuron.firing.rawValue), expected threshold: a circuit is followed with infinitely many shots,"
          + " of which none alone makes a spike")
    }
    state.alpha = min(1, max(0, state.qubit.measured(noise)))
    state.fired = state.alpha > Double(neuron.threshold)
    return (state.alpha, state.fired)
  }

  /// The same neuron on a qubit whose gates and measurement are perfect; it still relaxes while it waits.
  func withoutGateNoise() throws(QLIFError) -> QubitCircuit {
    var perfect = QubitNoise()
    perfect.relaxation = noise.relaxation
    return try QubitCircuit(self, perfect)
  }
}
