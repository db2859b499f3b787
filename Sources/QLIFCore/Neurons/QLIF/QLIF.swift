import KernelTypes

/// The quantum leaky integrate-and-fire neuron: one qubit, whose excited-state population is the membrane.
///
/// A step, from `alpha` (0 at the start of a sequence), with a drive current `u` and a delay current `v`:
///
///     u > 0:    alpha' = sin^2((phi + theta) / 2),   phi = 2 asin sqrt(alpha),  theta = driveScale |u|
///     u <= 0:   alpha' = alpha exp(-delayScale |v| / t1)                        (leak .relaxation)
///
/// and a spike where `alpha' > threshold`, after which `phi` is 0; with `isRefractory` the step after a spike
/// ignores its input and has `alpha' = 0`. Source: Brand and Petruccione, arXiv:2407.16398, and SPEC.
package struct QLIF: Neuron, Equatable {
  package enum Leak: String, Codable, Sendable, CaseIterable {
    /// T1 decay, the paper's words.
    case relaxation
    /// The authors' code: `alpha' = sin^2((phi - 2 asin sqrt(alpha exp(-delay / t1))) / 2)`.
    case published
    /// T1 decay done by a rotation instead of a wait: the same `alpha'` on a perfect qubit that is re-prepared.
    case rotation
  }

  /// How the membrane is remembered from one step to the next.
  package enum Memory: String, Codable, Sendable, CaseIterable {
    /// Measured after every step, and prepared anew by `RX(2 asin sqrt(alpha))` (the paper's).
    case reprepare
    /// The qubit is kept as it is, with T1 and T2; `alpha` is what a measurement would read.
    case coherent
  }

  /// What makes a spike.
  package enum Firing: String, Codable, Sendable, CaseIterable {
    /// `alpha' > threshold` (the paper's).
    case threshold
    /// The outcome of one shot: a spike with the probability `alpha'`.
    case measurement
  }

  package enum DriveBound: String, Codable, Sendable, CaseIterable {
    case none
    /// `theta = driveScale tanh |u|`
    case tanh
  }

  package static let kind = "qlif"
  package static let currents = ["drive_", "delay_"]
  package static let currentsOfConstantInput = 1
  package static let statesOfSequence = 2

  package static func scratchBytes(steps: Int, groups: Int, learns: Bool) -> Int {
    max(
      kernels.qubitForwardMemory(steps: steps, groups: groups),
      learns ? kernels.qubitBackwardMemory(steps: steps) : 0)
  }

  /// Population above which the neuron fires.
  package var threshold: Float = 0.75
  /// Relaxation time, microseconds.
  package var t1: Float = 60
  /// Radians of rotation per unit of drive.
  package var driveScale: Float = .pi
  package var driveBound = DriveBound.none
  /// Microseconds of waiting per unit of delay.
  package var delayScale: Float = 200
  package var leak = Leak.relaxation
  package var isRefractory = true
  package var memory = Memory.reprepare
  package var firing = Firing.threshold
  package var surrogate = SurrogateKind.arctan
  package var slope: Float = 1
  package var dropout: Float = 0

  package init() {}

  package func validate() throws(QLIFError) {
    try check("threshold", threshold, "in (0, 1)") { $0 > 0 && $0 < 1 }
    try check("t1", t1, "above 0 (microseconds)") { $0 > 0 }
    try check("drive_scale", driveScale, "above 0 (radians per unit of drive)") { $0 > 0 }
    try check("delay_scale", delayScale, "0 or more (microseconds per unit of delay)") { $0 >= 0 }
    try check("slope", slope, "above 0") { $0 > 0 }
    try check("dropout", dropout, "in [0, 1)") { $0 >= 0 && $0 < 1 }
    try check("delay_scale / t1", delayScale / t1, "finite")
  }
}

extension QLIF {
  private enum CodingKeys: String, CodingKey {
    case threshold, t1
    case driveScale = "drive_scale"
    case driveBound = "drive_bound"
    case delayScale = "delay_scale"
    case leak
    case isRefractory = "refractory"
    case memory, firing, surrogate, slope, dropout
  }

