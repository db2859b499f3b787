import CPNGWriter
import Glibc

/// Turns pixels into a PNG file in memory: 8 bits of red, green and blue, the resolution, and texts.
enum PNGEncoder {
  /// Pixels per inch at scale 1; a figure at scale 2 has twice as many, and so the same size on paper.
  static let baseResolution = 144.0

  /// Encodes `width * height` pixels of three bytes. The resolution is kept in pixels per metre; keywords of texts are
  /// ASCII of 1 to 79 characters.
  static func encode(
    _ pixels: [UInt8], width: Int, height: Int, pixelsPerInch: Double = 0,
    texts: [(keyword: String, text: String)] = []
  ) throws(FigureError) -> [UInt8] {
    guard width > 0, height > 0, width <= Canvas.largestSide, height <= Canvas.largestSide,
      pixels.count == width * height * 3
    else { throw .invalid("\(pixels.count) bytes are not \(width) x \(height) pixels of 3") }

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
  package func png(texts: [(keyword: String, text: String)] = []) throws(FigureError) -> [UInt8] {
    try PNGEncoder.encode(
      pixels(), width: pixelWidth, height: pixelHeight, pixelsPerInch: PNGEncoder.baseResolution * scale,
      texts: texts)
  }
}
