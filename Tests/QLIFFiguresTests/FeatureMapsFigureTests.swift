import Testing

@testable import QLIFFigures

@Suite struct FeatureMapsFigureTests {
  static func figure(
    channels: Int, windows: Int = 1, side: Int = 24, image: Bool = true,
    count: (Int, Int, Int) -> Float = { Float(($0 + $1 + $2) % 5) }
  ) throws -> FeatureMapsFigure {
    let maps = (0..<channels).map { channel in
      FeatureMapsFigure.Channel(
        index: channel,
        counts: (0..<windows).compactMap { window in
          GreyImage(
            width: side, height: side, values: (0..<(side * side)).map { count(channel, window, $0) })
        })
    }
    return try FeatureMapsFigure(
      title: String(repeating: "long title ", count: 20), subtitle: "Subtitle", channels: maps,
      windows: (0..<windows).map { ($0 * 10)...($0 * 10 + 9) },
      image: image
        ? GreyImage(width: 28, height: 28, values: [Float](repeating: 0.5, count: 784)).map { InputImage($0) }
        : nil,
      imageCaption: "Input: 28 × 28, 0 (black) to 1 (white)")
  }

  @Test(arguments: [
    (1, 1, 24), (12, 1, 24), (64, 1, 8), (64, 1, 1), (6, 5, 24), (12, 20, 4), (1, 2, 1), (100, 1, 2),
  ])
  func nothingOverlapsAndNothingIsCutOff(channels: Int, windows: Int, side: Int) throws {
    for image in [true, false] {
      let figure = try Self.figure(channels: channels, windows: windows, side: side, image: image)
      let place = figure.arrangement(try TextMeasure())
      #expect(place.tiles.count == channels * windows)
      var frames = place.tiles + [place.bar.frame]
      if let image = place.image { frames.append(image) }
      for (index, frame) in frames.enumerated() {
        for other in frames[..<index] { #expect(!frame.overlaps(other)) }
      }
      #expect(try figure.drawn().hasWhiteBorder(14))
    }
  }

  @Test func moreSpikesAreDarker() throws {
    let figure = try Self.figure(channels: 3, side: 1) { channel, _, _ in Float(channel * 4) }
    #expect(figure.most == 8)
    let canvas = try figure.drawn()
    let shades = try figure.arrangement(try TextMeasure()).tiles.map { try canvas.darkest(near: $0.center) }
    #expect(shades[0] > 240)
    #expect(shades[0] > shades[1] && shades[1] > shades[2])
    #expect(shades[2] < 80)
  }

  @Test func silenceAndOddValuesAreDrawn() throws {
    let silent = try Self.figure(channels: 2) { _, _, _ in 0 }
    #expect(silent.most == 1 && silent.channels[0].total == 0)
    #expect(try silent.drawn().hasWhiteBorder(14))
    let odd = try Self.figure(channels: 2) { _, _, place in [.nan, .infinity, 1][place % 3] }
    #expect(try odd.drawn().hasWhiteBorder(14))
  }

  @Test func misfitsAreRefused() throws {
    #expect(throws: FigureError.self) { try Self.figure(channels: 0) }
    #expect(throws: FigureError.self) { try Self.figure(channels: 1, windows: 0) }
    let image = try #require(GreyImage(width: 1, height: 1, values: [1]))
    let other = try #require(GreyImage(width: 1, height: 2, values: [1, 2]))
    for counts in [[image], [image, other]] {
      #expect(throws: FigureError.self) {
        try FeatureMapsFigure(
          title: "", channels: [.init(index: 0, counts: counts)], windows: [0...1, 2...3])
      }
    }
  }
}
