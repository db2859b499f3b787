import Glibc
import Testing

@testable import QLIFCore

/// Reproducible numbers for tests.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func uniform(_ range: ClosedRange<Double> = 0...1) -> Double {
    Double.random(in: range, using: &self)
  }
  mutating func floats(_ count: Int, _ range: ClosedRange<Double> = 0...1) -> [Float] {
    (0..<count).map { _ in Float(uniform(range)) }
  }
}

/// What the outputs of a batch should be, in memory of its own.
enum Answers: Sendable {
  case labels([Int])
  case values([Float])

  func withTarget<Result>(_ body: (Target) throws -> Result) throws -> Result {
    switch self {
    case .labels(let labels):
      try labels.map(Int64.init).withUnsafeBufferPointer {
        try body(.labels(#require($0.baseAddress)))
      }
    case .values(let values):
      try values.withUnsafeBufferPointer { try body(.values(#require($0.baseAddress), count: $0.count)) }
    }
  }
}

extension Network {
  func parameter(_ name: String) throws -> Parameter {
    try #require(parameters.first { $0.name == name })
  }

  /// Wider weights than the initial ones, so that neurons fire and leak.
  func widen(_ factor: Float) {
    for parameter in parameters { for i in 0..<parameter.count { parameter.values.base[i] *= factor } }
  }

  func withInput<Result>(
    _ values: [Float], batch: Int, steps: Int = 0, _ body: (Input) throws -> Result
  ) throws -> Result {
    try values.withUnsafeBufferPointer {
      try body(Input($0.baseAddress, count: $0.count, batch: batch, steps: steps, for: self))
    }
  }

  /// Takes the values of another network's parameters.
  func copyValues(of other: Network) {
    for (own, its) in zip(parameters, other.parameters) {
      own.values.base.update(from: its.values.base, count: own.count)
    }
  }

  /// All values, to the bit.
  var bits: [[UInt32]] { parameters.map { $0.values.values.map(\.bitPattern) } }

  func gradients(_ values: [Float], _ answers: Answers, batch: Int, steps: Int = 0, loss: Loss) throws -> (
    loss: Double, gradients: [String: [Float]]
  ) {
    let value = try withInput(values, batch: batch, steps: steps) { input in
      try answers.withTarget { try lossAndGradients(input, $0, loss: loss) }
    }
    return (value, Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, Array($0.gradient.values)) }))
  }

  func gradients(_ values: [Float], labels: [Int], steps: Int = 0, loss: Loss = Loss()) throws -> (
    loss: Double, gradients: [String: [Float]]
  ) {
    try gradients(values, .labels(labels), batch: labels.count, steps: steps, loss: loss)
  }

  func evaluate(
    _ values: [Float], labels: [Int], loss: Loss = Loss(), readout: Readout = .spikeCount
  ) throws -> Report {
    try withInput(values, batch: labels.count) { input in
      try Answers.labels(labels).withTarget { try evaluate(input, $0, loss: loss, readout: readout) }
    }
  }

  /// The spikes of all layers and the membranes of neurons; where asked, their currents too.
  func record(_ values: [Float], batch: Int, steps: Int = 0, currents: Bool = false) throws -> Recording {
    let neurons = Set(layers.filter { $0.neuron != nil }.map(\.index))
    return try values.withUnsafeBufferPointer {
      try simulate(
        values: $0, batch: batch, steps: steps, spikes: Set(layers.indices), membranes: neurons,
        currents: currents ? neurons : [])
    }
  }

  /// The same network in double precision.
  func oracle(_ values: [Float], batch: Int, steps length: Int = 0) -> Oracle {
    let rows = (0..<max(1, length)).map { step in
      (0..<batch).map { sample in
        (0..<features).map { Double(values[(step * batch + sample) * features + $0]) }
      }
    }
    let input = length == 0 ? Array(repeating: rows[0], count: steps) : rows
    return Oracle(
      layers: layers.map { layer in
        func values(_ name: String) -> [Double] {
          let all = layer.parameters.first { $0.name == "\(layer.index).\(name)" }
          return all.map { $0.values.values.map(Double.init) } ?? []
        }
        func rows(_ name: String) -> [[Double]] {
          let flat = values(name)
          let width = flat.count / layer.shape.units
          return (0..<layer.shape.units).map { Array(flat[$0 * width..<($0 + 1) * width]) }
        }
        return Oracle.Layer(
          neuron: layer.neuron as? QLIF ?? QLIF(), driveWeight: rows("drive_weight"),
          delayWeight: rows("delay_weight"), driveBias: values("drive_bias"), delayBias: values("delay_bias"))
      }, input: input)
  }
}

extension Trainer {
  /// One update from a batch of labels.
  func step(_ values: [Float], labels: [Int]) throws -> Report {
    try network.withInput(values, batch: labels.count) { input in
      try Answers.labels(labels).withTarget { try step(input, $0) }
    }
  }
}

extension Safetensors.Encoding {
  var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
      bytes.baseAddress.map { copy(to: $0) }
      count = size
    }
  }
}

extension Safetensors {
  /// The same with memory of its own.
  func owned() throws -> Safetensors {
    var copy = self
    copy.tensors = try tensors.map { tensor in
      let values = try Buffer<Float>(tensor.bytes.count / 4, for: tensor.name)
      tensor.copy(to: values)
      return Tensor(name: tensor.name, shape: tensor.shape, values: values)
    }
    return copy
  }
}

/// Memory that ends where nobody may read or write.
final class GuardedMemory {
  let base: UnsafeMutableRawPointer
  private let start: UnsafeMutableRawPointer
  private let length: Int

  /// - Parameter size: a multiple of 64, so that the memory begins at one.
  init(_ size: Int) throws {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let pages = (size + page - 1) / page * page
    length = pages + page
    let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    start = try #require(memory == MAP_FAILED ? nil : memory)
    try #require(mprotect(start + pages, page, PROT_NONE) == 0)
    base = start + pages - size
  }

  deinit { munmap(start, length) }
}
