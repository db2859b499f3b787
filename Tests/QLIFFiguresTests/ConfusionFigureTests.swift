import QLIFFigures
import Testing

@Suite struct ConfusionFigureTests {
  static func figure(classes: Int, name: String = "", count: (Int, Int) -> Int) throws -> ConfusionFigure {
    try ConfusionFigure(
      title: "Confusion", subtitle: "Accuracy", classes: (0..<classes).map { "\(name)\($0)" },
      counts: (0..<(classes * classes)).map { count($0 / classes, $0 % classes) })
  }

  @Test(arguments: [1, 2, 10, 25, 40, 100, 300])
  func nothingIsCutOff(classes: Int) throws {
    for name in ["", "a rather long class name "] {
      let figure = try Self.figure(classes: classes, name: name) { $0 == $1 ? 30_000 : ($0 + $1) % 3 }
      let place = figure.arrangement(try TextMeasure())
      #expect(!place.grid.overlaps(place.bar.frame))
      let sheet = Rect(x: 0, y: 0, width: place.size.width, height: place.size.height)
      #expect(sheet.contains(place.grid) && sheet.contains(place.bar.frame))
      #expect(try figure.drawn().hasWhiteBorder(14))
    }
  }

  @Test func coloursAreSharesOfTheRow() throws {
    // A class of few images is as dark as one of many.
    let figure = try Self.figure(classes: 3) { row, column in row == column ? [1000, 10, 0][row] : 0 }
    #expect(figure.share(0, 0) == 1 && figure.share(1, 1) == 1 && figure.share(2, 2) == 0)
    let canvas = try figure.drawn()
    let place = figure.arrangement(try TextMeasure())
    func corner(_ row: Int, _ column: Int) throws -> Int {
      let cell = place.cell(row, column, of: 3)
      return try canvas.darkest(near: Point(x: cell.x + 5, y: cell.y + 5))
    }
    #expect(try corner(0, 0) == corner(1, 1))
    #expect(try corner(0, 0) < 80)
    #expect(try corner(2, 2) > 240)
    #expect(try corner(0, 1) > 240)
  }

  @Test func rowsAreTrueClasses() throws {
    let figure = try Self.figure(classes: 2) { row, column in row == 0 && column == 1 ? 5 : 0 }
    let canvas = try figure.drawn()
    let place = figure.arrangement(try TextMeasure())
    let cell = place.cell(0, 1, of: 2)
    #expect(cell.x > place.grid.x && cell.y == place.grid.y)
    #expect(try canvas.darkest(near: Point(x: cell.x + 5, y: cell.y + 5)) < 80)
  }

  @Test func misfitsAreRefused() throws {
    #expect(throws: FigureError.self) { try Self.figure(classes: 0) { _, _ in 0 } }
    #expect(throws: FigureError.self) { try Self.figure(classes: 2) { _, _ in -1 } }
    #expect(throws: FigureError.self) { try ConfusionFigure(title: "", classes: ["a"], counts: [1, 2]) }
  }
}
