import KernelTypes

/// A kind of neuron with its constants.
///
/// A neuron does not know which synapse feeds it. To add one, write its type in a file of its own and name it in
/// `NeuronKind.all`.
package protocol Neuron: DescribedKind, Sendable {
  /// The currents that it receives, as the prefixes of their parameters' names.
  static var parameterPrefixes: [String] { get }

  /// Numbers that `forward` leaves for `backward` of each neuron and step, where the input varies in time.
  static var statesOfSequence: Int { get }

  /// Bytes that `forward` and, where a network learns, `backward` work in.
  static func scratchBytes(steps: Int, groups: Int, learns: Bool) -> Int

  /// The membrane above which it fires.
  var threshold: Float { get }

  /// Share of the spikes that is left out while training.
  var dropout: Float { get }

  /// The neurons of a layer, ready for passes of so many steps.
  /// - Throws: where there is noise and nothing that it could be of.
  func population(of layer: LayerShape, noise: LayerNoise?, steps: Int) throws(QLIFError) -> any Population
}

/// The neurons of a layer, ready to run: currents in, spikes out, and backwards.
package protocol Population: Sendable {
  /// Rows of the state that the neurons carry from step to step; see `StepRange`.
  var stateWidth: Int { get }

  /// How many of the currents, from the first, matter where the input is constant in time: to the spikes, or to the
  /// membranes and the gradients as well.
  func currentsOfConstantInput(ofSpikesAlone: Bool) -> Int

  /// Runs one sample. Returns the number of spikes before dropout.
  func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, membrane: MutableFloats?
  ) -> Int

  /// The gradients of the currents of one sample, from those of its spikes and its membranes. They may be written where
  /// the currents are.
  func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, membraneGradient: Floats?,
    currentGradient: MutableFloats)
}

extension Neuron where Self: Population {
  /// Neurons whose constants are all that they need.
  package func population(
    of layer: LayerShape, noise: LayerNoise?, steps: Int
  ) throws(QLIFError) -> any Population {
    guard noise == nil else {
      throw .invalid(
        "noise of layer \(layer.index): its neurons are of the kind \(Self.kind), which has no qubits: expected none"
      )
    }
    return self
  }
}

package typealias Currents = KernelTypes.Currents

/// One sample's run through a population, or a part of it.
package struct NeuronRun {
  /// The steps, and what the neurons carry. QLIF neurons on perfect qubits that are given one current, that of an input
  /// constant in time, take the state that earlier steps of the same input left, and their `backward` is that of a
  /// whole run.
  var range: StepRange
  /// Vectors of 16 neurons.
  var groups: Int
  /// Vectors of 16 neurons from one step's spikes to the next's.
  var spikeStride: Int
  var dropout: Dropout?
  /// The stream of the random numbers that the neurons of this sample draw.
  var randomKey: UInt64 = 0
  /// Where `forward` leaves states for `backward`; nil: there is no `backward`, or it needs none.
  var states: MutableFloats?
  /// `scratchBytes` to work in.
  var scratch: UnsafeMutableRawPointer
}
