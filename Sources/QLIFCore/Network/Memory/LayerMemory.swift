/// A layer's part of a block: rows are samples x steps, the steps of a sample next to each other.
final class LayerMemory: @unchecked Sendable {
  /// [rows, words]; nothing for a layer that passes on the spikes of another
  let spikes: Buffer<UInt64>
  /// [rows, padded neurons]: always of the output layer; of another where it is recorded, or where a maximum is found
  /// by it
  var membrane: Buffer<Float>?
  /// [rows, columns], and backwards their gradients; nil for the input layer, whose currents belong to the whole batch
  let currents: Buffer<Float>?
  /// [rows, stateWidth]: what the forward pass leaves for the backward pass
  let states: Buffer<Float>?
  let stateWidth: Int
  /// [rows, padded neurons]
  let spikeGradient: Buffer<Float>?
  let membraneGradient: Buffer<Float>?
  /// What the output layer showed for a sample.
  let sums: OutputSums?

  private let membraneSize: Int
  private let sumsMemory: Buffer<Float>?

  init(_ layer: any Layer, rows: Int, isConstant: Bool, isLast: Bool, learns: Bool) throws(QLIFError) {
    let name = "layer \(layer.index)"
    func floats(_ width: Int, _ what: String, if isNeeded: Bool) throws(QLIFError) -> Buffer<Float>? {
      guard isNeeded else { return nil }
      return try Buffer(product([rows, width], of: name), for: "\(what) of \(name)")
    }
    let shape = layer.shape
    // The input layer's currents belong to the whole batch.
    let synapse = layer.index == 0 ? nil : layer.synapse
    let columns = synapse?.columns ?? 0
    spikes = try Buffer(
      product([layer.ownsSpikes ? rows : 0, shape.words], of: name), for: "spikes of \(name)")
    membraneSize = try product([rows, shape.paddedUnits], of: name)
    membrane = try floats(shape.paddedUnits, "membranes", if: isLast)
    currents = try floats(columns, "currents", if: synapse != nil)
    let statesOfSequence = layer.neuron.map { type(of: $0).statesOfSequence } ?? 0
    stateWidth = learns && !isConstant ? try product([statesOfSequence, shape.paddedUnits], of: name) : 0
    states = try floats(stateWidth, "states", if: stateWidth > 0)
    spikeGradient = try floats(shape.paddedUnits, "gradients", if: learns && layer.ownsSpikes)
    membraneGradient = try floats(shape.paddedUnits, "gradients", if: learns && isLast)
    sumsMemory = isLast ? try Buffer(2 * shape.units, for: "output sums") : nil
    sums = sumsMemory.map { OutputSums(classes: shape.units, memory: $0.base) }
  }

  /// Makes room for the membranes.
  func keepMembrane() throws(QLIFError) {
    if membrane == nil { membrane = try Buffer(membraneSize, for: "membranes") }
  }
}
