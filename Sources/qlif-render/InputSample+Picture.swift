import QLIFData
import QLIFFigures

extension InputSample {
  /// The input as a picture, where it has two dimensions; a sequence is shown as its mean over time. Three channels
  /// of values from 0 to 1 are shown as red, green and blue, other ones as their mean.
  func picture(inputShape: [Int], shape: PixelShape? = nil) throws -> (
    image: InputImage, caption: String
  )? {
    let features = inputShape.reduce(1, *)
    var mean = [Float](repeating: 0, count: features)
    for (place, value) in values.enumerated() { mean[place % features] += value }
    if steps > 1 { mean = mean.map { $0 / Float(steps) } }

    let channels = inputShape.count == 3 ? inputShape[0] : 1
    let area = features / channels
    if let shape, shape.height * shape.width != area {
      throw RenderError("--shape \(shape.height)x\(shape.width) does not hold the input's \(area) values")
    }
    let sizes = self.shape.count >= 2 ? self.shape : inputShape
    guard let pixels = shape ?? PixelShape(count: area, sizes: sizes) else { return nil }
    let planes = (0..<channels).compactMap { channel in
      GreyImage(
        width: pixels.width, height: pixels.height,
        values: Array(mean[(channel * area)..<((channel + 1) * area)]))
    }
    let size = "\(pixels.height) × \(pixels.width)"
    let time = steps > 0 ? ["steps"] : []
    if planes.count == 3, planes.allSatisfy({ $0.range == (0, 1) }),
      let image = InputImage(red: planes[0], green: planes[1], blue: planes[2])
    {
      return (image, "\(Self.what(meanOver: time)): \(size), channels 0, 1, 2 as red, green, blue (0 to 1)")
    }
    let values = (0..<area).map { place in
      planes.reduce(Float(0)) { $0 + $1.values[place] } / Float(channels)
    }
    guard let image = GreyImage(width: pixels.width, height: pixels.height, values: values) else {
      return nil
    }
    let (lower, upper) = image.range
    let what = Self.what(meanOver: time + (channels > 1 ? ["\(channels) channels"] : []))
    return (InputImage(image), "\(what): \(size), \(formatted(lower)) (black) to \(formatted(upper)) (white)")
  }

  private static func what(meanOver things: [String]) -> String {
    things.isEmpty ? "Input" : "Input, mean over " + things.joined(separator: " and ")
  }
}
