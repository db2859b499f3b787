import CPNG
import Glibc

@testable import QLIFFigures

/// A picture as libpng reads it back.
struct DecodedPNG {
  var width = 0
  var height = 0
  /// Red, green and blue bytes, row by row.
  var rgb: [UInt8] = []
  var pixelsPerMetre: UInt32 = 0
  var texts: [String: String] = [:]
}

struct DecodingFailure: Error {
  var reason: String
}

/// Decodes with libpng: the pixels by its simplified interface, resolution and texts by the other one.
func decode(_ bytes: [UInt8]) throws -> DecodedPNG {
  var result = DecodedPNG()
  var image = png_image()
  image.version = UInt32(PNG_IMAGE_VERSION)
  guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else {
    throw DecodingFailure(reason: "libpng refuses the header")
  }
  image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
  result.width = Int(image.width)
  result.height = Int(image.height)
  result.rgb = [UInt8](repeating: 0, count: result.width * result.height * 3)
  guard png_image_finish_read(&image, nil, &result.rgb, 0, nil) != 0 else {
    throw DecodingFailure(reason: "libpng refuses the pixels")
  }

  // The pixels were fine, so these calls do not fail and libpng has no reason to jump.
  var source = bytes[...]
  withUnsafeMutablePointer(to: &source) { source in
    var png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nil, nil, nil)
    var info = png_create_info_struct(png)
    png_set_read_fn(png, source) { png, target, length in
      guard let source = png_get_io_ptr(png)?.assumingMemoryBound(to: ArraySlice<UInt8>.self), let target
      else { return }
      for (offset, byte) in source.pointee.prefix(length).enumerated() { target[offset] = byte }
      source.pointee = source.pointee.dropFirst(length)
    }
    png_read_info(png, info)
    result.pixelsPerMetre = png_get_x_pixels_per_meter(png, info)
    var texts: png_textp?
    var count: Int32 = 0
    png_get_text(png, info, &texts, &count)
    for index in 0..<Int(count) {
      if let text = texts?[index], let key = text.key, let value = text.text {
        result.texts[String(cString: key)] = String(cString: value)
      }
    }
    png_destroy_read_struct(&png, &info, nil)
  }
  return result
}

extension Canvas {
  /// The grey value, 0 to 255, of the darkest of the pixels that lie within `reach` points of a place.
  func darkest(near point: Point, reach: Double = 0) throws -> Int {
    let pixels = try pixels()
    var darkest = 255
    let columns = Int((point.x - reach) * scale)...Int((point.x + reach) * scale)
    let rows = Int((point.y - reach) * scale)...Int((point.y + reach) * scale)
    for row in rows where (0..<pixelHeight).contains(row) {
      for column in columns where (0..<pixelWidth).contains(column) {
        let place = (row * pixelWidth + column) * 3
        darkest = min(darkest, (Int(pixels[place]) + Int(pixels[place + 1]) + Int(pixels[place + 2])) / 3)
      }
    }
    return darkest
  }

  /// Whether the outermost `width` points are white on all four sides: then nothing was cut off there.
  func hasWhiteBorder(_ width: Double) throws -> Bool {
    let pixels = try pixels()
    let border = Int(width * scale)
    for row in 0..<pixelHeight {
      for column in 0..<pixelWidth {
        let isInside =
          row >= border && row < pixelHeight - border && column >= border && column < pixelWidth - border
        if isInside { continue }
        let place = (row * pixelWidth + column) * 3
        if pixels[place] != 255 || pixels[place + 1] != 255 || pixels[place + 2] != 255 { return false }
      }
    }
    return true
  }
}

extension Rect {
  /// Whether the two rectangles share an area; touching edges share none.
  func overlaps(_ other: Rect) -> Bool {
    x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
  }

  /// Whether `other` lies inside, edges included.
  func contains(_ other: Rect) -> Bool {
    x <= other.x && other.maxX <= maxX && y <= other.y && other.maxY <= maxY
  }
}
