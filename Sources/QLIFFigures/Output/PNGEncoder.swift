import CPNGWriter
import Glibc

/// Turns pixels into a PNG file in memory: 8 bits of red, green and blue, the resolution, and texts.
public enum PNGEncoder {
  /// Pixels per inch at scale 1; a figure at scale 2 has twice as many, and so the same size on paper.
  public static let baseResolution = 144.0

  /// Encodes `width * height` pixels of three bytes.
  ///
  /// - Parameters:
  ///   - pixelsPerInch: kept as a whole number of pixels per metre (pHYs); 0 leaves it out.
  ///   - texts: keyword and text of each text chunk, in this order; keywords are ASCII of 1 to 79 characters.
  public static func encode(
    _ pixels: [UInt8], width: Int, height: Int, pixelsPerInch: Double = 0,
    texts: [(keyword: String, text: String)] = []
  ) throws(FigureError) -> [UInt8] {
    guard width > 0, height > 0, width <= Canvas.largestSide, height <= Canvas.largestSide,
      pixels.count == width * height * 3
    else { throw .invalid("\(pixels.count) bytes are not \(width) x \(height) pixels of 3") }
    guard pixelsPerInch >= 0, pixelsPerInch < 1e6 else {
      throw .invalid("a resolution of \(pixelsPerInch) pixels per inch")
    }
    for (keyword, _) in texts {
      guard (1...79).contains(keyword.utf8.count), keyword.utf8.allSatisfy({ (33...126).contains($0) }) else {
        throw .invalid("'\(keyword)' is not a PNG keyword")
      }
    }

    // C strings that live until the call is over.
    let copies = texts.map { (strdup($0.keyword), strdup($0.text)) }
    defer {
      for (keyword, text) in copies {
        free(keyword)
        free(text)
      }
    }
    let chunks = copies.compactMap { keyword, text in
      keyword != nil && text != nil ? qlif_png_text(keyword: keyword, value: text) : nil
    }
    var bytes: UnsafeMutablePointer<UInt8>?
    var size = 0
    var message = [CChar](repeating: 0, count: 200)
    let status = pixels.withUnsafeBufferPointer { pixels in
      chunks.withUnsafeBufferPointer { chunks in
        var image = qlif_png_image(
          rgb: pixels.baseAddress, width: UInt32(width), height: UInt32(height),
          pixels_per_metre: UInt32((pixelsPerInch / 0.0254).rounded()),
          texts: chunks.baseAddress, text_count: chunks.count)
        return qlif_png_encode(&image, &bytes, &size, &message, message.count)
      }
    }
    defer { free(bytes) }
    guard status == 0 else {
      throw .drawing(
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return [UInt8](UnsafeBufferPointer(start: bytes, count: size))
  }
}

extension Canvas {
  /// The sheet as a PNG file, with its resolution and the given texts.
  public func png(texts: [(keyword: String, text: String)] = []) throws(FigureError) -> [UInt8] {
    try PNGEncoder.encode(
      pixels(), width: pixelWidth, height: pixelHeight, pixelsPerInch: PNGEncoder.baseResolution * scale,
      texts: texts)
  }
}
