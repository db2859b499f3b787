import ArgumentParser
import QLIFFigures
import QLIFFiles

/// `qlif-render robustness`
struct Robustness: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How much noise trained networks bear.",
    discussion: """
      A plot for each kind of noise, its strength on a logarithmic axis: the test accuracy of each model, the mean of \
      the noise's seeds, the lowest and the highest as a pale band; dotted: the same model without \
      noise. The results are those of python -m qlif.robustness.

      Example:
        qlif-render robustness --results results.json --output robustness.png
      """)

  @Option(help: ArgumentHelp("What python -m qlif.robustness wrote, a .json file.", valueName: "file"))
  var results: FilePath

  @OptionGroup var picture: PictureOptions

  func run() throws {
    let study = try RobustnessFile(path: results)
    let plots = Self.headings.compactMap { name, heading, label -> CurvesFigure.Plot? in
      let rows = study.summary.filter { $0.sweep == name && ($0.value ?? 0) > 0 }
      guard !rows.isEmpty else { return nil }
      return CurvesFigure.Plot(
        heading: heading, xLabel: label, yLabel: "test accuracy (%)", isLogarithmic: true,
        lines: study.models.flatMap { lines(of: $0, rows, study) })
    }
    guard !plots.isEmpty else { throw RenderError("\(results) has no kind of noise that is varied") }
    let shots = study.settings.shots.map { "\(formatted($0)) shots" } ?? "infinitely many shots"
    let figure = try CurvesFigure(
      title: picture.title ?? "Accuracy under noise: \(study.settings.datasetTitle)",
      subtitle: "\(formatted(study.settings.testImages)) test images; \(shots) where they are not varied; "
        + "mean of up to \(study.summary.map(\.seeds).max() ?? 1) seeds, pale: from the lowest to the highest",
      plots: plots)
    try Picture.write(figure, source: ("Results-SHA256", study.sha256), options: picture)
  }

  /// In the order in which they are drawn: what the file calls them, the heading, the axis' label.
  private static let headings = [
    ("shots", "Shots", "shots per neuron and step"),
    ("over_rotation", "Over-rotation", "relative error of every angle"),
    ("depolarizing", "Depolarizing", "probability per rotation"),
    ("readout", "Readout", "probability of a wrong bit"),
    ("t1", "Relaxation", "T1 = T2 (µs)"),
  ]

  /// A model's line with its band, and the level without noise.
  private func lines(
    of model: RobustnessFile.Model, _ rows: [RobustnessFile.Row], _ study: RobustnessFile
  ) -> [CurvesFigure.Line] {
    let own = rows.filter { $0.model == model.name }.sorted { ($0.value ?? 0) < ($1.value ?? 0) }
    guard let first = own.first?.value, let last = own.last?.value else { return [] }
    var lines = [
      CurvesFigure.Line(
        name: model.title, points: own.map { Point(x: $0.value ?? 0, y: 100 * $0.mean) },
        band: own.map { (lower: 100 * $0.lowest, upper: 100 * $0.highest) })
    ]
    if let exact = study.summary.first(where: { $0.model == model.name && $0.sweep == "exact" }) {
      lines.append(
        CurvesFigure.Line(
          name: "\(model.title): no noise",
          points: [Point(x: first, y: 100 * exact.mean), Point(x: last, y: 100 * exact.mean)],
          levelOf: model.title))
    }
    return lines
  }
}
