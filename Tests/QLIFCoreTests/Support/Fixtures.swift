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

extension Network {
  /// A dense network, every layer with the same neuron.
  static func dense(
    _ sizes: [Int], _ neuron: QLIF = QLIF(), steps: Int = 9, seed: UInt64 = 1
  ) throws -> Network {
    let network = try Network(inputShape: [sizes[0]], steps: steps, seed: seed)
    for units in sizes.dropFirst() { try network.addDense(units: units, neuron: neuron) }
    return network
  }

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

  func gradients(_ values: [Float], labels: [Int], steps: Int = 0, loss: Loss) throws -> (
    loss: Double, gradients: [String: [Float]]
  ) {
    let value = try withInput(values, batch: labels.count, steps: steps) { input in
      try lossAndGradients(input, labels: labels.map(Int64.init), loss: loss)
    }
    return (value, Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, Array($0.gradient.values)) }))
  }

  func record(_ values: [Float], batch: Int, steps: Int = 0) throws -> Recording {
    try values.withUnsafeBufferPointer {
      try simulate(
        values: $0, batch: batch, steps: steps, recordSpikes: layers.map { _ in true },
        recordAlpha: layers.map { $0.neuron != nil })
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
          let width = flat.count / layer.units
          return (0..<layer.units).map { Array(flat[$0 * width..<($0 + 1) * width]) }
        }
        return Oracle.Layer(
          neuron: layer.neuron as? QLIF ?? QLIF(), driveWeight: rows("drive_weight"),
          delayWeight: rows("delay_weight"), driveBias: values("drive_bias"), delayBias: values("delay_bias"))
      }, input: input)
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
