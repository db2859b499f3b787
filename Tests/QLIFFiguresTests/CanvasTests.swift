import Testing

@testable import QLIFFigures

@Suite struct CanvasTests {
  @Test func impossibleSizesAreRefused() {
    for (side, scale) in [
      (0.0, 1.0), (-1, 1), (1e9, 1), (.nan, 1), (10, .nan), (10, -1), (16_000, 2), (.infinity, 1),
    ] {
      #expect(throws: FigureError.self) { try Canvas(size: Size(width: side, height: side), scale: scale) }
    }
  }

  @Test func pointsAndPixels() throws {
    let canvas = try Canvas(size: Size(width: 10, height: 5), scale: 2)
    #expect(canvas.pixelWidth == 20)
    #expect(canvas.pixelHeight == 10)
    canvas.fill(Rect(x: 1, y: 1, width: 1, height: 1), Color(red: 1, green: 0, blue: 0))
    let pixels = try canvas.pixels()
    #expect(Array(pixels[((2 * 20 + 2) * 3)..<((2 * 20 + 2) * 3 + 3)]) == [255, 0, 0])
    #expect(Array(pixels[((2 * 20 + 4) * 3)..<((2 * 20 + 4) * 3 + 3)]) == [255, 255, 255])
  }

  @Test func gridOfColorsIsSharp() throws {
    let canvas = try Canvas(size: Size(width: 8, height: 8), scale: 1)
    let colors = [Color(grey: 0), Color(grey: 1), Color(grey: 1), Color(grey: 0)]
    canvas.draw(colors, rows: 2, columns: 2, in: Rect(x: 0, y: 0, width: 8, height: 8))
    let pixels = try canvas.pixels()
    for row in 0..<8 {
      for column in 0..<8 {
        #expect(pixels[(row * 8 + column) * 3] == ((row < 4) == (column < 4) ? 0 : 255))
      }
    }
  }

  @Test func textHasTheMeasuredWidthAtEveryScale() throws {
    let text = try TextMeasure()
    let words = "Layer 0, 1000 neurons"
    let width = text.width(words, .heading)
    #expect(width > 100)
    for scale in [1.0, 2, 3] {
      let canvas = try Canvas(size: Size(width: 10, height: 10), scale: scale)
      #expect(abs(canvas.width(of: words, .heading) - width) < 0.01)
    }
  }

  @Test func textDarkensWhereItIsDrawn() throws {
    let canvas = try Canvas(size: Size(width: 60, height: 40), scale: 2)
    canvas.draw("HHH", at: Point(x: 30, y: 20), .title, anchor: .middle)
    #expect(try canvas.darkest(near: Point(x: 30, y: 20), reach: 5) < 80)
    #expect(try canvas.hasWhiteBorder(4))
  }

  @Test func wrappingKeepsEveryLetter() throws {
    let text = try TextMeasure()
    let long = "Spikes of a-very-long-name-without-any-space-that-does-not-fit.safetensors for image 7"
    let lines = text.wrapped(long, .title, limit: 200)
    #expect(lines.count > 2)
    #expect(lines.allSatisfy { text.width($0, .title) <= 200 })
    #expect(lines.joined().filter { $0 != " " } == long.filter { $0 != " " })
    #expect(text.wrapped("", .title, limit: 10).isEmpty)
    #expect(text.wrapped("abc", .title, limit: 0) == ["a", "b", "c"])
  }

  @Test func controlCharactersAreHarmless() throws {
    let text = try TextMeasure()
    #expect(text.width("a\0b\n", .label) > text.width("ab", .label))
  }

  @Test func marksThatSteerALayoutAreNotDrawn() throws {
    let text = try TextMeasure()
    #expect(text.width("a\u{200d}b\u{fe0f}\u{00ad}", .label) == text.width("ab", .label))
  }

  @Test func lettersThatNoFontHasAreNamed() throws {
    let canvas = try Canvas(size: Size(width: 60, height: 40), scale: 1)
    canvas.draw("aé\u{10fffd}\u{10fffd}b", at: Point(x: 5, y: 20), .title)
    canvas.draw("\u{10fffc}", at: Point(x: 5, y: 20), .note)
    #expect(canvas.missingLetters == ["\u{10fffd}", "\u{10fffc}"])
    #expect(canvas.width(of: "\u{10fffd}", .title) > 0)
  }

  @Test func aPictureInColourIsInColour() throws {
    func grey(_ values: [Float]) throws -> GreyImage {
      try #require(GreyImage(width: values.count, height: 1, values: values))
    }
    let image = try #require(
      try InputImage(red: grey([1, 0, 0]), green: grey([0, 1, 0]), blue: grey([0, 0, 0.5])))
    let figure = try FeatureMapsFigure(
      title: "", channels: [.init(index: 0, counts: [grey([0])])], windows: [0...0], image: image)
    let canvas = try figure.drawn()
    let frame = try #require(figure.arrangement(try TextMeasure()).image)
    let pixels = try canvas.pixels()
    for (column, color) in [[255, 0, 0], [0, 255, 0], [0, 0, 128]].enumerated() {
      let x = Int(frame.x + frame.width * (Double(column) + 0.5) / 3)
      let place = (Int(frame.center.y) * canvas.pixelWidth + x) * 3
      #expect(pixels[place..<(place + 3)].map(Int.init) == color)
    }
    #expect(try InputImage(red: grey([1]), green: grey([1]), blue: grey([1, 1])) == nil)
  }
}
