import Testing

@testable import QLIFFigures

@Suite struct PNGEncoderTests {
  @Test func pixelsResolutionAndTextsComeBack() throws {
    let (width, height) = (7, 5)
    let pixels = (0..<(width * height * 3)).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let bytes = try PNGEncoder.encode(
      pixels, width: width, height: height, pixelsPerInch: 288,
      texts: [("Software", "qlif"), ("Command", "α ≥ 0.75"), ("Long", String(repeating: "x", count: 5000))])
    let png = try decode(bytes)
    #expect(png.width == width)
    #expect(png.height == height)
    #expect(png.rgb == pixels)
    #expect(png.pixelsPerMetre == 11339)
    #expect(png.texts["Software"] == "qlif")
    #expect(png.texts["Command"] == "α ≥ 0.75")
    #expect(png.texts["Long"]?.count == 5000)
  }

  @Test func wrongSizesAreRefused() {
    #expect(throws: FigureError.self) { try PNGEncoder.encode([0, 0, 0], width: 2, height: 1) }
    #expect(throws: FigureError.self) { try PNGEncoder.encode([], width: 0, height: 0) }
    #expect(throws: FigureError.self) { try PNGEncoder.encode([], width: -1, height: 1) }
  }

  @Test func samePictureGivesSameBytes() throws {
    let first = try PNGEncoder.encode([1, 2, 3], width: 1, height: 1, pixelsPerInch: 144)
    let second = try PNGEncoder.encode([1, 2, 3], width: 1, height: 1, pixelsPerInch: 144)
    #expect(first == second)
  }
}
