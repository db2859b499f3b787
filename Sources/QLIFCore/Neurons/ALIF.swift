import KernelTypes

/// The leaky integrate-and-fire neuron whose threshold rises with each of its own spikes and comes down slowly.
///
/// A step, from the membrane `U` and the adaptation `a` (both 0 at the start of a sequence), with a current `I` and
/// `z` whether the neuron fired the step before:
///
///     a' = rho a + (1 - rho) z
///     U' = beta U + I - z (threshold + adaptation a)     (reset .subtract)
///     U' = beta U (1 - z) + I                            (reset .zero)
///
/// and a spike where `U' > threshold + adaptation a'`. The reset is a constant for the gradient, the adaptation is not.
/// Source: Bellec and others, "Long short-term memory and learning-to-learn in networks of spiking neurons",
/// arXiv:1803.09574, section 2, with the threshold's rise of 1.8 of there.
package struct ALIF: Neuron, Population, Equatable {
  package static let kind = "alif"
  package static let parameterPrefixes = [""]
  package static let statesOfSequence = 0

  package static func scratchBytes(steps: Int, groups: Int, learns: Bool) -> Int {
    learns ? kernels.alifBackwardMemory(steps: steps) : 0
  }

  /// Share of the membrane that a step leaves.
  package var beta: Float = 0.9
  /// Membrane above which a neuron without adaptation fires.
  package var threshold: Float = 1
  /// Share of the adaptation that a step leaves.
  package var rho: Float = 0.97
  /// What the threshold rises by for an adaptation of 1.
  package var adaptation: Float = 1.8
  package var reset = LIF.Reset.subtract
  package var surrogate = SurrogateKind.arctan
  package var slope: Float = 1
  package var dropout: Float = 0

  package init() {}

  package static var fields: [Field<ALIF>] {
    [
      .number("beta", \.beta, "in [0, 1]") { $0 >= 0 && $0 <= 1 },
      .number("threshold", \.threshold, "above 0") { $0 > 0 },
      .number("rho", \.rho, "in [0, 1)") { $0 >= 0 && $0 < 1 },
      .number("adaptation", \.adaptation, "0 or more") { $0 >= 0 },
      .choice("reset", \.reset),
      .choice("surrogate", \.surrogate),
      .number("slope", \.slope, "above 0") { $0 > 0 },
      .number("dropout", \.dropout, "in [0, 1)") { $0 >= 0 && $0 < 1 },
    ]
  }
}

extension ALIF {
  private var constants: ALIFConstants {
    ALIFConstants(
      beta: beta, threshold: threshold, rho: rho, adaptation: adaptation, resetsToZero: reset == .zero,
      surrogate: surrogate.function(slope: slope))
  }

  package var stateWidth: Int { ALIFConstants.stateWidth }

  package func currentsOfConstantInput(ofSpikesAlone: Bool) -> Int { 1 }

  package func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, membrane: MutableFloats?
  ) -> Int {
    kernels.alifForward(
      constants, run.range, groups: run.groups, currents: currents, dropout: run.dropout, spikes: spikes,
      spikeStride: run.spikeStride, membrane: membrane)
  }

  package func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, membraneGradient: Floats?,
    currentGradient: MutableFloats
  ) {
    kernels.alifBackward(
      constants, run.range, groups: run.groups, currents: currents, dropout: run.dropout,
      spikeGradient: spikeGradient, membraneGradient: membraneGradient, currentGradient: currentGradient,
      memory: run.scratch)
  }
}
