import KernelTypes

/// The leaky integrate-and-fire neuron with a synaptic current of its own, which a spike of the input raises and which
/// decays.
///
/// A step, from the synaptic current `S` and the membrane `U` (both 0 at the start of a sequence), with a current `I`:
///
///     S' = alpha S + I
///     U' = beta U + S' - threshold [fired the step before]     (reset .subtract)
///     U' = (beta U + S') [not fired the step before]           (reset .zero)
///
/// and a spike where `U' > threshold`. The reset is a constant for the gradient. This is `snntorch.Synaptic` (version 1.0,
/// snntorch/_neurons/synaptic.py, with its default delayed reset); the decays are those of its tutorials.
package struct SynapticLIF: Neuron, Population, Equatable {
  package static let kind = "synaptic"
  package static let parameterPrefixes = [""]
  package static let statesOfSequence = 0

  package static func scratchBytes(steps: Int, groups: Int, learns: Bool) -> Int {
    learns ? kernels.synapticBackwardMemory(steps: steps) : 0
  }

  /// Share of the synaptic current that a step leaves.
  package var alpha: Float = 0.9
  /// Share of the membrane that a step leaves.
  package var beta: Float = 0.8
  /// Membrane above which the neuron fires.
  package var threshold: Float = 1
  package var reset = LIF.Reset.subtract
  package var surrogate = SurrogateKind.arctan
  package var slope: Float = 1
  package var dropout: Float = 0

  package init() {}

  package static var fields: [Field<SynapticLIF>] {
    [
      .number("alpha", \.alpha, "in [0, 1]") { $0 >= 0 && $0 <= 1 },
      .number("beta", \.beta, "in [0, 1]") { $0 >= 0 && $0 <= 1 },
      .number("threshold", \.threshold, "above 0") { $0 > 0 },
      .choice("reset", \.reset),
      .choice("surrogate", \.surrogate),
      .number("slope", \.slope, "above 0") { $0 > 0 },
      .number("dropout", \.dropout, "in [0, 1)") { $0 >= 0 && $0 < 1 },
    ]
  }
}

extension SynapticLIF {
  private var constants: SynapticLIFConstants {
    SynapticLIFConstants(
      alpha: alpha, beta: beta, threshold: threshold, resetsToZero: reset == .zero,
      surrogate: surrogate.function(slope: slope))
  }

  package var stateWidth: Int { SynapticLIFConstants.stateWidth }

  package func currentsOfConstantInput(ofSpikesAlone: Bool) -> Int { 1 }

  package func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, membrane: MutableFloats?
  ) -> Int {
    kernels.synapticForward(
      constants, run.range, groups: run.groups, currents: currents, dropout: run.dropout, spikes: spikes,
      spikeStride: run.spikeStride, membrane: membrane)
  }

  package func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, membraneGradient: Floats?,
    currentGradient: MutableFloats
  ) {
    kernels.synapticBackward(
      constants, run.range, groups: run.groups, currents: currents, dropout: run.dropout,
      spikeGradient: spikeGradient, membraneGradient: membraneGradient, currentGradient: currentGradient,
      memory: run.scratch)
  }
}
