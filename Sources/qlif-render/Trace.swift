import ArgumentParser
import QLIFFigures

/// `qlif-render trace`
struct Trace: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The membranes of chosen neurons over the steps.",
    discussion: """
      One small panel per neuron, all with the same axes: the membrane after each step (of a QLIF neuron the \
      excited population alpha, from 0 to 1), the threshold as a dashed line, and a large dot wherever the neuron fires.

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
    let (membrane, spikes) = (run.membrane[layer], run.spikes[layer])
    guard membrane.count == run.steps * count, spikes.count == membrane.count else {
      throw RenderError("layer \(layer) has no membranes to draw")
    }
    let recorded = try SpikeLayer(name: "layer \(layer)", steps: run.steps, neurons: count, spikes: spikes)
    let traces = (neurons?.indices ?? Self.telling(recorded, membrane)).map { neuron in
      let places = (0..<run.steps).map { $0 * count + neuron }
      let name = "Neuron \(neuron)\(model.ofClass(neuron: neuron, layer: layer, choice.classes))"
      return TraceFigure.Trace(
        name: name, membrane: places.map { membrane[$0] }, spikes: places.map { spikes[$0] > 0.5 })
    }
    let isPopulation = model.qlif(ofLayer: layer) != nil
    let seen = choice.className == nil ? "" : ", input\(choice.ofClass)"
    let figure = try TraceFigure(
      title: options.picture.title
        ?? "\(isPopulation ? "Population" : "Membranes") of neurons in \(model.name) for \(choice.name)",
      subtitle: "\(model.title(ofLayer: layer))\(seen), \(run.steps) step\(run.steps == 1 ? "" : "s")",
      threshold: threshold, isPopulation: isPopulation, traces: traces)
    try Picture.write(figure, model: model, options: options)
  }

  /// The neurons to show where none are named: all of a few, else for each count of spikes the one whose
  /// membrane changes most from step to step, then the next ones, in the order of their indices.
  private static func telling(_ layer: SpikeLayer, _ membrane: [Float]) -> [Int] {
    let neurons = layer.neurons
    guard neurons > 10 else { return Array(0..<neurons) }
    var change = [Float](repeating: 0, count: neurons)
    for step in 1..<max(layer.steps, 1) {
      for neuron in 0..<neurons {
        change[neuron] +=
          (membrane[step * neurons + neuron] - membrane[(step - 1) * neurons + neuron]).magnitude
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
