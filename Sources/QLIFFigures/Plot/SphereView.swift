import Glibc

/// A place in or on the Bloch sphere: `z` = 1 is the ground state |0⟩, -1 the excited one |1⟩.
package struct BlochPoint: Equatable, Sendable {
  /// The axis that rotations turn about.
  var x: Double
  /// To the right of x.
  var y: Double
  /// Upwards.
  var z: Double

  package init(x: Double, y: Double, z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  var population: Double { (1 - z) / 2 }
}

/// The unit sphere seen from far away, as one sees the globe of an atlas: orthographic.
struct SphereView: Sendable {
  /// From where one looks, degrees: 0 is along x, 90 along y.
  var azimuth: Double
  var elevation: Double
  var center: Point
  var radius: Double

  private var angles: (azimuth: Double, elevation: Double) {
    (azimuth * Double.pi / 180, elevation * Double.pi / 180)
  }

  /// Where a place of the sphere lies on the canvas.
  func point(_ place: BlochPoint) -> Point {
    let (az, el) = angles
    let right = -sin(az) * place.x + cos(az) * place.y
    let up = -cos(az) * sin(el) * place.x - sin(az) * sin(el) * place.y + cos(el) * place.z
    return Point(x: center.x + radius * right, y: center.y - radius * up)
  }

  /// How near a place is: above 0 on the side of the one who looks.
  func depth(_ place: BlochPoint) -> Double {
    let (az, el) = angles
    return cos(az) * cos(el) * place.x + sin(az) * cos(el) * place.y + sin(el) * place.z
  }

  /// Draws the ball: its outline, equator and the meridian of y and z, hidden parts dashed, and the axes.
  func drawBall(on canvas: Canvas) {
    canvas.fillCircle(center, radius: radius, Color(grey: 0.975))
    let outline = (0...180).map { step in
      let angle = 2 * Double.pi * Double(step) / 180
      return Point(x: center.x + radius * cos(angle), y: center.y + radius * sin(angle))
    }
    canvas.stroke(outline, Palette.axis, width: 1.2)
    drawCircle(on: canvas, Palette.plain) { BlochPoint(x: cos($0), y: sin($0), z: 0) }
    drawCircle(on: canvas, Palette.plain) { BlochPoint(x: 0, y: sin($0), z: cos($0)) }
    for (end, _) in Self.axes {
      let other = BlochPoint(x: -end.x, y: -end.y, z: -end.z)
      canvas.stroke([point(other), point(end)], Palette.plain, width: 0.8)
    }
  }

  /// Draws the names of the axes' ends, outside of the ball.
  func drawLabels(on canvas: Canvas) {
    for (end, name) in Self.axes {
      let place = point(end)
      let (dx, dy) = (place.x - center.x, place.y - center.y)
      if abs(dx) < 1e-6 {
        // A pole: above or below the whole ball.
        let isAbove = dy < 0
        let y = center.y + (radius + 8) * (isAbove ? -1 : 1)
        canvas.draw(name, at: Point(x: place.x, y: y), .label, anchor: isAbove ? .bottom : .top)
        continue
      }
      let distance = (dx * dx + dy * dy).squareRoot()
      let beside = Point(x: place.x + 16 * dx / distance, y: place.y + 16 * dy / distance)
      // The name may lie on the outline.
      canvas.fillCircle(beside, radius: 9, Color(red: 1, green: 1, blue: 1, alpha: 0.85))
      canvas.draw(name, at: beside, .label, anchor: .middle)
    }
  }

  private static let axes = [
    (BlochPoint(x: 1, y: 0, z: 0), "x"), (BlochPoint(x: 0, y: 1, z: 0), "y"),
    (BlochPoint(x: 0, y: 0, z: 1), "|0⟩"), (BlochPoint(x: 0, y: 0, z: -1), "|1⟩"),
  ]

  /// Draws a closed line of the sphere, its far side dashed and pale; `place` takes an angle from 0 to 2 pi.
  func drawCircle(
    on canvas: Canvas, _ color: Color, width: Double = 0.9, dash: [Double] = [],
    _ place: (Double) -> BlochPoint
  ) {
    let places = (0...240).map { place(2 * Double.pi * Double($0) / 240) }
    var run: [BlochPoint] = []
    func flush() {
      guard let middle = run.dropFirst(run.count / 2).first else { return }
      let near = depth(middle) >= 0
      canvas.stroke(
        run.map(point), near ? color : color.lighter(0.35), width: width, dash: near ? dash : [3, 4])
    }
    for place in places {
      if let last = run.last, (depth(last) >= 0) != (depth(place) >= 0) {
        run.append(place)
        flush()
        run = [place]
      } else {
        run.append(place)
      }
    }
    flush()
  }
}
