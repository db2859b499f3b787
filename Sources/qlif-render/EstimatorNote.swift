import FoundationEssentials

/// What an estimator of the Python package writes into its model's metadata, as far as a drawing needs it.
///
/// The estimator's scaling of inputs is in that note, too, but the weights in the file already make up
/// for it: a saved network takes plain inputs.
struct EstimatorNote: Decodable {
  /// A class as the estimator's user calls it.
  enum ClassName: Decodable {
    case text(String)
    case number(Double)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let truth = try? container.decode(Bool.self) {
        self = .text(truth ? "True" : "False")
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    /// As a person writes it: "3", not "3.0".
    var description: String {
      switch self {
      case .text(let text): text
      case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
      }
    }
  }

  struct Parameters: Decodable {
    var readout: String?
  }

  var classes: [ClassName]
  var parameters: Parameters

  /// Nil where the text is no such note; another program may use the key for something else.
  init?(json text: String) {
    let decoder = JSONDecoder()
    // Python writes NaN and Infinity, which only this dialect has.
    decoder.allowsJSON5 = true
    guard let note = try? decoder.decode(Self.self, from: Data(text.utf8)) else { return nil }
    self = note
  }

  /// The names of the classes in the order of the outputs.
  var classNames: [String] { classes.map(\.description) }
}
