/// A connection: spikes of one layer in, currents of the next out, and backwards.
///
/// The currents of a row lie side by side, each padded to a multiple of sixteen neurons: `columns` floats.
/// To add a kind, write its type in a file of its own and name it in `SynapseKind.all`.
package protocol Synapse: AnyObject, Sendable {
  /// What the description says of it.
  var description: SynapseDescription { get }
  var outputShape: [Int] { get }
  var parameters: [Parameter] { get }
  /// Floats in one row of currents.
  var columns: Int { get }

  /// The currents of the rows of a dense input, for all the rows of a batch, in `tiles` parts of work.
  var tiles: Int { get }
  func forward(
    tile: Int, input: Floats, rows: Int, currents count: Int, into output: MutableFloats)

  /// The gradients of the parameters from a dense input and the currents' gradients.
  func backward(tile: Int, input: Floats, rows: Int, currents count: Int, gradient: Floats)

  /// Arranges the weights for `forward(spikes:)` and, where asked, `backward(spikes:)`.
  func prepareForSpikes(backward: Bool) throws(QLIFError)

  /// The currents of rows of spikes, each of which weighs `scale`.
  func forward(
    spikes: UnsafePointer<UInt64>, rows: Int, scale: Float, into output: MutableFloats,
    indices: UnsafeMutablePointer<Int32>)

  /// Floats that one share of the parameters' gradients takes.
  var gradientShareSize: Int { get }

  /// Adds the parameters' gradients to `share` and writes those of the spikes.
  func backward(
    spikes: UnsafePointer<UInt64>, rows: Int, scale: Float, gradient: Floats, share: MutableFloats,
    spikeGradient: MutableFloats, indices: UnsafeMutablePointer<Int32>)

  /// Adds up the shares, in their order, into the parameters' gradients.
  func gather(shares: [MutableFloats])
}
