import Testing

@testable import QLIFFigures

@Suite struct FiltersFigureTests {
  static func figure(
    tiles: Int = 8, width: Int = 28, height: Int = 28, columns: Int = 8, title: String = "T",
    weight: (Int) -> Float
  ) throws -> FiltersFigure {
    let images = (0..<tiles).compactMap { index in
      GreyImage(width: width, height: height, values: (0..<(width * height)).map { weight($0 + index) })
    }
    return try FiltersFigure(
      title: title, columns: columns, names: (0..<tiles).map(String.init), weights: images,
      barLabel: "weight (drive per unit of input)")
  }

  @Test(arguments: [
    (1, 28, 28, 8), (32, 28, 28, 8), (10, 40, 25, 3), (64, 8, 8, 16), (3, 1, 1, 8), (5, 300, 2, 2),
  ])
  func nothingOverlapsAndNothingIsCutOff(tiles: Int, width: Int, height: Int, columns: Int) throws {
    for scale in [1.0, 2.0] {
      let figure = try Self.figure(
        tiles: tiles, width: width, height: height, columns: columns,
        title: String(repeating: "long title ", count: 30)
      ) { Float($0 % 7) - 3 }
      let place = figure.arrangement(try TextMeasure())
      let frames = place.tiles + [place.bar.frame]
      for (index, frame) in frames.enumerated() {
        for other in frames[..<index] { #expect(!frame.overlaps(other)) }
      }
      #expect(try figure.drawn(scale: scale).hasWhiteBorder(14))
    }
  }

  @Test func scaleIsCentredAtZero() throws {
    let figure = try Self.figure(tiles: 1, width: 3, height: 1) { [-2, 0, 1][$0] }
    #expect(figure.limit == 2)
    let canvas = try figure.drawn()
    let rect = figure.arrangement(try TextMeasure()).tiles[0]
    let pixels = try canvas.pixels()
    for (column, weight) in [-2.0, 0, 1].enumerated() {
      let x = Int(rect.x + (Double(column) + 0.5) * rect.width / 3)
      let place = (Int(rect.center.y) * canvas.pixelWidth + x) * 3
      let color = ColorMap.diverging.color(0.5 + weight / 4)
      #expect(abs(Double(pixels[place]) - color.red * 255) < 1.5)
      #expect(abs(Double(pixels[place + 1]) - color.green * 255) < 1.5)
      #expect(abs(Double(pixels[place + 2]) - color.blue * 255) < 1.5)
    }
  }

  @Test func zerosAndOddValuesAreDrawn() throws {
    #expect(try Self.figure { _ in 0 }.drawn().hasWhiteBorder(14))
    #expect(try Self.figure { [.nan, .infinity, -.infinity, 1e-30][$0 % 4] }.drawn().hasWhiteBorder(14))
    #expect(try Self.figure { _ in .greatestFiniteMagnitude }.drawn().hasWhiteBorder(14))
  }

  @Test func misfitsAreRefused() throws {
    #expect(throws: FigureError.self) { try Self.figure(tiles: 0) { _ in 0 } }
    #expect(throws: FigureError.self) { try Self.figure(columns: 0) { _ in 0 } }
    #expect(throws: FigureError.self) {
      try FiltersFigure(title: "", columns: 1, names: ["0"], weights: [], barLabel: "")
    }
    #expect(GreyImage(width: 2, height: 2, values: [1]) == nil)
    #expect(GreyImage(width: .max, height: 2, values: []) == nil)
    #expect(GreyImage(width: -1, height: -1, values: [1]) == nil)
  }

  @Test func pngCarriesItsResolution() throws {
    let figure = try Self.figure { Float($0) }
    for scale in [1.0, 2.0] {
      let png = try decode(figure.drawn(scale: scale).png(texts: [("Command", "qlif-render filters")]))
      #expect(png.pixelsPerMetre == UInt32((144 * scale / 0.0254).rounded()))
      #expect(png.texts["Command"] == "qlif-render filters")
      let size = figure.arrangement(try TextMeasure()).size
      #expect(png.width == Int((size.width * scale).rounded(.up)))
      #expect(png.height == Int((size.height * scale).rounded(.up)))
    }
  }
}
