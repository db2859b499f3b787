import CCairo

/// The fonts that text is drawn with: DejaVu Sans and, for a letter that it lacks, what fontconfig finds.
final class Fonts {
  /// A font and the letters in it.
  final class Font {
    let face: OpaquePointer
    private let pattern: OpaquePointer
    private let letters: OpaquePointer?

    /// The installed font that is the most like DejaVu Sans, among those that have the letter if there is one.
    init?(bold: Bool, having letter: Character? = nil) {
      guard let request = FcPatternCreate() else { return nil }
      defer { FcPatternDestroy(request) }
      FcPatternAddString(request, FC_FAMILY, "DejaVu Sans")
      FcPatternAddInteger(request, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_MEDIUM)
      if let letter, let wanted = FcCharSetCreate() {
        for scalar in letter.unicodeScalars { FcCharSetAddChar(wanted, scalar.value) }
        FcPatternAddCharSet(request, FC_CHARSET, wanted)
        FcCharSetDestroy(wanted)
      }
      FcConfigSubstitute(nil, request, FcMatchPattern)
      let options = Self.options()
      cairo_ft_font_options_substitute(options, request)
      cairo_font_options_destroy(options)
      FcDefaultSubstitute(request)
      var result = FcResultMatch
      guard let pattern = FcFontMatch(nil, request, &result) else { return nil }
      guard let face = cairo_ft_font_face_create_for_pattern(pattern) else {
        FcPatternDestroy(pattern)
        return nil
      }
      var letters: OpaquePointer?
      FcPatternGetCharSet(pattern, FC_CHARSET, 0, &letters)
      self.face = face
      self.pattern = pattern
      self.letters = letters
    }

    deinit {
      cairo_font_face_destroy(face)
      FcPatternDestroy(pattern)
    }

    func has(_ letter: Character) -> Bool {
      letter.unicodeScalars.allSatisfy { letters != nil && FcCharSetHasChar(letters, $0.value) != 0 }
    }

    /// Without hinting, text has the same proportions at every scale, so one layout fits all.
    static func options() -> OpaquePointer? {
      let options = cairo_font_options_create()
      cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
      cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
      cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
      return options
    }
  }

  /// Of each weight, the main font first.
  private var regular: [Font]
  private var bold: [Font]
  /// Letters that no installed font has.
  private var strangers: Set<Character> = []

  /// Throws where no font is installed at all.
  init() throws(FigureError) {
    guard let regular = Font(bold: false), let bold = Font(bold: true) else {
      throw .drawing("no font is installed, expected one such as DejaVu Sans")
    }
    (self.regular, self.bold) = ([regular], [bold])
  }

  /// A text in parts, each with the font that has its letters; `missing` are those that no font has, which the main
  /// font shows as boxes.
  func parts(of text: String, bold isBold: Bool) -> (
    parts: [(font: Font, text: String)], missing: [Character]
  ) {
    var parts: [(font: Font, text: String)] = []
    var missing: [Character] = []
    for letter in text {
      let found = font(for: letter, isBold)
      if found == nil { missing.append(letter) }
      let font = found ?? (isBold ? bold : regular)[0]
      if let last = parts.last, last.font === font {
        parts[parts.count - 1].text.append(letter)
      } else {
        parts.append((font, String(letter)))
      }
    }
    return (parts, missing)
  }

  private func font(for letter: Character, _ isBold: Bool) -> Font? {
    if strangers.contains(letter) { return nil }
    if let known = (isBold ? bold : regular).first(where: { $0.has(letter) }) { return known }
    guard let found = Font(bold: isBold, having: letter), found.has(letter) else {
      strangers.insert(letter)
      return nil
    }
    if isBold { bold.append(found) } else { regular.append(found) }
    return found
  }
}
