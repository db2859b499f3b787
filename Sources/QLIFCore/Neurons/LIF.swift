import KernelTypes

/// The leaky integrate-and-fire neuron, the classical twin of QLIF.
///
/// A step, from the membrane `U` (0 at the start of a sequence), with a current `I`:
///
///     U' = beta U + I - threshold [fired the step before]     (reset .subtract)
///     U' = beta U [not fired the step before] + I             (reset .zero)
///
/// and a spike where `U' > threshold`. The reset is a constant for the gradient. This is `snntorch.Leaky` (version 1.0,
/// snntorch/_neurons/leaky.py, with its default delayed reset).
package struct LIF: Neuron, Equatable {
  package enum Reset: String, Codable, Sendable, CaseIterable {
    case subtract
    case zero
  }

  package static let kind = "lif"
  package static let currents = [""]
  package static let currentsOfConstantInput = 1
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

  package func validate() throws(QLIFError) {
    try check("beta", beta, "in [0, 1]") { $0 >= 0 && $0 <= 1 }
    try check("threshold", threshold, "above 0") { $0 > 0 }
    try check("slope", slope, "above 0") { $0 > 0 }
    try check("dropout", dropout, "in [0, 1)") { $0 >= 0 && $0 < 1 }
  }
}

extension LIF {
  private var constants: LIFConstants {
    LIFConstants(
      beta: beta, threshold: threshold, resetsToZero: reset == .zero,
      surrogate: surrogate.function(slope: slope))
  }

  package func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, alpha: MutableFloats?
  ) -> Int {
    kernels.lifForward(
      constants, steps: run.steps, groups: run.groups, current: currents.base, currentStride: currents.stride,
      dropout: run.dropout, spikes: spikes, spikeStride: run.spikeStride, membrane: alpha)
  }

  package func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, alphaGradient: Floats?,
    currentGradient: MutableFloats
  ) {
    kernels.lifBackward(
      constants, steps: run.steps, groups: run.groups, current: currents.base, currentStride: currents.stride,
      dropout: run.dropout, spikeGradient: spikeGradient, membraneGradient: alphaGradient,
      currentGradient: currentGradient, memory: run.scratch)
  }
}
