import QLIFFigures
import Testing

@Suite struct CurvesFigureTests {
  static func line(_ name: String, _ points: Int = 10, _ value: (Int) -> Double) -> CurvesFigure.Line {
    CurvesFigure.Line(name: name, points: (0..<points).map { Point(x: Double($0 + 1), y: value($0)) })
  }

  static func figure(plots: Int, lines: Int, points: Int = 10) throws -> CurvesFigure {
    try CurvesFigure(
      title: String(repeating: "long title ", count: 20), subtitle: "Subtitle",
      plots: (0..<plots).map { plot in
        CurvesFigure.Plot(
          heading: "Data set \(plot)", xLabel: "epoch", yLabel: "loss", countsX: true,
          lines: (0..<lines).map { line in
            Self.line("a model of the name \(line)", points) { Double($0 * (line + 1)) }
          })
      })
  }

  @Test(arguments: [(1, 1), (1, 24), (2, 11), (3, 4), (7, 2)], [1, 2, 100])
  func nothingOverlapsAndNothingIsCutOff(count: (plots: Int, lines: Int), points: Int) throws {
    let figure = try Self.figure(plots: count.plots, lines: count.lines, points: points)
    let place = figure.arrangement(try TextMeasure())
    var frames = place.panels.map(\.frame)
    if let legend = place.legend { frames.append(legend) }
    #expect((place.legend == nil) == (count.lines == 1))
    for (index, frame) in frames.enumerated() {
      for other in frames[..<index] { #expect(!frame.overlaps(other)) }
    }
    #expect(try figure.drawn().hasWhiteBorder(14))
  }

  @Test func aLineIsWhereItsValuesAre() throws {
    let plot = CurvesFigure.Plot(
      xLabel: "x", yLabel: "y", x: 0...11, y: 0...1, lines: [Self.line("a", 10) { $0 < 5 ? 0.25 : 0.75 }])
    let figure = try CurvesFigure(title: "", plots: [plot])
    let canvas = try figure.drawn()
    let panel = figure.arrangement(try TextMeasure()).panels[0]
    #expect(try canvas.darkest(near: panel.point(2.5, 0.25)) < 160)
    #expect(try canvas.darkest(near: panel.point(8.5, 0.75)) < 160)
    #expect(try canvas.darkest(near: panel.point(8.5, 0.25)) == 255)
  }

  @Test func whatLiesOutsideIsNotDrawn() throws {
    let plot = CurvesFigure.Plot(
      xLabel: "x", yLabel: "y", x: 2...3, y: 0...1, lines: [Self.line("a", 10) { 3 * Double($0) - 4 }])
    #expect(try CurvesFigure(title: "", plots: [plot]).drawn().hasWhiteBorder(14))
  }

  @Test func neighboursDifferInForm() throws {
    // A dashed line has gaps, a solid one has none, so colour is not all that tells them apart.
    let lines = (0..<2).map { line in Self.line("line \(line)", 31) { _ in 0.25 + Double(line) / 2 } }
    let plot = CurvesFigure.Plot(xLabel: "x", yLabel: "y", x: 1...31, y: 0...1, lines: lines)
    let figure = try CurvesFigure(title: "", plots: [plot])
    let canvas = try figure.drawn()
    let panel = figure.arrangement(try TextMeasure()).panels[0]
    func gaps(_ y: Double) throws -> Int {
      try stride(from: 5, to: 25, by: 0.1).count { try canvas.darkest(near: panel.point($0, y)) > 230 }
    }
    #expect(try gaps(0.25) == 0)
    #expect(try gaps(0.75) > 20)
  }

  @Test func bandsAndGapsAndOddValuesAreDrawn() throws {
    var line = Self.line("a") { $0 == 4 ? .nan : Double($0) }
    line.band = line.points.map { (lower: $0.y - 1, upper: $0.y + 1) }
    let plot = CurvesFigure.Plot(xLabel: "x", yLabel: "y", lines: [line])
    let figure = try CurvesFigure(title: "", plots: [plot])
    let canvas = try figure.drawn()
    #expect(try canvas.hasWhiteBorder(14))
    let panel = figure.arrangement(try TextMeasure()).panels[0]
    #expect(try canvas.darkest(near: panel.point(8.5, 8)) < 250)
    let huge = CurvesFigure.Plot(
      xLabel: "x", yLabel: "y", lines: [Self.line("a") { Double($0) * .greatestFiniteMagnitude / 20 }])
    #expect(try CurvesFigure(title: "", plots: [huge]).drawn().hasWhiteBorder(14))
  }

  @Test func epochsAreWholeUnlessThereIsLessThanOne() throws {
    func ticks(_ epochs: [Double]) throws -> [String] {
      let line = CurvesFigure.Line(name: "a", points: epochs.map { Point(x: $0, y: $0) })
      let plot = CurvesFigure.Plot(xLabel: "epoch", yLabel: "loss", countsX: true, lines: [line])
      let figure = try CurvesFigure(title: "", plots: [plot])
      return figure.arrangement(try TextMeasure()).panels[0].x.ticks.map(\.label)
    }
    #expect(try ticks([1, 2, 3]) == ["1", "2", "3"])
    #expect(try ticks([1]) == ["1"])
    #expect(try ticks([0.4, 1.4, 2.1]) == ["1", "2"])
    #expect(try ticks([0.1, 0.3]).count > 2)
  }

  @Test func misfitsAreRefused() throws {
    #expect(throws: FigureError.self) { try CurvesFigure(title: "", plots: []) }
    #expect(throws: FigureError.self) { try Self.figure(plots: 1, lines: 0) }
    #expect(throws: FigureError.self) { try Self.figure(plots: 1, lines: 25) }
    #expect(throws: FigureError.self) { try Self.figure(plots: 1, lines: 1, points: 0) }
    var line = Self.line("a") { Double($0) }
    line.band = [(lower: 0, upper: 1)]
    let plot = CurvesFigure.Plot(xLabel: "", yLabel: "", lines: [line])
    #expect(throws: FigureError.self) { try CurvesFigure(title: "", plots: [plot]) }
  }

  @Test func factorsAreEqualDistances() throws {
    let values = [1.0, 10, 100]
    let line = CurvesFigure.Line(name: "line", points: values.map { Point(x: $0, y: $0) })
    let level = CurvesFigure.Line(
      name: "level", points: [Point(x: 1, y: 50), Point(x: 100, y: 50)], levelOf: "line")
    let zero = CurvesFigure.Line(name: "zero", points: [Point(x: 0, y: 0), Point(x: 10, y: 1)])
    let figure = try CurvesFigure(
      title: "", plots: [.init(xLabel: "x", yLabel: "y", isLogarithmic: true, lines: [line, level, zero])])
    let panel = figure.arrangement(try TextMeasure()).panels[0]
    let places = values.map { panel.point($0, 0).x }
    #expect(abs((places[2] - places[1]) - (places[1] - places[0])) < 1e-9)
    #expect(places[0] > panel.frame.x && places[2] < panel.frame.maxX)
    #expect(panel.x.ticks.map(\.label) == ["1", "2", "5", "10", "20", "50", "100"])
    #expect(try figure.drawn().hasWhiteBorder(14))
  }
}
