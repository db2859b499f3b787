import CCairo

/// Measures text before there is a canvas, so that a figure can choose its size by its words.
///
/// Widths do not depend on the scale of the canvas that the text is drawn on later.
package final class TextMeasure {
  private let canvas: Canvas

  /// Throws where not even a tiny canvas can be had.
  init() throws(FigureError) {
    canvas = try Canvas(size: Size(width: 1, height: 1), scale: 1)
  }

  /// The width of one line of text, in points.
  func width(_ text: String, _ style: TextStyle) -> Double {
    canvas.width(of: text, style)
  }

  /// The widest of several lines, 0 for none.
  func width(_ texts: [String], _ style: TextStyle) -> Double {
    texts.reduce(0) { max($0, width($1, style)) }
  }

  /// Breaks a text into lines no wider than `limit`: between words, or inside a word that alone is too wide.
  func wrapped(_ text: String, _ style: TextStyle, limit: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if width(longer, style) <= limit {
        line = longer
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = ""
      for character in word {
        if !line.isEmpty, width(line + String(character), style) > limit {
          lines.append(line)
          line = ""
        }
        line.append(character)
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
