import ArgumentParser
import QLIFFigures

/// `qlif-render filters`
struct Filters: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The drive weights of dense units as pictures.",
    discussion: """
      One picture per unit, its index above it, all on one colour scale that is centred at zero: grey is 0, blue \
      and darker is negative, yellow and lighter is positive.

      Examples:
        qlif-render filters --model m.safetensors --layer 0 --units 0-31 \\
          --output filters.png
        qlif-render filters --model m.safetensors --layer 0 --units 3,17,40-45 \\
          --columns 4 --output filters.png
        qlif-render filters --model m.safetensors --layer 1 --units 0-9 \\
          --shape 25x40 --scale 2 --output - > filters.png
      """)

  @OptionGroup var options: ModelOptions

  @Option(help: "The layer, counted from 0.")
  var layer: Int

  @Option(
    help: ArgumentHelp(
      "The layer's units, such as 3, 1,5,9 or 0-31. Default: the first 32.", valueName: "list"))
  var units: IndexList?

  @Option(help: "How many pictures stand in a row, from 1 to 100.")
  var columns: Int = 8

  @Option(
    help: ArgumentHelp(
      "Height and width of a unit's input. Default: the network's input shape, else a square.",
      valueName: "HxW"))
  var shape: PixelShape?

  func validate() throws {
    guard (1...100).contains(columns) else {
      throw ValidationError("--columns \(columns) is not between 1 and 100")
    }
  }

  func run() throws {
    let model = try Model(path: options.model)
    try model.check(layer: layer)
    guard let weights = model.driveWeights(ofLayer: layer), weights.shape.count == 2 else {
      throw RenderError("layer \(layer) is not a dense layer")
    }
    let inputs = weights.shape[1]
    try units?.check(below: weights.shape[0], "unit", "layer \(layer)")
    if let shape, shape.height * shape.width != inputs {
      throw RenderError(
        "--shape \(shape.height)x\(shape.width) does not hold the \(inputs) inputs of layer \(layer)")
    }
    let before = layer == 0 ? model.inputShape : model.shape(ofLayer: layer - 1)
    guard let pixels = shape ?? PixelShape(count: inputs, sizes: before) else {
      throw RenderError("the \(inputs) inputs of layer \(layer) are no square: say --shape HxW")
    }
    let tiles = try (units?.indices ?? Array(0..<min(32, weights.shape[0]))).map { unit in
      let values = Array(weights.values[(unit * inputs)..<((unit + 1) * inputs)])
      guard let image = GreyImage(width: pixels.width, height: pixels.height, values: values) else {
        throw RenderError("the weights of layer \(layer) have an unexpected shape")
      }
      return FiltersFigure.Tile(name: String(unit), weights: image)
    }
    let count = tiles.count == 1 ? "1 unit" : "\(tiles.count) units"
    let figure = try FiltersFigure(
      title: options.title ?? "Drive weights of layer \(layer) in \(model.name)",
      subtitle: "\(count) of \(weights.shape[0]), index above each, \(pixels.height) × \(pixels.width) inputs"
        + (model.rotation(ofLayer: layer).map { "; \($0)" } ?? ""),
      columns: columns, tiles: tiles, barLabel: "weight (drive per unit of input)")
    try Picture.write(figure, model: model, options: options)
  }
}
