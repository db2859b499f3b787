import ArgumentParser
import QLIFFigures

/// `qlif-render filters`
struct Filters: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The drive weights of dense units or of a convolution as pictures.",
    discussion: """
      One picture per unit, its index above it, all on one colour scale that is centred at zero: grey is 0, blue \
      and darker is negative, yellow and lighter is positive. A convolution's units are its output channels: one \
      picture each, or a row of pictures, one per input channel, where there are several.

      Examples:
        qlif-render filters --model m.safetensors --layer 0 --units 0-31 \\
          --output filters.png
        qlif-render filters --model m.safetensors --layer 0 --units 3,17,40-45 \\
          --columns 4 --output filters.png
        qlif-render filters --model m.safetensors --layer 1 --units 0-9 \\
          --shape 25x40 --scale 2 --output - > filters.png
        qlif-render filters --model c.safetensors --layer 2 --units 0-7 \
          --inputs 0-11 --output filters.png
      """)

  @OptionGroup var options: ModelOptions

  @Option(help: "The layer, counted from 0.")
  var layer: Int

  @Option(
    help: ArgumentHelp(
      "The layer's units or output channels, such as 3, 1,5,9 or 0-31. Default: the first 32; 16 where there are several input channels.",
      valueName: "list"))
  var units: IndexList?

  @Option(
    help: ArgumentHelp(
      "A convolution's input channels, such as 0-7. Default: the first 16.", valueName: "list"))
  var inputs: IndexList?

  @Option(
    help:
      "How many pictures stand in a row, from 1 to 100; not where a row shows the input channels of one output. Default: 8."
  )
  var columns: Int?

  private static let defaultColumns = 8

  @Option(
    help: ArgumentHelp(
      "Height and width of a unit's input. Default: the network's input shape, else a square.",
      valueName: "HxW"))
  var shape: PixelShape?

  func validate() throws {
    if let columns, !(1...100).contains(columns) {
      throw ValidationError("--columns \(columns) is not between 1 and 100")
    }
  }

  func run() throws {
    let model = try Model(path: options.model)
    try model.check(layer: layer)
    guard let weights = model.driveWeights(ofLayer: layer) else {
      throw RenderError("layer \(layer) has no weights")
    }
    try units?.check(below: weights.shape[0], "unit", "layer \(layer)")
    switch weights.shape.count {
    case 2: try drawDense(model, weights)
    case 4: try drawConvolution(model, weights)
    default: throw RenderError("the weights of layer \(layer) are neither dense nor a convolution's")
    }
  }

  /// The title, what the colour bar shows, and the end of the subtitle.
  private func words(_ model: Model) -> (title: String, barLabel: String, rotation: String) {
    // Other neurons have one current without a name.
    let rotation = model.rotation(ofLayer: layer)
    let (weights, current) = rotation == nil ? ("Weights", "current") : ("Drive weights", "drive")
    return (
      options.picture.title ?? "\(weights) of layer \(layer) in \(model.name)",
      "weight (\(current) per unit of input)", rotation.map { "; \($0)" } ?? ""
    )
  }

  private func drawDense(_ model: Model, _ weights: Model.Weights) throws {
    guard inputs == nil else { throw RenderError("layer \(layer) is dense: it has no channels for --inputs") }
    let count = weights.shape[1]
    if let shape, shape.height * shape.width != count {
      throw RenderError(
        "--shape \(shape.height)x\(shape.width) does not hold the \(count) inputs of layer \(layer)")
    }
    let before = layer == 0 ? model.inputShape : model.shape(ofLayer: layer - 1)
    guard let pixels = shape ?? PixelShape(count: count, sizes: before) else {
      throw RenderError("the \(count) inputs of layer \(layer) are no square: say --shape HxW")
    }
    let chosen = units?.indices ?? Array(0..<min(32, weights.shape[0]))
    let tiles = try chosen.map {
      try window(weights, at: $0, width: pixels.width, height: pixels.height)
    }
    let shown = tiles.count == 1 ? "1 unit" : "\(tiles.count) units"
    let (title, barLabel, rotation) = words(model)
    let figure = try FiltersFigure(
      title: title,
      subtitle: "\(shown) of \(weights.shape[0]), index above each, \(pixels.height) × \(pixels.width) inputs"
        + rotation,
      columns: columns ?? Self.defaultColumns, names: chosen.map(String.init), weights: tiles,
      barLabel: barLabel)
    try Picture.write(figure, model: model, options: options)
  }

  private func drawConvolution(_ model: Model, _ weights: Model.Weights) throws {
    guard shape == nil else { throw RenderError("layer \(layer) is a convolution: it needs no --shape") }
    let (outputs, channels) = (weights.shape[0], weights.shape[1])
    let (height, width) = (weights.shape[2], weights.shape[3])
    try inputs?.check(below: channels, "channel", "the input of layer \(layer)")
    let columns = inputs?.indices ?? Array(0..<min(16, channels))
    let rows = units?.indices ?? Array(0..<min(columns.count == 1 ? 32 : 16, outputs))
    let windows = try rows.flatMap { output in
      try columns.map { try window(weights, at: output * channels + $0, width: width, height: height) }
    }
    let (title, barLabel, rotation) = words(model)
    let size = "\(height) × \(width)\(rotation)"
    let shown = "\(rows.count) of \(outputs) output channel\(outputs == 1 ? "" : "s")"
    if columns.count == 1 {
      // A single column would be a tower: as with units, several stand in a row.
      let input = channels == 1 ? "" : " from input channel \(columns[0])"
      let figure = try FiltersFigure(
        title: title, subtitle: "\(shown)\(input), index above each, \(size)",
        columns: self.columns ?? Self.defaultColumns, names: rows.map(String.init), weights: windows,
        barLabel: barLabel)
      return try Picture.write(figure, model: model, options: options)
    }
    guard self.columns == nil else {
      throw RenderError("--columns does not go with \(columns.count) input channels: each has a column")
    }
    let figure = try FiltersFigure(
      title: title, subtitle: "\(shown), \(columns.count) of \(channels) input channels, \(size)",
      outputs: rows, inputs: columns, weights: windows, barLabel: barLabel)
    try Picture.write(figure, model: model, options: options)
  }

  /// The `index`th run of `width * height` weights, as a picture.
  private func window(_ weights: Model.Weights, at index: Int, width: Int, height: Int) throws -> GreyImage {
    let values = Array(weights.values[(index * width * height)..<((index + 1) * width * height)])
    guard let image = GreyImage(width: width, height: height, values: values) else {
      throw RenderError("the weights of layer \(layer) have an unexpected shape")
    }
    return image
  }
}
