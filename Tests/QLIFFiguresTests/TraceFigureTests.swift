import Testing

@testable import QLIFFigures

@Suite struct TraceFigureTests {
  static func figure(traces: Int = 3, steps: Int = 25, threshold: Double = 0.75, title: String = "T") throws
    -> TraceFigure
  {
    let alpha = (0..<steps).map { Float($0 % 5) / 5 }
    return try TraceFigure(
      title: title, subtitle: "S", threshold: threshold,
      traces: (0..<traces).map { index in
        TraceFigure.Trace(name: "Neuron \(index)", membrane: alpha, spikes: alpha.map { $0 > 0.75 })
      })
  }

  @Test(arguments: [1, 2, 5, 6, 13, 20, 60], [1.0, 2.0])
  func nothingOverlapsAndNothingIsCutOff(traces: Int, scale: Double) throws {
    let figure = try Self.figure(traces: traces, title: String(repeating: "long title ", count: 30))
    let frames = figure.arrangement(try TextMeasure()).panels.map(\.frame)
    for (index, frame) in frames.enumerated() {
      for other in frames[..<index] { #expect(!frame.overlaps(other)) }
    }
    #expect(try figure.drawn(scale: scale).hasWhiteBorder(14))
  }

  @Test func thresholdAndSpikesAreMarked() throws {
    let figure = try Self.figure()
    let canvas = try figure.drawn(scale: 2)
    let panel = figure.arrangement(try TextMeasure()).panels[1]
    // A dash is no longer than 6 points, the gap 4.
    let line = panel.point(-0.5, 0.75)
    #expect(try canvas.darkest(near: Point(x: line.x + 6, y: line.y), reach: 6) < 60)
    // 4 points above and below the place: a spike's disc reaches that far, a plain step's does not.
    for (step, isSpike) in [(4, true), (2, false)] {
      let place = panel.point(Double(step), Double(step) / 5)
      let beside = Point(x: place.x, y: place.y - 3.4)
      #expect((try canvas.darkest(near: beside) < 150) == isSpike)
    }
  }

  @Test func manyStepsAndOddValuesAreDrawn() throws {
    #expect(try Self.figure(steps: 1).drawn().hasWhiteBorder(14))
    #expect(try Self.figure(steps: 5000).drawn().hasWhiteBorder(14))
    #expect(try Self.figure(threshold: 0).drawn().hasWhiteBorder(14))
    let odd = TraceFigure.Trace(
      name: "n", membrane: [0, .nan, .infinity, -3, 9], spikes: [false, true, true, false, true])
    #expect(try TraceFigure(title: "", threshold: 0.5, traces: [odd]).drawn().hasWhiteBorder(14))
  }

  /// A membrane that is no population is not cut off at 0 and 1.
  @Test func realMembranesAreDrawnWhereTheyAre() throws {
    let trace = TraceFigure.Trace(name: "n", membrane: [-30, 0.4, 12], spikes: [false, false, true])
    let figure = try TraceFigure(title: "T", threshold: 0.5, isPopulation: false, traces: [trace])
    let panel = try #require(figure.arrangement(try TextMeasure()).panels.first)
    #expect(panel.y.label == "membrane" && panel.y.lower < -30 && panel.y.upper > 12)
    #expect(try figure.drawn(scale: 2).darkest(near: panel.point(2, 12), reach: 2) < 150)
    #expect(try figure.drawn().hasWhiteBorder(14))
  }

  @Test func misfitsAreRefused() {
    #expect(throws: FigureError.self) { try Self.figure(traces: 0) }
    #expect(throws: FigureError.self) { try Self.figure(traces: TraceFigure.mostTraces + 1) }
    #expect(throws: FigureError.self) { try Self.figure(steps: 0) }
    let trace = TraceFigure.Trace(name: "n", membrane: [0, 1], spikes: [true])
    #expect(throws: FigureError.self) { try TraceFigure(title: "", threshold: 0.5, traces: [trace]) }
  }
}
