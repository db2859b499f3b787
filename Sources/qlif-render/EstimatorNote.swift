import FoundationEssentials

/// What an estimator of the Python package writes into its model's metadata, as far as a drawing needs it.
///
/// The estimator's scaling of inputs is in that note, too, but the weights in the file already make up
/// for it: a saved network takes plain inputs.
struct EstimatorNote: Decodable {
  /// A class as the estimator's user writes it: "bee", "True", "3" and not "3.0".
  struct ClassName: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      // Whole numbers first: as a Double a large one would be another number.
      if let number = try? container.decode(Int64.self) {
        text = String(number)
      } else if let number = try? container.decode(UInt64.self) {
        text = String(number)
      } else if let number = try? container.decode(Double.self) {
        text = String(number)
      } else if let truth = try? container.decode(Bool.self) {
        text = truth ? "True" : "False"
      } else {
        text = try container.decode(String.self)
      }
    }
  }

  struct Parameters: Decodable {
    /// Nil: the engine's own.
    var readout: Readout?
  }

  private struct Kind: Decodable {
    var `class`: String
  }

  /// In the order of the outputs.
  var classes: [ClassName]
  var parameters: Parameters

  /// Nil where the text is no such note: another program may use the key for something else.
  ///
  /// Throws where it is one that cannot be read, since a guess could contradict the estimator's `predict`.
  init?(json text: String) throws {
    let decoder = JSONDecoder()
    // Python writes NaN and Infinity, which only this dialect has.
    decoder.allowsJSON5 = true
    let bytes = Data(text.utf8)
    guard let kind = try? decoder.decode(Kind.self, from: bytes) else { return nil }
    do { self = try decoder.decode(Self.self, from: bytes) } catch {
      throw RenderError("its description of a \(kind.class) is damaged: \(ResultsFile.reason(error))")
    }
  }
}

extension Readout: Decodable {}
