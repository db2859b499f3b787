/// A place on a canvas, in points: x to the right, y downwards.
struct Point: Equatable, Sendable {
  var x: Double
  var y: Double
}

/// A width and a height, in points.
package struct Size: Equatable, Sendable {
  var width: Double
  var height: Double
}

/// An upright rectangle, in points.
struct Rect: Equatable, Sendable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var maxX: Double { x + width }
  var maxY: Double { y + height }
  var center: Point { Point(x: x + width / 2, y: y + height / 2) }
}
