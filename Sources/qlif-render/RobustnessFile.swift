import FoundationEssentials
import QLIFData
import QLIFFiles

/// What `python -m qlif.robustness` writes, as far as a drawing needs it.
struct RobustnessFile {
  struct Settings: Decodable {
    var datasetTitle: String
    var testImages: Int
    var shots: Int?

    enum CodingKeys: String, CodingKey {
      case datasetTitle = "dataset_title"
      case testImages = "test_images"
      case shots
    }
  }

  struct Model: Decodable {
    var name: String
    var title: String
  }

  /// One model under one noise, all seeds together.
  struct Row: Decodable {
    var model: String
    var sweep: String
    var value: Double?
    var mean: Double
    var lowest: Double
    var highest: Double
    var seeds: Int
  }

  private struct Content: Decodable {
    var settings: Settings
    var models: [Model]
    var summary: [Row]
  }

  let settings: Settings
  let models: [Model]
  let summary: [Row]
  let sha256: String

  init(path: FilePath) throws {
    let bytes = try FileBytes.read(path, limit: ResultsFile.mostBytes)
    do {
      let content = try JSONDecoder().decode(Content.self, from: Data(bytes))
      (settings, models, summary) = (content.settings, content.models, content.summary)
    } catch {
      throw RenderError("\(path) is not a results file of qlif.robustness: \(ResultsFile.reason(error))")
    }
    sha256 = try SHA256.hexadecimal(ofFile: path)
  }
}
