import ArgumentParser
import QLIFData
import QLIFFigures

/// `qlif-render raster`
struct Raster: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Which neurons fire when, for one input.",
    discussion: """
      One panel per layer, the input's picture beside them, and how often each output fires; the predicted and, \
      where it is known, the true class are marked. The prediction is the class with the most output spikes, among \
      equals the one with the larger summed population, unless the model or --readout says otherwise.

      Array files (.npy) hold float, integer or boolean values in any byte order, C or Fortran order. Their shape is \
      [features], [height, width], either with [batch] or [steps, batch] in front; values are used as they are \
      unless --divide is given.

      Examples:
        qlif-render raster --model m.safetensors --dataset mnist --index 7 \\
          --output raster.png
        qlif-render raster --model m.safetensors --dataset kmnist --split train \\
          --index 0 --data data --output raster.png --scale 2
        qlif-render raster --model m.safetensors --input x.npy --index 3 \\
          --label 5 --output raster.png
        qlif-render raster --model m.safetensors --input spikes.npy --sequence \\
          --output - > raster.png
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "Height and width of the input's picture. Default: the array's or the network's input shape, else a square.",
      valueName: "HxW"))
  var shape: PixelShape?

  @Option(
    help: ArgumentHelp(
      "Show only these neurons of the hidden layers, such as 1,5,9 or 0-99. Default: all.", valueName: "list")
  )
  var neurons: IndexList?

  @Option(
    help:
      "How the class is read: most output spikes, or largest summed population. Default: what the model says, else by spikes."
  )
  var readout: Readout?

  func run() throws {
    let model = try Model(path: options.model)
    let choice = try input.load(inputShape: model.inputShape)
    let run = try model.run(choice.sample)
    let readout = readout ?? model.readout
    guard let prediction = run.prediction(readout) else {
      throw RenderError("the network has no output neurons")
    }
    let outputs = model.neurons(inLayer: model.layerCount - 1)
    let label = try self.label(of: choice, model: model, outputs: outputs)

    var layers: [SpikeLayer] = []
    for layer in 0..<model.layerCount where !run.spikes[layer].isEmpty {
      var spikes = try SpikeLayer(
        name: model.title(ofLayer: layer), steps: run.steps, neurons: run.spikes[layer].count / run.steps,
        spikes: run.spikes[layer])
      if let neurons, layer < model.layerCount - 1 {
        try neurons.check(below: spikes.neurons, "neuron", "layer \(layer)")
        spikes = try spikes.selecting(
          neurons.indices,
          name: "\(neurons.indices.count) of \(formatted(spikes.neurons)) neurons of layer \(layer)")
      }
      layers.append(spikes)
    }
    let names = names(of: choice, model: model, outputs: outputs)
    let image = try choice.sample.picture(inputShape: model.inputShape, shape: shape)
    let figure = try RasterFigure(
      title: options.title ?? "Spikes of \(model.name) for \(choice.name)",
      subtitle: subtitle(
        choice, label: label, prediction: prediction, model, readout, names: names, steps: run.steps),
      layers: layers, image: image?.image, imageCaption: image?.caption ?? "", classNames: names,
      predicted: prediction, label: label)
    try Picture.write(figure, model: model, options: options)
  }

  /// The output that stands for the input's label; nil where there is none.
  private func label(of choice: InputOptions.Choice, model: Model, outputs: Int) throws -> Int? {
    guard let label = choice.label else { return nil }
    let classes = model.classNames ?? (0..<outputs).map(String.init)
    // A model may know a data set's classes by number or by name.
    let aliases =
      [label]
      + (Int(label).map { choice.classNames.indices.contains($0) ? [choice.classNames[$0]] : [] } ?? [])
    if let output = aliases.lazy.compactMap(classes.firstIndex).first { return output }
    // An image of a class that the model never learned is still worth a picture.
    guard choice.isLabelGiven else { return nil }
    throw RenderError("class \(label) is not one of the model's \(outputs): \(Self.listed(classes))")
  }

  private static func listed(_ classes: [String]) -> String {
    classes.count <= 12 ? classes.joined(separator: ", ") : "\(classes[0]) ... \(classes[classes.count - 1])"
  }

  /// What the outputs are called, beside their index: by the model, else by the data set.
  private func names(of choice: InputOptions.Choice, model: Model, outputs: Int) -> [String] {
    if let classes = model.classNames, classes != (0..<outputs).map(String.init) {
      return classes.map { $0.count <= 24 ? $0 : $0.prefix(23) + "…" }
    }
    return choice.classNames.count == outputs ? choice.classNames : []
  }

  private func subtitle(
    _ choice: InputOptions.Choice, label: Int?, prediction: Int, _ model: Model, _ readout: Readout,
    names: [String],
    steps: Int
  ) -> String {
    func name(_ index: Int) -> String { names.isEmpty ? String(index) : "\(index) \(names[index])" }
    let steps = "\(steps) step\(steps == 1 ? "" : "s")"
    let predicted = "predicted \(name(prediction)) (\(readout.reason(model)))"
    if let label {
      return "Label \(name(label)), \(predicted): \(label == prediction ? "correct" : "wrong"), \(steps)"
    }
    if let label = choice.label {
      return "Label \(label), which the model does not know, \(predicted), \(steps)"
    }
    return "\(predicted.prefix(1).uppercased())\(predicted.dropFirst()), \(steps)"
  }
}
