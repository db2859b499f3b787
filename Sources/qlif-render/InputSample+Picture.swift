import QLIFData
import QLIFFigures

extension InputSample {
  /// The input as a picture, where it has two dimensions; a sequence is shown as its mean over time.
  func picture(inputShape: [Int], shape: PixelShape? = nil) throws -> (
    image: GreyImage, caption: String
  )? {
    let features = inputShape.reduce(1, *)
    var mean = [Float](repeating: 0, count: features)
    for (place, value) in values.enumerated() { mean[place % features] += value }
    if steps > 1 { mean = mean.map { $0 / Float(steps) } }

    // A picture of several channels is shown as their mean.
    let channels = inputShape.count == 3 ? inputShape[0] : 1
    let area = features / channels
    if channels > 1 {
      mean = (0..<area).map { place in
        (0..<channels).reduce(Float(0)) { $0 + mean[$1 * area + place] } / Float(channels)
      }
    }
    if let shape, shape.height * shape.width != area {
      throw RenderError("--shape \(shape.height)x\(shape.width) does not hold the input's \(area) values")
    }
    let sizes = self.shape.count >= 2 ? self.shape : inputShape
    guard let pixels = shape ?? PixelShape(count: area, sizes: sizes),
      let image = GreyImage(width: pixels.width, height: pixels.height, values: mean)
    else { return nil }
    let (lower, upper) = image.range
    let what = steps > 0 ? "Input, mean over steps" : "Input"
    return (
      image,
      "\(what): \(pixels.height) × \(pixels.width), \(formatted(lower)) (black) to \(formatted(upper)) (white)"
    )
  }
}
