import Glibc

/// The way of a neuron's qubit through the Bloch ball, from the ground state, while the neuron runs.
package struct BlochPath: Sendable {
  /// What moves the qubit.
  package enum Cause: Sendable, Equatable {
    /// The ground state at once: after a spike, and before a memory is prepared.
    case reset
    /// `RX(phi)`, which prepares the population of the step before.
    case memory
    /// `RX(theta)`, an input spike.
    case drive
    /// A wait, or a rotation back.
    case leak
  }

  /// One operation; `points` begins where the operation before has ended.
  package struct Segment: Sendable {
    package let step: Int
    package let cause: Cause
    package let points: [BlochVector]
    /// How far the operation is along at each point, from 0 to 1, in its own time.
    package let shares: [Double]
  }

  /// A rotation as what it is on a device: a drive of finite length.
  package struct Pulse: Equatable, Sendable {
    /// Microseconds.
    package var duration: Double
    /// Radians per microsecond.
    package var detuning: Double
    package var shape: DrivePulse.Shape

    package init(duration: Double, detuning: Double = 0, shape: DrivePulse.Shape = .constant) {
      self.duration = duration
      self.detuning = detuning
      self.shape = shape
    }
  }

  /// In the order of time.
  package private(set) var segments: [Segment] = []
  /// For each step, what a measurement reads.
  package private(set) var alpha: [Double] = []
  /// For each step, whether the neuron fires.
  package private(set) var spikes: [Bool] = []

  /// Runs a neuron with the currents of its steps.
  ///
  /// Rotations are instantaneous, with the noise of `neuron.noise`, or with `pulse` what the Lindblad equation makes
  /// of it: over-rotation then scales the pulse's area, relaxation acts meanwhile in place of the gate time, and
  /// depolarizing follows.
  ///
  /// - Throws: where sizes differ or a value is not allowed.
  package init(
    of neuron: QubitCircuit, drive: [Double], delay: [Double], pulse: Pulse? = nil
  ) throws(QLIFError) {
    guard !drive.isEmpty, drive.count == delay.count else {
      throw .shape("drive, delay: \(drive.count), \(delay.count) steps, expected equal and some")
    }
    guard drive.count <= Self.mostSteps else {
      throw .shape("drive: \(drive.count) steps, expected at most \(Self.mostSteps)")
    }
    for (u, v) in zip(drive, delay) { try neuron.validate(drive: u, delay: v) }
    var state = QubitCircuit.State()
    for (step, (u, v)) in zip(drive, delay).enumerated() {
      if state.fired { append(.reset, step, from: state.qubit, [.ground], [1]) }
      guard !neuron.begin(&state) else {
        alpha.append(0)
        spikes.append(false)
        continue
      }
      for operation in neuron.operations(state, drive: u, delay: v) {
        let start = state.qubit
        let (points, shares) = try Self.follow(operation, neuron, pulse, &state.qubit)
        append(Self.cause(operation, drive: u), step, from: start, points, shares)
      }
      let read = try neuron.read(&state)
      alpha.append(read.alpha)
      spikes.append(read.fires)
    }
  }

  /// More a picture cannot show.
  package static let mostSteps = 1000
  /// Radians from point to point of a rotation, at most.
  private static let finest = 0.04
  private static let mostPoints = 1500

  private static func cause(_ operation: QubitCircuit.Operation, drive: Double) -> Cause {
    switch operation {
    case .reset: .reset
    case .prepare: .memory
    case .act: drive > 0 ? .drive : .leak
    }
  }

  private mutating func append(
    _ cause: Cause, _ step: Int, from start: Qubit, _ points: [BlochVector], _ shares: [Double]
  ) {
    // Where nothing happens there is nothing to see.
    guard points.contains(where: { $0 != start.bloch }) else { return }
    segments.append(Segment(step: step, cause: cause, points: [start.bloch] + points, shares: [0] + shares))
  }

  /// The points of one operation after its start, the last at its end, where it leaves the qubit.
  private static func follow(
    _ operation: QubitCircuit.Operation, _ neuron: QubitCircuit, _ pulse: Pulse?, _ qubit: inout Qubit
  ) throws(QLIFError) -> (points: [BlochVector], shares: [Double]) {
    switch operation {
    case .reset:
      qubit.reset()
      return ([qubit.bloch], [1])
    case .act(.wait(let duration)):
      let start = qubit
      // Denser at the beginning, where a long wait changes most.
      let shares = (1...96).map { Double($0 * $0) / (96 * 96) }
      qubit.wait(duration, neuron.relaxation)
      return (
        shares.map { share in
          var state = start
          state.wait(duration * share, neuron.relaxation)
          return state.bloch
        }, shares
      )
    case .prepare(let angle), .act(.rotate(let angle)):
      let start = qubit
      let turned = angle * (1 + neuron.noise.overRotation)
      // An angle may be larger than any count.
      let count = Int(min(Double(mostPoints), max(1, abs(turned) / finest)))
      var points: [BlochVector]
      if let pulse {
        let drive = DrivePulse(
          theta: turned, duration: pulse.duration, detuning: pulse.detuning, shape: pulse.shape)
        points = try qubit.follow(drive, neuron.relaxation, samples: max(count, 32))
        qubit.depolarize(neuron.noise.depolarizing)
      } else {
        points = (1...count).map { point in
          var state = start
          state.rotate(turned * Double(point) / Double(count))
          return state.bloch
        }
        qubit.rotate(angle, neuron.noise)
      }
      // What comes after the rotation is seen as a straight line to the end.
      if points.last != qubit.bloch { points.append(qubit.bloch) }
      return (points, points.indices.map { Double($0 + 1) / Double(points.count) })
    }
  }
}
