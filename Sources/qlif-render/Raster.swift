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
    let choice = try input.load(for: model)
    let run = try model.run(choice)
    let readout = readout ?? model.readout
    let prediction = try model.prediction(for: choice, readout)

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
    let image = try choice.sample.picture(inputShape: model.inputShape, shape: shape)
    let counts = layers.last?.counts ?? []
    let isTied =
      readout == .spikeCount && prediction.map { first in counts.count { $0 == counts[first] } > 1 } == true
    let reason = readout.reason(model) + (isTied ? ", among equals \(Readout.membrane.reason(model))" : "")
    let figure = try RasterFigure(
      title: options.picture.title ?? "Spikes of \(model.name) for \(choice.name)",
      subtitle: Self.subtitle(choice, predicted: prediction, reason, steps: run.steps),
      layers: layers, image: image?.image, imageCaption: image?.caption ?? "",
      classNames: model.hasClasses ? choice.classes.names.indices.map(choice.classes.short) : [],
      predicted: prediction, label: choice.output)
    try Picture.write(figure, model: model, options: options)
  }

  /// "Class 9 (Ankle boot), predicted class 7 (Sneaker): wrong, by most output spikes, 10 steps".
  private static func subtitle(
    _ choice: InputOptions.Choice, predicted: Int?, _ reason: String, steps: Int
  ) -> String {
    let known = choice.className.map { "class \($0)" }
    let found = predicted.map { predicted in
      let verdict = choice.output.map { $0 == predicted ? ": correct" : ": wrong" } ?? ""
      let stranger = known != nil && choice.output == nil ? "which the model does not know, " : ""
      return "\(stranger)predicted class \(choice.classes[predicted])\(verdict), by \(reason)"
    }
    let words = [known, found, "\(steps) step\(steps == 1 ? "" : "s")"].compactMap(\.self)
      .joined(separator: ", ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
