import Glibc
import Testing

@testable import QLIFFigures

@Suite struct BlochFigureTests {
  /// A quarter turn from the ground state, a spike's reset, and a part inside of the ball.
  static func figure(
    threshold: Double? = 0.75, azimuth: Double = -30, elevation: Double = 18, title: String = "T",
    steps: Int = 3
  ) throws -> BlochFigure {
    let turn = (0...20).map { part in
      let angle = 0.5 * Double.pi * Double(part) / 20
      return BlochPoint(x: 0, y: -sin(angle), z: cos(angle))
    }
    let shares = (0...20).map { Double($0) / 20 }
    let ground = BlochPoint(x: 0, y: 0, z: 1)
    let inside = BlochPoint(x: 0.2, y: -0.3, z: 0.4)
    return try BlochFigure(
      title: title, subtitle: "S", threshold: threshold, azimuth: azimuth, elevation: elevation,
      segments: [
        .init(kind: .drive, points: turn, times: shares),
        .init(kind: .reset, points: [turn[20], ground], times: [1, 1]),
        .init(kind: .memory, points: [ground, inside], times: [1, 1]),
        .init(kind: .leak, points: [inside, inside], times: [1, 2]),
        .init(kind: .rest, points: [inside, inside], times: [2, Double(steps)]),
      ],
      readings: [
        .init(time: 1, alpha: 0.5, isSpike: true), .init(time: 2, alpha: 0.3, isSpike: false),
      ])
  }

  @Test(arguments: [1.0, 2.0], [(-30.0, 18.0), (0, 0), (90, 90), (200, -60)])
  func nothingIsCutOff(scale: Double, view: (Double, Double)) throws {
    let figure = try Self.figure(
      azimuth: view.0, elevation: view.1, title: String(repeating: "long title ", count: 20))
    #expect(try figure.drawn(scale: scale).hasWhiteBorder(12))
  }

  @Test func placesAreWhereTheyBelong() throws {
    let view = SphereView(azimuth: 0, elevation: 0, center: Point(x: 100, y: 100), radius: 50)
    func isAt(_ place: (Double, Double, Double), _ x: Double, _ y: Double) -> Bool {
      let point = view.point(BlochPoint(x: place.0, y: place.1, z: place.2))
      return abs(point.x - x) < 1e-9 && abs(point.y - y) < 1e-9
    }
    // Along x: y to the right, the ground state above.
    #expect(isAt((1, 0, 0), 100, 100))
    #expect(isAt((0, 1, 0), 150, 100))
    #expect(isAt((0, 0, 1), 100, 50))
    #expect(view.depth(BlochPoint(x: 1, y: 0, z: 0)) > 0.99)
    #expect(view.depth(BlochPoint(x: -1, y: 0, z: 0)) < -0.99)
  }

  @Test func theWayAndItsMarksAreDrawn() throws {
    let figure = try Self.figure()
    let canvas = try figure.drawn(scale: 2)
    let view = figure.arrangement(try TextMeasure()).sphere
    let quarter = 0.25 * Double.pi
    let onTheWay = view.point(BlochPoint(x: 0, y: -sin(quarter), z: cos(quarter)))
    #expect(try canvas.darkest(near: onTheWay, reach: 1) < 220)
    // On the other side nothing has been.
    let elsewhere = view.point(BlochPoint(x: 0, y: sin(quarter), z: cos(quarter) + 0.08))
    #expect(try canvas.darkest(near: elsewhere, reach: 1) > 235)
    let end = view.point(BlochPoint(x: 0.2, y: -0.3, z: 0.4))
    #expect(try canvas.darkest(near: end, reach: 1) < 60)
  }

  @Test func misfitsAreRefused() {
    func figure(_ segments: [BlochFigure.Segment]) throws -> BlochFigure {
      try BlochFigure(title: "", segments: segments)
    }
    let ground = BlochPoint(x: 0, y: 0, z: 1)
    #expect(throws: FigureError.self) { try figure([]) }
    #expect(throws: FigureError.self) { try figure([.init(kind: .drive, points: [ground], times: [])]) }
    for bad in [BlochPoint(x: 1, y: 1, z: 0), BlochPoint(x: .nan, y: 0, z: 0)] {
      #expect(throws: FigureError.self) { try figure([.init(kind: .drive, points: [bad], times: [0])]) }
    }
    #expect(throws: FigureError.self) { try figure([.init(kind: .drive, points: [ground], times: [.nan])]) }
  }

  @Test func aSinglePointIsDrawn() throws {
    let ground = BlochPoint(x: 0, y: 0, z: 1)
    let figure = try BlochFigure(
      title: "", segments: [.init(kind: .drive, points: [ground], times: [0])])
    #expect(try figure.drawn().hasWhiteBorder(12))
  }
}
