import CCairo

/// A white sheet to draw on, measured in points; `scale` pixels are one point.
///
/// Wraps a cairo image surface, which it owns and frees. The y axis points downwards.
package final class Canvas {
  let size: Size
  /// Pixels per point.
  let scale: Double
  let pixelWidth: Int
  let pixelHeight: Int

  /// The most pixels on one side; cairo's own limit is 32767.
  static let largestSide = 16_384
  /// The most pixels in all.
  static let largestArea = 100_000_000

  /// The letters that were drawn as boxes, because no installed font has them.
  package private(set) var missingLetters: [Character] = []

  private let surface: OpaquePointer
  private let context: OpaquePointer
  private let fonts: Fonts

  /// A white sheet of `size` points. Throws where the picture would be too large, memory is short or no font is
  /// installed.
  init(size: Size, scale: Double) throws(FigureError) {
    let width = (size.width * scale).rounded(.up)
    let height = (size.height * scale).rounded(.up)
    let side = Double(Self.largestSide)
    // Written so that NaN fails, too.
    guard width >= 1, height >= 1, width <= side, height <= side, width * height <= Double(Self.largestArea)
    else { throw .tooLarge(width: width, height: height) }
    let fonts = try Fonts()
    self.size = size
    self.scale = scale
    pixelWidth = Int(width)
    pixelHeight = Int(height)
    guard let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)) else {
      throw .drawing("no memory")
    }
    guard let context = cairo_create(surface), cairo_status(context) == CAIRO_STATUS_SUCCESS else {
      cairo_surface_destroy(surface)
      throw .drawing("no memory for \(Int(width)) x \(Int(height)) pixels")
    }
    self.surface = surface
    self.context = context
    self.fonts = fonts
    cairo_set_source_rgb(context, 1, 1, 1)
    cairo_paint(context)
    cairo_scale(context, scale, scale)
    let options = Fonts.Font.options()
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  // MARK: Shapes

  func fill(_ rect: Rect, _ color: Color) { fill([rect], color) }

  /// Fills many rectangles of one colour.
  func fill(_ rects: [Rect], _ color: Color) {
    setSource(color)
    for rect in rects { cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height) }
    cairo_fill(context)
  }

  /// Draws a rectangle's outline, the line's middle on the edge.
  func stroke(_ rect: Rect, _ color: Color, width: Double = 1) {
    setSource(color)
    cairo_set_line_width(context, width)
    cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
    cairo_stroke(context)
  }

  /// Draws a line through the points; `dash` gives the lengths of dashes and gaps, in points.
  func stroke(_ points: [Point], _ color: Color, width: Double = 1, dash: [Double] = []) {
    guard !points.isEmpty else { return }
    cairo_set_line_width(context, width)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_dash(context, dash, Int32(dash.count), 0)
    trace(points, color)
    cairo_stroke(context)
    cairo_set_dash(context, [], 0, 0)
  }

  func fill(_ points: [Point], _ color: Color) {
    trace(points, color)
    cairo_close_path(context)
    cairo_fill(context)
  }

  /// A path through the points; text leaves a current point, from which it would begin.
  private func trace(_ points: [Point], _ color: Color) {
    setSource(color)
    cairo_new_path(context)
    for point in points { cairo_line_to(context, point.x, point.y) }
  }

  func fillCircle(_ center: Point, radius: Double, _ color: Color) {
    setSource(color)
    cairo_new_sub_path(context)
    cairo_arc(context, center.x, center.y, radius, 0, 2 * Double.pi)
    cairo_fill(context)
  }

  // MARK: Text

  /// The width of one line of text, in points.
  func width(of text: String, _ style: TextStyle) -> Double {
    fonts.parts(of: Self.printable(text), bold: style.bold).parts.reduce(0) { width, part in
      select(part.font, style)
      var extents = cairo_text_extents_t()
      cairo_text_extents(context, part.text, &extents)
      return width + extents.x_advance
    }
  }

  /// Draws one line of text. `anchor` says which point of the text's box lies at `point`; the box is as
  /// high as a capital letter, so `.middle` centres the letters and not the descenders. A quarter turn
  /// makes the text read upwards.
  func draw(
    _ text: String, at point: Point, _ style: TextStyle, anchor: Anchor = .leading, quarterTurn: Bool = false
  ) {
    let width = width(of: text, style)
    setSource(style.color)
    cairo_save(context)
    cairo_translate(context, point.x, point.y)
    if quarterTurn { cairo_rotate(context, -Double.pi / 2) }
    let capital = style.size * Self.capitalHeight
    cairo_move_to(context, -width * anchor.x, capital * (1 - anchor.y))
    let (parts, missing) = fonts.parts(of: Self.printable(text), bold: style.bold)
    for part in parts {
      select(part.font, style)
      cairo_show_text(context, part.text)
    }
    for letter in missing where !missingLetters.contains(letter) { missingLetters.append(letter) }
    cairo_restore(context)
  }

  /// The height of a capital letter of DejaVu Sans, as a share of the font's size.
  static let capitalHeight = 0.729

  private func select(_ font: Fonts.Font, _ style: TextStyle) {
    cairo_set_font_face(context, font.face)
    cairo_set_font_size(context, style.size)
  }

  /// Control characters would end the C string or print as boxes, and so would marks that only steer a layout.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.lazy.filter { !$0.properties.isDefaultIgnorableCodePoint }
          .map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  // MARK: Images

  /// Draws a grid of colours, each as a sharp rectangle; `colors` holds `rows * columns`, row by row from the top.
  func draw(_ colors: [Color], rows: Int, columns: Int, in rect: Rect) {
    guard rows > 0, columns > 0, colors.count == rows * columns else { return }
    var pixels = colors.map(\.rgb24)
    pixels.withUnsafeMutableBytes { bytes in
      let data = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      let image = cairo_image_surface_create_for_data(
        data, CAIRO_FORMAT_RGB24, Int32(columns), Int32(rows), Int32(columns * 4))
      cairo_save(context)
      cairo_translate(context, rect.x, rect.y)
      cairo_scale(context, rect.width / Double(columns), rect.height / Double(rows))
      cairo_set_source_surface(context, image, 0, 0)
      cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
      cairo_rectangle(context, 0, 0, Double(columns), Double(rows))
      cairo_fill(context)
      cairo_restore(context)
      // The context must let go of the pixels before they are gone.
      cairo_set_source_rgb(context, 0, 0, 0)
      cairo_surface_finish(image)
      cairo_surface_destroy(image)
    }
  }

  // MARK: Pixels

  /// The sheet's pixels as rows of red, green and blue bytes.
  func pixels() throws(FigureError) -> [UInt8] {
    cairo_surface_flush(surface)
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw .drawing(cairo_status_to_string(status).map { String(cString: $0) } ?? "cairo failed")
    }
    guard let data = cairo_image_surface_get_data(surface) else { throw .drawing("no pixels") }
    let stride = Int(cairo_image_surface_get_stride(surface))
    return [UInt8](unsafeUninitializedCapacity: pixelWidth * pixelHeight * 3) { bytes, count in
      var next = 0
      for row in 0..<pixelHeight {
        for column in 0..<pixelWidth {
          let pixel = UnsafeRawPointer(data).load(fromByteOffset: row * stride + column * 4, as: UInt32.self)
          bytes[next] = UInt8(truncatingIfNeeded: pixel >> 16)
          bytes[next + 1] = UInt8(truncatingIfNeeded: pixel >> 8)
          bytes[next + 2] = UInt8(truncatingIfNeeded: pixel)
          next += 3
        }
      }
      count = next
    }
  }

  /// The nearest place where a line of odd width covers whole pixels.
  func crisp(_ coordinate: Double) -> Double {
    ((coordinate * scale - 0.5).rounded() + 0.5) / scale
  }

  private func setSource(_ color: Color) {
    cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha)
  }
}
