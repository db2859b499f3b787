/// The spikes of one layer as marks in its panel.
///
/// While a neuron's row is several pixels high, each spike is a bar of its own. Where rows are thinner,
/// the spikes that fall on one row of pixels are drawn as one mark, the darker the larger the share of
/// those neurons that fire, and never so faint that a single spike is lost.
struct RasterMarks {
  let layer: SpikeLayer
  let panel: Panel

  /// The darkness of a row of pixels in which a single one of many neurons fires.
  static let faintest = 0.35
  static let widest = 18.0

  func draw(on canvas: Canvas, accent: Int?) {
    let row = panel.frame.height / Double(layer.neurons)
    if row * canvas.scale >= 3 {
      drawBars(on: canvas, row: row, accent: accent)
    } else {
      drawRows(on: canvas)
    }
  }

  /// The horizontal extent of a step's marks.
  private func extent(_ step: Int) -> (x: Double, width: Double) {
    let cell = panel.frame.width / Double(layer.steps)
    // Few steps leave wide cells, in which a mark as wide would look like something that lasts.
    let width = cell >= 5 ? min(cell * 0.72, Self.widest) : cell
    return (panel.point(Double(step), 0).x - width / 2, width)
  }

  private func drawBars(on canvas: Canvas, row: Double, accent: Int?) {
    // Thin rows keep a gap of at least a pixel only if there is one to spare.
    let height = row >= 6 ? row * 0.66 : row * 0.8
    var plain: [Rect] = []
    var accented: [Rect] = []
    for step in 0..<layer.steps {
      let (x, width) = extent(step)
      for neuron in 0..<layer.neurons where layer.fired(step: step, neuron: neuron) {
        let mark = Rect(
          x: x, y: panel.point(0, Double(neuron)).y - height / 2, width: width, height: height)
        if neuron == accent { accented.append(mark) } else { plain.append(mark) }
      }
    }
    canvas.fill(plain, Palette.ink)
    canvas.fill(accented, Palette.blue)
  }

  private func drawRows(on canvas: Canvas) {
    // Rows of whole pixels, so that no mark is smeared over two of them.
    let pixel = 1 / canvas.scale
    let rows = max(1, Int((panel.frame.height * canvas.scale).rounded()))
    for step in 0..<layer.steps {
      let (x, width) = extent(step)
      var share = [Double](repeating: 0, count: rows)
      for neuron in 0..<layer.neurons where layer.fired(step: step, neuron: neuron) {
        // A neuron's row may lie across several rows of pixels.
        let lower = Double(neuron) / Double(layer.neurons) * Double(rows)
        let upper = Double(neuron + 1) / Double(layer.neurons) * Double(rows)
        for index in Int(lower)..<max(Int(lower) + 1, min(rows, Int(upper.rounded(.up)))) where index < rows {
          share[index] += min(upper, Double(index + 1)) - max(lower, Double(index))
        }
      }
      for (index, value) in share.enumerated() where value > 1e-9 {
        let mark = Rect(
          x: x, y: panel.frame.maxY - Double(index + 1) * pixel, width: width, height: pixel)
        var color = Palette.ink
        color.alpha = Self.faintest + (1 - Self.faintest) * min(value, 1)
        canvas.fill(mark, color)
      }
    }
  }
}
