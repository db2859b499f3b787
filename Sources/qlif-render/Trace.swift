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
        qlif-render trace --model m.safetensors --dataset mnist --index 7 \\
          --layer 0 --neurons 1,5,9 --output trace.png
        qlif-render trace --model m.safetensors --dataset mnist --index 7 \\
          --layer 1 --output trace.png
        qlif-render trace --model m.safetensors --input x.npy --layer 0 \\
          --neurons 3 --scale 2 --output - > trace.png
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var input: InputOptions

  @Option(help: "The layer, counted from 0.")
  var layer: Int

  @Option(
    help: ArgumentHelp(
      "The layer's neurons, such as 3, 1,5,9 or 0-9. Default: all of a layer of at most ten, else six that differ in how often they fire.",
      valueName: "list"))
  var neurons: IndexList?

  func run() throws {
    let model = try Model(path: options.model)
    try model.check(layer: layer)
    let count = model.neurons(inLayer: layer)
    if let indices = neurons?.indices {
      try neurons?.check(below: count, "neuron", "layer \(layer)")
      guard indices.count <= TraceFigure.mostTraces else {
        throw RenderError(
          "--neurons names \(indices.count) neurons, one picture shows \(TraceFigure.mostTraces)")
      }
    }
    guard let threshold = model.threshold(ofLayer: layer) else {
      throw RenderError("layer \(layer) has no neurons")
    }
    let choice = try input.load(for: model)
    let run = try model.run(choice, membraneLayer: layer)
    let (alpha, spikes) = (run.membrane[layer], run.spikes[layer])
    guard alpha.count == run.steps * count, spikes.count == alpha.count else {
      throw RenderError("layer \(layer) has no population to draw")
    }
    let recorded = try SpikeLayer(name: "layer \(layer)", steps: run.steps, neurons: count, spikes: spikes)
    let traces = (neurons?.indices ?? Self.telling(recorded, alpha: alpha)).map { neuron in
      let places = (0..<run.steps).map { $0 * count + neuron }
      let name = "Neuron \(neuron)\(model.ofClass(neuron: neuron, layer: layer, choice.classes))"
      return TraceFigure.Trace(
        name: name, alpha: places.map { alpha[$0] }, spikes: places.map { spikes[$0] > 0.5 })
    }
    let seen = choice.className == nil ? "" : ", input\(choice.ofClass)"
    let figure = try TraceFigure(
      title: options.picture.title ?? "Population of neurons in \(model.name) for \(choice.name)",
      subtitle: "\(model.title(ofLayer: layer))\(seen), \(run.steps) step\(run.steps == 1 ? "" : "s")",
      threshold: threshold, traces: traces)
    try Picture.write(figure, model: model, options: options)
  }

  /// The neurons to show where none are named: all of a few, else for each count of spikes the one whose
  /// population changes most from step to step, then the next ones, in the order of their indices.
  private static func telling(_ layer: SpikeLayer, alpha: [Float]) -> [Int] {
    let neurons = layer.neurons
    guard neurons > 10 else { return Array(0..<neurons) }
    var change = [Float](repeating: 0, count: neurons)
    for step in 1..<max(layer.steps, 1) {
      for neuron in 0..<neurons {
        change[neuron] += (alpha[step * neurons + neuron] - alpha[(step - 1) * neurons + neuron]).magnitude
      }
    }
    let counts = layer.counts
    // Among equals the first, so that the choice is the same every time.
    let ranked = (0..<neurons).sorted { (change[$0], -$0) > (change[$1], -$1) }
    var seen: Set<Int> = []
    let leaders = ranked.filter { seen.insert(counts[$0]).inserted }
    var chosen = Array(leaders.prefix(6))
    for neuron in ranked where chosen.count < 6 && !chosen.contains(neuron) { chosen.append(neuron) }
    return chosen.sorted()
  }
}
