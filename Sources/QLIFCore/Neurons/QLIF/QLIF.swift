import KernelTypes

/// The quantum leaky integrate-and-fire neuron: one qubit, whose excited-state population is the membrane.
///
/// A step, from `alpha` (0 at the start of a sequence), with a drive current `u` and a delay current `v`:
///
///     u > 0:    alpha' = sin^2((phi + theta) / 2),   phi = 2 asin sqrt(alpha),  theta = driveScale |u|
///     u <= 0:   alpha' = alpha exp(-delayScale |v| / t1)                        (leak .relaxation)
///
/// and a spike where `alpha' > threshold`, after which `phi` is 0; with `isRefractory` the step after a spike
/// ignores its input and has `alpha' = 0`. Source: Brand and Petruccione, arXiv:2407.16398; docs/model.md#the-qlif-step.
package struct QLIF: Neuron, Population, Equatable {
  package enum Leak: String, Sendable, CaseIterable {
    /// T1 decay, the paper's words.
    case relaxation
    /// The authors' code: `alpha' = sin^2((phi - 2 asin sqrt(alpha exp(-delay / t1))) / 2)`.
    case published
    /// T1 decay done by a rotation instead of a wait: the same `alpha'` on a perfect qubit that is re-prepared.
    case rotation
  }

  /// How the membrane is remembered from one step to the next.
  package enum Memory: String, Sendable, CaseIterable {
    /// Measured after every step, and prepared anew by `RX(2 asin sqrt(alpha))` (the paper's).
    case reprepare
    /// The qubit is left as it is, with T1 and T2; `alpha` is what a measurement would read.
    case coherent
  }

  /// What makes a spike.
  package enum Firing: String, Sendable, CaseIterable {
    /// `alpha' > threshold` (the paper's).
    case threshold
    /// The outcome of one shot: a spike with the probability `alpha'`.
    case measurement
  }

  package enum DriveBound: String, Sendable, CaseIterable {
    case none
    /// `theta = driveScale tanh |u|`
    case tanh
  }

  package static let kind = "qlif"
  package static let parameterPrefixes = ["drive_", "delay_"]
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

  package static var fields: [Field<QLIF>] {
    [
      .number("threshold", \.threshold, "in (0, 1)") { $0 > 0 && $0 < 1 },
      .number("t1", \.t1, "above 0 (microseconds)") { $0 > 0 },
      .number("drive_scale", \.driveScale, "above 0 (radians per unit of drive)") { $0 > 0 },
      .choice("drive_bound", \.driveBound),
      .number("delay_scale", \.delayScale, "0 or more (microseconds per unit of delay)") { $0 >= 0 },
      .choice("leak", \.leak),
      .flag("refractory", \.isRefractory),
      .choice("memory", \.memory),
      .choice("firing", \.firing),
      .choice("surrogate", \.surrogate),
      .number("slope", \.slope, "above 0") { $0 > 0 },
      .number("dropout", \.dropout, "in [0, 1)") { $0 >= 0 && $0 < 1 },
    ]
  }

  package func validateTogether() throws(QLIFError) {
    try check("delay_scale / t1", delayScale / t1, "finite")
  }
}

extension QLIF {
  var kernelConstants: QLIFConstants {
    QLIFConstants(
      leak: leak == .published ? .published : .relaxation, boundsDrive: driveBound == .tanh,
      isRefractory: isRefractory, threshold: threshold, driveScale: driveScale, delayRate: delayScale / t1,
      surrogate: surrogate.function(slope: slope))
  }

  /// The paper's neuron on perfect qubits needs no states of qubits: its equations are those of angles.
  package func population(
    of layer: LayerShape, noise: LayerNoise?, steps: Int
  ) throws(QLIFError) -> any Population {
    let noise = noise ?? LayerNoise()
    return noise.isPerfect && memory == .reprepare && firing == .threshold
      ? self : try QubitPopulation(self, noise, layer: layer, steps: steps)
  }

  package var stateWidth: Int { QLIFConstants.stateWidth }

  /// A neuron whose drive stays the same turns at every step or never, and stays in its ground state then.
  package func currentsOfConstantInput(ofSpikesAlone: Bool) -> Int { 1 }

  package func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, membrane: MutableFloats?
  ) -> Int {
    currents.count == 1
      ? kernels.qlifForwardConstant(
        kernelConstants, run.range, groups: run.groups, drive: currents.base, dropout: run.dropout,
        spikes: spikes, spikeStride: run.spikeStride, alpha: membrane)
      : kernels.qlifForwardSequence(
        kernelConstants, run.range, groups: run.groups, currents: currents, dropout: run.dropout,
        spikes: spikes, spikeStride: run.spikeStride, alpha: membrane, states: run.states)
  }

  package func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, membraneGradient: Floats?,
    currentGradient: MutableFloats
  ) {
    if currents.count == 1 {
      kernels.qlifBackwardConstant(
        kernelConstants, steps: run.range.count, groups: run.groups, drive: currents.base,
        dropout: run.dropout,
        spikeGradient: spikeGradient, alphaGradient: membraneGradient, driveGradient: currentGradient)
    } else if let states = run.states {
      kernels.qlifBackwardSequence(
        kernelConstants, run.range, groups: run.groups, currents: currents, dropout: run.dropout,
        states: states, spikeGradient: spikeGradient, alphaGradient: membraneGradient,
        currentGradient: currentGradient)
    }
  }
}
