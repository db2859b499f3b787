/// A connection: spikes of one layer in, currents of the next out, and backwards.
///
/// In a row of currents, current k of neuron j is number `k * currentStride + j`. To add a kind, write its type in a
/// file of its own and name it in `SynapseKind.all`.
package protocol Synapse: AnyObject, Sendable {
  /// The kind that a layer of such a synapse has in descriptions.
  static var kind: String { get }

  /// - Parameters:
  ///   - description: the layer's object, of which the keys `kind` and `neuron` are taken.
  ///   - currents: the currents of each neuron, as the prefixes of their parameters' names.
  init(
    _ description: inout DescriptionReader, _ place: LayerPlace, currents: [String]
  ) throws(QLIFError)

  /// Its constants in the layer's description, complete.
  var description: [String: JSONValue] { get }
  var outputShape: [Int] { get }
  /// Weights of all currents, then biases of all currents.
  var parameters: [Parameter] { get }
  /// Currents of each neuron.
  var currents: Int { get }
  /// Floats from one current to the next; at least the neurons, padded to a multiple of 16.
  var currentStride: Int { get }

  // A dense input: the whole batch in one go, on several threads.

  /// The first `count` currents of rows of numbers: [rows, count, currentStride].
  func project(
    _ input: Floats, rows: Int, currents count: Int, into output: MutableFloats
  ) throws(QLIFError)

  /// The parameters' gradients from those of the currents.
  func gatherGradients(_ input: Floats, rows: Int, currents count: Int, gradient: Floats) throws(QLIFError)

  // Spikes: the rows of a block, on the calling thread.

  /// Arranges the weights for `forward` and, where asked, `backward`.
  func prepareForSpikes(backward: Bool) throws(QLIFError)

  /// Room that `forward` and `backward` need.
  var scratchIndices: Int { get }
  var scratchFloats: Int { get }

  /// The currents of rows of spikes, each of which weighs `scale`.
  func forward(_ spikes: SpikeRows, scale: Float, into output: MutableFloats, _ scratch: Scratch)

  /// Floats that one shard of the parameters' gradients takes.
  var gradientShardSize: Int { get }

  /// Adds the parameters' gradients to `shard` and writes those of the spikes, [rows, spikes.units padded].
  func backward(
    _ spikes: SpikeRows, scale: Float, gradient: Floats, shard: MutableFloats, spikeGradient: MutableFloats,
    _ scratch: Scratch)

  /// Adds up the shards, in their order, into the parameters' gradients.
  func gather(shards: [MutableFloats])
}

extension Synapse {
  /// What no current that spikes cause exceeds, apart from what dropout adds to a spike's weight: the sum of all
  /// parameters' magnitudes is at most this. NaN where a parameter is.
  var boundOfCurrents: Double {
    parameters.reduce(0) {
      $0 + (Double($1.count) * kernels.sumOfSquares(count: $1.count, values: $1.effective)).squareRoot()
    }
  }

  /// Floats in one row of currents.
  var columns: Int { currents * currentStride }
}

/// Rows of spikes, [samples, steps, words], one bit per neuron. Planes lie [height, width, channels].
package struct SpikeRows {
  var bits: UnsafePointer<UInt64>
  var samples: Int
  var steps: Int
  var rows: Int { samples * steps }
  /// Neurons of a row, padded to a multiple of 16.
  var paddedUnits: Int
}

/// Memory that a synapse may use during a call.
package struct Scratch {
  var indices: UnsafeMutablePointer<Int32>
  var floats: MutableFloats
}

/// The kinds of synapse, by name.
package enum SynapseKind {
  package static let all: [any Synapse.Type] = [Dense.self, Conv2d.self]
}