  /// A description without `memory` and `firing` is of a time when there was one of each.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    threshold = try values.decode(Float.self, forKey: .threshold)
    t1 = try values.decode(Float.self, forKey: .t1)
    driveScale = try values.decode(Float.self, forKey: .driveScale)
    driveBound = try values.decode(DriveBound.self, forKey: .driveBound)
    delayScale = try values.decode(Float.self, forKey: .delayScale)
    leak = try values.decode(Leak.self, forKey: .leak)
    isRefractory = try values.decode(Bool.self, forKey: .isRefractory)
    memory = try values.decodeIfPresent(Memory.self, forKey: .memory) ?? memory
    firing = try values.decodeIfPresent(Firing.self, forKey: .firing) ?? firing
    surrogate = try values.decode(SurrogateKind.self, forKey: .surrogate)
    slope = try values.decode(Float.self, forKey: .slope)
    dropout = try values.decode(Float.self, forKey: .dropout)
  }
}

extension QLIF {
  private var constants: QLIFConstants {
    QLIFConstants(
      leak: leak == .published ? .published : .relaxation, boundsDrive: driveBound == .tanh,
      isRefractory: isRefractory, threshold: threshold, driveScale: driveScale, delayRate: delayScale / t1,
      surrogate: surrogate.function(slope: slope))
  }

  /// The paper's neuron on perfect qubits needs no states of qubits: its equations are those of angles.
  package func qubits(_ noise: LayerNoise?, of layer: Layer, steps: Int) throws(QLIFError) -> LayerQubits? {
    let noise = noise ?? LayerNoise()
    return noise.isPerfect && memory == .reprepare && firing == .threshold
      ? nil : try LayerQubits(self, noise, layer: layer, steps: steps)
  }

  package func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, alpha: MutableFloats?
  ) -> Int {
    if let qubits = run.qubits {
      return kernels.qubitForward(
        constants, qubits, steps: run.steps, groups: run.groups, drive: currents.base, delay: currents.second,
        currentStride: currents.stride, dropout: run.dropout, spikes: spikes, spikeStride: run.spikeStride,
        alpha: alpha, memory: run.scratch)
    }
    return currents.stride == 0
      ? kernels.qlifForwardConstant(
        constants, steps: run.steps, groups: run.groups, drive: currents.base, dropout: run.dropout,
        spikes: spikes, spikeStride: run.spikeStride, alpha: alpha)
      : kernels.qlifForwardSequence(
        constants, steps: run.steps, groups: run.groups, drive: currents.base,
        delay: currents.base + currents.offset, currentStride: currents.stride, dropout: run.dropout,
        spikes: spikes, spikeStride: run.spikeStride, alpha: alpha, states: run.states)
  }

  package func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, alphaGradient: Floats?,
    currentGradient: MutableFloats
  ) {
    if let qubits = run.qubits {
      kernels.qubitBackward(
        constants, qubits, steps: run.steps, groups: run.groups, drive: currents.base, delay: currents.second,
        currentStride: currents.stride, dropout: run.dropout, spikeGradient: spikeGradient,
        alphaGradient: alphaGradient, driveGradient: currentGradient,
        delayGradient: currents.second == nil ? nil : currentGradient + currents.offset, memory: run.scratch)
    } else if currents.stride == 0 {
      kernels.qlifBackwardConstant(
        constants, steps: run.steps, groups: run.groups, drive: currents.base, dropout: run.dropout,
        spikeGradient: spikeGradient, alphaGradient: alphaGradient, driveGradient: currentGradient)
    } else if let states = run.states {
      kernels.qlifBackwardSequence(
        constants, steps: run.steps, groups: run.groups, drive: currents.base,
        delay: currents.base + currents.offset, currentStride: currents.stride, dropout: run.dropout,
        states: states, spikeGradient: spikeGradient,
        alphaGradient: alphaGradient, driveGradient: currentGradient,
        delayGradient: currentGradient + currents.offset)
    }
  }
}
