import KernelTypes

/// The leaky integrate-and-fire neuron, the classical counterpart of QLIF.
///
/// A step, from the membrane `U` (0 at the start of a sequence), with a current `I`:
///
///     U' = beta U + I - threshold [fired the step before]     (reset .subtract)
///     U' = beta U [not fired the step before] + I             (reset .zero)
///
/// and a spike where `U' > threshold`. The reset is a constant for the gradient. This is `snntorch.Leaky` (version 1.0,
/// snntorch/_neurons/leaky.py, with its default delayed reset).
package struct LIF: Neuron, Population, Equatable {
  package enum Reset: String, Sendable, CaseIterable {
    case subtract
    case zero
  }

  package static let kind = "lif"
  package static let parameterPrefixes = [""]
  package static let statesOfSequence = 0

  package static func scratchBytes(steps: Int, groups: Int, learns: Bool) -> Int {
    learns ? kernels.lifBackwardMemory(steps: steps) : 0
  }

  /// Share of the membrane that a step leaves.
  package var beta: Float = 0.9
  /// Membrane above which the neuron fires.
  package var threshold: Float = 1
  package var reset = Reset.subtract
  package var surrogate = SurrogateKind.arctan
  package var slope: Float = 1
  package var dropout: Float = 0

  package init() {}

  package static var fields: [Field<LIF>] {
    [
      .number("beta", \.beta, "in [0, 1]") { $0 >= 0 && $0 <= 1 },
      .number("threshold", \.threshold, "above 0") { $0 > 0 },
      .choice("reset", \.reset),
      .choice("surrogate", \.surrogate),
      .number("slope", \.slope, "above 0") { $0 > 0 },
      .number("dropout", \.dropout, "in [0, 1)") { $0 >= 0 && $0 < 1 },
    ]
  }
}

extension LIF {
  private var constants: LIFConstants {
    LIFConstants(
      beta: beta, threshold: threshold, resetsToZero: reset == .zero,
      surrogate: surrogate.function(slope: slope))
  }

  package var stateWidth: Int { LIFConstants.stateWidth }

  package func currentsOfConstantInput(ofSpikesAlone: Bool) -> Int { 1 }

  package func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, membrane: MutableFloats?
  ) -> Int {
    kernels.lifForward(
      constants, run.range, groups: run.groups, currents: currents, dropout: run.dropout, spikes: spikes,
      spikeStride: run.spikeStride, membrane: membrane)
  }

  package func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, membraneGradient: Floats?,
    currentGradient: MutableFloats
  ) {
    kernels.lifBackward(
      constants, run.range, groups: run.groups, currents: currents, dropout: run.dropout,
      spikeGradient: spikeGradient, membraneGradient: membraneGradient, currentGradient: currentGradient,
      memory: run.scratch)
  }
}
