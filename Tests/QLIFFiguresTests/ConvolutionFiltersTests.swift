import Testing

@testable import QLIFFigures

@Suite struct ConvolutionFiltersTests {
  static func figure(
    outputs: Int, inputs: Int, width: Int = 5, height: Int = 5, title: String = "T",
    weight: (Int) -> Float = { Float($0 % 7) - 3 }
  ) throws -> FiltersFigure {
    let windows = (0..<(outputs * inputs)).compactMap { index in
      GreyImage(width: width, height: height, values: (0..<(width * height)).map { weight($0 + index) })
    }
    return try FiltersFigure(
      title: title, outputs: Array(0..<outputs), inputs: Array(10..<(10 + inputs)), weights: windows,
      barLabel: "weight (drive per unit of input)")
  }

  @Test(arguments: [(16, 12, 5, 5), (1, 2, 3, 3), (3, 1, 1, 1), (2, 60, 7, 3), (64, 64, 5, 5)])
  func nothingOverlapsAndNothingIsCutOff(outputs: Int, inputs: Int, width: Int, height: Int) throws {
    let figure = try Self.figure(
      outputs: outputs, inputs: inputs, width: width, height: height,
      title: String(repeating: "long title ", count: 30))
    let place = figure.arrangement(try TextMeasure())
    #expect(place.tiles.count == outputs * inputs)
    let sheet = Rect(x: 0, y: 0, width: place.size.width, height: place.size.height)
    for (index, tile) in place.tiles.enumerated() {
      #expect(sheet.contains(tile))
      #expect(!tile.overlaps(place.bar.frame))
      if index > 0 { #expect(!tile.overlaps(place.tiles[index - 1])) }
      if index >= inputs { #expect(!tile.overlaps(place.tiles[index - inputs])) }
    }
    #expect(try figure.drawn().hasWhiteBorder(14))
  }

  @Test func rowsAreOutputsAndColumnsAreInputs() throws {
    let figure = try Self.figure(outputs: 2, inputs: 3, width: 1, height: 1) { [-1, 0, 1, 1, 0, -1][$0] }
    #expect(figure.limit == 1)
    let canvas = try figure.drawn()
    let pixels = try canvas.pixels()
    let tiles = figure.arrangement(try TextMeasure()).tiles
    #expect(tiles[0].y == tiles[2].y && tiles[0].x == tiles[3].x && tiles[3].y > tiles[0].y)
    for (tile, weight) in zip(tiles, [-1.0, 0, 1, 1, 0, -1]) {
      let place = (Int(tile.center.y) * canvas.pixelWidth + Int(tile.center.x)) * 3
      let color = ColorMap.diverging.color(0.5 + weight / 2)
      #expect(abs(Double(pixels[place]) - color.red * 255) < 1.5)
      #expect(abs(Double(pixels[place + 2]) - color.blue * 255) < 1.5)
    }
  }

  @Test func misfitsAreRefused() throws {
    #expect(throws: FigureError.self) { try Self.figure(outputs: 0, inputs: 3) }
    let image = try #require(GreyImage(width: 1, height: 1, values: [1]))
    let other = try #require(GreyImage(width: 1, height: 2, values: [1, 2]))
    for windows in [[image], [image, other]] {
      #expect(throws: FigureError.self) {
        try FiltersFigure(title: "", outputs: [0], inputs: [0, 1], weights: windows, barLabel: "")
      }
    }
    #expect(try Self.figure(outputs: 2, inputs: 2) { _ in .nan }.drawn().hasWhiteBorder(14))
  }
}
