import ArgumentParser
import FoundationEssentials
import QLIFData
import QLIFFigures
import QLIFFiles

/// What `python -m qlif.compare` writes, as far as a drawing needs it.
struct ResultsFile {
  /// One training of one model on one data set.
  struct Run: Decodable {
    struct ROC: Decodable {
      /// The false positive rates that all curves share.
      var falsePositiveRate: [Double]
      /// `[class, rate]`; null for a class that the test images lack.
      var truePositiveRate: [[Double]?]
      /// Of each class.
      var auc: [Double?]

      enum CodingKeys: String, CodingKey {
        case falsePositiveRate = "false_positive_rate"
        case truePositiveRate = "true_positive_rate"
        case auc
      }
    }

    struct History: Decodable {
      /// Where the values were taken, in passes over the training images; 1, 2, ... where it is not said.
      var epoch: [Double]?
      var loss: [Double]?
      var accuracy: [Double]?
    }

    var model: String
    var dataset: String
    /// Both as one writes them.
    var title: String?
    var datasetTitle: String?
    var seed: Int
    var accuracy: Double
    var classes: [String]
    var trainingImages: Int
    var testImages: Int
    var confusion: [[Int]]
    var history: History
    var roc: ROC

    enum CodingKeys: String, CodingKey {
      case model, dataset, title, seed, accuracy, classes, confusion, history, roc
      case datasetTitle = "dataset_title"
      case trainingImages = "training_images"
      case testImages = "test_images"
    }
  }

  private struct Content: Decodable {
    var runs: [Run]
  }

  let path: FilePath
  let sha256: String
  let runs: [Run]

  init(path: FilePath) throws {
    self.path = path
    let bytes = try FileBytes.read(path, limit: Self.mostBytes)
    do {
      runs = try JSONDecoder().decode(Content.self, from: Data(bytes)).runs
    } catch {
      throw RenderError("\(path) is not a results file of qlif.compare: \(Self.reason(error))")
    }
    sha256 = try SHA256.hexadecimal(ofFile: path)
    for run in runs {
      guard run.confusion.count == run.classes.count,
        run.confusion.allSatisfy({ $0.count == run.classes.count && $0.allSatisfy { $0 >= 0 } })
      else { throw RenderError("\(path): the confusion of \(run.model) on \(run.dataset) is no square") }
      guard run.roc.truePositiveRate.count == run.classes.count, run.roc.auc.count == run.classes.count,
        run.roc.truePositiveRate.allSatisfy({ $0 == nil || $0?.count == run.roc.falsePositiveRate.count })
      else { throw RenderError("\(path): the ROC curves of \(run.model) on \(run.dataset) do not fit") }
    }
  }

  /// A thousand runs have less; reading them takes many times as much memory.
  static let mostBytes = 1 << 26

  static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "it has no \"\(key.stringValue)\""
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\"\(context.codingPath.last?.stringValue ?? "it")\" has an unexpected value"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\"\(context.codingPath.last?.stringValue ?? "it")\" has an unexpected value"
    default: "it is no JSON"
    }
  }
}

/// The runs that a drawing is about.
struct ResultsOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What python -m qlif.compare wrote, a .json file.", valueName: "file"))
  var results: FilePath

  @Option(help: ArgumentHelp("Only this model, such as qsnn.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("Only this data set, such as mnist.", valueName: "name"))
  var dataset: String?

  @Option(help: "Only this seed.")
  var seed: Int?

  @OptionGroup var picture: PictureOptions

  /// The runs of one model on one data set.
  struct Group {
    var model: String
    var dataset: String
    var runs: [ResultsFile.Run]

    /// As the options call it.
    var name: String { "\(model) on \(dataset)" }

    /// As one writes it.
    var title: String { "\(modelTitle) on \(datasetTitle)" }
    var modelTitle: String { runs[0].title ?? model }
    var datasetTitle: String { runs[0].datasetTitle ?? dataset }
  }

  /// The chosen runs, in the order of the file; at least one.
  func groups(of file: ResultsFile) throws -> [Group] {
    let chosen = file.runs.filter {
      (model == nil || $0.model == model) && (dataset == nil || $0.dataset == dataset)
        && (seed == nil || $0.seed == seed)
    }
    guard !chosen.isEmpty else {
      let there = Self.grouped(file.runs).map(\.name)
      throw RenderError(
        "\(file.path) has no such run; it has "
          + (there.isEmpty ? "none at all" : there.joined(separator: ", ")))
    }
    return Self.grouped(chosen)
  }

  private static func grouped(_ runs: [ResultsFile.Run]) -> [Group] {
    var groups: [Group] = []
    for run in runs {
      if let place = groups.firstIndex(where: { $0.model == run.model && $0.dataset == run.dataset }) {
        groups[place].runs.append(run)
      } else {
        groups.append(Group(model: run.model, dataset: run.dataset, runs: [run]))
      }
    }
    return groups
  }
}

extension ResultsOptions.Group {
  /// "seed 0" or "mean of 3 seeds".
  func seeds(_ word: String) -> String {
    runs.count == 1 ? "seed \(runs[0].seed)" : "\(word) \(runs.count) seeds"
  }

  /// The mean accuracy, in per cent.
  var accuracy: String {
    let mean = runs.reduce(0) { $0 + $1.accuracy } / Double(runs.count)
    return "\(formatted(100 * mean, decimals: 2)) %"
  }
}
