import ArgumentParser
import QLIFFigures

/// `qlif-render confusion`
struct Confusion: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Which classes a compared model takes for which.",
    discussion: """
      A row per true class, a column per predicted class: the number of test images in each cell, its share of \
      the row as colour. Several seeds are added up. The results are those of python -m qlif.compare.

      Examples:
        qlif-render confusion --results results.json --model qsnn \\
          --dataset mnist --output confusion.png
        qlif-render confusion --results results.json --model qsnn \\
          --dataset mnist --seed 1 --scale 2 --output confusion.png
      """)

  @OptionGroup var options: ResultsOptions

  func run() throws {
    let file = try ResultsFile(path: options.results)
    let groups = try options.groups(of: file)
    guard groups.count == 1, let group = groups.first, let first = group.runs.first else {
      throw RenderError(
        "one picture shows one model on one data set: say --model and --dataset ("
          + groups.map(\.name).joined(separator: ", ") + ")")
    }
    var counts = [Int](repeating: 0, count: first.classes.count * first.classes.count)
    for run in group.runs {
      guard run.classes == first.classes else {
        throw RenderError("the runs of \(group.name) differ in their classes: say --seed")
      }
      for (place, count) in run.confusion.joined().enumerated() {
        let (sum, overflow) = counts[place].addingReportingOverflow(count)
        guard !overflow else { throw RenderError("\(file.path): a count is too large") }
        counts[place] = sum
      }
    }
    let figure = try ConfusionFigure(
      title: options.picture.title ?? "Confusion of \(group.title)",
      subtitle:
        "Accuracy \(group.accuracy), \(group.seeds("sum of")), \(formatted(first.testImages)) test images, "
        + "\(formatted(first.trainingImages)) training images",
      classes: first.classes, counts: counts)
    try Picture.write(figure, source: ("Results-SHA256", file.sha256), options: options.picture)
  }
}
