import ArgumentParser
import QLIFData
import QLIFFigures

/// `qlif-render maps`
struct Maps: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How often the neurons of each channel fire for one input.",
    discussion: """
      One map per channel of a convolution or a pooling layer: how many spikes each of its neurons gives, from \
      none (nearly white) to the most of all maps (dark). Above each map stand the channel's index and all its \
      spikes. With --windows the steps are cut into parts, and each part has a map of its own.

      Examples:
        qlif-render maps --model m.safetensors --layer 0 --dataset mnist \\
          --index 7 --output maps.png
        qlif-render maps --model m.safetensors --layer 0 --dataset mnist \\
          --index 7 --channels 0-5 --windows 5 --output maps.png
        qlif-render maps --model m.safetensors --layer 2 --input x.npy \\
          --scale 2 --output - > maps.png
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var input: InputOptions

  @Option(help: "The layer, counted from 0.")
  var layer: Int

  @Option(
    help: ArgumentHelp(
      "The layer's channels, such as 3, 1,5,9 or 0-11. Default: the first 64, or 12 with --windows.",
      valueName: "list"))
  var channels: IndexList?

  @Option(help: "Into how many parts the steps are cut, from 1 to 20.")
  var windows: Int = 1

  func validate() throws {
    guard (1...20).contains(windows) else {
      throw ValidationError("--windows \(windows) is not between 1 and 20")
    }
  }

  func run() throws {
    let model = try Model(path: options.model)
    try model.check(layer: layer)
    let sizes = model.shape(ofLayer: layer)
    guard sizes.count == 3 else {
      throw RenderError("layer \(layer) has no channels: draw it with raster or trace")
    }
    let (count, height, width) = (sizes[0], sizes[1], sizes[2])
    try channels?.check(below: count, "channel", "layer \(layer)")
    let indices = channels?.indices ?? Array(0..<min(count, windows == 1 ? 64 : 12))
    let choice = try input.load(for: model)
    let run = try model.run(choice)
    let spikes = run.spikes[layer]
    guard run.steps > 0, spikes.count == run.steps * count * height * width else {
      throw RenderError("layer \(layer) has no spikes to draw")
    }
    guard windows <= run.steps else {
      throw RenderError("--windows \(windows) cuts \(run.steps) steps into more parts than there are")
    }

    let parts = (0..<windows).map { part in
      (part * run.steps / windows)...((part + 1) * run.steps / windows - 1)
    }
    let area = height * width
    let figureChannels = try indices.map { channel in
      let maps = try parts.map { steps in
        var counts = [Float](repeating: 0, count: area)
        for step in steps {
          let start = (step * count + channel) * area
          // An average pooling hands on shares of spikes.
          for place in 0..<area { counts[place] += spikes[start + place] }
        }
        guard let map = GreyImage(width: width, height: height, values: counts) else {
          throw RenderError("layer \(layer) has an unexpected shape")
        }
        return map
      }
      return FeatureMapsFigure.Channel(index: channel, counts: maps)
    }
    let image = try choice.sample.picture(inputShape: model.inputShape)
    let seen = choice.className == nil ? "" : ", input\(choice.ofClass)"
    let shown = indices.count == count ? "all \(count)" : "\(indices.count) of \(count)"
    let numbers = windows == 1 ? "; above each map: channel and its spikes" : ""
    let figure = try FeatureMapsFigure(
      title: options.picture.title ?? "Spikes per channel of \(model.name) for \(choice.name)",
      subtitle: "\(model.title(ofLayer: layer)), \(shown) channel\(count == 1 ? "" : "s")\(seen), "
        + "\(run.steps) step\(run.steps == 1 ? "" : "s")\(numbers)",
      channels: figureChannels, windows: parts, image: image?.image, imageCaption: image?.caption ?? "")
    try Picture.write(figure, model: model, options: options)
  }
}
