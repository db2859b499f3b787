import CQLIF
import Glibc
import QLIFCore

// What callers give and get, between C and the engine's own types.

/// The value of a JSON text; NULL is an object without keys.
func json(_ text: UnsafePointer<CChar>?, _ name: StaticString) throws(QLIFError) -> JSONValue {
  guard text != nil else { return .object([:]) }
  return try JSONValue(parsing: require(text: text, name), "\(name)")
}

/// A count from C, at least 1.
func size(_ value: Int64, _ name: StaticString, most: Int = .max) throws(QLIFError) -> Int {
  guard value >= 1, value <= most else {
    throw .shape("\(name): \(value), expected 1 \(most == .max ? "or more" : "to \(most)")")
  }
  return Int(value)
}

/// `text` as a C string that the caller frees.
func export(
  _ text: String, to out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) throws(QLIFError) {
  guard let copy = strdup(text) else {
    throw QLIFError(.outOfMemory, "out: no memory for \(text.utf8.count) bytes")
  }
  out.pointee = copy
}

extension Readout {
  /// NULL: the default.
  init(c name: UnsafePointer<CChar>?) throws(QLIFError) {
    guard name != nil else {
      self = TrainerConfiguration().readout
      return
    }
    let name = try require(text: name, "readout")
    guard let readout = Readout(rawValue: name) else {
      let names = Readout.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalid("readout: \"\(name.prefix(60))\", expected one of \(names)")
    }
    self = readout
  }
}

extension Loss {
  /// NULL: the default.
  init(c description: UnsafePointer<CChar>?) throws(QLIFError) {
    guard description != nil else {
      self.init()
      return
    }
    var reader = try DescriptionReader(json(description, "loss"), at: "loss")
    try self.init(&reader)
  }
}

extension Target {
  init(_ c: UnsafePointer<qlif_target>?) throws(QLIFError) {
    let c = try require(c, "target").pointee
    switch (c.labels, c.values) {
    case (let labels?, nil):
      guard c.value_count == 0 else {
        throw .shape("target.value_count: \(c.value_count), expected 0 with labels")
      }
      self = .labels(labels)
    case (nil, let values?):
      guard c.value_count >= 0 else {
        throw .shape("target.value_count: \(c.value_count), expected 0 or more")
      }
      self = .values(values, count: Int(c.value_count))
    default: throw .invalid("target: both or none of labels and values are given, expected one of them")
    }
  }
}

extension Report {
  var c: qlif_report {
    qlif_report(
      loss: loss, learning_rate: learningRate, gradient_norm: gradientNorm, correct: Int64(correct))
  }

  func copyRates(to rates: UnsafeMutablePointer<Float>?) {
    rates?.update(from: firingRates, count: firingRates.count)
  }
}

func input(_ c: UnsafePointer<qlif_input>?, for network: Network) throws(QLIFError) -> Input {
  let c = try require(c, "input").pointee
  return try Input(
    c.values, count: Int(c.value_count), batch: Int(c.batch), steps: Int(c.steps), for: network)
}
