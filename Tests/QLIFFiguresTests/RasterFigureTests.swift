import Testing

@testable import QLIFFigures

@Suite struct RasterFigureTests {
  /// A layer in which neuron n fires at the steps that `fires` says.
  static func layer(_ name: String, steps: Int, neurons: Int, _ fires: (Int, Int) -> Bool) throws
    -> SpikeLayer
  {
    let spikes = (0..<(steps * neurons)).map { fires($0 / neurons, $0 % neurons) ? Float(1) : 0 }
    return try SpikeLayer(name: name, steps: steps, neurons: neurons, spikes: spikes)
  }

  static func figure(
    hidden: [Int] = [100], outputs: Int = 10, steps: Int = 25, title: String = "Title",
    image: (Int, Int)? = (28, 28),
    names: Bool = false, fires: (Int, Int) -> Bool = { ($0 * 7 + $1) % 5 == 0 }
  ) throws -> RasterFigure {
    var layers = try hidden.enumerated().map {
      try layer("Layer \($0.offset)", steps: steps, neurons: $0.element, fires)
    }
    layers.append(try layer("Output", steps: steps, neurons: outputs, fires))
    let picture = image.flatMap {
      GreyImage(width: $0.0, height: $0.1, values: [Float](repeating: 0.5, count: $0.0 * $0.1))
        .map { InputImage($0) }
    }
    return try RasterFigure(
      title: title, subtitle: "Subtitle", layers: layers, image: picture, imageCaption: "Input",
      classNames: names ? (0..<outputs).map { "class name \($0)" } : [], predicted: 0, label: outputs - 1)
  }

  @Test(arguments: [[], [3], [1000], [200, 300, 1000], [10_000]], [1.0, 2.0])
  func nothingOverlapsAndNothingIsCutOff(hidden: [Int], scale: Double) throws {
    let text = try TextMeasure()
    for (title, names) in [("Short", false), (String(repeating: "a rather long title ", count: 20), true)] {
      let figure = try Self.figure(hidden: hidden, title: title, names: names)
      let place = figure.arrangement(text)
      var frames = place.panels.map(\.frame) + [place.bars.frame]
      if let image = place.image { frames.append(image) }
      for (index, frame) in frames.enumerated() {
        for other in frames[..<index] { #expect(!frame.overlaps(other)) }
        #expect(Rect(x: 0, y: 0, width: place.size.width, height: place.size.height).contains(frame))
      }
      #expect(try figure.drawn(scale: scale).hasWhiteBorder(14))
    }
  }

  @Test func aSpikeIsDarkAndItsAbsenceIsWhite() throws {
    let figure = try Self.figure(hidden: [20]) { step, neuron in step == 3 && neuron == 7 || neuron == 0 }
    let canvas = try figure.drawn()
    let panel = figure.arrangement(try TextMeasure()).panels[0]
    #expect(try canvas.darkest(near: panel.point(3, 7)) < 60)
    #expect(try canvas.darkest(near: panel.point(4, 7)) == 255)
    #expect(try canvas.darkest(near: panel.point(3, 8)) == 255)
  }

  @Test(arguments: [1000, 10_000, 100_000])
  func aSingleSpikeOfManyNeuronsIsSeen(neurons: Int) throws {
    let figure = try Self.figure(hidden: [neurons]) { step, neuron in step == 3 && neuron == neurons / 3 }
    let canvas = try figure.drawn()
    let panel = figure.arrangement(try TextMeasure()).panels[0]
    let place = panel.point(3, Double(neurons / 3))
    #expect(try canvas.darkest(near: place, reach: 1) < 180)
    #expect(try canvas.darkest(near: Point(x: place.x, y: place.y + 10), reach: 1) == 255)
  }

  @Test func barsAreAsLongAsTheCounts() throws {
    let figure = try Self.figure { step, neuron in neuron == 0 || neuron == 4 && step < 12 }
    let canvas = try figure.drawn()
    let bars = figure.arrangement(try TextMeasure()).bars
    #expect(try canvas.darkest(near: bars.point(24, 0)) < 160)
    #expect(try canvas.darkest(near: bars.point(11, 4)) < 160)
    #expect(try canvas.darkest(near: Point(x: bars.point(23, 4).x, y: bars.point(0, 4).y)) == 255)
  }

  @Test func outputsAreCalledByTheirClasses() throws {
    let text = try TextMeasure()
    let named = try Self.figure(names: true).arrangement(text).panels[1].y
    #expect(named.label == "class")
    #expect(named.ticks.map(\.label) == (0..<10).map { "class name \($0)" })
    // Where not all have room, those that are written are still names.
    let many = try Self.figure(outputs: 100, names: true).arrangement(text).panels[1].y
    #expect(many.ticks.count > 1)
    #expect(many.ticks.allSatisfy { $0.label == "class name \(Int($0.value))" })
    #expect(try Self.figure().arrangement(text).panels[1].y.label == "neuron")
  }

  @Test func withoutAPredictionNothingIsMarked() throws {
    let layer = try SpikeLayer(name: "x", steps: 1, neurons: 2, spikes: [0, 1])
    let canvas = try RasterFigure(title: "", layers: [layer]).drawn()
    let marked = try RasterFigure(title: "", layers: [layer], predicted: 0).drawn()
    let panel = try RasterFigure(title: "", layers: [layer]).arrangement(TextMeasure()).panels[0]
    let band = Point(x: panel.frame.x + 20, y: panel.point(0, 0).y)
    #expect(try canvas.darkest(near: band) == 255)
    #expect(try marked.darkest(near: band) < 255)
  }

  @Test func unusualSizesAreDrawn() throws {
    for (steps, outputs, image) in [
      (1, 1, (1, 1)), (500, 200, (3, 900)), (2, 40, (900, 3)), (100, 1000, (28, 28)),
    ] {
      let figure = try Self.figure(hidden: [1], outputs: outputs, steps: steps, image: image)
      #expect(try figure.drawn().hasWhiteBorder(14))
    }
    #expect(try Self.figure(fires: { _, _ in false }).drawn().hasWhiteBorder(14))
    #expect(try Self.figure(image: nil, fires: { _, _ in true }).drawn().hasWhiteBorder(14))
  }

  @Test func misfitsAreRefused() throws {
    #expect(throws: FigureError.self) { try SpikeLayer(name: "x", steps: 2, neurons: 3, spikes: [1, 0]) }
    #expect(throws: FigureError.self) { try SpikeLayer(name: "x", steps: .max, neurons: .max, spikes: []) }
    #expect(throws: FigureError.self) { try SpikeLayer(name: "x", steps: 0, neurons: 3, spikes: []) }
    let layer = try SpikeLayer(name: "x", steps: 1, neurons: 2, spikes: [0, 1])
    let longer = try SpikeLayer(name: "y", steps: 2, neurons: 1, spikes: [0, 1])
    #expect(throws: FigureError.self) { try RasterFigure(title: "", layers: [], predicted: 0) }
    #expect(throws: FigureError.self) { try RasterFigure(title: "", layers: [layer, longer], predicted: 0) }
    #expect(throws: FigureError.self) { try RasterFigure(title: "", layers: [layer], predicted: 2) }
    #expect(throws: FigureError.self) {
      try RasterFigure(title: "", layers: [layer], predicted: 0, label: 2)
    }
    #expect(throws: FigureError.self) {
      try RasterFigure(title: "", layers: [layer], classNames: ["a"], predicted: 0)
    }
  }
}
