import ArgumentParser
import QLIFFigures

/// `qlif-render trace`
struct Trace: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The excited population of chosen neurons over the steps.",
    discussion: """
      One small panel per neuron, all with the same axes: alpha after each step, from 0 to 1, the threshold as a \
      dashed line, and a large dot wherever the neuron fires.

      Examples:
        qlif-render trace --model m.safetensors --dataset mnist --index 7 --layer 0 --neurons 1,5,9 --output trace.png
        qlif-render trace --model m.safetensors --dataset mnist --index 7 --layer 1 --neurons 0-9 --output trace.png
        qlif-render trace --model m.safetensors --input x.npy --layer 0 --neurons 3 --output - --scale 2 > trace.png
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var input: InputOptions

  @Option(help: "The layer, counted from 0.")
  var layer: Int

  @Option(help: ArgumentHelp("The layer's neurons, such as 3, 1,5,9 or 0-9.", valueName: "list"))
  var neurons: IndexList

  func run() throws {
    let model = try Model(path: options.model)
    try model.check(layer: layer)
    let count = model.neurons(inLayer: layer)
    try neurons.check(below: count, "neuron", "layer \(layer)")
    guard neurons.indices.count <= TraceFigure.mostTraces else {
      throw RenderError("--neurons names \(neurons.indices.count), one picture shows \(TraceFigure.mostTraces)")
    }
    guard let threshold = model.threshold(ofLayer: layer) else {
      throw RenderError("layer \(layer) has no neurons")
    }
    let choice = try input.load(inputShape: model.inputShape)
    let run = try model.run(choice.sample, alphaLayer: layer)
    let (alpha, spikes) = (run.alpha[layer], run.spikes[layer])
    guard alpha.count == run.steps * count, spikes.count == alpha.count else {
      throw RenderError("layer \(layer) has no population to draw")
    }
    let traces = neurons.indices.map { neuron in
      let places = (0..<run.steps).map { $0 * count + neuron }
      return TraceFigure.Trace(
        name: "Neuron \(neuron)", alpha: places.map { alpha[$0] }, spikes: places.map { spikes[$0] > 0.5 })
    }
    let label = choice.label.map { ", labelled \($0)" } ?? ""
    let figure = try TraceFigure(
      title: options.title ?? "Population of neurons in \(model.name) for \(choice.name)",
      subtitle: "\(model.title(ofLayer: layer))\(label); \(run.steps) steps", threshold: threshold, traces: traces)
    try Picture.write(figure, model: model, options: options)
  }
}
