import ArgumentParser
import QLIFFigures

/// `qlif-render curves`
struct Curves: ParsableCommand {
  /// What the curves show.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case loss, accuracy, roc
  }

  static let configuration = CommandConfiguration(
    abstract: "How compared models learned, and their ROC curves.",
    discussion: """
      Loss and accuracy in training over the epochs: a plot per data set, a line per model; the mean of the seeds, \
      the lowest and the highest as a pale band. Losses of different kinds of model have different units. ROC \
      curves of one model on one data set: a line per class against the rest, with their mean, and the upper left \
      corner enlarged; of several: the means alone. The results are those of python -m qlif.compare.

      Examples:
        qlif-render curves --results results.json --output loss.png
        qlif-render curves --results results.json --kind accuracy \\
          --dataset mnist --output accuracy.png
        qlif-render curves --results results.json --kind roc --model qsnn \\
          --dataset mnist --scale 2 --output roc.png
      """)

  @OptionGroup var options: ResultsOptions

  @Option(help: "What the curves show.")
  var kind: Kind = .loss

  func run() throws {
    let file = try ResultsFile(path: options.results)
    let groups = try options.groups(of: file)
    let figure =
      switch kind {
      case .loss: try learning(groups, "loss", "Loss in training", "loss in training", percent: false)
      case .accuracy:
        try learning(groups, "accuracy", "Accuracy in training", "accuracy in training (%)", percent: true)
      case .roc: try roc(groups)
      }
    try Picture.write(figure, source: ("Results-SHA256", file.sha256), options: options.picture)
  }

  // MARK: Learning

  private func learning(
    _ groups: [ResultsOptions.Group], _ kind: String, _ title: String, _ label: String, percent: Bool
  ) throws -> CurvesFigure {
    let datasets = Self.datasets(groups)
    let plots = try datasets.map { dataset, groups in
      let lines = try groups.map { group in
        let curves = try group.runs.map { run in
          guard let values = kind == "loss" ? run.history.loss : run.history.accuracy, !values.isEmpty else {
            throw RenderError("the results have no \(kind) of \(group.name)")
          }
          let epochs = run.history.epoch ?? values.indices.map { Double($0 + 1) }
          return zip(epochs, values).map { Point(x: $0, y: percent ? 100 * $1 : $1) }
        }
        return Self.line(group.modelTitle, curves)
      }
      return CurvesFigure.Plot(
        heading: datasets.count == 1 ? "" : dataset, xLabel: "epoch", yLabel: label, countsX: true,
        lines: lines)
    }
    return try CurvesFigure(
      title: options.picture.title ?? "\(title): \(Self.name(groups))", subtitle: Self.subtitle(groups),
      plots: plots)
  }

  /// The mean of curves and their range, as far as all of them have the same points in time.
  private static func line(_ name: String, _ curves: [[Point]]) -> CurvesFigure.Line {
    let shortest = curves.map(\.count).min() ?? 0
    let length =
      (0..<shortest).first { place in curves.contains { $0[place].x != curves[0][place].x } } ?? shortest
    let points = (0..<length).map { place in
      let sum = curves.reduce(0) { $0 + $1[place].y }
      return Point(x: curves[0][place].x, y: sum / Double(curves.count))
    }
    guard curves.count > 1 else { return CurvesFigure.Line(name: name, points: points) }
    let band = (0..<length).map { place in
      let values = curves.map { $0[place].y }
      return (lower: values.min() ?? 0, upper: values.max() ?? 0)
    }
    return CurvesFigure.Line(name: name, points: points, band: band)
  }

  // MARK: ROC

  private func roc(_ groups: [ResultsOptions.Group]) throws -> CurvesFigure {
    let full = 0.0...1.0
    let labels = ("false positive rate", "true positive rate")
    if groups.count == 1, let group = groups.first {
      let lines = try Self.classes(of: group)
      let corner = CurvesFigure.Plot(
        heading: "Upper left corner", xLabel: labels.0, yLabel: labels.1, x: 0...0.1, y: 0.9...1, lines: lines
      )
      let plot = CurvesFigure.Plot(
        heading: "All", xLabel: labels.0, yLabel: labels.1, x: full, y: full, hasDiagonal: true, lines: lines)
      return try CurvesFigure(
        title: options.picture.title ?? "ROC curves of \(group.title)",
        subtitle: "Each class against the rest, \(group.seeds("mean of")); dotted, grey: chance",
        plots: [plot, corner])
    }
    let plots = try Self.datasets(groups).map { dataset, groups in
      CurvesFigure.Plot(
        heading: dataset, xLabel: labels.0, yLabel: labels.1, x: full, y: full, hasDiagonal: true,
        lines: try groups.map { group in
          var mean = try Self.mean(of: group)
          mean.name = group.modelTitle
          mean.isStrong = false
          return mean
        })
    }
    return try CurvesFigure(
      title: options.picture.title ?? "ROC curves",
      subtitle: "Mean of the classes against the rest, and of the seeds; dotted, grey: chance", plots: plots)
  }

  /// A line for each class, the mean of the seeds, and one for the mean of the classes.
  private static func classes(of group: ResultsOptions.Group) throws -> [CurvesFigure.Line] {
    let first = group.runs[0]
    var lines = first.classes.indices.compactMap { index -> CurvesFigure.Line? in
      guard let points = curve(of: index, in: group.runs) else { return nil }
      return CurvesFigure.Line(
        name: "\(first.classes[index])\(area(group.runs.compactMap { $0.roc.auc[index] }))", points: points)
    }
    // The legend's room; the mean is what is asked for first.
    lines = Array(lines.prefix(CurvesFigure.mostLines - 1))
    var mean = try mean(of: group)
    mean.name = "mean" + area(group.runs.flatMap { $0.roc.auc.compactMap(\.self) })
    return lines + [mean]
  }

  private static func area(_ values: [Double]) -> String {
    values.isEmpty
      ? "" : ", AUC \(formatted(values.reduce(0, +) / Double(values.count), decimals: 4))"
  }

  /// One class' curve, the mean of the runs; nil where the class has none.
  private static func curve(of index: Int, in runs: [ResultsFile.Run]) -> [Point]? {
    let rates = runs[0].roc.falsePositiveRate
    let curves = runs.compactMap { run in
      run.roc.falsePositiveRate == rates && index < run.classes.count ? run.roc.truePositiveRate[index] : nil
    }
    guard !curves.isEmpty, !rates.isEmpty else { return nil }
    // A curve starts at nothing found, and may rise at once.
    return [Point(x: 0, y: 0)]
      + rates.enumerated().map { place, rate in
        Point(x: rate, y: curves.reduce(0) { $0 + $1[place] } / Double(curves.count))
      }
  }

  private static func mean(of group: ResultsOptions.Group) throws -> CurvesFigure.Line {
    let curves = group.runs[0].classes.indices.compactMap { curve(of: $0, in: group.runs) }
    guard let first = curves.first else {
      throw RenderError("the results have no ROC curve of \(group.name)")
    }
    let points = first.indices.map { place in
      Point(x: first[place].x, y: curves.reduce(0) { $0 + $1[place].y } / Double(curves.count))
    }
    return CurvesFigure.Line(name: group.model, points: points, isStrong: true)
  }

  // MARK: Words

  /// The groups of each data set, in order.
  private static func datasets(_ groups: [ResultsOptions.Group]) -> [(String, [ResultsOptions.Group])] {
    var datasets: [(String, [ResultsOptions.Group])] = []
    for group in groups {
      if let place = datasets.firstIndex(where: { $0.0 == group.datasetTitle }) {
        datasets[place].1.append(group)
      } else {
        datasets.append((group.datasetTitle, [group]))
      }
    }
    return datasets
  }

  private static func name(_ groups: [ResultsOptions.Group]) -> String {
    if groups.count == 1 { return groups[0].title }
    func listed(_ names: [String]) -> String {
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }.joined(separator: ", ")
    }
    return "\(listed(groups.map(\.modelTitle))) on \(listed(groups.map(\.datasetTitle)))"
  }

  private static func subtitle(_ groups: [ResultsOptions.Group]) -> String {
    let most = groups.map(\.runs.count).max() ?? 1
    return most > 1
      ? "Mean of up to \(most) seeds; pale: from the lowest to the highest" : groups[0].seeds("").capitalized
  }
}
