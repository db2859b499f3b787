/// How many neurons of each window spike, or the share of them that does, windows side by side.
///
/// Both are linear, so a pass has nothing to do here: the next synapse takes the spikes as they are and spreads its
/// weights over the windows.
package final class LinearPool2d: Layer {
  /// The side of a window, in a description.
  private struct Settings: Described {
    var size = 0

    static var fields: [Field<Settings>] { [.size("size", \.size, 1...Int.max, isRequired: true)] }
  }

  private static let average = "avg_pool2d"
  package static let kinds = [average, "sum_pool2d"]

  package let input: SpikeSource
  package let output: SpikeSource
  package let shape: LayerShape
  package let description: JSONValue

  package init(
    _ kind: String, _ description: inout DescriptionReader, _ place: LayerPlace
  ) throws(QLIFError) {
    let settings = try Settings(&description)
    try place.requireSpikes(kind)
    input = place.input
    output = try input.pooled(
      settings.size, isAverage: kind == Self.average, "layers[\(place.index)] (\(kind))")
    shape = try LayerShape(index: place.index, sizes: output.shape)
    self.description = settings.description(as: kind)
  }

  package func forward(_ block: Block, _ pass: Pass) {}
  package func backward(_ block: Block, _ pass: Pass) {}
}
