/// The share of each window of neurons that spikes, windows side by side.
///
/// An average is linear, so a pass has nothing to do here: the next synapse takes the spikes as they are and spreads its
/// weights over the windows.
package final class AveragePool2d: Layer {
  package static let kinds = ["avg_pool2d"]

  package let input: SpikeSource
  package let output: SpikeSource
  package let shape: LayerShape
  private let window: WindowSize

  package init(
    _ kind: String, _ description: inout DescriptionReader, _ place: LayerPlace
  ) throws(QLIFError) {
    window = try WindowSize(&description)
    try place.requireSpikes(kind)
    input = place.input
    output = try input.pooled(window.size, isAverage: true, "layers[\(place.index)] (\(kind))")
    shape = try LayerShape(index: place.index, sizes: output.shape)
  }

  package var description: JSONValue {
    .object(window.constants.merging(["kind": .text(Self.kinds[0])]) { own, _ in own })
  }

  package func forward(_ block: Block, _ pass: Pass) {}
  package func backward(_ block: Block, _ pass: Pass) {}
}

/// The side of windows that lie side by side, in a description.
struct WindowSize: Described {
  var size = 0

  static var fields: [Field<WindowSize>] { [.size("size", \.size, 1...Int.max, isRequired: true)] }
}
