/// How many neurons of each window spike, windows side by side.
///
/// A sum is linear, so a pass has nothing to do here: see `AveragePool2d`.
package final class SumPool2d: Layer {
  package static let kinds = ["sum_pool2d"]

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
    output = try input.pooled(window.size, isAverage: false, "layers[\(place.index)] (\(kind))")
    shape = try LayerShape(index: place.index, sizes: output.shape)
  }

  package var description: JSONValue {
    .object(window.constants.merging(["kind": .text(Self.kinds[0])]) { own, _ in own })
  }

  package func forward(_ block: Block, _ pass: Pass) {}
  package func backward(_ block: Block, _ pass: Pass) {}
}
