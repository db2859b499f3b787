import KernelTypes

/// A population of neurons: currents in, spikes out, and backwards.
///
/// A neuron does not know which synapse feeds it. To add one, write its type in a file of its own and name
/// it in `NeuronKind.all`.
package protocol Neuron: Sendable, Codable {
  /// The name in descriptions and files.
  static var kind: String { get }

  /// The currents that it receives, as the prefixes of their parameters' names.
  static var currents: [String] { get }

  /// How many of the currents, from the first, matter where the input is constant in time.
  static var currentsOfConstantInput: Int { get }

  /// Numbers that `forward` leaves for `backward` of each neuron and step, where the input varies in time.
  static var statesOfSequence: Int { get }

  /// Bytes that `forward` and, where a network learns, `backward` work in.
  static func scratchBytes(steps: Int, groups: Int, learns: Bool) -> Int

  var threshold: Float { get }

  /// Share of the spikes that is left out while training.
  var dropout: Float { get }

  /// The qubits that these neurons are, where a pass needs their states; nil: it does not.
  /// - Throws: where there is noise and nothing that it could be of.
  func qubits(_ noise: LayerNoise?, of layer: Layer, steps: Int) throws(QLIFError) -> LayerQubits?

  /// - Throws: where a constant has a value that the model does not allow; names it.
  func validate() throws(QLIFError)

  /// Runs one sample. Returns the number of spikes before dropout.
  func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, alpha: MutableFloats?
  )
    -> Int

  /// The gradients of the currents of one sample, from those of its spikes and its alpha. They may be written where
  /// the currents are.
  func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, alphaGradient: Floats?,
    currentGradient: MutableFloats)
}

extension Neuron {
  package func qubits(_ noise: LayerNoise?, of layer: Layer, steps: Int) throws(QLIFError) -> LayerQubits? {
    guard noise == nil else {
      throw .invalid(
        "noise of layer \(layer.index): its neurons are \(Self.kind), which are no qubits: expected none")
    }
    return nil
  }
}

/// The currents of one sample. Current k of neuron j at step t is `base[t * stride + k * offset + j]`; a stride
/// of 0 is an input constant in time, whose gradient is summed over the steps.
package struct Currents {
  var base: Floats
  var stride: Int
  var offset: Int
  /// How many there are.
  var count: Int

  /// The second current, where there is one.
  var second: Floats? { count > 1 ? base + offset : nil }
}

/// The sizes of one sample's run through a population.
package struct NeuronRun {
  var steps: Int
  /// Sixteens of neurons.
  var groups: Int
  /// Sixteens of neurons from one step's spikes to the next's.
  var spikeStride: Int
  var dropout: Dropout?
  var qubits: QubitLayer?
  /// Where `forward` leaves states for `backward`; nil: there is no `backward`, or it needs none.
  var states: MutableFloats?
  /// `scratchBytes` to work in.
  var scratch: UnsafeMutableRawPointer
}
